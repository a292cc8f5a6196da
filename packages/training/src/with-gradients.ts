import { OptimizerError } from "@descent/core";
import { isCallback, list, takes } from "@descent/core/adapter";
import type { Inspected, Model, StepAsk, StepResult, Weights } from "./model.ts";

/** A `Trainer` of `@descent/onnxruntime`, by structure. */
export interface GradientTrainer<B> extends Model<B> {
  /** The loss and copies of the gradients; nothing changes. */
  gradients(batch: B): Promise<StepResult & { readonly gradients: Weights }>;
  /** One update, or one phase of a round. */
  applyGradients(gradients: Weights): Promise<void>;
  /** Its groups, and whether a round of several phases is under way. */
  inspect(): Promise<Inspected & { readonly midRound: boolean }>;
  /** Copies of the weights, and of running statistics. */
  weights(): Promise<Weights>;
  /** The weights that it trains, in the order of its gradients. */
  readonly parameters: readonly { readonly name: string }[];
}

/**
 * A `Trainer` as a model that hands its gradients to callbacks: `fit(await withGradients(trainer), { callbacks: [diagnose()] })`. In
 * updates that no callback reads it takes the usual step; the others compute the gradients, copy them, and apply them.
 *
 * Throws for a model with running statistics (BatchNormalization), which only the usual step updates.
 */
export async function withGradients<B>(trainer: GradientTrainer<B>): Promise<Model<B>> {
  takes("withGradients", "a Trainer of @descent/onnxruntime", trainer, typeof trainer === "object" && trainer !== null);
  for (const name of ["gradients", "applyGradients", "inspect", "weights", "trainStep"] as const)
    takes("withGradients", `a Trainer with a function \`${name}\``, trainer, isCallback(trainer[name]));
  const trained = trainer.parameters.map(({ name }) => name);
  const statistics = Object.keys(await trainer.weights()).filter((name) => !trained.includes(name));
  if (statistics.length > 0)
    throw new OptimizerError(
      `\`withGradients\`: the model has running statistics, ${list(statistics.slice(0, 3))}, which only the usual step updates. Give \`fit\` the trainer itself, and diagnose its loss and data alone.`,
    );
  const bound = (name: string): object => {
    const own: unknown = Reflect.get(trainer, name);
    return isCallback(own) ? { [name]: own.bind(trainer) } : {};
  };
  const rest = ["read", "evalStep", "set", "inspect", "weights", "setWeights", "checkpoint", "load", "withReadout"];
  return {
    ...Object.assign({}, ...rest.map(bound)),
    async trainStep(batch: B, ask?: StepAsk): Promise<StepResult | undefined> {
      if (ask?.gradients !== true) return trainer.trainStep(batch);
      const first = await trainer.gradients(batch);
      await trainer.applyGradients(first.gradients);
      while ((await trainer.inspect()).midRound)
        await trainer.applyGradients((await trainer.gradients(batch)).gradients);
      return first;
    },
  };
}
