/** The kit for Node's own runner: `node --test`. */
import { describe, test } from "node:test";
import { type Kit, kit } from "./kit.ts";
import type { Runner } from "./runner.ts";

/** node:test's `describe` and `test`. */
export const runner: Runner = {
  describe: (name, declare) => void describe(name, declare),
  test: (name, body) => void test(name, body),
};
const bound: Kit = kit(runner);
/** Declares the tests every backend must pass. */
export const describeBackend: Kit["describeBackend"] = bound.describeBackend;
/** Declares the tests every rule must pass, for every rule a module exports. */
export const describeRules: Kit["describeRules"] = bound.describeRules;
/** Declares that two optimizers are one, bit for bit. */
export const law: Kit["law"] = bound.law;
