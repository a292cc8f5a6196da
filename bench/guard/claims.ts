import type { Rule, UpdateTask } from "../protocol.ts";
import { RATE, STILL } from "../protocol.ts";

/** An update whose time is compared with the baseline's. */
export interface Claim {
  readonly name: string;
  readonly task: UpdateTask;
}

const claim = (name: string, who: string, rule: Rule, count: number, total: number): Claim => ({
  name,
  task: { kind: "step", who, rule, threads: 1, rate: RATE, still: STILL, count, size: total / count },
});

const one = [1, 1e5] as const; // fits the second-level cache, so that memory does not matter
const small = [200, 1e4] as const;

export const claims: readonly Claim[] = [
  claim("AdamW on arrays of `allocate`", "arrays", "adamw", ...one),
  claim("AdamW on ordinary arrays", "ordinary", "adamw", ...one),
  claim("momentum on arrays of `allocate`", "arrays", "momentum", ...one),
  claim("clipped AdamW on arrays of `allocate`", "arrays", "clip", ...one),
  claim("AdamW on 200 small tensors", "arrays", "adamw", ...small),
  claim("LAMB on 200 small tensors", "arrays", "lamb", ...small),
  claim("AdamW on one tensor of tfjs-wasm", "tfjs descent", "adamw", ...one),
  claim("AdamW on 40 small tensors of tfjs-wasm", "tfjs descent", "adamw", 40, 2000),
];
