import { OnnxError } from "../../errors.ts";
import { describe, float, int, type Node, string } from "../../graph/node.ts";
import type { Builder, Size } from "../builder.ts";
import type { GradientRule } from "./rule.ts";

const matMul: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const [a = "", c = ""] = node.inputs;
  const ra = b.rank(a);
  const rc = b.rank(c);
  // A vector is a matrix of one row on the left, of one column on the right.
  const rows = ra === 1 ? b.unsqueeze(a, [0]) : a;
  const columns = rc === 1 ? b.unsqueeze(c, [1]) : c;
  let dy = d;
  if (rc === 1) dy = b.unsqueeze(dy, [-1]);
  if (ra === 1) dy = b.unsqueeze(dy, [-2]);
  const [da, dc] = product(b, rows, columns, dy, need);
  return [
    da !== undefined && ra === 1 ? b.reshapeLike(da, a) : da,
    dc !== undefined && rc === 1 ? b.reshapeLike(dc, c) : dc,
  ];
};

function product(b: Builder, a: string, c: string, d: string, need: readonly boolean[]): (string | undefined)[] {
  const ra = b.rank(a);
  if (b.rank(c) === 2) {
    // Against one matrix, the usual weight, all leading dimensions are rows.
    const inner = b.size(c, 0);
    const outer = b.size(c, 1);
    const rows = b.product(b.sizes(a).slice(0, -1));
    const d2 = ra === 2 ? d : b.reshape(d, [rows, outer]);
    let da: string | undefined;
    if (need[0]) {
      da = b.gemm(d2, c, false, true);
      if (ra !== 2) da = b.reshapeLike(da, a);
    }
    const a2 = need[1] && ra !== 2 ? b.reshape(a, [rows, inner]) : a;
    return [da, need[1] ? b.gemm(a2, d2, true) : undefined];
  }
  const sum = (full: string, like: string): string => b.sumTo(full, full, like);
  return [
    need[0] ? sum(b.op("MatMul", [d, b.transposed(c)]), a) : undefined,
    need[1] ? sum(b.op("MatMul", [b.transposed(a), d]), c) : undefined,
  ];
}

const gemm: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const [a = "", c = "", bias = ""] = node.inputs;
  const transA = int(node, "transA", 0) === 1;
  const transB = int(node, "transB", 0) === 1;
  const alpha = float(node, "alpha", 1);
  return [
    !need[0] ? undefined : transA ? b.gemm(c, d, transB, true, alpha) : b.gemm(d, c, false, !transB, alpha),
    !need[1] ? undefined : transB ? b.gemm(d, a, true, transA, alpha) : b.gemm(a, d, !transA, false, alpha),
    bias !== "" && need[2] ? b.scaled(b.sumTo(d, node.outputs[0]!, bias), float(node, "beta", 1)) : undefined,
  ];
};

interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** The labels of an Einsum, one per dimension; those that "..." stands for get names of their own. */
export function equationOf(b: Builder, node: Node): Equation {
  const text = string(node, "equation", "").replace(/\s/g, "");
  const [left = "", right] = text.split("->");
  const terms = left.split(",");
  const spread = (term: string, rank: number): string[] => {
    const [before = "", after] = term.split("...");
    if (after === undefined) return [...before];
    const hidden = Math.max(0, rank - before.length - after.length);
    // Broadcast dimensions are aligned at the right.
    return [...before, ...Array.from({ length: hidden }, (_, i) => `.${hidden - i}`), ...after];
  };
  const inputs = terms.map((term, i) => spread(term, b.rank(node.inputs[i]!)));
  const all = inputs.flat();
  const dots = [...new Set(all.filter((l) => l.startsWith(".")))].sort(
    (p, q) => Number(q.slice(1)) - Number(p.slice(1)),
  );
  if (right !== undefined) return { inputs, output: spread(right, right.replace("...", "").length + dots.length) };
  // Without an arrow: the broadcast dimensions, then the labels that appear once, in alphabetical order.
  const once = all.filter((l) => !l.startsWith(".") && all.indexOf(l) === all.lastIndexOf(l)).sort();
  return { inputs, output: [...dots, ...once] };
}

const einsum: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const { inputs, output } = equationOf(b, node);
  const letters = new Map<string, string>();
  const used = new Set(inputs.flat().filter((l) => !l.startsWith(".")));
  const free = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((l) => !used.has(l));
  const letter = (label: string): string => {
    if (!label.startsWith(".")) return label;
    let name = letters.get(label);
    if (name === undefined) {
      name = free.shift();
      if (name === undefined) throw new OnnxError(`${describe(node)} uses too many labels for its gradient.`);
      letters.set(label, name);
    }
    return name;
  };
  // Of a broadcast label the largest size is the one meant.
  const full = new Map<string, Size>();
  const note = (name: string, labels: readonly string[]): void =>
    labels.forEach((label, axis) => {
      const size = b.size(name, axis);
      const known = full.get(label);
      if (known === undefined || known === 1) full.set(label, size);
    });
  node.inputs.forEach((name, i) => {
    note(name, inputs[i]!);
  });

  return node.inputs.map((name, i) => {
    if (!need[i]) return undefined;
    const labels = inputs[i]!;
    const unique = [...new Set(labels)];
    const others = node.inputs.filter((_, j) => j !== i);
    const terms = [output, ...inputs.filter((_, j) => j !== i)];
    const seen = new Set(terms.flat());
    const found = unique.filter((l) => seen.has(l));
    const equation = `${terms.map((t) => t.map(letter).join("")).join(",")}->${found.map(letter).join("")}`;
    const plain = others.length === 0 && found.join(" ") === output.join(" ");
    let g = plain ? d : b.op("Einsum", [d, ...others], { equation });
    // Labels that only this operand has were summed over: each of their elements gets the same.
    const missing = unique.flatMap((l, axis) => (seen.has(l) ? [] : [axis]));
    if (missing.length > 0)
      g = b.expand(
        b.unsqueeze(g, missing),
        unique.map((l) => full.get(l)!),
      );
    if (unique.length < labels.length) g = diagonal(b, g, unique, labels, full);
    return b.sumTo(g, g, name);
  });
};

/** The gradient of a diagonal: the dimensions a repeated label stands for, zero where their indices differ. */
function diagonal(
  b: Builder,
  g: string,
  unique: readonly string[],
  labels: readonly string[],
  full: ReadonlyMap<string, Size>,
): string {
  const firsts = labels.map((l, axis) => labels.indexOf(l) === axis);
  const order = labels.filter((_, axis) => firsts[axis]);
  let spread = b.transpose(
    g,
    order.map((l) => unique.indexOf(l)),
  );
  spread = b.unsqueeze(
    spread,
    labels.flatMap((_, axis) => (firsts[axis] ? [] : [axis])),
  );
  labels.forEach((label, axis) => {
    if (firsts[axis]) return;
    const iota = (at: number): string => {
      const size = full.get(label)!;
      const count = typeof size === "number" ? b.graph.constant(size, "int64", []) : b.squeeze(size.tensor(), [0]);
      const numbers = b.op("Range", [b.graph.constant(0, "int64", []), count, b.graph.constant(1, "int64", [])]);
      return b.reshape(
        numbers,
        labels.map((_, i) => (i === at ? size : 1)),
      );
    };
    const equal = b.op("Equal", [iota(labels.indexOf(label)), iota(axis)]);
    spread = b.masked(equal, spread);
  });
  return spread;
}

/** Products of matrices. */
export const matrix: Readonly<Record<string, GradientRule>> = { MatMul: matMul, Gemm: gemm, Einsum: einsum };
