/** The kit bound to the runner at work: one with global `describe` and `test`, or `node --test`. */
import { type Kit, kit } from "./kit.ts";
import type { Runner } from "./runner.ts";

const isRunner = (x: Partial<Runner>): x is Runner => typeof x.describe === "function" && typeof x.test === "function";

/** Found without a promise: `require` cannot load a module that awaits. */
function atWork(): Partial<Runner> {
  if (isRunner(globalThis as Partial<Runner>)) return globalThis as Partial<Runner>;
  if (typeof process === "undefined" || !process.env.NODE_TEST_CONTEXT) return {};
  return process.getBuiltinModule("node:test");
}

const runner = atWork();

function bound(): Kit {
  if (isRunner(runner)) return kit(runner);
  throw new Error(
    "No test runner with global `describe` and `test` is at work here. Under vitest import from @descent/conformance/vitest; otherwise run `node --test`, or bind the kit to your runner: kit({ describe, test }).",
  );
}

/** Declares the tests every backend must pass, with the test runner at work. */
export const describeBackend: Kit["describeBackend"] = (...args) => bound().describeBackend(...args);
/** Declares the tests every rule must pass, for every rule a module exports, with the test runner at work. */
export const describeRules: Kit["describeRules"] = (...args) => bound().describeRules(...args);
/** Declares that two optimizers are one, bit for bit, with the test runner at work. */
export const law: Kit["law"] = (...args) => bound().law(...args);
