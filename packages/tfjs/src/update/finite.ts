import { allFinite, type Job } from "@descent/core/adapter";
import { engine, type KernelBackend, sum, type Tensor } from "@tensorflow/tfjs-core";
import { finiteOnHeap } from "../wasm/finite.ts";

/** Thrown where an update is refused before anything is written; the optimizer turns it into an error, or skips the step. */
export class Refused extends Error {
  /** Variables whose gradients are not finite, … */
  readonly names: readonly string[];
  /** … and other inputs that are not: `loss`, or `h/w` of one variable. */
  readonly inputs: readonly string[];
  constructor(names: readonly string[], inputs: readonly string[] = []) {
    super(`not finite: ${[...names, ...inputs].join()}`);
    this.names = names;
    this.inputs = inputs;
  }
}

/** Throws a Refused if one of the gradients, or of other inputs, is not finite. Only where `readsAtOnce`. */
export function refuseNonFinite(jobs: readonly Job<Tensor>[]): void {
  const finite = finiteOn(engine());
  const [names, others]: [string[], string[]] = [[], []];
  for (const { parameter, program, inputs } of jobs)
    for (const input of program.inputs) {
      const tensor = inputs[input];
      if (tensor === undefined || program.draws.some(({ name }) => name === input) || passes(tensor, finite)) continue;
      if (input === "g") names.push(parameter.name);
      else others.push(`${input}/${parameter.name}`);
    }
  if (names.length + others.length > 0) throw new Refused(names, others);
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
