import type { Builder, Size } from "../builder.ts";
import { equationOf } from "../gradients/matrix.ts";
import type { Expansion } from "./expansion.ts";

interface Term {
  readonly value: string;
  readonly labels: readonly string[];
}

const places = (labels: readonly string[], wanted: readonly string[]): number[] => wanted.map((l) => labels.indexOf(l));

/** A term summed over the labels that nothing else has. */
function summed(b: Builder, { value, labels }: Term, kept: ReadonlySet<string>): Term {
  const axes = labels.flatMap((l, i) => (kept.has(l) ? [] : [i]));
  return { value: b.sum(value, axes), labels: labels.filter((l) => kept.has(l)) };
}

/** Two terms contracted by one matrix product; labels of both that are kept count its batches. */
function contracted(b: Builder, left: Term, right: Term, kept: ReadonlySet<string>): Term {
  const shared = left.labels.filter((l) => right.labels.includes(l));
  const batch = shared.filter((l) => kept.has(l));
  const inner = shared.filter((l) => !kept.has(l));
  const rows = left.labels.filter((l) => !shared.includes(l));
  const columns = right.labels.filter((l) => !shared.includes(l));
  let [p, q] = [left.value, right.value];
  for (const label of inner) {
    // A size of one stands for as many as the other has: then the other is summed first.
    const [i, j] = [left.labels.indexOf(label), right.labels.indexOf(label)];
    const [m, n] = [b.shape(p)[i], b.shape(q)[j]];
    if (m === 1 && n !== 1) q = b.sum(q, [j], true);
    else if (n === 1 && m !== 1) p = b.sum(p, [i], true);
  }
  const matrix = (
    value: string,
    labels: readonly string[],
    first: readonly string[],
    second: readonly string[],
  ): string => {
    const moved = b.transpose(value, places(labels, [...batch, ...first, ...second]));
    const sizes = b.sizes(moved);
    const at = batch.length + first.length;
    return b.reshape(moved, [
      ...sizes.slice(0, batch.length),
      b.product(sizes.slice(batch.length, at)),
      b.product(sizes.slice(at)),
    ]);
  };
  const product = b.op("MatMul", [matrix(p, left.labels, rows, inner), matrix(q, right.labels, inner, columns)]);
  const size = (term: Term, label: string): Size => b.size(term.value, term.labels.indexOf(label));
  const sizes = [
    ...batch.map((_, i) => b.size(product, i)),
    ...rows.map((l) => size(left, l)),
    ...columns.map((l) => size(right, l)),
  ];
  return { value: b.reshape(product, sizes), labels: [...batch, ...rows, ...columns] };
}

/** WebGPU's Einsum repeats no sizes of one and knows few forms of "...": matrix products do. */
const einsum: Expansion = (b, node) => {
  if (!b.webgpu) return false;
  const { inputs, output } = equationOf(b, node);
  if (inputs.some((labels) => new Set(labels).size < labels.length)) return false;
  let terms: Term[] = node.inputs.map((value, i) => ({ value, labels: inputs[i]! }));
  while (terms.length > 1) {
    const [left, right, ...rest] = terms as [Term, Term, ...Term[]]; // at least two
    const later = new Set([...output, ...rest.flatMap((t) => t.labels)]);
    const one = summed(b, left, new Set([...later, ...right.labels]));
    const two = summed(b, right, new Set([...later, ...left.labels]));
    terms = [contracted(b, one, two, later), ...rest];
  }
  const last = summed(b, terms[0]!, new Set(output));
  b.named(node.outputs[0]!, "Transpose", [last.value], { perm: places(last.labels, output) });
  return true;
};

export const contraction: Readonly<Record<string, Expansion>> = { Einsum: einsum };
