import { optimizer } from "@descent/arrays";
import { OptimizerError, rule } from "@descent/core";
import { configured, Loop, type RuleSpec, type Slots } from "@descent/core/adapter";
import { describe, expect, test } from "vitest";
import { plain } from "./plain.ts";

const spec = (state: Slots, update: Readonly<Record<string, string>>, hyper = { lr: 0.1 }): RuleSpec => ({
  id: "probe",
  title: "Probe",
  paper: "",
  hyper,
  state,
  update,
});
const started = (of: RuleSpec, shape: readonly number[], options = {}, name = "w") => {
  const data = Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => i + 1);
  const before = [...data];
  const opt = optimizer({ [name]: { data, shape } }, configured(of, options));
  opt.update({ [name]: data.map(() => 1) });
  const slots = Object.fromEntries(
    Object.entries(opt.state().tensors).map(([key, { shape, data }]) => [key, { shape, data: [...data] }]),
  );
  return { opt, before, slots };
};

describe("state starts", () => {
  const still = { p: "p - lr * g" };
  test("as the parameter was before its first update", () => {
    const { slots, before } = started(spec({ z: { init: "p" }, y: "p" }, still), [2, 3]);
    expect(slots["z/w"]).toEqual({ shape: [2, 3], data: before });
    expect(slots["y/w"]).toEqual(slots["z/w"]);
  });
  test("as the identity, of its own size or the parameter's", () => {
    const { slots } = started(spec({ L: { place: ["rows", "rows"], init: "eye" }, e: { init: "eye" } }, still), [2, 3]);
    expect(slots).toEqual({
      "L/w": { shape: [2, 2], data: [1, 0, 0, 1] },
      "e/w": { shape: [2, 3], data: [1, 0, 0, 0, 1, 0] },
    });
  });
  test("as normal numbers that depend on the slot's and the parameter's name and on nothing else", () => {
    const of = spec({ Q: { place: ["cols", 40], init: "normal" } }, still);
    const { data } = started(of, [50, 60]).slots["Q/w"]!;
    expect(data).toEqual(started(of, [50, 60]).slots["Q/w"]!.data);
    expect(data).not.toEqual(started(of, [50, 60], {}, "v").slots["Q/v"]!.data);
    const moment = (k: number): number => data.reduce((sum, x) => sum + x ** k, 0) / data.length;
    expect(data).toHaveLength(60 * 40);
    // Four standard errors of 2400 numbers.
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(2400));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 2400));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 2400));
  });
  test.each([
    [{ s: { place: "scalar", init: "eye" } }, "the state `s` starts as `eye`, and has one number"],
    [{ s: { place: "host", init: "p" } }, "starts as `p`, and has one number, kept on the host"],
    [{ s: { place: ["rows", "rows"], init: "p" } }, "starts as `p`, and has a size of its own"],
    [{ s: { init: "eyes" } }, "neither one of its options nor `p`, `eye`, `normal`. Did you mean `eye`?"],
  ] as const)("not as %o", (state, why) => {
    expect(() => rule(spec(state as Slots, still) as never)).toThrow(why);
  });
  test.each([
    ["three sides", ["rows", "rows", "rows"]],
    ["an unknown option", ["rows", "rnak"]],
    ["no number at all", ["rows", 0]],
  ])("nor with %s", (_, place) => {
    expect(() => rule(spec({ s: { place, init: 0 } } as unknown as Slots, still) as never)).toThrow(OptimizerError);
  });
  test("no option may have the name of a start", () => {
    expect(() => rule(spec({}, { p: "p - lr * g * eye" }, { lr: 0.1, eye: 2 } as never) as never)).toThrow("Rename");
  });
});

describe("an option that sizes a state", () => {
  const of = spec({ Q: { place: ["cols", "rank"], init: 0 } }, { Q: "Q + g' @ (g @ Q) / rank", p: "p - lr * g" }, {
    lr: 0.1,
    rank: 2.5,
  } as never);
  test("is rounded up, is at most the smaller side, and is in equations what the state has", () => {
    expect(started(of, [5, 7]).slots["Q/w"]!.shape).toEqual([7, 3]);
    expect(started(of, [5, 7], { rank: 4 }).slots["Q/w"]!.shape).toEqual([7, 4]);
    expect(started(of, [5, 7], { rank: 99 }).slots["Q/w"]!.shape).toEqual([7, 5]);
    expect(started(of, [7]).slots["Q/w"]!.shape).toEqual([7, 1]);
    const counted = spec({ Q: { place: ["rows", "rank"], init: 0 } }, { Q: "Q + rank", p: "p - lr * g" }, {
      lr: 0.1,
      rank: 99,
    } as never);
    expect(started(counted, [1, 2]).slots["Q/w"]!.data).toEqual([1]);
  });
  test("is a number, and stays what it is", () => {
    expect(() => configured(of, { rank: () => 2 })).toThrow(
      "`rank` sizes its state, which cannot change with a schedule",
    );
    const { opt } = started(of, [5, 7], { rank: 2 });
    expect(() => opt.set({ rank: 3 })).toThrow("`rank` sizes its state, and cannot be changed");
    opt.set({ rank: 2, lr: 1 });
    expect(() => started(of, [5, 7], { rank: -1 })).toThrow("must be a number above 0; got -1");
  });
  test("must be the saved one when a state is loaded", () => {
    const state = started(of, [5, 7], { rank: 2 }).opt.state();
    expect(() => started(of, [5, 7], { rank: 3 }).opt.load(state)).toThrow(
      "`w` has a state `Q` of shape [7,2], which should be [7,3]",
    );
  });
});

describe("facts", () => {
  const counted = spec(
    { n: { place: "host", init: 0 }, d: { place: "host", init: 0 } },
    { n: "count", d: "ndim", p: "p - lr * g" },
  );
  test("`count` is how many numbers are trained now, `ndim` the dimensions of the parameter", () => {
    const loop = new Loop(plain, configured(counted, {}));
    const step = (name: string, shape: readonly number[]): number[] => {
      const p = new Float64Array(shape.reduce((n, d) => n * d, 1));
      loop.update({ [name]: { p, inputs: { g: p } } });
      return Object.values(loop.meta().parameters[name]!.host!);
    };
    loop.add([
      { name: "a", shape: [2, 3] },
      { name: "b", shape: [4] },
    ]);
    expect(step("a", [2, 3])).toEqual([10, 2]);
    loop.add([{ name: "c", shape: [2, 2, 5] }]);
    expect(step("a", [2, 3])).toEqual([30, 2]);
    expect(step("c", [2, 2, 5])).toEqual([30, 3]);
    loop.remove("b");
    expect(step("a", [2, 3])).toEqual([26, 2]);
  });
});
