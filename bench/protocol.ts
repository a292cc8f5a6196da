import type { ModelName } from "./models.ts";

/** The rate of the first steps, whose losses are compared … */
export const RATE = 1e-3;
/** … and of those that are timed: a batch learnt by heart has gradients near zero, and tiny numbers are slow to compute with. */
export const STILL = 1e-9;

/** What an update is by. `limit` is none: AdamW's reads and writes with hardly any arithmetic, which is what memory allows. */
export type Rule = "adamw" | "momentum" | "lion" | "lamb" | "clip" | "limit";
/** Steps after which contenders of an update are compared. */
export const PROOF = 5;

/** What a contender is to do. Each lives in a process with others of its kind at most, and is asked to run in turns. */
export type Task =
  | {
      readonly kind: "training";
      /** Who: a name that the process knows. */
      readonly who: string;
      readonly model: ModelName;
      /** Where the weights and the batch lie, for a process that cannot build the model itself. */
      readonly folder: string;
      readonly threads: number;
      /** Losses of so many steps are told, for comparison. */
      readonly check: number;
    }
  | {
      readonly kind: "step";
      readonly who: string;
      readonly rule: Rule;
      readonly threads: number;
      /** The rate of the first steps, which show that the work is the same … */
      readonly rate: number;
      /** … and of those that are timed. */
      readonly still: number;
      /** So many tensors … */
      readonly count: number;
      /** … of so many parameters. */
      readonly size: number;
      /** Every step is done so many times: what a guard must notice. */
      readonly repeat?: number;
    };

export type UpdateTask = Task & { readonly kind: "step" };

export type Request =
  | { readonly load: Task; readonly id: string }
  | { readonly go: string; readonly ms: number; readonly least: number }
  | { readonly drop: string };

/** Answers are lines that start so; whatever else a library prints is no answer. */
export const MARK = "@answer ";

/** One turn of a contender. */
export interface Turn {
  /** Milliseconds of each step. */
  readonly times: readonly number[];
  /** Seconds of processor time per second that passed: below the number of threads, the machine had other work. */
  readonly busy: number;
}

export type Answer =
  | { readonly loaded: true; readonly proof?: readonly number[]; readonly versions: Readonly<Record<string, string>> }
  | { readonly absent: string }
  | Turn
  | { readonly dropped: true };
