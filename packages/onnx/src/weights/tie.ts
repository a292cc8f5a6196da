import { names, OnnxError } from "../errors.ts";
import { moduleOf } from "../graph/tags.ts";
import type { Constant } from "../proto/constant.ts";
import { tensorOf } from "../proto/tensor.ts";
import type { Draft, Use } from "./draft.ts";
import { equal, same, transposed, uniform } from "./values.ts";

/** One weight that is stored twice is stored once. */
export function tie(draft: Draft): void {
  if (draft.tags.kinds.size > 0) {
    for (const [target, members] of byTarget(draft)) {
      const base = members.find((name) => name === target) ?? members[0] ?? "";
      for (const name of members) if (name !== base) join(draft, base, name);
    }
    return;
  }
  const uses = draft.uses();
  const matrices = [...uses.keys()].filter((name) => (draft.initializers.get(name)?.dims ?? []).length === 2);
  const bySize = new Map<string, string[]>();
  for (const name of matrices) {
    const dims = (draft.initializers.get(name)?.dims ?? []).map(Number).sort((a, b) => a - b);
    bySize.set(dims.join(), [...(bySize.get(dims.join()) ?? []), name]);
  }
  for (const group of bySize.values()) {
    if (group.length < 2) continue;
    // A table first, since its transpose is the folded one.
    const made = (name: string): boolean => name.startsWith("onnx::");
    const inOrder = [...group.filter((n) => !made(n)), ...group.filter(made)];
    for (const [i, name] of inOrder.entries()) {
      const base = inOrder
        .slice(0, i)
        .find((other) => draft.initializers.has(other) && isOne(draft, other, name, uses));
      if (base !== undefined) join(draft, base, name);
    }
  }
  reshaped(draft, uses);
}

/** Stores the tensors of a group once, as the caller wants it. */
export function together(draft: Draft, group: readonly string[]): void {
  const [base = "", ...others] = group;
  for (const name of group)
    if (!draft.initializers.has(name) && !draft.changes.some((c) => c.kind === "tied" && c.name === name))
      throw new OnnxError(`\`tie\` names \`${name}\`, which is not among the model's tensors.`);
  for (const name of others)
    if (draft.initializers.has(name) && !join(draft, base, name))
      throw new OnnxError(
        `\`tie\` names ${names(group)}, and \`${name}\` is neither equal to \`${base}\` nor its transpose.`,
      );
}

/** PyTorch's older exporter stores a weight once more where code gives it another shape. */
function reshaped(draft: Draft, uses: ReadonlyMap<string, readonly Use[]>): void {
  if (draft.model.producerName !== "pytorch") return;
  const stored = [...uses.keys()].filter((name) => draft.initializers.has(name));
  const size = (name: string): number =>
    (draft.initializers.get(name)?.dims ?? []).reduce<number>((n, d) => n * Number(d), 1);
  for (const name of stored.filter((n) => n.startsWith("onnx::")))
    for (const base of stored) {
      if (base.startsWith("onnx::") || size(base) !== size(name) || size(name) < 4) continue;
      const [x, y] = [draft.constant(base), draft.constant(name)];
      if (x === undefined || y === undefined || uniform(x) || !equal(x, y)) continue;
      if (join(draft, base, name)) break;
    }
}

/** Whether two untagged matrices are one weight: a transpose, or both folded from the weight of one module. */
function isOne(draft: Draft, a: string, b: string, uses: ReadonlyMap<string, readonly Use[]>): boolean {
  const [x, y] = [draft.constant(a), draft.constant(b)];
  if (x === undefined || y === undefined) return false;
  const folded = b.startsWith("onnx::");
  if (transposed(x, y)) return folded || draft.model.producerName !== "pytorch";
  if (!folded || !a.startsWith("onnx::") || uniform(x) || !same(x, y)) return false;
  const module = (name: string): string | undefined => {
    const node = draft.nodes[uses.get(name)?.[0]?.node ?? -1];
    return node === undefined ? undefined : moduleOf(node);
  };
  const [from, to] = [module(a), module(b)];
  return from !== undefined && to !== undefined && draft.called(from) === draft.called(to);
}

/** The weights by the one parameter that they come from. */
function byTarget(draft: Draft): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const name of draft.uses().keys()) {
    const sources = draft.sources(name);
    const [target] = sources;
    if (target === undefined || sources.length > 1 || draft.pieces.has(name)) continue;
    all.set(target, [...(all.get(target) ?? []), name]);
  }
  return all;
}

/** Lets everything that reads `name` read `base`; false if their numbers differ. */
function join(draft: Draft, base: string, name: string): boolean {
  const [x, y] = [draft.constant(base), draft.constant(name)];
  if (x === undefined || y === undefined || draft.outputs.has(name)) return false;
  const tied = { name: `tied/${name}`, input: [base], output: [name] };
  if (!same(x, y) && transposed(x, y))
    draft.first.push({ ...tied, opType: "Transpose", attribute: [{ name: "perm", type: 7, ints: [1, 0] }] });
  else if (!same(x, y) && equal(x, y)) {
    const shape = draft.fresh(`${name}.shape`);
    const dims: Constant = { elem: "int64", dims: [y.dims.length], data: BigInt64Array.from(y.dims, BigInt) };
    draft.initializers.set(shape, tensorOf(shape, dims));
    draft.first.push({ ...tied, opType: "Reshape", input: [base, shape] });
  } else if (!same(x, y)) return false;
  else if (draft.inner.has(name)) draft.first.push({ ...tied, opType: "Identity" });
  else for (const use of draft.uses().get(name) ?? []) draft.rewire(use, base);
  draft.initializers.delete(name);
  draft.changes.push({ kind: "tied", name, of: base });
  return true;
}
