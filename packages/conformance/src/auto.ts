/** The kit bound to the runner that is at work: one with globals, vitest, or `node --test`. */
import { type Kit, kit } from "./kit.ts";
import type { Runner } from "./runner.ts";

const isRunner = (x: Partial<Runner>): x is Runner => typeof x.describe === "function" && typeof x.test === "function";

async function atWork(): Promise<Partial<Runner>> {
  if (isRunner(globalThis as Partial<Runner>)) return globalThis as Partial<Runner>;
  const env = typeof process === "undefined" ? {} : process.env;
  if (env.VITEST) return (await import("./vitest.ts")).runner;
  if (env.NODE_TEST_CONTEXT) return (await import("./node-test.ts")).runner;
  return {};
}

const runner = await atWork();

function bound(): Kit {
  if (isRunner(runner)) return kit(runner);
  throw new Error(
    "No test runner is at work here. Run this file with vitest or `node --test`, or bind the kit to yours: kit({ describe, test }).",
  );
}

/** Declares the tests every backend must pass, with the test runner at work. */
export const describeBackend: Kit["describeBackend"] = (...args) => bound().describeBackend(...args);
/** Declares the tests every rule must pass, for every rule a module exports, with the test runner at work. */
export const describeRules: Kit["describeRules"] = (...args) => bound().describeRules(...args);
/** Declares that two optimizers are one, bit for bit, with the test runner at work. */
export const law: Kit["law"] = (...args) => bound().law(...args);
