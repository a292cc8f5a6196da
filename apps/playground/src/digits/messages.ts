import type { Finding } from "@descent/training";
import type { Contender } from "../engine/messages.ts";
import type { Landscape, Plane } from "./landscape.ts";
import type { EngineName } from "./learner.ts";

/** A training as the page orders it. */
export interface Order {
  readonly contender: Contender;
  /** Samples in a batch. */
  readonly batch: number;
  readonly steps: number;
  readonly seed: number;
  readonly engine: EngineName;
}

/** Norms of one layer's kernel in an update that was looked at. */
export interface LayerNorms {
  readonly layer: string;
  readonly gradient: number;
  /** The norm of the update over that of the weights. */
  readonly ratio: number;
}

/** From the page to the worker. `file` is the address of the digits. */
export type Asked =
  | { readonly kind: "train"; readonly order: Order; readonly file: string }
  | { readonly kind: "pause" }
  | { readonly kind: "go" }
  /** Bytes of a picture, 28 × 28. */
  | { readonly kind: "read"; readonly image: Uint8Array }
  /** The loss around the weights as they are; `false` for `plane` stops one that is under way. */
  | { readonly kind: "landscape"; readonly plane: Plane | false; readonly seed: number; readonly file: string }
  /** A digit of the test set. */
  | { readonly kind: "sample"; readonly place: number; readonly file: string };

/** From the worker to the page. */
export type Answered =
  /** Ready to train: the engine, the numbers that are trained, and the rate, if the rule has one. */
  | { readonly kind: "ready"; readonly engine: string; readonly size: number; readonly lr: number | undefined }
  /** Losses of the updates since the last report, and norms by layer if the last of them was looked at. */
  | { readonly kind: "steps"; readonly step: number; readonly losses: readonly number[]; readonly norms?: readonly LayerNorms[]; readonly findings: readonly Finding[] } // biome-ignore format: one message
  /** The test set after an update. */
  | { readonly kind: "tested"; readonly step: number; readonly right: number; readonly loss: number }
  | { readonly kind: "done"; readonly step: number; readonly seconds: number }
  /** The share of a landscape that is measured, and the landscape; undefined where it was stopped. */
  | { readonly kind: "measuring"; readonly share: number }
  | { readonly kind: "landscape"; readonly landscape: Landscape | undefined }
  /** The probability of each digit. */
  | { readonly kind: "read"; readonly probabilities: readonly number[] }
  | { readonly kind: "sample"; readonly image: Uint8Array; readonly label: number }
  | { readonly kind: "failed"; readonly message: string };
