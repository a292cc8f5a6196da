import { OnnxError } from "../../errors.ts";

import { describe, int, ints, type Node, type Scope, subgraph } from "../../graph/node.ts";
import { fewRounds } from "../../graph/rounds.ts";
import { inline } from "../../graph/subgraphs.ts";
import { positive, range } from "../axes.ts";
import type { Builder } from "../builder.ts";
import { type Expansion, name } from "./expansion.ts";

const body = (node: Node, which = "body"): Scope => {
  const graph = subgraph(node, which);
  if (graph === undefined) throw new OnnxError(`${describe(node)} has no ${which}.`);
  return graph;
};

const truth = (b: Builder, value: string): boolean | undefined => {
  const known = b.graph.value(value)?.data[0];
  return known === undefined ? undefined : Number(known) !== 0;
};

/** How many nodes a body is when the loops inside it are written out too. */
function written(graph: Scope): number {
  return graph.nodes.reduce((sum, node) => {
    const inner = Object.values(node.attributes).flatMap((a) => (a.kind === "graph" ? [a.value] : []));
    const times = node.op === "Loop" ? Number(graph.value(node.inputs[0] ?? "")?.data[0] ?? 1) : 1;
    return sum + 1 + times * inner.reduce((all, g) => all + written(g), 0);
  }, 0);
}

/** Whether the condition that a loop's body returns is the one it was given, or always holds. */
function endless(inner: Scope): boolean {
  const [again = ""] = inner.outputs.keys();
  const [, condition = ""] = inner.inputs.keys();
  let name = again;
  for (;;) {
    if (name === condition || Number(inner.literalValue(name)?.data[0] ?? 0) === 1) return true;
    const maker = inner.nodes.find((n) => n.outputs.includes(name));
    if (maker?.op !== "Identity") return false;
    name = maker.inputs[0]!;
  }
}

/** A condition that is known decides for one branch. */
const decided: Expansion = (b, node) => {
  const condition = truth(b, node.inputs[0]!);
  if (condition === undefined) return false;
  const outputs = inline(b.graph, body(node, condition ? "then_branch" : "else_branch"), []);
  outputs.forEach((value, i) => {
    name(b, node, i, () => value);
  });
  return true;
};

/** A loop whose number of rounds is known and small, round by round; any other stays, and its gradient is a Scan. */
const loop: Expansion = (b, node) => {
  const [count = "", condition = "", ...initial] = node.inputs;
  const inner = body(node);
  const known = b.integers(count)?.[0];
  if (known === undefined || !fewRounds(known, written(inner))) return false;
  if (condition !== "" && truth(b, condition) !== true) return false;
  if (!endless(inner)) return false;
  let state: readonly string[] = initial;
  const scanned: string[][] = [];
  for (let i = 0; i < known; i++) {
    const on = b.graph.constant([1], "bool", []);
    const [, ...values] = inline(b.graph, inner, [b.graph.constant(i, "int64", []), on, ...state]);
    state = values.slice(0, initial.length);
    values.slice(initial.length).forEach((value, k) => {
      (scanned[k] ??= []).push(value);
    });
  }
  state.forEach((value, i) => {
    name(b, node, i, () => value);
  });
  scanned.forEach((values, k) => {
    name(b, node, initial.length + k, () =>
      b.concat(
        values.map((v) => b.unsqueeze(v, [0])),
        0,
      ),
    );
  });
  return true;
};

/** A scan over a dimension of known and small size, step by step; any other stays, and its gradient is a Scan. */
const scan: Expansion = (b, node) => {
  const inner = body(node);
  const n = int(node, "num_scan_inputs", 0);
  const initial = node.inputs.slice(0, -n);
  const inputs = node.inputs.slice(-n);
  const outputs = inner.outputs.size - initial.length;
  const axes = ints(node, "scan_input_axes") ?? Array<number>(n).fill(0);
  const backwards = ints(node, "scan_input_directions") ?? Array<number>(n).fill(0);
  const outAxes = ints(node, "scan_output_axes") ?? Array<number>(outputs).fill(0);
  const outBackwards = ints(node, "scan_output_directions") ?? Array<number>(outputs).fill(0);
  const [first = ""] = inputs;
  const length = b.size(first, positive(axes[0] ?? 0, b.rank(first)));
  if (typeof length !== "number" || !fewRounds(length, written(inner))) return false;
  const slices = inputs.map((x, k) => {
    const axis = positive(axes[k]!, b.rank(x));
    const parts = b.split(x, axis, Array<number>(length).fill(1)).map((part) => b.squeeze(part, [axis]));
    return backwards[k] === 1 ? parts.reverse() : parts;
  });
  let state: readonly string[] = initial;
  const scanned = range(outputs).map((): string[] => []);
  for (let i = 0; i < length; i++) {
    const values = inline(b.graph, inner, [...state, ...slices.map((s) => s[i]!)]);
    state = values.slice(0, initial.length);
    scanned.forEach((all, k) => {
      all.push(values[initial.length + k]!);
    });
  }
  state.forEach((value, i) => {
    name(b, node, i, () => value);
  });
  scanned.forEach((values, k) => {
    const all = outBackwards[k] === 1 ? [...values].reverse() : values;
    const axis = positive(outAxes[k]!, b.rank(values[0]!) + 1);
    name(b, node, initial.length + k, () =>
      b.concat(
        all.map((v) => b.unsqueeze(v, [axis])),
        axis,
      ),
    );
  });
  return true;
};

export const control: Readonly<Record<string, Expansion>> = { If: decided, Loop: loop, Scan: scan };
