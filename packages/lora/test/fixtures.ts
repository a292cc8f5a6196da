import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Two models, and what PEFT 0.21 makes of them in ten steps of AdamW, in float64: fixtures/make.py writes it. */
export const at = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

export interface Case {
  readonly model: "bert" | "net";
  readonly losses: readonly number[];
  readonly logits: readonly number[];
  readonly size: number;
}

export interface Given {
  readonly labels: readonly number[];
  readonly [input: string]: readonly number[];
}

export const { lr, weightDecay, batches, cases } = JSON.parse(readFileSync(at("cases.json"), "utf8")) as {
  readonly lr: number;
  readonly weightDecay: number;
  readonly batches: Readonly<Record<Case["model"], readonly Given[]>>;
  readonly cases: Readonly<Record<string, Case>>;
};

/** The batch that the logits of a case are of. */
export const first = (model: Case["model"]): Given => batches[model][0]!;

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
