import { OnnxError } from "../errors.ts";
import { type Draft, isWeight } from "./draft.ts";

/** Weights in Constant nodes become initializers. */
export function lift(draft: Draft, names: readonly string[] | undefined): void {
  const wanted = new Set(names);
  const none = ![...draft.initializers.values()].some((t) => isWeight(t) && (t.dims ?? []).length > 1);
  for (const [i, node] of draft.nodes.entries()) {
    const output = node?.output?.[0] ?? "";
    if (node?.opType !== "Constant" || (node.domain ?? "") !== "" || draft.outputs.has(output)) continue;
    const tensor = node.attribute?.find((a) => a.name === "value")?.t;
    const named = wanted.delete(output);
    const sized = (tensor?.dims ?? []).reduce<number>((n, d) => n * Number(d), 1) > 1;
    if (!named && !(none && sized && tensor !== undefined && isWeight(tensor))) continue;
    if (tensor === undefined)
      throw new OnnxError(`\`${output}\` is a Constant without a tensor, and cannot be trained.`);
    draft.nodes[i] = undefined;
    draft.initializers.set(output, { ...tensor, name: output });
    draft.changes.push({ kind: "lifted", name: output, of: output });
  }
}
