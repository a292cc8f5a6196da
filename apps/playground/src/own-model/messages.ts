import type { Contender } from "../engine/messages.ts";

/** Ways to train a model: the weights that were trained, or a LoRA beside them. */
export const methods = ["whole", "lora"] as const;
/** Losses that are offered. */
export const losses = ["cross-entropy", "squared", "binary"] as const;
/** Where samples come from: numbers that are made up, MNIST's digits, a file of the reader's. */
export const sources = ["made-up", "digits", "csv"] as const;

/** How a model is trained. */
export interface ModelSettings {
  readonly rule: string;
  readonly lr?: number | undefined;
  readonly method: (typeof methods)[number];
  readonly rank: number;
  readonly loss: (typeof losses)[number];
  readonly data: (typeof sources)[number];
  readonly batch: number;
  readonly steps: number;
}

/** An input or an output of a model. */
export interface Port {
  readonly name: string;
  readonly elem: string;
  /** Sizes, or the names of those that a batch decides. */
  readonly shape: readonly (number | string)[];
}

/** A tensor in the report. */
export interface ReportRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trained: boolean;
  readonly because: string;
}

/** From the page to the worker. */
export type Asked =
  | { readonly kind: "open"; readonly bytes: Uint8Array }
  | { readonly kind: "example" }
  | { readonly kind: "train"; readonly settings: Omit<ModelSettings, "rule" | "lr">; readonly contender: Contender; readonly csv: string; readonly file: string } // biome-ignore format: one message
  | { readonly kind: "stop" }
  | { readonly kind: "save" };

/** From the worker to the page. */
export type Answered =
  | { readonly kind: "opened"; readonly bytes: number; readonly inputs: readonly Port[]; readonly outputs: readonly Port[]; readonly rows: readonly ReportRow[]; readonly notes: readonly string[] } // biome-ignore format: one message
  /** Ready to train: how many numbers are trained, of how many, and the rate, if the rule has one. */
  | { readonly kind: "ready"; readonly trained: number; readonly lr: number | undefined; readonly layers: readonly string[]; readonly samples: number } // biome-ignore format: one message
  | { readonly kind: "steps"; readonly step: number; readonly losses: readonly number[] }
  | { readonly kind: "done"; readonly step: number; readonly seconds: number }
  | { readonly kind: "saved"; readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[] }
  | { readonly kind: "failed"; readonly message: string };
