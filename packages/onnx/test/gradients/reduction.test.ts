import { describe } from "vitest";
import { type Case, type Feed, Feeds, run } from "../check.ts";

const f = new Feeds(3);
const forms: readonly [string, readonly number[] | undefined, Record<string, number>][] = [
  ["over one axis", [1], {}],
  ["over two, one counted from the end", [1, -1], { keepdims: 1 }],
  ["over one, which vanishes", [-2], { keepdims: 0 }],
  ["over two, which vanish", [0, 2], { keepdims: 0 }],
  ["over all", undefined, {}],
  ["over all, to a scalar", undefined, { keepdims: 0 }],
  ["over none", undefined, { noop_with_empty_axes: 1 }],
];
const cases = (op: string, x: Feed, more: Partial<Case> = {}): Case[] =>
  forms.map(([name, axes, attributes]) => ({
    name: `${op} ${name}`,
    inputs: { x },
    symbolic: { x: ["batch", 3, "width"] },
    build: (g) => g.op(op, axes === undefined ? ["x"] : ["x", g.ints(axes)], attributes)[0]!,
    ...more,
  }));

describe("reductions", () => {
  const any = f.float([2, 3, 4]);
  const apart = f.apart([2, 3, 4]);
  run([
    ...["ReduceSum", "ReduceMean", "ReduceSumSquare", "ReduceLogSumExp", "ReduceL2"].flatMap((op) => cases(op, any)),
    ...cases("ReduceL1", apart, { targets: ["cpu", "webgpu"] }),
    ...["ReduceMax", "ReduceMin"].flatMap((op) => cases(op, apart)),
    ...cases("ReduceProd", f.float([2, 3, 4], 0.5, 1.5)),
    ...cases("ReduceLogSum", f.float([2, 3, 4], 0.5, 1.5)),
    {
      name: "ReduceProd, one element zero in a row and two in another",
      inputs: { x: { elem: "float32", dims: [3, 3], data: [0, 2, 3, 1.5, 2.5, 0.5, 0, 0, 2], diff: true } },
      once: "of the product of the others the zeros of the rule's masks say nothing",
      build: (g) => g.op("ReduceProd", ["x", g.ints([1])])[0]!,
    },
    {
      name: "axes that only the run tells",
      inputs: { x: any, axes: { elem: "int64", dims: [1], data: [1], diff: false } },
      build: (g) => g.op("ReduceMean", [g.op("ReduceSumSquare", ["x", "axes"], { keepdims: 0 })[0]!, "axes"])[0]!,
    },
  ]);
});
