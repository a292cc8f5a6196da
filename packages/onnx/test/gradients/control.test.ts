import { describe } from "vitest";
import { Graph } from "../../src/graph/graph.ts";
import { type Case, type Feed, Feeds, run } from "../check.ts";

const f = new Feeds(11);
const on = (value: number): Feed => ({ elem: "bool", dims: [], data: [value], diff: false });
const inner = (outer: Graph, fill: (g: Graph) => readonly string[]): Graph => {
  const g = new Graph(outer.opset, outer);
  for (const name of fill(g)) g.output(name);
  return g;
};
const op = (g: Graph, kind: string, inputs: readonly string[], attributes: Parameters<Graph["op"]>[2] = {}): string =>
  g.op(kind, inputs, attributes)[0]!;
const branches = (g: Graph): Record<string, Graph> => ({
  // Both read what is around them; only one reads b.
  then_branch: inner(g, (t) => [op(t, "Mul", ["a", op(t, "Tanh", ["b"])])]),
  else_branch: inner(g, (e) => [op(e, "Mul", ["a", "a"])]),
});

/** s ← tanh(s · w + x), and every s put out. */
const step = (g: Graph, elem: Graph["inputs"] extends Map<string, infer T> ? T : never): Graph =>
  inner(g, (l) => {
    l.input(l.fresh("i"), { elem: "int64", shape: [] });
    const [going, s] = [l.fresh("going"), l.fresh("s")];
    l.input(going, { elem: "bool", shape: [] });
    l.input(s, elem);
    const next = op(l, "Tanh", [op(l, "Add", [op(l, "MatMul", [s, "w"]), "x"])]);
    return [op(l, "Identity", [going]), next, op(l, "Identity", [next])];
  });

describe("control flow", () => {
  const ab = { a: f.float([2, 3]), b: f.float([3]) };
  const cases: Case[] = [
    ...[0, 1].flatMap((value): Case[] => [
      {
        name: `If, a condition that only the run tells, ${value}`,
        inputs: { ...ab, c: on(value) },
        build: (g) => op(g, "If", ["c"], branches(g)),
      },
      {
        name: `If, a known condition, ${value}`,
        inputs: ab,
        build: (g) => op(g, "If", [g.constant(value === 1, "bool", [])], branches(g)),
      },
      {
        name: `If within If, ${value}`,
        inputs: { ...ab, c: on(value), d: on(1) },
        build: (g) =>
          op(g, "If", ["c"], {
            then_branch: inner(g, (t) => [op(t, "Exp", [op(t, "If", ["d"], branches(t))])]),
            else_branch: inner(g, (e) => [op(e, "Neg", ["a"])]),
          }),
      },
      {
        name: `If with two outputs, sizes by name, ${value}`,
        inputs: { ...ab, c: on(value) },
        symbolic: { a: ["batch", 3] },
        build: (g) => {
          const both = (fill: (h: Graph) => readonly string[]): Graph => inner(g, fill);
          const [y = "", z = ""] = g.op(
            "If",
            ["c"],
            {
              then_branch: both((t) => [op(t, "Mul", ["a", "b"]), op(t, "Sigmoid", ["a"])]),
              else_branch: both((e) => [op(e, "Sin", ["a"]), op(e, "Add", ["a", "b"])]),
            },
            2,
          );
          return op(g, "Mul", [y, z]);
        },
      },
    ]),
    {
      name: "Loop",
      inputs: { s: f.float([2, 3]), w: f.float([3, 3]), x: f.float([2, 3]) },
      build: (g) => {
        const [last = "", all = ""] = g.op(
          "Loop",
          [g.constant(3, "int64", []), "", "s"],
          { body: step(g, g.type("s")) },
          2,
        );
        return op(g, "Mul", [last, all]);
      },
    },
    {
      name: "Scan",
      inputs: { s: f.float([2]), xs: f.float([4, 2]), w: f.float([2]) },
      build: (g) => {
        const elem = g.type("s").elem;
        const body = inner(g, (l) => {
          const [s, x] = [l.fresh("s"), l.fresh("x")];
          l.input(s, { elem, shape: [2] });
          l.input(x, { elem, shape: [2] });
          const next = op(l, "Tanh", [op(l, "Add", [op(l, "Mul", [s, "w"]), x])]);
          return [next, op(l, "Mul", [next, x])];
        });
        const [last = "", all = ""] = g.op("Scan", ["s", "xs"], { body, num_scan_inputs: 1 }, 2);
        return op(g, "Mul", [last, all]);
      },
    },
    {
      name: "Scan backwards along another axis",
      inputs: { s: f.float([2]), xs: f.float([2, 3]) },
      build: (g) => {
        const elem = g.type("s").elem;
        const body = inner(g, (l) => {
          const [s, x] = [l.fresh("s"), l.fresh("x")];
          l.input(s, { elem, shape: [2] });
          l.input(x, { elem, shape: [2] });
          const next = op(l, "Mul", [op(l, "Sin", [s]), x]);
          return [next, op(l, "Exp", [next]), op(l, "Neg", [next])];
        });
        const attributes = {
          num_scan_inputs: 1,
          scan_input_axes: [1],
          scan_input_directions: [1],
          scan_output_axes: [-1, 0],
          scan_output_directions: [1, 0],
        };
        const [, across = "", down = ""] = g.op("Scan", ["s", "xs"], { body, ...attributes }, 3);
        return op(g, "MatMul", [across, down]);
      },
    },
    ...[3, 1, 0].map(
      (n): Case => ({
        name: `Loop of ${n} rounds, which only the run tells`,
        inputs: {
          s: f.float([2, 3]),
          w: f.float([3, 3]),
          x: f.float([2, 3]),
          n: { elem: "int64", dims: [], data: [n], diff: false },
        },
        build: (g) => {
          const [last = "", all = ""] = g.op("Loop", ["n", "", "s"], { body: step(g, g.type("s")) }, 2);
          const sum = op(g, "ReduceSum", [op(g, "Mul", [all, all]), g.ints([0])], { keepdims: 0 });
          return op(g, "Add", [op(g, "Mul", [last, last]), sum]);
        },
      }),
    ),
    {
      name: "Loop that the body ends, with a counter and an If in it",
      inputs: { s: f.float([3], 0.4, 0.6), w: f.float([3], 1.2, 1.4) },
      build: (g) => {
        const { elem } = g.type("s");
        const body = inner(g, (l) => {
          const [i, going, s, k] = ["i", "going", "s", "k"].map((name) => l.fresh(name)) as [
            string,
            string,
            string,
            string,
          ];
          l.input(i, { elem: "int64", shape: [] });
          l.input(going, { elem: "bool", shape: [] });
          l.input(s, { elem, shape: [3] });
          l.input(k, { elem: "int64", shape: [] });
          const odd = op(l, "Equal", [op(l, "Mod", [k, l.constant(2, "int64", [])]), l.constant(1, "int64", [])]);
          const next = op(l, "If", [odd], {
            then_branch: inner(l, (t) => [op(t, "Mul", [s, "w"])]),
            else_branch: inner(l, (e) => [op(e, "Mul", [op(e, "Mul", [s, "w"]), "w"])]),
          });
          const norm = op(l, "ReduceSum", [next], { keepdims: 0 });
          const again = op(l, "Less", [norm, l.constant([6], elem, [])]);
          const count = op(l, "Add", [k, l.constant(1, "int64", [])]);
          return [again, next, count, op(l, "Sin", [op(l, "Mul", [next, "w"])])];
        });
        const inputs = ["", g.constant(true, "bool", []), "s", g.constant(0, "int64", [])];
        const [last = "", , all = ""] = g.op("Loop", inputs, { body }, 3);
        return op(g, "Mul", [last, op(g, "ReduceSum", [all, g.ints([0])], { keepdims: 0 })]);
      },
    },
    ...[1, 0].map(
      (backwards): Case => ({
        name: `Scan of a length that only the run tells${backwards ? ", backwards along another axis" : ""}`,
        inputs: { s: f.float([2]), xs: f.float(backwards ? [2, 4] : [4, 2]), w: f.float([2]) },
        symbolic: { xs: backwards ? [2, "steps"] : ["steps", 2] },
        build: (g) => {
          const { elem } = g.type("s");
          const body = inner(g, (l) => {
            const [s, x] = [l.fresh("s"), l.fresh("x")];
            l.input(s, { elem, shape: [2] });
            l.input(x, { elem, shape: [2] });
            const next = op(l, "Tanh", [op(l, "Add", [op(l, "Mul", [s, "w"]), x])]);
            return [next, op(l, "Mul", [next, x]), op(l, "Sin", [next])];
          });
          const attributes = backwards
            ? {
                scan_input_axes: [1],
                scan_input_directions: [1],
                scan_output_axes: [-1, 0],
                scan_output_directions: [1, 0],
              }
            : {};
          const [last = "", all = "", other = ""] = g.op(
            "Scan",
            ["s", "xs"],
            { body, num_scan_inputs: 1, ...attributes },
            3,
          );
          const [a, b] = backwards ? [op(g, "Transpose", [all]), other] : [all, other];
          const sum = op(g, "ReduceSum", [op(g, "Mul", [a, b]), g.ints([0])], { keepdims: 0 });
          return op(g, "Mul", [last, sum]);
        },
      }),
    ),
    ...[0, 1].flatMap((exclusive) =>
      [0, 1].map(
        (reverse): Case => ({
          name: `CumProd, exclusive ${exclusive}, reverse ${reverse}, with a zero`,
          inputs: { x: { ...f.float([2, 4], 0.5, 1.5), data: [0.5, 0, 1.25, -0.75, 1.5, 0.25, -1, 0.75] } },
          symbolic: { x: [2, "steps"] },
          opset: 26,
          build: (g) => {
            const y = op(g, "CumProd", ["x", g.constant(-1, "int64", [])], { exclusive, reverse });
            return op(g, "Mul", [y, y]);
          },
        }),
      ),
    ),
    {
      name: "Loop in a Scan, both of lengths that only the run tells",
      inputs: {
        s: f.float([2]),
        xs: f.float([3, 2]),
        w: f.float([2]),
        n: { elem: "int64", dims: [], data: [2], diff: false },
      },
      symbolic: { xs: ["steps", 2] },
      build: (g) => {
        const { elem } = g.type("s");
        const body = inner(g, (l) => {
          const [s, x] = [l.fresh("s"), l.fresh("x")];
          l.input(s, { elem, shape: [2] });
          l.input(x, { elem, shape: [2] });
          const rounds = inner(l, (m) => {
            const [i, going, v] = [m.fresh("i"), m.fresh("going"), m.fresh("v")];
            m.input(i, { elem: "int64", shape: [] });
            m.input(going, { elem: "bool", shape: [] });
            m.input(v, { elem, shape: [2] });
            return [op(m, "Identity", [going]), op(m, "Sin", [op(m, "Add", [op(m, "Mul", [v, "w"]), x])])];
          });
          return [op(l, "Loop", ["n", "", s], { body: rounds })];
        });
        return op(g, "Scan", ["s", "xs"], { body, num_scan_inputs: 1 });
      },
    },
  ];
  run(cases);
});
