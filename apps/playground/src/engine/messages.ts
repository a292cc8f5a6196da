import type { Basins } from "@descent/viz/races";

/* The messages between the page and its workers. Everything in them can be cloned. */

/** One rule in a race: of the catalogue by id, or the reader's own as text. */
export interface Contender {
  readonly rule: string;
  readonly text?: string | undefined;
  /** Its own rate, where each has one. */
  readonly lr?: number | undefined;
}

/** How rates are chosen: the best of a sweep, one for all, each rule's default, or each its own. */
export type Fairness = "best" | "same" | "defaults" | "own";

/** The conditions that all contenders share. */
export interface Conditions {
  /** The formula. */
  readonly surface: string;
  readonly start: readonly [number, number];
  readonly steps: number;
  /** How many of the terms that the formula adds up a step sees; 0 for all. */
  readonly batch: number;
  /** The deviation of the noise on gradients; 0 for no noise. */
  readonly noise: number;
  readonly seed: number;
  /** The length that gradients are clipped to; 0 for no clipping. */
  readonly clip: number;
  /** A factor of the rate as an equation in `step` and `steps`; empty for no schedule. */
  readonly schedule: string;
}

/** The path of one contender, or why it has none. */
export type Outcome =
  | {
      readonly x: Float32Array;
      readonly y: Float32Array;
      readonly loss: Float64Array;
      readonly gradients: number;
      readonly lr: number | undefined;
      readonly stopped?: { readonly step: number; readonly because: string } | undefined;
      /** The last loss at each rate, where the best was chosen. */
      readonly tried?: { readonly rates: readonly number[]; readonly losses: readonly number[] } | undefined;
    }
  | { readonly error: string };

/** A complaint about a text: where, and what. Lines and columns count from 0. */
export interface Complaint {
  readonly message: string;
  readonly line: number;
  readonly column?: number | undefined;
}

/** A typed rule that makes sense: its formula, its options, its cost. */
export interface Described {
  readonly mathml: string;
  readonly options: readonly {
    readonly name: string;
    readonly value: number;
    readonly least: number | null;
    readonly below: number | null;
  }[];
  /** State per element of a parameter, in bytes. */
  readonly bytes: number;
  /** Passes over memory per step. */
  readonly passes: number;
}

/** A slot of state, or the gradient, over a race: its two numbers after each step, from the start on. */
export interface Slot {
  readonly name: string;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Where the starts of a map stood in the midst of a race. */
export interface Swarm {
  /**
   * For each frame, for each start: x and y from 0, the view's least, to 65,534, its most; an x of 65,535 is out of view.
   */
  readonly places: Uint16Array;
  /** Steps from one frame to the next; the first is before any step, and the last may come sooner. */
  readonly every: number;
}

/** Every question to a worker, with its answer. */
export interface Calls {
  race: {
    asks: { conditions: Conditions; contenders: readonly Contender[]; fairness: Fairness; rate: number };
    gives: readonly Outcome[];
  };
  field: {
    asks: {
      surface: string;
      x: readonly [number, number];
      y: readonly [number, number];
      columns: number;
      rows: number;
    };
    gives:
      | { values: Float64Array; mathml: string; least: { at: readonly [number, number]; value: number } }
      | { complaint: Complaint };
  };
  sweep: {
    asks: { conditions: Conditions; contender: Contender; rates: readonly number[]; seeds: readonly number[] };
    gives: { losses: readonly (readonly number[])[]; diverged: readonly number[]; start: number } | { error: string };
  };
  basins: {
    asks: {
      conditions: Conditions;
      contender: Contender;
      x: readonly [number, number];
      y: readonly [number, number];
      columns: number;
      rows: number;
    };
    gives: (Pick<Basins, "indices" | "ends" | "underway"> & { swarm: Swarm }) | { error: string };
  };
  explain: {
    asks: { conditions: Conditions; contender: Contender; step: number };
    gives: { x: string; y: string } | { error: string };
  };
  slots: {
    asks: { conditions: Conditions; contender: Contender };
    gives: { slots: readonly Slot[] } | { error: string };
  };
  text: { asks: { rule: string }; gives: { text: string; title: string; paper: string } | { because: string } };
  check: { asks: { text: string }; gives: Described | { complaint: Complaint } };
  emit: {
    asks: { text: string; title: string; target: "torch" | "optax" | "numpy" | "c" | "wgsl" | "latex" };
    gives: { code: string } | { because: string };
  };
  schedule: {
    asks: { text: string; steps: number };
    gives: { values: Float64Array; mathml: string } | { complaint: Complaint };
  };
}
/** The name of a call. */
export type CallName = keyof Calls;

/** A question to a worker. */
export type Question = {
  [K in CallName]: { readonly id: number; readonly name: K; readonly asks: Calls[K]["asks"] };
}[CallName];
/** Its answer; `failed` is a fault of ours. */
export type Answer =
  /** The worker has started and takes up the question: from here on its time counts. */
  | { readonly id: number; readonly begun: true }
  | { readonly id: number; readonly gives: unknown }
  | { readonly id: number; readonly failed: string };
