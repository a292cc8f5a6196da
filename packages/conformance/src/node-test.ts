/** The kit for Node's own runner: `node --test`. */
import { describe, test } from "node:test";
import { type Kit, kit } from "./kit.ts";

const bound: Kit = kit({
  describe: (name, declare) => void describe(name, declare),
  test: (name, body) => void test(name, body),
});
export const describeBackend: Kit["describeBackend"] = bound.describeBackend;
export const describeRules: Kit["describeRules"] = bound.describeRules;
export const law: Kit["law"] = bound.law;
