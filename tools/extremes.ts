import { overflows } from "../packages/conformance/src/overflows.ts";
import { stuckAfterHuge, stuckAfterTiny } from "../packages/conformance/src/stuck.ts";

/** Sentences on what a rule does not survive: gradients near 1e30 or 1e-30. The conformance tests fail when one is no longer true. */
export function extremesOf(id: string): readonly string[] {
  const said = (reasons: Readonly<Record<string, string>>, sentence: string): string[] =>
    reasons[id] === undefined ? [] : [`${sentence}: ${reasons[id]}.`];
  return [
    ...said(overflows, "In float32 it does not stay finite with gradients near 1e30"),
    ...said(stuckAfterHuge, "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30"),
    ...said(stuckAfterTiny, "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e-30"),
  ];
}

/** Throws if an exception names a rule that there is not, or if one is listed as both not finite and stuck. */
export function refuseStaleExtremes(ids: readonly string[]): void {
  const known = new Set(ids);
  for (const [list, reasons] of Object.entries({ overflows, stuckAfterHuge, stuckAfterTiny }))
    for (const id of Object.keys(reasons))
      if (!known.has(id))
        throw new Error(`\`${list}\` in packages/conformance/src names \`${id}\`, which no family has.`);
  const twice = Object.keys(overflows).find((id) => Object.hasOwn(stuckAfterHuge, id));
  if (twice !== undefined)
    throw new Error(`\`${twice}\` is in \`overflows\` and in \`stuckAfterHuge\`; keep the first.`);
}
