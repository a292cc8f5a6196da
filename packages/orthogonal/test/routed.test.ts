import { adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { matrices, partition } from "@descent/core";
import { expect, test } from "vitest";
import { muon } from "../src/index.ts";

const axes = { out: [0], in: [1] };
const given = (shape: readonly number[], role?: string): object => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
  shape,
  axes: shape.length > 1 ? axes : undefined,
  role,
});

test("muon gets the matrices that `partition` routes to it, and inspect() reports who got what", () => {
  const model = {
    hidden: given([4, 3]),
    "hidden.bias": given([4], "bias"),
    embed: given([5, 3], "embedding"),
    norm: given([4], "norm"),
  } as never;
  const rules = partition({ muon: muon({ lr: 0.02 }), rest: adamw({ lr: 1e-3 }) }, { muon: matrices });
  const { groups, parameters } = optimizer(model, rules).inspect();
  expect(Object.keys(groups)).toEqual(["muon", "rest"]);
  expect(groups.muon).toMatchObject({ rule: "Muon", parameters: ["hidden"], hyper: { lr: 0.02 } });
  expect(groups.rest).toMatchObject({
    rule: "AdamW",
    parameters: ["hidden.bias", "embed", "norm"],
    hyper: { lr: 1e-3 },
  });
  expect(Object.fromEntries(Object.entries(parameters).map(([name, { group }]) => [name, group]))).toEqual({
    hidden: "muon",
    "hidden.bias": "rest",
    embed: "rest",
    norm: "rest",
  });
});

test("a parameter that muon cannot step is refused by name where it is routed there", () => {
  const rules = partition({ muon: muon(), rest: adamw() }, (p) => (p.name === "b" ? "muon" : "rest"));
  expect(() => optimizer({ w: given([4, 3]), b: given([4]) } as never, rules)).toThrow(/muon.*`b`|`b`.*muon/i);
});
