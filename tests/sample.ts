import { arraysTargets, type BackendOptions, type Kit, kit, type Runner, type Target } from "@descent/conformance";
import { describe, test } from "vitest";
import { LONG, long, TOGETHER } from "./long.ts";

type Declare = (name: string, body: () => void | Promise<void>, timeout?: number) => void;

/** Declares a test that only `npm run test:long` runs. */
export const longTest: Declare = (name, body, timeout) =>
  long ? test(name, body, timeout) : test.skip(`${name} ${LONG}`, body);

/** Declares tests of which the first of every `of` runs; in `npm run test:long` all do. */
export function oneIn(of: number): Declare {
  let place = 0;
  return (name, body, timeout) => (place++ % of === 0 ? test : longTest)(name, body, timeout);
}

/** The conformance kit, of whose checks the first of every `of` runs; in `npm run test:long` all do. */
export function sampled(of: number): Kit {
  return kit({ describe, test: oneIn(of) });
}

/** Checks of the kit that differ in what they are tried on alone, and how many of them there are for each that runs. */
const kinds: readonly (readonly [name: RegExp, of: number])[] = [
  [/^steps tensors of \d/, 6],
  [/^steps outputs as rows/, 5],
  [/^continues from a saved state/, 3],
  [/^ignores the order/, 3],
  [/^leaves a frozen parameter/, 3],
  [/^steps tensors together as/, 2],
  [/^skips a parameter/, 2],
];

interface GpuOptions extends BackendOptions {
  /** Chooses what each kind of check is tried on, and the shape for products. */
  readonly turn: number;
  /** Checks for `npm run test:long` alone. */
  readonly slow?: RegExp;
}

/**
 * Declares the tests of a backend on a software GPU: every formula, those of products in one shape each, and every kind of check
 * on one of what it can be tried on. In `npm run test:long` on all.
 */
export function describeGpu(target: Target, { turn, slow, ...options }: GpuOptions): void {
  const places = new Map<unknown, number>();
  /** Formulas of products by name, in the order of the first shape. */
  const formulas = new Map<string, number>();
  let products = false;
  const declare: Runner = {
    describe: (name, body) =>
      describe(name, () => {
        products = name.startsWith("in a parameter of shape");
        return body();
      }),
    test: (name, body) => {
      if (slow?.test(name)) return longTest(name, body);
      let [kind, of]: readonly [unknown, number] = kinds.find(([pattern]) => pattern.test(name)) ?? [undefined, 1];
      let first = turn;
      // A share of the formulas is another for each shape.
      if (products && options.share === undefined) {
        if (!formulas.has(name)) formulas.set(name, formulas.size);
        [kind, of, first] = [name, 3, turn + formulas.get(name)!]; // it is there; three shapes
      }
      const place = places.get(kind) ?? 0;
      places.set(kind, place + 1);
      (place % of === first % of ? test : longTest)(name, body);
    },
  };
  kit(declare).describeBackend(target, { together: TOGETHER, ...options });
}

/**
 * The kit for one of `of` targets that share the rules among them: each rule follows a golden on one of them, and of the other checks
 * the first of every `rare` runs; in `npm run test:long` all do.
 */
export function sharing({ part, of, rare }: Readonly<Record<"part" | "of" | "rare", number>>): Kit {
  const declare = oneIn(rare);
  const rules = new Set<string>();
  return kit({
    describe: (name, body) =>
      describe(name, () => {
        const [rule = "", target] = name.split(" on ");
        if (target !== undefined) rules.add(rule);
        return body();
      }),
    test: (name, body) => {
      const golden = rules.size % of === part ? test : longTest;
      (name.startsWith("moves as ") ? golden : declare)(name, body);
    },
  });
}

/**
 * The kit for the rules of a family, on typed arrays. Everything is tried of every rule: a check on one of the three engines, the
 * next on the next; goldens on WebAssembly in place and one of the other two. In `npm run test:long` all run on all.
 */
export const { describeRules } = inTurns();

function inTurns(): Kit {
  const of = arraysTargets().length;
  let rule = "";
  let [rules, engine, checks, settings] = [0, 0, 0, 0];
  return kit({
    describe: (name, body) =>
      describe(name, () => {
        const [before = ""] = name.split(" on ");
        engine = before === rule ? engine + 1 : 0;
        if (engine === 0) rules++;
        [rule, checks, settings] = [before, 0, 0];
        return body();
      }),
    test: (name, body) => {
      // The rule's own tests stand outside those of engines. Recovery is tried on the first engine alone; where there is none, a
      // thousand steps show it.
      const always =
        rule === "rules" || name.startsWith("moves again ") || (name.startsWith("stays where ") && rules % 4 === 0);
      const turn = name.startsWith("moves as ")
        ? engine === 0 || (settings++ + rules) % (of - 1) === engine - 1
        : !/^(moves again|stays where) /.test(name) && (checks++ + rules) % of === engine;
      (always || turn ? test : longTest)(name, body);
    },
  });
}
