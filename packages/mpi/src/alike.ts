import { type BlockingWorld, byRank, difference, hashOf, isRecord, shown, worldOf } from "@descent/core/adapter";
import { MpiError } from "./error.ts";

/**
 * Throws, on every rank, unless all have the same facts: `alike(world, { data: checksum, commit })`. Optimizers compare their own
 * parameters, rules and options; what only the program knows, such as which data a rank has read, is compared by this. Every
 * rank must call it. The error names a rank and what it has.
 */
export function alike(given: BlockingWorld, facts: Readonly<Record<string, string | number | boolean>>): void {
  if (!isRecord(facts))
    throw new MpiError(`alike takes facts by name, such as { data: checksum }; got ${shown(facts)}.`);
  for (const [name, fact] of Object.entries(facts))
    if (!["string", "number", "boolean"].includes(typeof fact))
      throw new MpiError(`alike compares texts and numbers; \`${name}\` is ${shown(fact)}.`);
  const world = worldOf(given ?? null);
  if (!world) return; // one process
  const texts = Object.entries(facts).map(([name, fact]) => `${name}: ${fact}`);
  const hashes = byRank(world, hashOf(texts.join("\n")));
  if (hashes.every((hash) => hash === hashes[0])) return;
  throw difference(world, {
    what: "the facts that ranks share",
    facts: texts,
    advice: "Give all ranks the same data and versions.",
  });
}
