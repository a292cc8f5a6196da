import { afterAll, describe, expect, test } from "vitest";
import type { Target } from "./backend.ts";
import {
  checkApart,
  checkEmpty,
  checkFrozen,
  checkMissing,
  checkOrder,
  checkResume,
  checkSchedules,
  couplesTensors,
  extremes,
  sampleData,
  staysFinite,
} from "./checks.ts";
import { TOLERANCE } from "./displacement.ts";
import { configure, followGolden, type Golden, readGoldens, rulesOf } from "./golden.ts";
import { arraysTargets } from "./targets.ts";

export interface RuleChecks {
  /** Where to run; by default typed arrays in WebAssembly and in the interpreter. */
  readonly targets?: readonly Target[] | undefined;
  /** The largest displacement error allowed; by default {@link TOLERANCE}, for its reason. */
  readonly tolerance?: number | undefined;
  /** Rules that cannot stay finite with gradients near 1e30, and why. It fails when one of them does stay finite. */
  readonly overflows?: Readonly<Record<string, string>> | undefined;
}

/**
 * Declares the tests every rule must pass, for every rule a module exports: its goldens, exact resume, independence
 * of tensors and of their order, freezing, missing gradients, empty tensors, extreme gradients, schedules.
 *
 * `describeRules(await import("../src/index.ts"), new URL("./golden/", import.meta.url))`
 */
export function describeRules(
  module: Readonly<Record<string, unknown>>,
  from: URL | readonly Golden[],
  { targets = arraysTargets(), tolerance = TOLERANCE, overflows = {} }: RuleChecks = {},
): void {
  const rules = rulesOf(module);
  describe("rules", async () => {
    const goldens = await readGoldens(from);
    let worst = { error: 0, where: "" };
    afterAll(() => {
      if (worst.where) console.info(`largest golden error ${worst.error.toExponential(1)}: ${worst.where}`);
    });

    test("every rule has a golden, and every golden and exception a rule", () => {
      const names = rules.map(([name]) => name).sort();
      expect(names).not.toEqual([]);
      expect([...goldens.keys()].sort()).toEqual(names);
      for (const [name, { rule }] of goldens) expect(rule).toBe(name);
      for (const name of Object.keys(overflows)) expect(names).toContain(name);
    });

    for (const [name, rule] of rules) {
      const golden = goldens.get(name);
      if (!golden) continue; // the test above fails
      const widest = golden.settings.find((s) => s.name !== "defaults" && Object.keys(s.options).length > 1);
      const options = widest?.options ?? golden.settings[0]!.options; // a golden has settings
      const configured = configure(rule, options);
      const data = sampleData();

      test(`${name} has the defaults of its golden`, () => expect(rule.hyper).toEqual(golden.hyper));

      describe.each(targets.map((target) => [target.name, target] as const))(`${name} on %s`, (_, target) => {
        for (const setting of golden.settings)
          test(`moves as ${golden.source} does: ${setting.name}`, async () => {
            const { error, tensor, step } = await followGolden(target, configure(rule, setting.options), setting);
            if (error > worst.error) worst = { error, where: `${name} on ${target.name}, ${setting.name}` };
            expect(error, `displacement error of \`${tensor}\` at step ${step}`).toBeLessThanOrEqual(tolerance);
          });

        test("continues from a saved state bit for bit", () => checkResume(target, configured, data));
        if (!couplesTensors(configured))
          test("steps tensors together as it steps them apart", () => checkApart(target, configured, data));
        test("does not care in which order parameters and gradients come", () => checkOrder(target, configured, data));
        test("leaves a frozen parameter alone", () => checkFrozen(target, configured, data));
        test("does not take a missing gradient for a zero one", () => checkMissing(target, configured, data));
        test("steps a tensor without elements", () => checkEmpty(target, configured, data));
        test("takes schedules as the numbers they stand for", () =>
          checkSchedules(target, (h) => configure(rule, h), { ...rule.hyper, ...options }, data));

        for (const scale of extremes) {
          const reason = scale === 1e30 ? overflows[name] : undefined;
          test(`${reason ? "does not stay" : "stays"} finite with gradients of ${scale}${reason ? `: ${reason}` : ""}`, async () => {
            expect(await staysFinite(target, configure(rule, {}), scale)).toBe(reason === undefined);
          });
        }
      });
    }
  });
}
