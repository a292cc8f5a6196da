/// <reference lib="esnext.disposable" preserve="true" />
import type { StateDict } from "@descent/core";
import type { HyperValue, Inspection, LoadOptions, LoadReport, RowGradient } from "@descent/core/adapter";
import type { Engine } from "./options.ts";
import type { Described } from "./parameters.ts";
import type { NativeReport } from "./wasm/native.ts";

/** Parameters by name: a record, or pairs such as a Map's. */
export type ParametersOf<Name extends string> =
  | { readonly [K in Name]: Float32Array | Described }
  | Iterable<readonly [Name, Float32Array | Described]>;

/** Gradients by name: a record, or pairs such as a Map's or a generator's. */
export type GradientsOf<Name extends string> =
  | { readonly [K in Name]?: Float32Array | RowGradient | undefined }
  | Iterable<readonly [Name, Float32Array | RowGradient]>;

/** Arrays by name: a record, or pairs such as a Map's. */
export type ArraysOf<Name extends string> =
  | { readonly [K in Name]?: Float32Array | undefined }
  | Iterable<readonly [Name, Float32Array]>;

/** The inputs of rules besides gradients, by name: a number, or arrays by parameter. */
export type InputsOf<Name extends string> = Readonly<Record<string, number | ArraysOf<Name>>>;

/** Options of an update. */
export interface UpdateOptions {
  /**
   * How many examples the gradients are the mean of: in a world, ranks with more of them count more. Without it all count the same.
   */
  readonly examples?: number | undefined;
}

/** The present condition of an optimizer of arrays. */
export interface ArraysInspection extends Inspection {
  /** The loops that run as machine code since the last update, and why others do not; only with the option `native`. */
  readonly native?: NativeReport;
}

/** Steps Float32Arrays in place. `using` disposes of it. */
export interface Optimizer<Name extends string = string> {
  /** Updates done. */
  readonly step: number;
  /** The phase that the next update carries out: `update`, but for rules that ask for several gradients per round. */
  readonly phase: string;
  /** Whether a round of several phases is under way: `do opt.update(gradient()); while (opt.midRound);` finishes one. */
  readonly midRound: boolean;
  /** Whether a rule here reads this input, so that `update` must be given it. */
  reads(input: string): boolean;
  /** Whether the next update of all parameters must be given it: not in steps in which `when` leaves out what reads it. */
  readsNext(input: string): boolean;
  /** The engine that runs its kernels. */
  readonly engine: Engine;
  /** Threads that take part now: 1 until all workers have started. */
  readonly threads: number;
  /** Bytes that the state takes in this process: 0 before the first update. */
  readonly stateBytes: number;
  /**
   * One update of the parameters whose gradients are given. A parameter without one is left as it is, state and decay
   * included; so are rows that a gradient `{ rows, data }` does not have, each of which counts its own updates. `inputs` are
   * what the rule reads besides: `{ loss }`, or `{ h: { w: … } }` by parameter. Throws an OptimizerError, and changes nothing,
   * for an unknown name or a gradient that does not fit, and for gradients of rows where a rule takes sums over them. A generator, as
   * of a backward pass, may yield all gradients in the same memory: they are copied, or with `shard: "gradients"` each is exchanged
   * before the next is asked for, so that no rank ever holds all of them; tied parameters and `inputs` by parameter still copy all.
   */
  update(gradients: GradientsOf<Name>, inputs?: InputsOf<Name>, options?: UpdateOptions): void;
  /**
   * Calls `use` while the parameters are those to evaluate with, where a rule has such (the average of `ema`, the `x` of
   * schedule-free rules); afterwards, on errors too, they are bit for bit what they were. `use` may return a promise.
   */
  withReadout<R>(use: () => R): R;
  /**
   * For operations of an elastic world outside `update`, such as a mean of losses: call it with the error that one threw. If ranks are
   * gone, the others go on without them from the same step, and it returns true; false where the error has another cause.
   */
  survives(error: unknown): boolean;
  /** Takes the parameters back to where a round of several phases began, as if it had not. */
  rewind(): void;
  /** Changes hyper-parameters from the next update on, in one group or in all that have them. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void;
  /** The groups with their rules and current hyper-parameters, and the state of every parameter. */
  inspect(): ArraysInspection;
  /** A copy of the state by name, without the parameters themselves. With `shard` all ranks must call it, and each gets all of it. */
  state(): StateDict;
  /** Resumes from a state, bit for bit; strict by default. Changes nothing on an error. */
  load(state: StateDict, options?: LoadOptions): LoadReport;
  /**
   * Trains more parameters from the next update on; TypeScript knows their names in what it returns, which is the same
   * optimizer. Throws, and takes none, where one has a name that is taken, no group, or numbers of another.
   */
  add<const More extends string>(parameters: ParametersOf<More>): Optimizer<Name | More>;
  /** Forgets parameters and frees their state. The rest is untouched. */
  remove<const Gone extends Name>(...names: readonly Gone[]): Optimizer<Exclude<Name, Gone>>;
  /** Gives parameters other names, `{ old: "new" }`; they keep their state. Throws where a name is taken or has another rule. */
  rename(names: { readonly [K in Name]?: string }): Optimizer;
  /**
   * Goes on with other arrays for parameters of the same size, whose state they keep: those of a WebAssembly memory that
   * grew, for example. Their numbers are taken as they are.
   */
  rebind(parameters: ArraysOf<Name>): void;
  /** Frees the state and ends the threads. The parameters stay. */
  dispose(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}
