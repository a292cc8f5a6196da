/** The kit for Node's own runner: `node --test`. */
import { describe, test } from "node:test";
import { type Kit, kit } from "./kit.ts";
import type { Runner } from "./runner.ts";

export const runner: Runner = {
  describe: (name, declare) => void describe(name, declare),
  test: (name, body) => void test(name, body),
};
const bound: Kit = kit(runner);
export const describeBackend: Kit["describeBackend"] = bound.describeBackend;
export const describeRules: Kit["describeRules"] = bound.describeRules;
export const law: Kit["law"] = bound.law;
