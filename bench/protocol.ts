import type { ModelName } from "./models.ts";

/** The rate of the first steps, whose losses are compared … */
export const RATE = 1e-3;
/** … and of those that are timed: a batch learnt by heart has gradients near zero, and tiny numbers are slow to compute with. */
export const STILL = 1e-9;

/** The rule of an update. `limit` is AdamW's reads and writes with hardly any arithmetic, which shows what memory allows. */
export type Rule = "adamw" | "momentum" | "lion" | "lamb" | "clip" | "limit";
/** The number of steps after which the parameters of contenders are compared. */
export const PROOF = 5;

/** The work of a contender. It shares a process with others of its kind at most, and runs in turns. */
export type Task =
  | {
      readonly kind: "training";
      /** The contender's name within its process. */
      readonly who: string;
      readonly model: ModelName;
      /** The folder with the weights and the batch, for a process that cannot build the model itself. */
      readonly folder: string;
      readonly threads: number;
      /** The number of first losses to report, for comparison. */
      readonly check: number;
    }
  | {
      /** A model in a file, which the process did not build: its peak memory is the training's. */
      readonly kind: "memory";
      readonly who: "file";
      readonly folder: string;
      readonly threads: number;
      readonly check: number;
      /** Whether LoRA adapters of rank 8 are trained, and not the model … */
      readonly lora: boolean;
      /** … and on which layers, by the ends of their names. */
      readonly targets: readonly string[];
      /** Whether blocks of the model are computed again in the backward pass. */
      readonly blocks?: boolean;
      /** Whether the C library keeps what a step frees. */
      readonly kept?: boolean;
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
      /** The number of tensors … */
      readonly count: number;
      /** … and the parameters in each. */
      readonly size: number;
      /** How often every step is done: a guard must notice 2. */
      readonly repeat?: number;
    };

/** A rule or function of matrices, of which a process computes one step after the other. */
export interface MatrixTask {
  readonly kind: "matrices";
  readonly work: "muon" | "products" | "shampoo" | "soap" | "qr" | "eigh";
  readonly rows: number;
  readonly cols: number;
}

export type UpdateTask = Task & { readonly kind: "step" };

export type Request =
  | { readonly load: Task | MatrixTask; readonly id: string }
  | { readonly go: string; readonly ms: number; readonly least: number }
  | { readonly drop: string };

/** The start of a line that is an answer; libraries print other lines. */
export const MARK = "@answer ";

/** One turn of a contender. */
export interface Turn {
  /** Milliseconds of each step. */
  readonly times: readonly number[];
  /** Processor time over elapsed time. If it is below the number of threads, the machine had other work. */
  readonly busy: number;
  /** The most memory that its process ever had, in bytes; an earlier checkout does not say. */
  readonly peak?: number;
}

export type Answer =
  | { readonly loaded: true; readonly proof?: readonly number[]; readonly versions: Readonly<Record<string, string>> }
  | { readonly absent: string }
  | Turn
  | { readonly dropped: true };
