import type { Job } from "@descent/core/adapter";
import { engine, sum, type Tensor } from "@tensorflow/tfjs-core";
import { sumOnHeap } from "../wasm/sum.ts";

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
  if (jobs.every(({ inputs }) => allFinite(inputs.g!))) return; // every job has a gradient
  const wrong = jobs.filter(({ inputs }) => !allFinite(inputs.g!));
  throw new Refused(wrong.map(({ parameter }) => parameter.name));
}

/** A sum in double precision of float32 numbers is finite if and only if they all are. */
function sumOf(numbers: ArrayLike<number>): number {
  const { length } = numbers;
  const whole = length - (length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += numbers[i]!;
    b += numbers[i + 1]!;
    c += numbers[i + 2]!;
    d += numbers[i + 3]!;
  }
  for (let i = whole; i < length; i++) a += numbers[i]!;
  return a + b + c + d;
}

function sumOnBackend(gradient: Tensor): number {
  const total = sum(gradient);
  try {
    return total.dataSync()[0]!; // a scalar
  } finally {
    total.dispose();
  }
}

function allFinite(gradient: Tensor): boolean {
  if (gradient.dtype !== "float32") return true;
  const { backendName, backend } = engine();
  if (backendName === "wasm") {
    const found = sumOnHeap(gradient, backend);
    if (found !== undefined) return Number.isFinite(found);
  }
  // A float32 sum may overflow where the numbers do not; if it has not, they have not.
  if (backendName === "tensorflow" && Number.isFinite(sumOnBackend(gradient))) return true;
  return Number.isFinite(sumOf(gradient.dataSync()));
}
