import { OptimizerError, type StateDict } from "@descent/core";
import {
  type HyperValue,
  isCallback,
  isFloat32Array,
  isRecord,
  knownOptions,
  shown,
  type TensorData,
  takes,
} from "@descent/core/adapter";
import type { Inspected, Model, StepResult, Weights } from "./model.ts";

/** An optimizer of `@descent/arrays`, by structure. */
export interface ArraysOptimizer {
  readonly midRound: boolean;
  reads(input: string): boolean;
  update(gradients: Readonly<Record<string, Float32Array | undefined>>, inputs?: Readonly<Record<string, never>>): void;
  withReadout<R>(use: () => R): R;
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void;
  inspect(): Inspected;
  state(): StateDict;
  load(state: StateDict): unknown;
}

/** A loss with its gradients. */
export interface Gradients extends StepResult {
  /** By the names of the parameters. */
  readonly gradients: Readonly<Record<string, Float32Array | undefined>>;
}

/** Options of `arraysModel`. */
export interface ArraysModelOptions<B> {
  /** The arrays that the optimizer steps: `data` in its `shape`, or a vector. */
  readonly parameters: Readonly<
    Record<string, Float32Array | { readonly data: Float32Array; readonly shape: readonly number[] }>
  >;
  /** One that was made for these arrays. */
  readonly optimizer: ArraysOptimizer;
  /** Loss and gradients of a batch at the present parameters. */
  readonly gradients: (batch: B) => Gradients | Promise<Gradients>;
  /** Loss and outputs of a batch; needed to validate. */
  readonly evaluate?: ((batch: B) => StepResult | Promise<StepResult>) | undefined;
}

/** A checkpoint of such a model: what a `Trainer`'s is too. */
export interface ArraysCheckpoint {
  /** Numbers and shapes, by name. */
  readonly parameters: Readonly<Record<string, TensorData>>;
  /** Its state; `encodeState` of `@descent/core` makes a file of it. */
  readonly optimizer: StateDict;
}

/**
 * Plain arrays as a model for `fit`: you compute gradients, the optimizer steps. Rules with several phases per round (SAM) ask for the
 * gradients once per phase.
 */
export function arraysModel<B>(
  options: ArraysModelOptions<B>,
): Required<Omit<Model<B>, "trainStep" | "read" | "evalStep" | "load">> &
  Pick<Model<B>, "evalStep"> & { trainStep(batch: B): Promise<StepResult>; load(checkpoint: ArraysCheckpoint): void } {
  const { parameters, optimizer, gradients, evaluate } = knownOptions("arraysModel", options, [
    "parameters",
    "optimizer",
    "gradients",
    "evaluate",
  ]);
  takes("arraysModel", "parameters by name", parameters, isRecord(parameters));
  takes(
    "arraysModel",
    "an optimizer of @descent/arrays",
    optimizer,
    isCallback(optimizer?.update) && isCallback(optimizer.reads),
  );
  takes("arraysModel", "a function `gradients` of a batch", gradients, isCallback(gradients));
  if (evaluate !== undefined) takes("arraysModel", "a function `evaluate` of a batch", evaluate, isCallback(evaluate));
  const arrays = Object.entries(parameters).map(([name, given]) => {
    const { data, shape } = isFloat32Array(given) ? { data: given, shape: [given.length] } : given;
    takes(
      `arraysModel, \`${name}\``,
      "a Float32Array, or { data, shape }",
      given,
      isFloat32Array(data) && Array.isArray(shape),
    );
    return { name, data, shape };
  });
  const setWeights = (weights: Weights): void => {
    for (const name of Object.keys(weights))
      if (!arrays.some((one) => one.name === name))
        throw new OptimizerError(`\`setWeights\`: there is no parameter \`${name}\`.`);
    const known = arrays.flatMap(({ name, data }) =>
      Object.hasOwn(weights, name) ? [{ name, data, given: weights[name]! }] : [],
    );
    for (const { name, data, given } of known)
      if (!isFloat32Array(given) || given.length !== data.length)
        throw new OptimizerError(`\`setWeights\`: \`${name}\` has ${data.length} numbers; got ${shown(given)}.`);
    for (const { data, given } of known) data.set(given);
  };
  return {
    async trainStep(batch) {
      let first: Gradients | undefined;
      try {
        do {
          const result = await gradients(batch);
          first ??= result;
          const inputs = optimizer.reads("loss") ? { loss: result.loss as never } : {}; // a number, for rules that read it
          optimizer.update(result.gradients, inputs);
        } while (optimizer.midRound);
      } catch (error) {
        if (optimizer.midRound) (optimizer as Partial<{ rewind(): void }>).rewind?.();
        throw error;
      }
      return first!; // a round has a first phase
    },
    ...(evaluate ? { evalStep: evaluate } : {}),
    withReadout: (use) => optimizer.withReadout(use),
    set: (hyper, group) => optimizer.set(hyper, group),
    inspect: () => optimizer.inspect(),
    weights: () => Object.fromEntries(arrays.map(({ name, data }) => [name, data.slice()])),
    setWeights,
    checkpoint: (): ArraysCheckpoint => ({
      parameters: Object.fromEntries(arrays.map(({ name, data, shape }) => [name, { shape, data: data.slice() }])),
      optimizer: optimizer.state(),
    }),
    load(checkpoint) {
      takes(
        "load",
        "a checkpoint: { parameters, optimizer }",
        checkpoint,
        isRecord(checkpoint) && isRecord(checkpoint.parameters),
      );
      const weights = Object.fromEntries(Object.entries(checkpoint.parameters).map(([name, { data }]) => [name, data]));
      const missing = arrays.find(({ name }) => !Object.hasOwn(weights, name));
      if (missing) throw new OptimizerError(`\`load\`: the checkpoint lacks the parameter \`${missing.name}\`.`);
      const before = Object.fromEntries(arrays.map(({ name, data }) => [name, data.slice()]));
      setWeights(weights);
      try {
        optimizer.load(checkpoint.optimizer);
      } catch (error) {
        setWeights(before);
        throw error;
      }
    },
  };
}
