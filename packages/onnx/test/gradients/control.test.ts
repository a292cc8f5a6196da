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
  ];
  run(cases);
});
