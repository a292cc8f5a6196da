import type { Configured } from "@descent/core";
import type { Weights } from "./net.ts";

/** The engines, as links name them. */
export const engines = ["wasm", "webgpu", "onnxruntime"] as const;
/** The name of an engine. */
export type EngineName = (typeof engines)[number];

/** A batch as the net takes it. */
export interface Batch {
  readonly images: Float32Array;
  readonly labels: Uint8Array;
}

/** An update. Weights around it and its gradients are there if they were asked for. */
export interface Step {
  /** Before the update, the mean over the batch. */
  readonly loss: number;
  readonly look?: { readonly before: Weights; readonly after: Weights; readonly gradients: Weights } | undefined;
}

/** The net in an engine, with an optimizer that trains it. */
export interface Learner {
  /** The engine in words. */
  readonly engine: string;
  step(batch: Batch, look: boolean): Promise<Step>;
  /** A logit of each digit for each picture, at the weights that the rule hands out for use. */
  logits(images: Float32Array): Promise<Float32Array>;
  /** The mean loss over pictures with other weights; nothing is changed. */
  lossAt(weights: Weights, batch: Batch): Promise<number>;
  weights(): Promise<Weights>;
  dispose(): Promise<void>;
}

/** Prepares the net in an engine. */
export type Start = (configured: Configured, weights: Weights) => Promise<Learner>;

/** The engine's code, loaded when it is asked for. */
export async function starter(name: EngineName): Promise<Start> {
  if (name === "onnxruntime") return (await import("./onnxruntime.ts")).start;
  const { starterOf } = await import("./tfjs.ts");
  return starterOf(name);
}
