/**
 * How much do the goldens notice? Every token of every equation of every rule is changed, one at a time, and the
 * goldens must see each change. What they cannot see is listed with a reason in `goldens/mutants.allowed.json`.
 *
 *   npm run mutate                 all rules and transforms
 *   npm run mutate -- adam ema     those only
 *   npm run mutate -- --changed    those that changed since they were judged, and one in twelve of the others
 *
 * The verdicts are noted in `goldens/mutants.judged.json` (judged.ts), except by `--changed`, which only reads it.
 * A change after which the rule is still the same function (equal.ts) is not counted.
 */
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { families, load, loadFamily, transforms } from "@descent/catalogue";
import {
  configure,
  followGolden,
  type Golden,
  type GoldenSetting,
  goldens as goldensOf,
  readGoldens,
  rulesOf,
  TOLERANCE,
} from "@descent/conformance";
import {
  type Configured,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  decoupledDecay,
  hypergradient,
  transform,
  withL2,
} from "@descent/core";
import { isTransform, type Leaf, type RuleSpec } from "@descent/core/adapter";
import { equal } from "./equal.ts";
import { fingerprint, forget, judged, note, turn } from "./judged.ts";
import { type Mutable, mutants } from "./mutants.ts";
import { target } from "./target.ts";

type Setting = Omit<GoldenSetting, "name" | "options">;
/** A setting, and the optimizer that a text makes for it. */
interface Case<T> {
  readonly setting: Setting;
  readonly leaf: (text: T) => Leaf;
}
/** One rule, or one transform around rules that are mutated under their own names, with everything it is compared with. */
interface Subject<T extends Mutable = Mutable> {
  readonly name: string;
  readonly text: T;
  readonly cases: readonly Case<T>[];
  /** The blocks that are its own, where its text has others too. */
  readonly fronts?: number;
  /** Where the functions come from that its text calls, if it calls any. */
  readonly sources: readonly string[];
}
interface TransformGolden {
  readonly transform: string;
  readonly settings: readonly (Setting & {
    readonly value: number;
    readonly options: Readonly<Record<string, number>>;
    readonly inner: string;
    readonly innerOptions: Readonly<Record<string, number>>;
  })[];
}

const root = new URL("../", import.meta.url);
const readJson = async <T>(path: string): Promise<T> => JSON.parse(await readFile(new URL(path, root), "utf8")) as T; // files of this repository

function leafOf(configured: Configured): Leaf {
  if (configured.kind !== "rule") throw new TypeError("a partition has no equations of its own");
  return configured;
}

/** A rule under its own name, with a text of its equations in place of its own. */
const rewritten =
  (leaf: Leaf) =>
  (rule: RuleSpec): Leaf => ({ ...leaf, rule });

/** A transformed rule with the first block of a text in place of its own: settings have different rules within. */
const fronted =
  ({ rule, ...leaf }: Leaf) =>
  ({ before = [] }: RuleSpec): Leaf => ({
    ...leaf,
    rule: { ...rule, before: [...before.slice(0, 1), ...(rule.before ?? []).slice(1)] },
  });

async function rules(): Promise<Subject<RuleSpec>[]> {
  const out: Subject<RuleSpec>[] = [];
  for (const family of families) {
    const goldens: ReadonlyMap<string, Golden> = await readGoldens(goldensOf(family));
    for (const [name, rule] of rulesOf(await loadFamily(family))) {
      const settings = goldens.get(name)?.settings ?? [];
      const leaves = settings.map((s) => leafOf(configure(rule, s.options, s.schedules)));
      const cases = settings.map((setting, i) => ({ setting, leaf: rewritten(leaves[i]!) })); // one each
      out.push({ name, text: leaves[0]?.rule ?? rule, cases, sources: [`packages/${family}/src`] });
    }
  }
  return out;
}

/** Transforms of core: functions of a value, whose equations are the first block of the rule that they make. */
async function ofCore(): Promise<Subject<RuleSpec>[]> {
  const out: Subject<RuleSpec>[] = [];
  const transforms = { clipByValue, clipByNorm, clipByGlobalNorm, withL2, decoupledDecay, hypergradient };
  for (const [name, transform] of Object.entries(transforms)) {
    const { settings } = await readJson<TransformGolden>(`packages/core/test/golden/${name}.json`);
    const leaves: Leaf[] = [];
    for (const { inner, innerOptions, value } of settings)
      leaves.push(leafOf(transform(configure(await load(inner), innerOptions), value)));
    const text = leaves[0]!.rule; // a golden has settings
    const [front] = text.before ?? [];
    // hypergradient's block is made of the rule within: settings with another rule have another.
    const alike = settings.flatMap((setting, i) => {
      const leaf = leaves[i]!; // one each
      return JSON.stringify(leaf.rule.before?.[0]) === JSON.stringify(front) ? [{ setting, leaf: fronted(leaf) }] : [];
    });
    out.push({ name, text, cases: alike, fronts: 1, sources: ["packages/core/src"] });
  }
  return out;
}

/** Transforms of packages that have a golden of this form; the tests of the others compare them with functions. */
async function ofPackages(): Promise<Subject[]> {
  const out: Subject[] = [];
  for (const { id, name, family } of transforms) {
    const given: unknown = (await import(`../packages/${family}/src/index.ts`))[name];
    if (!isTransform(given)) throw new Error(`${family} exports no transform \`${name}\`.`);
    const file = [id, name].map((one) => `packages/${family}/test/golden/${one}.json`).find((one) => existsSync(new URL(one, root))); // biome-ignore format: one line
    if (file === undefined) continue;
    const { settings } = await readJson<TransformGolden>(file);
    const cases: Case<Mutable>[] = [];
    for (const setting of settings) {
      const inner = configure(await load(setting.inner), setting.innerOptions);
      cases.push({ setting, leaf: (text) => leafOf(transform(text as never)(inner, setting.options as never)) }); // it checks both
    }
    const text = { ...given } as unknown as Mutable; // it carries its text
    out.push({ name, text, cases, sources: [`packages/${family}/src`] });
  }
  return out;
}

const subjects = async (): Promise<Subject[]> => [
  ...((await rules()) as unknown as Subject[]), // whose cases take the texts of the same subject only
  ...((await ofCore()) as unknown as Subject[]),
  ...(await ofPackages()),
];

/* ---- the run ---- */

interface Allowance {
  readonly reason: string;
  readonly mutants: readonly string[];
}
const allowances = await readJson<readonly Allowance[]>("goldens/mutants.allowed.json");
const reasons = new Map(allowances.flatMap(({ reason, mutants }) => mutants.map((m) => [m, reason] as const)));

/** Seen: some golden of the subject moves otherwise. Refused: the mutant is not a valid rule. */
async function fate({ cases }: Subject, text: Mutable): Promise<"seen" | "refused" | "survived"> {
  for (const { leaf, setting } of cases) {
    try {
      const { error } = await followGolden(target, leaf(text), setting, TOLERANCE);
      if (error > TOLERANCE) return "seen";
    } catch {
      return "refused";
    }
  }
  return "survived";
}

/** Whether a text makes the same rule as another. */
function same({ cases }: Subject, a: Mutable, b: Mutable): boolean {
  try {
    return equal(cases[0]!.leaf(a).rule, cases[0]!.leaf(b).rule); // a subject has cases
  } catch {
    return false; // one of them is not valid
  }
}

/** Every change of a subject's text, those among them that make no difference too. */
const changesOf = ({ text, fronts, cases }: Subject): ReturnType<typeof mutants<Mutable>> =>
  mutants(text, { fronts, readout: cases.some(({ setting }) => setting.readout === true) });

/** The fingerprint of a subject: its text and changes, the rules around it, its goldens, and what is allowed to survive. */
function printOf(subject: Subject): string {
  const { name, text, cases, sources } = subject;
  const leaves = cases.map(({ leaf }) => leaf(text));
  const followed = leaves.map(({ rule, hyper }, i) => [rule, hyper, cases[i]!.setting]); // one each
  const coded = leaves.some(({ rule }) => Object.keys(rule.macros ?? {}).length > 0);
  const allowed = [...reasons.keys()].filter((mutant) => mutant.startsWith(`${name}: `)).sort();
  return fingerprint([text, changesOf(subject).map((mutant) => mutant.name), followed, allowed], coded ? sources : []);
}

const CHANGED = "--changed";
const words = process.argv.slice(2);
const onlyChanged = words.includes(CHANGED);
const asked = words.filter((word) => word !== CHANGED);
const all = await subjects();
const unknown = asked.filter((name) => !all.some((s) => s.name === name));
if (unknown.length > 0) {
  console.error(`No rule is called ${unknown.join(", ")}; there are ${all.map((s) => s.name).join(", ")}.`);
  process.exit(1);
}
const wanted = asked.length > 0 ? all.filter((s) => asked.includes(s.name)) : all;
const known = judged();
const changed = onlyChanged ? wanted.filter((s) => known[s.name] !== printOf(s)) : [];
const chosen = onlyChanged ? wanted.filter((s) => changed.includes(s) || turn(s.name)) : wanted;
const row = (...cells: readonly (string | number)[]): string =>
  cells.map((c, i) => (i === 0 ? String(c).padEnd(26) : String(c).padStart(10))).join("");
/** The findings for one subject. */
interface Found {
  readonly name: string;
  readonly total: number;
  readonly unexplained: readonly string[];
  readonly met: readonly string[];
}

async function judge(subject: Subject): Promise<Found> {
  const { name, text, cases } = subject;
  let worst = 0;
  for (const { leaf, setting } of cases)
    worst = Math.max(worst, (await followGolden(target, leaf(text), setting)).error);
  if (!(worst <= TOLERANCE) || cases.length === 0) {
    console.error(`${name} does not follow its golden (error ${worst}); mutants of a wrong rule say nothing.`);
    process.exit(1);
  }
  const list = changesOf(subject).filter(({ change }) => !same(subject, change(text), text));
  let refused = 0;
  const survivors: string[] = [];
  for (const mutant of list) {
    const end = await fate(subject, mutant.change(text));
    if (end === "refused") refused++;
    if (end === "survived") survivors.push(`${name}: ${mutant.name}`);
  }
  const met = survivors.filter((s) => reasons.has(s));
  const unexplained = survivors.filter((s) => !reasons.has(s));
  console.log(row(name, worst.toExponential(1), list.length, refused, survivors.length, met.length));
  return { name, total: list.length, unexplained, met };
}

/** Allowances of a subject that nothing used. */
const idleOf = ({ name, met }: Found): string[] =>
  [...reasons.keys()].filter((mutant) => mutant.startsWith(`${name}: `) && !met.includes(mutant));

/** Notes a verdict at once, so that a run which is interrupted keeps its verdicts. */
function settle(one: Found): Found {
  const fine = one.unexplained.length + idleOf(one).length === 0;
  const subject = all.find(({ name }) => name === one.name)!; // it was judged
  if (!onlyChanged) note(one.name, fine ? printOf(subject) : undefined);
  return one;
}

/** A process of its own that judges one subject after the other, as long as the queue has one. */
async function judgeApart(queue: Iterator<number>): Promise<Found[]> {
  const names = chosen.map((s) => s.name);
  const child = fork(process.argv[1]!, names, { env: { ...process.env, [APART]: "1" } });
  const answer = (): Promise<Found> =>
    new Promise((done, fail) => {
      child.once("message", (found) => done(found as Found)); // sent below
      child.once("error", fail);
      child.once("close", (code) => fail(new Error(`A process that judges mutants ended with code ${code}.`)));
    });
  const found: Found[] = [];
  for (let next = queue.next(); !next.done; next = queue.next()) {
    const judged = answer();
    child.send(next.value);
    found.push(settle(await judged));
    child.removeAllListeners();
  }
  child.disconnect();
  return found;
}

const APART = "DESCENT_MUTATE_APART";
if (process.env[APART] !== undefined) {
  process.on("message", async (index: number) => process.send!(await judge(chosen[index]!))); // asked for by `judgeApart`
  process.on("disconnect", () => process.exit(0));
  await new Promise(() => {}); // until then
}
if (onlyChanged) {
  const names = changed.map((s) => s.name);
  const count = (n: number): string => `${n} rule${n === 1 ? "" : "s"}`;
  console.log(
    `${count(names.length)} changed since judged, and it is the turn of ${chosen.length - names.length} more`,
  );
  if (names.length > 0) console.log(`To note the verdict: npm run mutate -- ${names.join(" ")}`);
} else forget(all.map((s) => s.name));
console.log(row("rule", "error", "mutants", "refused", "survive", "explained"));
const processes = Math.min(availableParallelism(), chosen.length);
const queue = chosen.keys();
const found: Found[] = [];
if (processes > 1)
  found.push(...(await Promise.all(Array.from({ length: processes }, () => judgeApart(queue)))).flat());
else for (const subject of chosen) found.push(settle(await judge(subject)));
const total = found.reduce((sum, one) => sum + one.total, 0);
const unexplained = found.flatMap((one) => one.unexplained).sort();
const met = new Set(found.flatMap((one) => one.met));
const idle = found.flatMap(idleOf);
const strangers = [...reasons.keys()].filter((m) => !all.some((s) => m.startsWith(`${s.name}: `)));
console.log(`${total} mutants, ${met.size + unexplained.length} survive, ${met.size} of them explained`);
for (const m of unexplained) console.error(`survives without a reason: ${m}`);
for (const m of [...idle, ...strangers]) console.error(`allowed but does not survive: ${m}`);
process.exit(unexplained.length + idle.length + strangers.length > 0 ? 1 : 0);
