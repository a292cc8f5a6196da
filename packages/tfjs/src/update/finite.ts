import { allFinite, type Job } from "@descent/core/adapter";
import { engine, sum, type Tensor } from "@tensorflow/tfjs-core";
import { finiteOnHeap } from "../wasm/finite.ts";

/** Thrown where an update is refused before anything is written; the optimizer turns it into an error, or skips the step. */
export class Refused extends Error {
  readonly names: readonly string[];
  constructor(names: readonly string[]) {
    super(`not finite: ${names.join()}`);
    this.names = names;
  }
}

/** Throws a Refused if one of the gradients is not finite. Only where `readsAtOnce`. */
export function refuseNonFinite(jobs: readonly Job<Tensor>[]): void {
  if (jobs.every(({ inputs }) => hasOnlyFinite(inputs.g!))) return; // every job has a gradient
  const wrong = jobs.filter(({ inputs }) => !hasOnlyFinite(inputs.g!));
  throw new Refused(wrong.map(({ parameter }) => parameter.name));
}

function sumOnBackend(gradient: Tensor): number {
  const total = sum(gradient);
  try {
    return total.dataSync()[0]!; // a scalar
  } finally {
    total.dispose();
  }
}

function hasOnlyFinite(gradient: Tensor): boolean {
  if (gradient.dtype !== "float32") return true;
  const { backendName, backend } = engine();
  if (backendName === "wasm") return finiteOnHeap(gradient, backend);
  // A float32 sum may overflow where the numbers do not; if it has not, they have not.
  if (backendName === "tensorflow" && Number.isFinite(sumOnBackend(gradient))) return true;
  return allFinite(gradient.dataSync<"float32">());
}
