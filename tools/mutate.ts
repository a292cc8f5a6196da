/**
 * How much do the goldens notice? Every token of every equation of every rule is changed, one at a time, and the
 * goldens must see each change. What they cannot see is listed with a reason in `goldens/mutants.allowed.json`.
 *
 *   npm run mutate                 all rules and transforms
 *   npm run mutate -- adam yogi    those only
 *
 * A change after which the rule is still the same function (equal.ts) is not counted.
 */
import { fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { families, load, loadFamily } from "@descent/catalogue";
import {
  type AnyRule,
  arraysTargets,
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
  withL2,
} from "@descent/core";
import type { Equations, Leaf, RuleSpec } from "@descent/core/adapter";
import { functions, reductions } from "@descent/core/graph";
import { equal } from "./equal.ts";

type Setting = Pick<GoldenSetting, "parameters" | "gradients" | "inputs" | "path">;
interface Case {
  readonly setting: Setting;
  readonly leaf: Leaf;
}
/** One rule, or one transform around an inner rule, with everything it is compared with. */
interface Subject {
  readonly name: string;
  readonly cases: readonly Case[];
  /** Which equations are the subject's own: a transform's inner rule is mutated under its own name. */
  readonly own: "all" | "before";
}
interface TransformGolden {
  readonly transform: string;
  readonly settings: readonly (Setting & {
    readonly value: number;
    readonly inner: string;
    readonly innerOptions: Readonly<Record<string, number>>;
  })[];
}
interface Mutant {
  readonly name: string;
  readonly change: (spec: RuleSpec) => RuleSpec;
}

const root = new URL("../", import.meta.url);
const readJson = async <T>(path: string): Promise<T> => JSON.parse(await readFile(new URL(path, root), "utf8")) as T; // files of this repository

function leafOf(configured: Configured): Leaf {
  if (configured.kind !== "rule") throw new TypeError("a partition has no equations of its own");
  return configured;
}

async function subjects(): Promise<Subject[]> {
  const out: Subject[] = [];
  for (const family of families) {
    const goldens: ReadonlyMap<string, Golden> = await readGoldens(goldensOf(family));
    for (const [name, rule] of rulesOf(await loadFamily(family))) {
      const settings = goldens.get(name)?.settings ?? [];
      const cases = settings.map((setting) => ({ setting, leaf: leafOf(configure(rule, setting.options)) }));
      out.push({ name, cases, own: "all" });
    }
  }
  const transforms = { clipByValue, clipByNorm, clipByGlobalNorm, withL2, decoupledDecay, hypergradient };
  for (const [name, transform] of Object.entries(transforms)) {
    const { settings } = await readJson<TransformGolden>(`packages/core/test/golden/${name}.json`);
    const inner = new Map<string, AnyRule>();
    for (const { inner: name } of settings) inner.set(name, await load(name));
    const cases = settings.map((s) => ({
      setting: s,
      leaf: leafOf(transform(configure(inner.get(s.inner)!, s.innerOptions), s.value)), // loaded above
    }));
    out.push({ name, cases, own: "before" });
  }
  return out;
}

/* ---- mutants ---- */

/** The element-wise functions of so many arguments that equations call. */
const ofArity = (n: number): string[] =>
  [...functions].flatMap(([name, f]) => (f.arity === n && !Object.hasOwn(reductions, name) ? [name] : []));
const alike: readonly (readonly string[])[] = [
  ["+", "-", "*", "/"],
  ["^", "*"],
  ["<", ">", "<=", ">=", "==", "!="],
  ["&&", "||"],
  ofArity(1),
  ofArity(2),
  ["norm", "sum", "mean", "rms", "totalNorm"],
  ["totalNorm", "norm", "total"],
];
const facts = ["p", "g", "t", "decays"];
const tokens = /([A-Za-z]\w*|\d+\.?\d*(?:[eE][-+]?\d+)?|<=|>=|==|!=|&&|\|\||[-+*/^<>])/;

/** Everything one token may become. */
function replacements(parts: readonly string[], i: number, scope: readonly string[]): string[] {
  const token = parts[i]!;
  if (/^\d/.test(token)) {
    const x = Number(token);
    return [x + 1, x - 1, ...(Number.isInteger(x) ? [2 * x] : [1.01 * x])].filter((y) => y !== x).map(literal);
  }
  const call = parts[i + 1]?.trim().startsWith("(") ?? false;
  if (/^[A-Za-z]/.test(token) && !call) return [...scope.filter((s) => s !== token), `(-${token})`];
  // A minus without a left operand can only go.
  const before = parts.slice(0, i).join("").trim();
  if (token === "-" && /(^|[-+*/^(,?:<>=&|])$/.test(before)) return [""];
  return (alike.find((set) => set[0] === token) ?? alike.find((set) => set.includes(token)) ?? []).filter(
    (x) => x !== token,
  );
}
const literal = (x: number): string => (x < 0 ? `(${x})` : String(x));

function* changesOf(equations: Equations, known: readonly string[]): Generator<readonly [string, Equations]> {
  const scope = new Set(known);
  for (const [symbol, source] of Object.entries(equations)) {
    const parts = source.split(tokens);
    for (let i = 1; i < parts.length; i += 2)
      for (const to of replacements(parts, i, [...scope])) {
        const mutated = parts.with(i, to).join("");
        yield [`${symbol} = ${mutated}`, { ...equations, [symbol]: mutated }];
      }
    scope.add(symbol);
  }
}

function mutants(spec: RuleSpec, own: Subject["own"]): Mutant[] {
  const known = [...facts, ...[spec.hyper, spec.state, spec.inputs ?? {}].flatMap(Object.keys)];
  const out: Mutant[] = [];
  // A transform's equations come first of all; a rule's own `before` (AdamW's decay) is the rule's.
  const fronts = (spec.before ?? []).slice(0, own === "before" ? 1 : undefined);
  for (const [k, equations] of fronts.entries())
    for (const [name, changed] of changesOf(equations, known))
      out.push({ name, change: (s) => ({ ...s, before: s.before!.with(k, changed) }) });
  if (own === "before") return out;
  for (const [name, update] of changesOf(spec.update, known)) out.push({ name, change: (s) => ({ ...s, update }) });
  for (const [k, equations] of (spec.after ?? []).entries())
    for (const [name, changed] of changesOf(equations, [...known, ...Object.keys(spec.update), "p0"]))
      out.push({ name: `after, ${name}`, change: (s) => ({ ...s, after: s.after!.with(k, changed) }) });
  for (const [phase, equations] of Object.entries(spec.phases ?? {}))
    for (const [name, changed] of changesOf(equations, known))
      out.push({ name: `${phase}, ${name}`, change: (s) => ({ ...s, phases: { ...s.phases, [phase]: changed } }) });
  for (const [slot, init] of Object.entries(spec.state)) {
    const place = typeof init === "object" ? init : { place: "tensor" as const, init };
    const others = typeof place.init === "number" ? [place.init + 1, place.init - 1] : [0, 1];
    for (const other of others)
      out.push({
        name: `state ${slot} starts as ${other}`,
        change: (s) => ({ ...s, state: { ...s.state, [slot]: { ...place, init: other } } }),
      });
  }
  return out;
}

/* ---- the run ---- */

interface Allowance {
  readonly reason: string;
  readonly mutants: readonly string[];
}
const allowances = await readJson<readonly Allowance[]>("goldens/mutants.allowed.json");
const reasons = new Map(allowances.flatMap(({ reason, mutants }) => mutants.map((m) => [m, reason] as const)));
const target = arraysTargets()[0]!; // the fast path comes first

/** Seen: some golden of the subject moves otherwise. Refused: the mutant is not a valid rule. */
async function fate(cases: readonly Case[], change: Mutant["change"]): Promise<"seen" | "refused" | "survived"> {
  for (const { leaf, setting } of cases) {
    try {
      const { error } = await followGolden(target, { ...leaf, rule: change(leaf.rule) }, setting, TOLERANCE);
      if (error > TOLERANCE) return "seen";
    } catch {
      return "refused";
    }
  }
  return "survived";
}

const asked = process.argv.slice(2);
const all = await subjects();
const unknown = asked.filter((name) => !all.some((s) => s.name === name));
if (unknown.length > 0) {
  console.error(`No rule is called ${unknown.join(", ")}; there are ${all.map((s) => s.name).join(", ")}.`);
  process.exit(1);
}
const chosen = asked.length > 0 ? all.filter((s) => asked.includes(s.name)) : all;
const row = (...cells: readonly (string | number)[]): string =>
  cells.map((c, i) => (i === 0 ? String(c).padEnd(26) : String(c).padStart(10))).join("");
/** The findings for some subjects. */
interface Found {
  readonly total: number;
  readonly unexplained: readonly string[];
  readonly met: readonly string[];
}

async function judge(some: readonly Subject[]): Promise<Found> {
  const unexplained: string[] = [];
  const met: string[] = [];
  let total = 0;
  for (const { name, cases, own } of some) {
    let worst = 0;
    for (const { leaf, setting } of cases) worst = Math.max(worst, (await followGolden(target, leaf, setting)).error);
    if (!(worst <= TOLERANCE) || cases.length === 0) {
      console.error(`${name} does not follow its golden (error ${worst}); mutants of a wrong rule say nothing.`);
      process.exit(1);
    }
    const original = cases[0]!.leaf.rule;
    const list = mutants(original, own).filter(({ change }) => !equal(change(original), original));
    let refused = 0;
    const survivors: string[] = [];
    for (const mutant of list) {
      const end = await fate(cases, mutant.change);
      if (end === "refused") refused++;
      if (end === "survived") survivors.push(`${name}: ${mutant.name}`);
    }
    for (const s of survivors) (reasons.has(s) ? met : unexplained).push(s);
    total += list.length;
    const explained = survivors.filter((s) => reasons.has(s)).length;
    console.log(row(name, worst.toExponential(1), list.length, refused, survivors.length, explained));
  }
  return { total, unexplained, met };
}

/** The findings of a process of its own for a share of the subjects, such as "0/2": every second one, from the first. */
const judgeApart = (share: string): Promise<Found> =>
  new Promise((done, fail) => {
    const child = fork(process.argv[1]!, asked, { env: { ...process.env, DESCENT_MUTATE_SHARE: share } });
    let found: Found | undefined;
    child.on("message", (message) => (found = message as Found)); // sent below
    child.on("error", fail);
    child.on("close", (code) => (found ? done(found) : fail(new Error(`The share ${share} ended with code ${code}.`))));
  });

const share = process.env.DESCENT_MUTATE_SHARE;
if (share !== undefined) {
  const [part = 0, of = 1] = share.split("/").map(Number);
  const found = await judge(chosen.filter((_, i) => i % of === part));
  process.send!(found, undefined, undefined, () => process.exit(0)); // started by `judgeApart`
  await new Promise(() => {}); // until it is sent
}
console.log(row("rule", "error", "mutants", "refused", "survive", "explained"));
const processes = Math.min(availableParallelism(), chosen.length);
const shares =
  processes > 1
    ? await Promise.all(Array.from({ length: processes }, (_, i) => judgeApart(`${i}/${processes}`)))
    : [await judge(chosen)];
const total = shares.reduce((sum, one) => sum + one.total, 0);
const unexplained = shares.flatMap((one) => one.unexplained).sort();
const met = new Set(shares.flatMap((one) => one.met));
const idle = [...reasons.keys()].filter((m) => chosen.some((s) => m.startsWith(`${s.name}: `)) && !met.has(m));
const strangers = [...reasons.keys()].filter((m) => !all.some((s) => m.startsWith(`${s.name}: `)));
console.log(`${total} mutants, ${met.size + unexplained.length} survive, ${met.size} of them explained`);
for (const m of unexplained) console.error(`survives without a reason: ${m}`);
for (const m of [...idle, ...strangers]) console.error(`allowed but does not survive: ${m}`);
process.exit(unexplained.length + idle.length + strangers.length > 0 ? 1 : 0);
