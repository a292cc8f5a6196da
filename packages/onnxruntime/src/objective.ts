import { OptimizerError } from "@descent/core";
import { isCallback, isRecord, shown } from "@descent/core/adapter";
import type { Batch } from "./runtime/feeds.ts";
import type { Trainer } from "./trainer.ts";

/** The loss of a model as a function of its weights, which are one point: what `minimize` of `@descent/quasi-newton` takes. */
export interface WeightObjective {
  /** The loss and its gradient at a point, in the order of `trainer.parameters`. The trainer has these weights afterwards. */
  evaluate(x: ArrayLike<number>): Promise<{ readonly value: number; readonly gradient: Float64Array }>;
  /** The weights that the trainer has: where to start. */
  start(): Promise<Float64Array>;
  /** Gives the trainer the weights of a point, such as the result's. */
  finish(x: ArrayLike<number>): Promise<void>;
}

/**
 * The loss over a fixed set of batches, for methods that need the same function at every call: `minimize(model, await
 * model.start(), lbfgs())`. Several batches are one after the other, and count alike, so give them one size. Weights are
 * float32 on their way, so that losses which differ by less than a millionth do not say which is lower.
 */
export function objective(trainer: Trainer, batches: Batch | readonly Batch[]): WeightObjective {
  if (!isTrainer(trainer))
    throw new OptimizerError(`\`objective\` takes a Trainer, from await Trainer.create(…); got ${shown(trainer)}.`);
  const all: readonly Batch[] = isList(batches) ? batches : [batches];
  if (all.length === 0 || !all.every(isRecord))
    throw new OptimizerError(
      `\`objective\` takes a batch, such as { x, labels }, or a list of them; got ${shown(batches)}.`,
    );
  const put = async (x: ArrayLike<number>): Promise<void> => {
    if (typeof x !== "object" || x === null || typeof x.length !== "number")
      throw new OptimizerError(`\`objective\` takes a point as a list of numbers; got ${shown(x)}.`);
    await trainer.setContiguousWeights(Float32Array.from(x));
  };
  return {
    start: async () => Float64Array.from(await trainer.contiguousWeights()),
    finish: put,
    async evaluate(x) {
      await put(x);
      let value = 0;
      const gradient = new Float64Array(trainer.size);
      for (const batch of all) {
        const { loss, gradients } = await trainer.gradients(batch);
        value += loss / all.length;
        let at = 0;
        for (const { name, shape } of trainer.parameters) {
          const part = gradients[name];
          const size = shape.reduce((a, b) => a * b, 1);
          if (part) for (let i = 0; i < size; i++) gradient[at + i]! += part[i]! / all.length;
          at += size;
        }
      }
      return { value, gradient };
    },
  };
}

/** Whichever copy of this package made it. */
const isTrainer = (trainer: unknown): trainer is Trainer =>
  typeof trainer === "object" &&
  trainer !== null &&
  ["gradients", "contiguousWeights", "setContiguousWeights"].every((name) => isCallback(Reflect.get(trainer, name)));

const isList = (batches: Batch | readonly Batch[]): batches is readonly Batch[] => Array.isArray(batches);
