import { moduleOf, references, sourceTag, tracedOf } from "../graph/tags.ts";
import { type Draft, last, stem, type Use } from "./draft.ts";

/**
 * Pieces that a call cut a parameter into, rows or chunks, and that were equal when the file was made, are one tensor: each that a call
 * names gets its own. A module that is called again cuts the same pieces, and is left as it is.
 */
export function pieces(draft: Draft): void {
  const { placeholders, sources, kinds, unread } = draft.tags;
  const values = new Set(draft.nodes.flatMap((node) => node?.output ?? []));
  const cut = new Map<string, { readonly name: string; readonly uses: Use[] }>();
  for (const [n, node] of draft.nodes.entries()) {
    const traced = node === undefined ? undefined : tracedOf(node);
    const given = traced === undefined ? [] : references(traced);
    const inputs = node?.input ?? [];
    if (given.length !== inputs.length) continue;
    for (const [i, name] of inputs.entries()) {
      const result = given[i] ?? "";
      const [source = "", ...more] = sources.get(name) ?? [];
      const there = values.has(result) || placeholders.has(result) || draft.has(result);
      if (there || stem(result) !== "getitem" || stem(name) !== "getitem" || more.length > 0) continue;
      // Parameters beside it that no tensor holds may be what is cut.
      const prefix = source.slice(0, -last(source).length);
      if (kinds.get(source) !== "parameter" || unread.some((one) => one === prefix + last(one))) continue;
      const found = cut.get(result) ?? { name, uses: [] };
      if (found.name === name) found.uses.push({ node: n, input: i });
      cut.set(result, found);
    }
  }
  const uses = draft.uses();
  for (const [result, { name, uses: its }] of cut) {
    const tensor = draft.initializers.get(name);
    const modules = new Set((uses.get(name) ?? []).map(({ node }) => moduleOf(draft.nodes[node] ?? {})));
    if (tensor === undefined || modules.size > 1) continue;
    const as = draft.fresh(result);
    const metadataProps = sourceTag(draft.sources(name), "parameter");
    draft.initializers.set(as, { ...tensor, name: as, metadataProps });
    for (const use of its) draft.rewire(use, as);
    draft.pieces.add(name).add(as);
    draft.changes.push({ kind: "untied", name: as, of: name });
  }
}
