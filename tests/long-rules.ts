import { loadFamily } from "@descent/catalogue";
import {
  type AnyRule,
  configure,
  followGolden,
  type Golden,
  goldens,
  readGoldens,
  rulesOf,
  type Target,
  TOLERANCE,
} from "@descent/conformance";
import { expect } from "vitest";
import { long } from "./long.ts";
import { longTest } from "./sample.ts";

/** Rules whose step has hundreds of products of matrices: each takes a second on a software GPU. */
const LONG: ReadonlySet<string> = new Set(["spectralSphere"]);

/** One rule in five of a family runs on a software GPU; in `npm run test:long` all do. */
const SHARE = long ? 1 : 5;

/**
 * The rules of a family for a software GPU, and apart from them those of which it follows the first steps alone. Another `turn`
 * gives other rules.
 */
export async function forSoftwareGpu(family: string, turn: number) {
  const all = rulesOf(await loadFamily(family));
  const known = [...(await readGoldens(goldens(family))).values()];
  const short = all.filter(([name]) => !LONG.has(name));
  const of = Math.min(SHARE, short.length);
  const module = Object.fromEntries(short.filter((_, i) => i % of === turn % of));
  return {
    module,
    goldens: known.filter(({ rule }) => Object.hasOwn(module, rule)),
    long: all
      .filter(([name]) => LONG.has(name))
      .map(([name, rule]) => [rule, known.find((golden) => golden.rule === name)!] as const), // every rule has one
  };
}

/** Declares that a long rule moves as the first two steps of its golden. */
export function followsFirstSteps(target: Target, rule: AnyRule, golden: Golden): void {
  longTest(`${rule.title} moves as ${golden.source} does, for two steps`, async () => {
    const [setting] = golden.settings;
    const { options, gradients, path } = setting!; // a golden has settings
    const first = { ...setting!, gradients: gradients.slice(0, 2), path: path.slice(0, 2) };
    const { error } = await followGolden(target, configure(rule, options), first);
    expect(error).toBeLessThanOrEqual(TOLERANCE);
  });
}
