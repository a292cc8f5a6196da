import { families, loadFamily } from "@descent/catalogue";
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
import { cover } from "./cover.ts";
import { long } from "./long.ts";
import { longTest } from "./sample.ts";

/** Rules whose step has hundreds of products of matrices: each takes a second on a software GPU. */
const LONG: ReadonlySet<string> = new Set(["spectralSphere"]);

/** The packages that run rules on a software GPU: each has rules of its own. */
const PLACES = ["tfjs", "webgpu"] as const;

/**
 * The rules that a software GPU runs: few that ask all that rules ask which it does not refuse, others on another, and the
 * first that it refuses. Apart from them those of which it follows the first steps alone. In `npm run test:long` all rules.
 */
export async function forSoftwareGpu(
  place: (typeof PLACES)[number],
  refuses: (rule: AnyRule) => string | undefined,
): Promise<{
  readonly module: Readonly<Record<string, AnyRule>>;
  readonly goldens: readonly Golden[];
  readonly long: readonly (readonly [rule: AnyRule, golden: Golden])[];
}> {
  const all = (await Promise.all(families.map(async (family) => rulesOf(await loadFamily(family))))).flat();
  const known = await Promise.all(families.map(async (family) => [...(await readGoldens(goldens(family))).values()]));
  const short = all.filter(([name]) => !LONG.has(name));
  const accepted = new Map(short.filter(([, rule]) => refuses(rule) === undefined));
  const refused = short.find(([, rule]) => refuses(rule) !== undefined);
  const before = PLACES.slice(0, PLACES.indexOf(place));
  const mine = [...before, place].reduce((others) => new Set(cover(accepted, others)), new Set<string>());
  const module = Object.fromEntries(short.filter(([name]) => long || mine.has(name) || name === refused?.[0]));
  return {
    module,
    goldens: known.flat().filter(({ rule }) => Object.hasOwn(module, rule)),
    long: all
      .filter(([name]) => LONG.has(name))
      .map(([name, rule]) => [rule, known.flat().find((golden) => golden.rule === name)!] as const), // every rule has one
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
