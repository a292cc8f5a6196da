import { allFinite, type Job } from "@descent/core/adapter";
import { engine, type KernelBackend, sum, type Tensor } from "@tensorflow/tfjs-core";
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
  const finite = finiteOn(engine());
  if (jobs.every(({ inputs }) => passes(inputs.g!, finite))) return; // every job has a gradient
  const wrong = jobs.filter(({ inputs }) => !passes(inputs.g!, finite));
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

/** The check of this backend that a float32 tensor has no NaN and no infinity. */
function finiteOn({ backendName, backend }: { backendName: string; backend: KernelBackend }): (g: Tensor) => boolean {
  if (backendName === "wasm") return finiteOnHeap(backend);
  // A float32 sum may overflow where the numbers do not; if it has not, they have not.
  const bySum = backendName === "tensorflow";
  return (g) => (bySum && Number.isFinite(sumOnBackend(g))) || allFinite(g.dataSync<"float32">());
}

const passes = (gradient: Tensor, finite: (g: Tensor) => boolean): boolean =>
  gradient.dtype !== "float32" || finite(gradient);
