import { names, OnnxError } from "../errors.ts";
import type { NodeProto } from "../proto/model.ts";
import { type Draft, isWeight } from "./draft.ts";

/** Weights in Constant nodes become initializers. */
export function lift(draft: Draft, wanted: readonly string[] = []): void {
  refuseUnknown(draft, wanted);
  const none = ![...draft.initializers.values()].some((t) => isWeight(t) && (t.dims ?? []).length > 1);
  for (const [i, node] of draft.nodes.entries()) {
    const output = outputOf(node);
    if (output === undefined || draft.outputs.has(output)) continue;
    const tensor = node?.attribute?.find((a) => a.name === "value")?.t;
    const named = wanted.includes(output);
    const sized = (tensor?.dims ?? []).reduce<number>((n, d) => n * Number(d), 1) > 1;
    if (!named && !(none && sized && tensor !== undefined && isWeight(tensor))) continue;
    if (tensor === undefined)
      throw new OnnxError(`\`${output}\` is a Constant without a tensor, and cannot be trained.`);
    draft.nodes[i] = undefined;
    draft.initializers.set(output, { ...tensor, name: output });
    draft.changes.push({ kind: "lifted", name: output, of: output });
  }
}

/** The output of a Constant node. */
export function outputOf(node: NodeProto | undefined): string | undefined {
  return node?.opType === "Constant" && (node.domain ?? "") === "" ? (node.output?.[0] ?? "") : undefined;
}

function refuseUnknown(draft: Draft, wanted: readonly string[]): void {
  const constants = draft.nodes.map(outputOf).filter((name) => name !== undefined);
  const lost = wanted.filter((name) => !constants.includes(name));
  if (lost.length > 0)
    throw new OnnxError(
      `\`lift\` names ${names(lost)}, which no Constant node computes. ${constants.length > 0 ? `Constant nodes compute ${names(constants)}.` : "The model has no Constant nodes."}`,
    );
  const output = wanted.find((name) => draft.outputs.has(name));
  if (output !== undefined)
    throw new OnnxError(
      `\`${output}\` is an output of the model, and a weight cannot be one. Export it without that output.`,
    );
}
