import { adam } from "@descent/adam";
import { allocate, optimizer } from "@descent/arrays";
import { type Configured, OptimizerError, partition, rule } from "@descent/core";
import { momentum } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import { describe, expect, test } from "vitest";

const numbers = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233));
/** The parameter after that many steps, alone. */
function alone(start: Float32Array, gradients: readonly Float32Array[], configured: Configured = adam()): Float32Array {
  const w = start.slice();
  const opt = optimizer({ w }, configured);
  for (const g of gradients) opt.update({ w: g });
  return w;
}
const g = (k: number, length = 6): Float32Array => numbers(length, 100 + k);

describe.each(["wasm", "interpreter"] as const)("parameters come and go (%s)", (engine) => {
  test("one that is added trains as if it were alone, and the others as if it were not there", () => {
    const [a, b] = [numbers(6, 1), numbers(6, 2)];
    const [startA, startB] = [a.slice(), b.slice()];
    const opt = optimizer({ a }, adam(), { engine });
    opt.update({ a: g(0) });
    const grown = opt.add({ b });
    grown.update({ a: g(1), b: g(2) });
    grown.update({ b: g(3) });
    expect(a).toEqual(alone(startA, [g(0), g(1)]));
    expect(b).toEqual(alone(startB, [g(2), g(3)]));
    expect(Object.keys(opt.inspect().parameters)).toEqual(["a", "b"]);
  });

  test("one that is in the middle of a round is not removed from where it climbed to, nor is another with it", () => {
    const [a, b, c] = [numbers(6, 1), numbers(6, 2), numbers(6, 3)];
    const opt = optimizer({ a, b, c }, sam(momentum()), { engine });
    const starts = [a, b, c].map((p) => p.slice());
    opt.update({ a: g(0), b: g(1) });
    expect(() => opt.remove("c", "b")).toThrow(
      "`b` is in the middle of a round, before the phase `update`. Finish the round before you remove it, or take it back: rewind().",
    );
    expect(Object.keys(opt.inspect().parameters)).toEqual(["a", "b", "c"]);
    opt.rewind();
    expect([a, b, c]).toEqual(starts);
    expect(Object.keys(opt.remove("c", "b").inspect().parameters)).toEqual(["a"]);
  });

  test("one that is removed is forgotten with its state, and may come again", () => {
    const [a, b] = [numbers(6, 1), numbers(6, 2)];
    const startA = a.slice();
    const opt = optimizer({ a, b }, adam(), { engine });
    opt.update({ a: g(0), b: g(1) });
    const left = b.slice();
    const fewer = opt.remove("b");
    expect(Object.keys(opt.state().tensors)).toEqual(["m/a", "v/a"]);
    expect(() => opt.update({ b: g(2) })).toThrow("There is a gradient for `b`, which is not a parameter here");
    fewer.update({ a: g(3) });
    expect(b).toEqual(left);
    const again = fewer.add({ b });
    again.update({ b: g(4) });
    expect(b).toEqual(alone(left, [g(4)]));
    expect(a).toEqual(alone(startA, [g(0), g(3)]));
  });

  test("one that is renamed keeps its state", () => {
    const a = numbers(6, 1);
    const start = a.slice();
    const opt = optimizer({ a, b: numbers(3, 2) }, adam(), { engine });
    opt.update({ a: g(0) });
    const renamed = opt.rename({ a: "encoder/a", b: "a" });
    renamed.update({ "encoder/a": g(1) });
    expect(a).toEqual(alone(start, [g(0), g(1)]));
    expect(Object.keys(renamed.state().tensors)).toEqual(["m/encoder/a", "v/encoder/a"]);
    expect(renamed.inspect().parameters["encoder/a"]!.t).toBe(2);
  });

  test("one that is bound to another array goes on there", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
    const view = (): Float32Array => new Float32Array(memory.buffer, 1024, 6);
    view().set(numbers(6, 1));
    const opt = optimizer({ w: view() }, adam(), { engine });
    opt.update({ w: g(0) });
    memory.grow(1);
    expect(() => opt.update({ w: g(1) })).toThrow("Was its buffer transferred to a worker, or a memory grown?");
    opt.rebind({ w: view() });
    opt.update({ w: g(1) });
    expect(view()).toEqual(alone(numbers(6, 1), [g(0), g(1)]));
  });
});

describe("is refused, and changes nothing", () => {
  const make = () =>
    optimizer({ a: numbers(6, 1), b: numbers(6, 2) }, partition({ a: adam(), rest: momentum() }, { a: /^a/ }));
  const shared = numbers(6, 9);
  test.each<[string, (opt: ReturnType<typeof make>) => unknown, string]>([
    ["a name that is taken", (opt) => opt.add({ a: numbers(6, 3) }), "There is a parameter `a` already"],
    ["numbers of another", (opt) => opt.add({ e: shared, f: shared }), "`e`, `f` are the same numbers"],
    ["a list", (opt) => opt.add({ e: [1, 2] as never }), "The parameter `e` is a list of 2"],
    ["to remove what is not there", (opt) => opt.remove("c" as "a"), 'there is no parameter "c"; there are `a`, `b`'],
    ["to remove everything", (opt) => opt.remove("a", "b"), "would leave no parameter"],
    ["to remove one twice", (opt) => opt.remove("a", "a"), "`remove` names `a` twice. Name it once."],
    ["to rename onto another", (opt) => opt.rename({ a: "b" }), "two parameters named `b`"],
    [
      "to rename into another group",
      (opt) => opt.rename({ a: "c" }),
      "`a` is in group `a`, and `c` would be in group `rest`",
    ],
    ["to rename two alike", (opt) => opt.rename({ a: "ab", b: "ab" }), "two parameters named `ab`"],
    ["to rename to nothing", (opt) => opt.rename({ a: undefined as never }), "the new name of `a` must be a text"],
    [
      "another size",
      (opt) => opt.rebind({ a: numbers(5, 1) }),
      '`a` has 6 numbers, and its new array 5. For another size, make a new optimizer and load the state with { resize: "pad" }',
    ],
    ["one array for two", (opt) => opt.rebind({ a: shared, b: shared }), "are the same numbers"],
    [
      "an array for what is not there",
      (opt) => opt.rebind({ c: shared } as never),
      '`rebind`: there is no parameter "c"; there are `a`, `b`',
    ],
  ])("%s", (_, call, message) => {
    const opt = make();
    const before = JSON.stringify(opt.inspect());
    expect(() => call(opt)).toThrow(OptimizerError);
    expect(() => call(opt)).toThrow(message);
    expect(JSON.stringify(opt.inspect())).toBe(before);
    opt.update({ a: g(0), b: g(1) });
    expect(opt.step).toBe(1);
  });
});

describe("tied weights", () => {
  test("are one parameter, whose gradients are added up", () => {
    const w = numbers(6, 1);
    const start = w.slice();
    const opt = optimizer({ embedding: w, b: numbers(2, 2), head: w }, adam(), { tied: [["embedding", "head"]] });
    opt.update({ embedding: g(0), head: g(1) });
    opt.update({ head: g(2) });
    opt.update({ embedding: g(3) });
    opt.update({ b: g(4, 2) });
    const sum = g(0).map((x, i) => x + g(1)[i]!);
    expect(w).toEqual(alone(start, [sum, g(2), g(3)]));
    expect(Object.keys(opt.inspect().parameters)).toEqual(["embedding", "b"]);
    const renamed = opt.rename({ embedding: "tokens" });
    renamed.update({ tokens: g(5), head: g(6) });
    expect(w).toEqual(alone(start, [sum, g(2), g(3), g(5).map((x, i) => x + g(6)[i]!)]));
    const fewer = renamed.remove("tokens");
    expect(() => fewer.update({ head: g(7) } as never)).toThrow("There is a gradient for `head`");
  });
  test("are checked when they are declared, and at every gradient", () => {
    const w = numbers(6, 1);
    const tied = (names: unknown, model: Record<string, Float32Array> = { a: w, b: w, c: numbers(6, 2) }) =>
      optimizer(model, adam(), { tied: names as string[][] });
    expect(() => optimizer({ a: w, b: w }, adam())).toThrow("Tied weights are one parameter");
    expect(() => tied([["a", "c"]])).toThrow("`a`, `c` are not the same numbers in the same shape");
    expect(() => tied([["a", "d"]])).toThrow('there is no parameter "d"');
    expect(() => tied([["a", "b"], ["b", "a"]])).toThrow("has `b` twice"); // biome-ignore format: one line
    expect(() => tied(["a", "b"])).toThrow('lists of names that are the same weights: [["embedding", "head"]]');
    const opt = tied([["a", "b"]]);
    expect(() => opt.update({ a: g(0), b: g(1, 5) })).toThrow("has 5 gradients for 6 parameters");
    expect(() => opt.remove("b")).toThrow("`b` is tied to `a`, whose state they share. Name that one.");
    const shared = allocate({ a: [6] }, { shared: true });
    expect(() => optimizer(shared.parameters, adam(), { threads: 2, tied: [["a", "b"]] })).toThrow(
      "outside the memory that threads share",
    );
  });
});

describe("a state is loaded under other names, and into layers that grew", () => {
  const widths = rule({
    id: "acme/widths",
    title: "Widths",
    paper: "",
    hyper: { lr: 0.1, start: 0.5 },
    state: {
      m: "start",
      r: { place: "row", init: 0.25 },
      c: { place: "column", init: "start" },
      s: { place: "scalar", init: 2 },
    },
    update: {
      m: "0.5 * m + g",
      r: "r + rowSum(g)",
      c: "c + columnSum(g)",
      s: "s + sum(g)",
      p: "p - lr * (m + r + c + s)",
    },
  });

  test("names are those that rename tells", () => {
    const [a, b] = [numbers(6, 1), numbers(6, 2)];
    const opt = optimizer({ a, b }, adam());
    opt.update({ a: g(0), b: g(1) });
    const state = opt.state();
    const [x, y] = [a.slice(), b.slice()];
    for (const rename of [{ a: "x", b: "y" }, (name: string) => (name === "a" ? "x" : "y")]) {
      const other = optimizer({ x: x.slice(), y: y.slice() }, adam());
      expect(other.load(state, { rename })).toMatchObject({
        loaded: ["x", "y"],
        missing: [],
        unexpected: [],
        mismatched: [],
      });
      expect(other.state().tensors["m/x"]).toEqual(state.tensors["m/a"]);
      expect(other.state().meta.parameters.y).toEqual(state.meta.parameters.b);
    }
    const other = optimizer({ x, y }, adam());
    expect(() => other.load(state)).toThrow("it does not know `x`, `y`");
    expect(() => other.load(state, { rename: { a: "x", b: "x" } })).toThrow("gives `a`, `b` the same name, `x`");
    expect(() => other.load(state, { rename: { aa: "x" } })).toThrow(
      "rename has `aa`, which the state does not know; there are `a`, `b`. Did you mean `a`?",
    );
    expect(() => other.load(state, { rename: (() => 3) as never })).toThrow("must give a name for `a`; got 3");
    expect(other.inspect().step).toBe(0);
  });

  test("what was learned stays in the corner, and the rest starts anew, for state of every place", () => {
    // [2, 3] grows to [3, 4]; a tensor [2, 2, 2] to [3, 2, 3].
    const small = { w: { data: numbers(6, 1), shape: [2, 3] }, t: { data: numbers(8, 2), shape: [2, 2, 2] } };
    const opt = optimizer(small, widths());
    opt.update({ w: g(0), t: g(1, 8) });
    const state = opt.state();
    const big = { w: { data: numbers(12, 3), shape: [3, 4] }, t: { data: numbers(18, 4), shape: [3, 2, 3] } };
    const grown = optimizer(big, widths());
    expect(() => grown.load(state)).toThrow(
      'was saved with shape [2,3] and has shape [3,4] (it has grown: { resize: "pad" } keeps what was learned)',
    );
    expect(grown.load(state, { resize: "pad" })).toMatchObject({
      loaded: ["w", "t"],
      resized: ["w", "t"],
      mismatched: [],
    });
    const { tensors } = grown.state();
    const of = (key: string): number[] => [...state.tensors[key]!.data];
    const [m, r, c] = [of("m/w"), of("r/w"), of("c/w")];
    expect([...tensors["m/w"]!.data]).toEqual([m[0], m[1], m[2], 0.5, m[3], m[4], m[5], 0.5, 0.5, 0.5, 0.5, 0.5]);
    expect([...tensors["r/w"]!.data]).toEqual([...r, 0.25]);
    expect([...tensors["c/w"]!.data]).toEqual([...c, 0.5]);
    expect([...tensors["s/w"]!.data]).toEqual(of("s/w"));
    const t = of("m/t");
    const at = (i: number, j: number, k: number): number => (i < 2 && k < 2 ? t[4 * i + 2 * j + k]! : 0.5);
    const wanted = [0, 1, 2].flatMap((i) => [0, 1].flatMap((j) => [0, 1, 2].map((k) => at(i, j, k))));
    expect([...tensors["m/t"]!.data]).toEqual(wanted);
    const u = of("c/t"); // columns are [2, 2], which grow to [2, 3]
    expect([...tensors["c/t"]!.data]).toEqual([u[0], u[1], 0.5, u[2], u[3], 0.5]);
    expect(grown.inspect().parameters.w!.t).toBe(1);
  });

  test("a widened layer goes on as it would have, where its new elements have no gradient", () => {
    const start = numbers(6, 1);
    const narrow = { data: start.slice(), shape: [2, 3] };
    const opt = optimizer({ w: narrow }, adam());
    opt.update({ w: g(0) });
    const wide = {
      data: Float32Array.from({ length: 8 }, (_, i) => (i % 4 < 3 ? narrow.data[3 * (i >> 2) + (i % 4)]! : 0)),
      shape: [2, 4],
    };
    const grown = optimizer({ w: wide }, adam());
    grown.load(opt.state(), { resize: "pad" });
    opt.update({ w: g(1) });
    grown.update({ w: Float32Array.from({ length: 8 }, (_, i) => (i % 4 < 3 ? g(1)[3 * (i >> 2) + (i % 4)]! : 0)) });
    for (let i = 0; i < 8; i++) expect(wide.data[i]).toBe(i % 4 < 3 ? narrow.data[3 * (i >> 2) + (i % 4)]! : 0);
  });

  test("shrinking, other ranks, and state that starts as the parameter are refused by name", () => {
    const load = (from: readonly number[], to: readonly number[], configured: Configured = adam()): (() => unknown) => {
      const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
      const opt = optimizer({ w: { data: numbers(size(from), 1), shape: from } }, configured);
      opt.update({ w: g(0, size(from)) });
      const other = optimizer({ w: { data: numbers(size(to), 1), shape: to } }, configured);
      return () => other.load(opt.state(), { resize: "pad" });
    };
    expect(load([2, 3], [2, 2])).toThrow("which only growing dimensions may change");
    expect(load([2, 3], [3, 2])).toThrow("which only growing dimensions may change");
    expect(load([6], [2, 3])).toThrow("which only growing dimensions may change");
    const anchored = rule({
      id: "acme/anchored",
      title: "Anchored",
      paper: "",
      hyper: { lr: 0.1 },
      state: { z: { place: "tensor", init: "p" } },
      update: { z: "z - lr * g", p: "0.5 * (p + z)" },
    });
    expect(load([2, 3], [2, 4], anchored())).toThrow("starts the state `z` as the parameter");
    expect(() => optimizer({ w: numbers(2, 1) }, adam()).load({} as never, { resize: "crop" as "pad" })).toThrow(
      'resize must be "pad"',
    );
  });

  test("state of a size of its own grows in its corner", () => {
    const gram = rule({
      id: "acme/gram",
      title: "Gram",
      paper: "",
      hyper: { lr: 0.1 },
      state: { L: { place: ["rows", "rows"], init: "eye" } },
      update: { L: "L + g @ g'", p: "p - lr * L @ g" },
    });
    const opt = optimizer({ w: { data: numbers(6, 1), shape: [2, 3] } }, gram());
    opt.update({ w: g(0) });
    const grown = optimizer({ w: { data: numbers(9, 1), shape: [3, 3] } }, gram());
    expect(grown.load(opt.state(), { resize: "pad" }).resized).toEqual(["w"]);
    const [a, b, c, d] = opt.state().tensors["L/w"]!.data;
    expect([...grown.state().tensors["L/w"]!.data]).toEqual([a, b, 0, c, d, 0, 0, 0, 1]);
  });
});
