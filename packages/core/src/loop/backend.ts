import type { Parameter, Shape } from "../parameter.ts";
import type { Program } from "../program.ts";
import type { Answer } from "./answer.ts";
import type { World } from "./world.ts";

/** One parameter's share of a step, as a backend gets it. */
export interface Job<T> {
  readonly program: Program;
  readonly parameter: Parameter;
  /** `p`, `g` and the device slots, by name: the same object as in the last step if they are the same tensors. */
  readonly tensors: Readonly<Record<string, T>>;
  /** One float64 per `program.scalars`. Jobs with equal values share the array. */
  readonly scalars: readonly number[];
  /** Which update of this parameter it is, from 1. */
  readonly t: number;
}

/** Adds numbers up over the ranks of a world, in place. */
export type ReduceSums<Done extends Answer> = (sums: Float64Array) => Done;

/** The members that both kinds of backend have; `Done` says whether they answer at once. */
interface Supplies<T, Done extends Answer> {
  /** Its name in errors. */
  readonly name: string;
  /** Throws an OptimizerError where this backend cannot run the program on this parameter. */
  check?(program: Program, parameter: Parameter): void;
  /** A new state tensor, filled, for the slot `name`. Memory may wait for `settle` or `run`. */
  slot(parameter: Parameter, shape: Shape, fill: number, name: string): T;
  /** Gives memory to the slots that wait for it. On an error they can still be freed. */
  settle?(): Done;
  /**
   * Gives `p` and the slots of every job their new values. All or nothing: on an error no tensor has changed. Where
   * ranks hold different parameters, each sum over the model is added up by `reduceSums` before it is used.
   */
  run(jobs: readonly Job<T>[], reduceSums?: ReduceSums<Done>): Done;
  /** Frees a slot. */
  free(tensor: T): void;
  /** Replaces the gradients of the jobs by their means over all ranks. Without it a backend trains in one process only. */
  reduceGradients?(jobs: readonly Job<T>[], world: World<Done>): Done;
  /** Fetches the new values of parameters that other ranks stepped, where ranks share the work. */
  gatherParameters?(jobs: readonly Job<T>[], world: World<Done>): Done;
}

/** A framework that answers at once: room for state, and a way to run traced equations over it. */
export interface Backend<T> extends Supplies<T, void> {}

/** A framework that may answer later: each promise is awaited before the step goes on. */
export interface AsyncBackend<T> extends Supplies<T, Answer> {}

/** The tensors that a step is given, by the name of the parameter. */
export type Pairs<T> =
  | Readonly<Record<string, { readonly p: T; readonly g: T }>>
  | Iterable<readonly [string, { readonly p: T; readonly g: T }]>;
