import type { Configured, StateDict } from "@descent/core";
import type { Model, Weights } from "./model.ts";

/** Statistics of one update, read together because on a GPU every read waits. */
export interface StepNumbers {
  readonly loss: number;
  /** The fraction of this batch classified correctly before the update; in a mixed one, what the targets give to the answers. */
  readonly accuracy: number;
  /** The global 2-norm of the gradients. */
  readonly gradNorm: number;
  /** The norm of the update over the norm of the parameters; near 1e-3 is healthy. */
  readonly updateRatio: number;
}

/** Images are `[n, 28, 28, 1]`, labels one byte each. */
export interface Batch {
  readonly images: Float32Array;
  readonly labels: Uint8Array;
  /** `[n, classes]`: probabilities, in place of the labels. */
  readonly targets?: Float32Array;
}

/** Weights around an update, with its gradients. The next update may change the arrays. */
export interface Look {
  readonly before: Weights;
  readonly after: Weights;
  readonly gradients: Weights;
  /** The gradients of all phases of the round, those first: one, but for rules such as SAM. */
  readonly phases: readonly Weights[];
}

/** A network in training. */
export interface Learner {
  readonly model: Model;
  /**
   * Does one update; its statistics come with a later `read`. Resolves to the seconds the optimizer alone took, or
   * undefined if this update was not timed. The hidden layer's outputs are multiplied by `kept`, `[n, units]`, in a learner
   * with dropout, which needs it in every step, as one with mixed batches needs targets. With `look`, the next `looked` tells
   * its weights and gradients.
   */
  step(batch: Batch, kept?: Float32Array, look?: boolean): Promise<number | undefined>;
  /** Weights and gradients of the last step that was looked at. */
  looked(): Look | undefined;
  /** The statistics of every step since the last call, oldest first. */
  read(): Promise<StepNumbers[]>;
  /** `[n, classes]`, one row per image. */
  logits(images: Float32Array): Promise<Float32Array>;
  weights(): Promise<Weights>;
  /** The weights to evaluate with, where the rule has others than those it trains; otherwise the same. */
  readout(): Promise<Weights>;
  state(): Promise<StateDict>;
  dispose(): void;
}

/** Throws unless a step is given what its learner was made for. */
export function checkStep(
  { targets }: Batch,
  kept: Float32Array | undefined,
  { mixed, dropout }: { readonly mixed: boolean; readonly dropout: boolean },
): void {
  if (dropout !== (kept !== undefined)) throw new Error("`kept` goes with dropout.");
  if (mixed !== (targets !== undefined)) throw new Error("`targets` go with mixed batches.");
}

/** A runtime that trains networks. All start from the same weights, so their runs are comparable. */
export interface Engine {
  readonly name: string;
  readonly version: string;
  /** In a sentence, the code that updates run as, where the engine knows. */
  readonly updates?: string;
  /** Steps between reads of their statistics; 1 if reading is free. */
  readonly readEvery: number;
  learner(start: {
    readonly model: Model;
    readonly weights: Weights;
    readonly optimizer: Configured;
    readonly state?: StateDict | undefined;
    /** Whether every step is given `kept`. */
    readonly dropout?: boolean;
    /** Whether every batch has `targets`. */
    readonly mixed?: boolean;
  }): Promise<Learner>;
}
