import type { Parameter } from "@descent/core";
import { type Drawing, drawn, type Job } from "@descent/core/adapter";
import { scalar, type Tensor, tensor } from "@tensorflow/tfjs-core";

/** The numbers that each stand-in stands for, and the shape of its parameter. */
const drawings = new WeakMap<Tensor, { readonly of: Drawing; readonly shape: Parameter["shape"] }>();

/** A tensor that stands for random numbers until it is known whether loops draw them. */
export function standFor(of: Drawing, { shape }: Parameter): Tensor {
  const stand = scalar(0, "float32");
  drawings.set(stand, { of, shape });
  return stand;
}

/** The random numbers that a tensor stands for, if it does. */
export const drawingOf = (stand: Tensor): Drawing | undefined => drawings.get(stand)?.of;

/** A job with its random numbers as tensors, which the tidy around an update disposes of. */
export function withDrawn(job: Job<Tensor>): Job<Tensor> {
  if (job.program.draws.length === 0) return job;
  const inputs = Object.entries(job.inputs).map(([name, given]): [string, Tensor] => {
    const stands = drawings.get(given);
    return [name, stands ? tensor(drawn(stands.of), [...stands.shape], "float32") : given];
  });
  return { ...job, inputs: Object.fromEntries(inputs) };
}
