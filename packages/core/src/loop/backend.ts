import type { Drawing } from "../draws.ts";
import type { Parameter, Shape } from "../parameter.ts";
import type { Program } from "../program.ts";
import type { Answer } from "./answer.ts";
import type { World } from "./world.ts";

/**
 * One parameter's share of a step, as a backend gets it. `T` is a tensor that stays from step to step, `G` one that is
 * given for this step alone, such as a gradient.
 */
export interface Job<T, G = T> {
  readonly program: Program;
  readonly parameter: Parameter;
  /** `program.kept` by name: the same object as in the last step if they are the same tensors. */
  readonly tensors: Readonly<Record<string, T>>;
  /** `program.inputs` by name. A backend reads them during `run` and keeps none. */
  readonly inputs: Readonly<Record<string, G>>;
  /** One float64 per `program.scalars`. Jobs with equal values share the array. */
  readonly scalars: readonly number[];
  /** Which update of this parameter it is, from 1. */
  readonly t: number;
}

/** A job of another rank. */
export type OthersJob = Pick<Job<unknown>, "program" | "parameter">;

/** Adds numbers up over the ranks of a world, in place. */
export type ReduceSums<Done extends Answer> = (sums: Float64Array) => Done;

/** The first numbers of a state tensor: one number throughout, its own numbers, or a copy of those of another tensor. */
export type Start<T> = number | Float32Array | { readonly of: T };

/** Where state lives; `Done` says whether it answers at once. */
export interface Memory<T, Done extends Answer = Answer> {
  /** Its name in errors. */
  readonly name: string;
  /** Throws an OptimizerError where this backend cannot run the program on this parameter. */
  check?(program: Program, parameter: Parameter): void;
  /** A new state tensor for the slot `name`. Its memory may wait for `settle` or `run`, and a copy with it. */
  slot(parameter: Parameter, shape: Shape, start: Start<T>, name: string): T;
  /** Gives memory to the slots that wait for it. On an error they can still be freed. */
  settle?(): Done;
  /** Frees a slot. */
  free(tensor: T): void;
  /** Random numbers as an input of one step, which nobody frees; `drawn` has them. Without it rules that draw them are refused. */
  draw?(numbers: Drawing, parameter: Parameter): unknown;
  /** Whether the adapter takes gradients of some rows, and so keeps the updates of each row. */
  readonly rows?: boolean | undefined;
}

/** The members that both kinds of backend have. */
interface Supplies<T, G, Done extends Answer> extends Memory<T, Done> {
  /**
   * Gives `p` and the slots of every job their new values. All or nothing: on an error no tensor has changed. Where
   * ranks hold different parameters, each sum over the model is added up by `reduceSums` before it is used; where the loop
   * divides parameters among the ranks, `others` are the jobs that this one does not have, whose sums it takes part in.
   */
  run(jobs: readonly Job<T, G>[], reduceSums?: ReduceSums<Done>, others?: readonly OthersJob[]): Done;
  /**
   * Replaces the gradients of the jobs, and their other inputs that are not random, by their means over all ranks. Without it a
   * backend trains in one process only.
   */
  reduceGradients?(jobs: readonly Job<T, G>[], world: World<Done>): Done;
  /** Fetches the new values of parameters that other ranks stepped, where ranks share the work. */
  gatherParameters?(jobs: readonly Job<T, G>[], world: World<Done>): Done;
}

/** A framework that answers at once: room for state, and a way to run traced equations over it. */
export interface Backend<T, G = T> extends Supplies<T, G, void> {}

/** A framework that may answer later: each promise is awaited before the step goes on. */
export interface AsyncBackend<T, G = T> extends Supplies<T, G, Answer> {}

/** Some rows of a parameter that have had equally many updates, which stand for it in a step. Made by the loop. */
export interface RowPart {
  /** How many. */
  readonly rows: number;
}

/** A parameter's tensor, and what its step is given: its gradient `g`. */
export interface Share<T, G = T> {
  /** The tensor that is stepped. */
  readonly p: T;
  /** Tensors of one step by name: the gradient `g` and the rule's other inputs. */
  readonly inputs: Readonly<Record<string, G>>;
  /** Some rows that stand for the parameter; `p` and `inputs` are theirs. */
  readonly part?: RowPart | undefined;
}

/** Shares of a step, by the name of the parameter. */
export type Shares<T, G = T> = Readonly<Record<string, Share<T, G>>> | Iterable<readonly [string, Share<T, G>]>;
