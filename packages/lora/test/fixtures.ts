import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Two models, and what PEFT 0.21 makes of them in ten steps of AdamW, in float64: fixtures/make.py writes it. */
export const at = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

export interface Case {
  /** "quantized" is another BERT, in blocks of four bits, exported from within a wrapper; it takes the batches of "bert". */
  readonly model: "bert" | "net" | "quantized";
  readonly losses: readonly number[];
  readonly logits: readonly number[];
  readonly size: number;
}

export interface Given {
  readonly labels: readonly number[];
  readonly [input: string]: readonly number[];
}

const file = JSON.parse(readFileSync(at("cases.json"), "utf8")) as {
  readonly lr: number;
  readonly weightDecay: number;
  readonly batches: Readonly<Record<"bert" | "net", readonly Given[]>>;
  readonly cases: Readonly<Record<string, Case>>;
};

export const { lr, weightDecay, cases } = file;

/** The batches of a model, in turn. */
export const batches = (model: Case["model"]): readonly Given[] => file.batches[model === "net" ? "net" : "bert"];

/** The batch that the logits of a case are of. */
export const first = (model: Case["model"]): Given => batches(model)[0]!;

/** The inputs of a batch, without its labels. */
export const feeds = ({
  labels: _,
  ...inputs
}: Given): Record<string, { data: Float32Array | BigInt64Array; dims: number[] }> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, data]) =>
      name === "x"
        ? [name, { data: Float32Array.from(data), dims: [4, 2, 6, 6] }]
        : [name, { data: BigInt64Array.from(data, BigInt), dims: [4, 6] }],
    ),
  );

/** Float32 against float64: ten steps of a rate of 0.01 move weights by up to 0.1. */
export const close = 1e-5;
