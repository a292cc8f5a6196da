import type { Configured, StateDict } from "@descent/core";
import type { Model, Weights } from "./model.ts";

/** What one update was like: all four are read together, since on a GPU every read waits. */
export interface StepNumbers {
  readonly loss: number;
  /** The part of this batch that was right, before the update. */
  readonly accuracy: number;
  /** The 2-norm of all gradients together. */
  readonly gradNorm: number;
  /** How far all parameters moved together, as a part of their own norm; near 1e-3 is healthy. */
  readonly updateRatio: number;
}

/** A network in training. Images are `[n, 28, 28, 1]` float32, labels one byte each. */
export interface Learner {
  /**
   * Does one update; its numbers come with a later `read`. Gives the seconds that the optimizer alone took, or nothing
   * where this update was not timed.
   */
  step(images: Float32Array, labels: Uint8Array): Promise<number | undefined>;
  /** The numbers of every step since the last call, oldest first. */
  read(): Promise<StepNumbers[]>;
  /** `[n, 10]`, one row per image. */
  logits(images: Float32Array): Promise<Float32Array>;
  weights(): Promise<Weights>;
  state(): Promise<StateDict>;
  /** The network in the engine's own format: files by name. */
  files(): Promise<Readonly<Record<string, string | Uint8Array>>>;
  dispose(): void;
}

/** What computes: one per runtime. All start from the same numbers, so their runs can be compared. */
export interface Engine {
  readonly name: string;
  readonly version: string;
  /** How many steps to do before their numbers are read: 1 where reading is free. */
  readonly readEvery: number;
  learner(start: {
    readonly model: Model;
    readonly weights: Weights;
    readonly optimizer: Configured;
    readonly state?: StateDict | undefined;
  }): Promise<Learner>;
}
