import { isCallback, knownOptions } from "@descent/core/adapter";
import { arraysTargets } from "./arrays.ts";
import { assert, sameState } from "./assert.ts";
import {
  checkApart,
  checkFrozen,
  checkMissing,
  checkOrder,
  checkResume,
  checkSchedules,
  couplesTensors,
  extremes,
  firstNonFinite,
  movesAgain,
  run,
} from "./checks.ts";
import { asksOf, sampleData } from "./data.ts";
import { declareEmpty } from "./describe-backend.ts";
import { TOLERANCE } from "./displacement.ts";
import { type AnyRule, configure, followGolden, type Golden, readGoldens, rulesOf, SCHEMA } from "./golden.ts";
import { overflows as known } from "./overflows.ts";
import type { Runner } from "./runner.ts";
import { all, belongs, type Share, sharing, takesShare } from "./share.ts";
import { stuckAfterHuge, stuckAfterTiny } from "./stuck.ts";
import { takes, takesRecord } from "./takes.ts";
import type { Target } from "./target.ts";

/** Options of `describeRules`: where rules run, and the exceptions that are known. */
export interface RuleOptions {
  /** Where to run; by default typed arrays in WebAssembly and in the interpreter. */
  readonly targets?: readonly Target[] | undefined;
  /** The largest displacement error allowed; by default {@link TOLERANCE}, for its reason. */
  readonly tolerance?: number | undefined;
  /** Rules of your own that cannot stay finite with gradients near 1e30, by export, and why. It fails when one stays finite. */
  readonly overflows?: Readonly<Record<string, string>> | undefined;
  /** Rules of your own that stop moving after gradients near 1e30, or 1e-30, by export, and why. It fails when one does. */
  readonly stuck?: { readonly [scale in "1e30" | "1e-30"]?: Readonly<Record<string, string>> } | undefined;
  /** Rules that these targets refuse and why, by id or as a function of the rule. It fails when one is accepted. */
  readonly refuses?: Readonly<Record<string, string>> | ((rule: AnyRule) => string | undefined) | undefined;
  /** Why these targets decline tensors without elements. It fails when one is accepted. */
  readonly refusesEmpty?: string | undefined;
  /**
   * The share of checks to declare for each rule and target, beside at least one golden; all by default. It keeps the tests
   * of many rules on many backends short: give each backend another `part`.
   */
  readonly share?: Share | undefined;
}

/**
 * Declares the tests every rule must pass, for every rule a module exports: its goldens, exact resume, independence
 * of tensors and of their order, freezing, missing gradients, empty tensors, extreme gradients, schedules.
 *
 * `describeRules(await import("../src/index.ts"), new URL("./golden/", import.meta.url))`
 */
export function describeRules(
  runner: Runner,
  module: Readonly<Record<string, unknown>>,
  from: URL | readonly Golden[],
  options: RuleOptions = {},
): void {
  const { describe, test } = runner;
  const names = ["targets", "tolerance", "overflows", "stuck", "refuses", "refusesEmpty", "share"] as const;
  knownOptions("describeRules", options, names);
  const rules = rulesOf(module);
  takes(
    "describeRules",
    "the URL of a folder of goldens, or a list of them",
    from,
    from instanceof URL || Array.isArray(from),
  );
  takesShare("describeRules", options.share === undefined ? all : options.share);
  if (!isCallback(options.refuses) && options.refuses !== undefined)
    takesRecord("describeRules", "`refuses`: reasons by id, or a function of a rule", options.refuses);
  describe("rules", async () => {
    const goldens = await readGoldens(from);
    const place = (name: string): string =>
      from instanceof URL ? `Put ${name}.json into ${from.pathname}.` : "Hand it in as data.";

    test("the module exports rules, and every golden and exception belongs to one", () => {
      const exported = new Set(rules.map(([name]) => name));
      assert(exported.size > 0, "the module exports no rules; pass a namespace, `import * as rules from …`");
      for (const [file, { rule }] of goldens) {
        assert(rule === file, `the golden ${file}.json is for \`${rule}\`; a golden bears its rule's name`);
        assert(exported.has(file), `the golden \`${file}\` belongs to none of ${[...exported].join(", ")}`);
      }
      const { overflows = {}, stuck = {} } = options;
      const known = (option: string, names: object): void => {
        for (const name of Object.keys(names))
          assert(exported.has(name), `\`${option}\` names \`${name}\`, which is not among ${[...exported].join(", ")}`);
      };
      known("overflows", overflows);
      for (const names of [stuck["1e30"] ?? {}, stuck["1e-30"] ?? {}]) known("stuck", names);
      const twice = Object.keys(overflows).find((name) => Object.hasOwn(stuck["1e30"] ?? {}, name));
      assert(
        twice === undefined,
        `\`${twice}\` is in \`overflows\` and in \`stuck\`; one that does not stay finite belongs in \`overflows\` alone`,
      );
    });
    for (const [i, [name, rule]] of rules.entries())
      describeRule(runner, i, name, rule, goldens.get(name), place, options);
  });
}

/** The options that may be schedules, with their numbers: all but those that size a state or count blocks. */
function scheduled(
  { hyper, state, blocks }: AnyRule,
  options: Readonly<Record<string, number>>,
): Record<string, number> {
  const sides = Object.values(state).flatMap((slot): readonly unknown[] =>
    typeof slot === "object" && Array.isArray(slot.place) ? slot.place : [],
  );
  const fixed = [...sides, ...Object.values(blocks ?? {})];
  return Object.fromEntries(Object.entries({ ...hyper, ...options }).filter(([name]) => !fixed.includes(name)));
}

function describeRule(
  { describe, test: every }: Runner,
  turn: number,
  name: string,
  rule: AnyRule,
  golden: Golden | undefined,
  place: (name: string) => string,
  {
    targets = arraysTargets(),
    tolerance = TOLERANCE,
    overflows = {},
    stuck = {},
    refuses = {},
    refusesEmpty,
    share = all,
  }: RuleOptions,
): void {
  const widest = golden?.settings.find((s) => s.name !== "defaults" && Object.keys(s.options).length > 1);
  const options = widest?.options ?? golden?.settings[0]?.options ?? {};
  const configured = configure(rule, options);
  // Rules that need matrices get no vector, and those that see blocks two rows and a vector of two.
  const sizes = rule.needs === "matrix" ? [21, 10] : rule.blocks && "rows" in rule.blocks ? [22, 2] : [21, 5];
  const sample = { matrices: true, sizes, ...asksOf(configured) };
  const data = sampleData(sample);

  every(`${name} has a golden with its defaults`, () => {
    assert(golden !== undefined, `the rule \`${name}\` has no golden. ${place(name)} ${SCHEMA}`);
    sameState(rule.hyper, golden.hyper, `${name}.hyper`);
  });

  const settings = golden?.settings ?? [];
  const goldenShare = { ...share, of: Math.min(share.of, Math.max(1, settings.length)) };

  for (const target of targets)
    describe(`${name} on ${target.name}`, () => {
      const refused = typeof refuses === "function" ? refuses(rule) : refuses[rule.id];
      if (refused !== undefined) {
        every(`is refused by name, with what to do: ${refused}`, async () => {
          const error: unknown = await run(target, configured, data).then(
            () => undefined,
            (thrown) => thrown,
          );
          assert(error !== undefined, `it is accepted now; take \`${rule.id}\` out of \`refuses\``);
          const says = String(error);
          assert(
            says.includes(rule.title) && /another rule|Use /.test(says),
            `the error does not say what to do: ${says}`,
          );
        });
        return;
      }
      for (const setting of settings.filter((_, i) => belongs(turn + i, goldenShare)))
        every(`moves as ${golden!.source} does: ${setting.name}`, async () => {
          const { error, tensor, step } = await followGolden(
            target,
            configure(rule, setting.options, setting.schedules),
            setting,
          );
          assert(
            error <= tolerance,
            `\`${tensor}\` is ${error.toExponential(2)} of its displacement away from the golden at step ${step}; allowed is ${tolerance}`,
          );
        });

      const test = sharing({ test: every }, share, turn);
      test("continues from a saved state bit for bit", () => checkResume(target, configured, data));
      if (!couplesTensors(configured))
        test("steps tensors together as it steps them apart", () => checkApart(target, configured, data));
      test("ignores the order in which parameters and gradients are given", () => checkOrder(target, configured, data));
      test("leaves a frozen parameter alone", () => checkFrozen(target, configured, data));
      test("skips a parameter without a gradient", () => checkMissing(target, configured, data));
      declareEmpty({ test }, target, configured, data, refusesEmpty);
      test("takes schedules as the numbers they stand for", () =>
        checkSchedules(target, (h) => configure(rule, { ...options, ...h }), scheduled(rule, options), data));

      for (const scale of extremes) {
        const reason = scale === 1e30 ? (overflows[name] ?? known[rule.id]) : undefined;
        test(`${reason ? "does not stay" : "stays"} finite with gradients of ${scale}${reason ? `: ${reason}` : ""}`, async () => {
          const found = await firstNonFinite(target, configure(rule, {}), sampleData({ ...sample, steps: 4, scale }));
          if (reason !== undefined)
            assert(found !== undefined, `it stays finite now; remove \`${name}\` from \`overflows\``);
          else if (found !== undefined)
            assert(
              false,
              `\`${found.tensor}\`[${found.element}] is ${found.value} after step ${found.step} with gradients of ${scale}. Guard the equation, or give the reason in \`overflows\`.`,
            );
        });
        // It is arithmetic, the same everywhere, and takes steps enough for one target.
        if (scale === 0 || reason !== undefined || target !== targets[0] || share.of > 1) continue;
        const which = scale === 1e30 ? "1e30" : "1e-30";
        const stays = stuck[which]?.[name] ?? (scale === 1e30 ? stuckAfterHuge : stuckAfterTiny)[rule.id];
        test(`${stays ? "stays where it is" : "moves again"} after gradients of ${scale}${stays ? `: ${stays}` : ""}`, async () => {
          const shock = sampleData({ ...sample, steps: 4, scale });
          const after = await movesAgain(target, configure(rule, {}), shock, data);
          if (stays !== undefined)
            assert(after === undefined, `it moves after ${after} steps; take \`${name}\` out of \`stuck\``);
          else
            assert(
              after !== undefined,
              `a thousand ordinary steps after gradients of ${scale} it has not moved. Guard the equation, or give the reason in \`stuck\`.`,
            );
        });
      }
    });
}
