import { OnnxError } from "../errors.ts";
import { moduleOf, references, sourceTag, tracedOf } from "../graph/tags.ts";
import type { NodeProto } from "../proto/model.ts";
import { targetsOf } from "./aim.ts";
import { constantUse, type Draft, isWeight, kernels, key, last, stem, type Use } from "./draft.ts";
import { pieces } from "./pieces.ts";
import { uniform } from "./values.ts";

/** Each use is given the parameter that its call of PyTorch names, and a tensor that serves several is set apart. */
export function untie(draft: Draft): void {
  const { kinds } = draft.tags;
  if (kinds.size === 0) return;
  const targets = targetsOf(draft);
  for (const [name, uses] of draft.uses()) {
    const own = draft.tags.sources.get(name)?.[0] ?? name;
    const byTarget = new Map<string, Use[]>();
    for (const use of uses) {
      const target = targets.get(key(use)) ?? own;
      const all = byTarget.get(target);
      if (all === undefined) byTarget.set(target, [use]);
      else all.push(use);
    }
    const keeps = byTarget.has(own) ? own : [...byTarget.keys()].find((target) => target !== constantUse);
    for (const [target, its] of byTarget) if (target !== keeps) draft.copy(name, target, its);
  }
  part(draft);
  pieces(draft);
}

/** An Identity of a weight is PyTorch's older exporter's way to store equal weights once. */
export function passed(draft: Draft): void {
  const { producerName } = draft.model;
  if (producerName !== "pytorch" || draft.tags.kinds.size > 0) return;
  const modules = new Map<string, string>();
  const data = new Set(draft.nodes.flatMap((n) => (kernels.has(n?.opType ?? "") ? (n?.input?.[0] ?? []) : [])));
  for (const node of draft.nodes)
    for (const name of node?.opType === "Identity" ? [] : (node?.input ?? []))
      if (node !== undefined && !modules.has(name)) modules.set(name, moduleOf(node) ?? "");
  const reader = (name: string): string | undefined => modules.get(name) || undefined;
  for (const [i, node] of draft.nodes.entries()) {
    const [from = ""] = node?.input ?? [];
    const [to = ""] = node?.output ?? [];
    const tensor = draft.initializers.get(from);
    if (node?.opType !== "Identity" || !/^Identity_\d+$/.test(node.name ?? "") || tensor === undefined) continue;
    if (!isWeight(tensor) || draft.outputs.has(to)) continue;
    // A weight that gets a name of the exporter's is moved without effect; numbers that all are the same may be another's.
    const value = draft.constant(from);
    if (to.startsWith("onnx::") && !from.startsWith("onnx::") && value !== undefined && !uniform(value)) continue;
    // A table that layers read as their data is one, whichever layer reads it.
    if (to.startsWith("onnx::") && data.has(to)) continue;
    // Two calls of one module read one weight.
    const [one, other] = [reader(from), reader(to)];
    if (
      to.startsWith("onnx::") &&
      one !== undefined &&
      other !== undefined &&
      draft.called(one) === draft.called(other) &&
      // A module that reads a weight of one inside it has weights of its own beside: attention, and its output's bias.
      !from.slice(0, -last(from).length).startsWith(`${draft.called(one)}.`)
    )
      continue;
    draft.nodes[i] = undefined;
    draft.initializers.set(to, { ...tensor, name: to });
    draft.changes.push({ kind: "untied", name: to, of: from });
  }
}

/** A tensor of its own for every layer that reads this one. */
export function apart(draft: Draft, name: string): void {
  if (!draft.initializers.has(name))
    throw new OnnxError(`\`untie\` names \`${name}\`, which is not among the model's tensors.`);
  const byModule = new Map<string, Use[]>();
  for (const use of draft.uses().get(name) ?? []) {
    const node = draft.nodes[use.node];
    const module = (node === undefined ? undefined : moduleOf(node)) ?? String(use.node);
    byModule.set(module, [...(byModule.get(module) ?? []), use]);
  }
  if (byModule.size < 2)
    throw new OnnxError(
      `\`untie\` names \`${name}\`, which only one layer reads, so that there is nothing to set apart.`,
    );
  for (const [module, uses] of [...byModule].slice(1))
    draft.copy(name, module === "" ? name : `${module}.${last(name)}`, uses);
}

/**
 * Layers that were equal and read the same value are one node: where a call names the result of another layer than it is given, and
 * the parameters of just one layer beside it are in no tensor, that layer gets a node of its own.
 */
function part(draft: Draft): void {
  const gone = new Set(draft.tags.merged);
  if (gone.size === 0) return;
  const { placeholders } = draft.tags;
  const makers = new Map<string, NodeProto>();
  const values = new Set((draft.graph.input ?? []).map(({ name = "" }) => name));
  for (const node of draft.nodes)
    for (const output of node?.output ?? []) {
      values.add(output);
      if (node !== undefined) makers.set(output, node);
    }
  const made = new Map<string, string>();
  for (const [n, node] of draft.nodes.entries()) {
    const traced = node === undefined ? undefined : tracedOf(node);
    if (node === undefined || traced === undefined) continue;
    const given = references(traced);
    const lost = given.filter((name) => !placeholders.has(name) && !values.has(name));
    for (const [i, name] of (node.input ?? []).entries()) {
      const maker = makers.get(name);
      const result = lost.find((one) => stem(one) === stem(name));
      if (maker === undefined || result === undefined || given.includes(name)) continue;
      const as = made.get(result) ?? layer(draft, maker, result, gone);
      if (as === undefined) continue;
      made.set(result, as);
      draft.rewire({ node: n, input: i }, as);
    }
  }
}

/** The layer beside that of a node, with parameters of its own that have the same numbers; its result. */
function layer(draft: Draft, node: NodeProto, result: string, gone: Set<string>): string | undefined {
  const module = moduleOf(node) ?? "";
  const own = (node.input ?? []).filter((name) => name.startsWith(`${module}.`) && draft.initializers.has(name));
  const parent = module.slice(0, module.length - last(module).length);
  const others = [...gone]
    .filter((name) => name.startsWith(parent) && last(name) === last(own[0] ?? ""))
    .map((name) => name.slice(0, -last(name).length - 1))
    .filter((other) => last(other).length + parent.length === other.length)
    .filter((other) => own.every((name) => gone.has(`${other}.${last(name)}`)));
  const [other, ...more] = others;
  if (own.length === 0 || (node.output ?? []).length !== 1 || other === undefined || more.length > 0) return undefined;
  const input = (node.input ?? []).map((name) => {
    const tensor = draft.initializers.get(name);
    if (!own.includes(name) || tensor === undefined) return name;
    const as = draft.fresh(`${other}.${last(name)}`);
    gone.delete(as);
    draft.initializers.set(as, { ...tensor, name: as, metadataProps: sourceTag([as], "parameter") });
    draft.changes.push({ kind: "untied", name: as, of: name });
    return as;
  });
  const { metadataProps: _, ...bare } = node;
  const output = draft.fresh(result);
  draft.nodes.push({ ...bare, name: `/${other.replaceAll(".", "/")}/${result}`, input, output: [output] });
  return output;
}
