/** The kit for Node's own runner: `node --test`. */
import { describe, test } from "node:test";
import { type Kit, kit } from "./kit.ts";

const bound: Kit = kit({ describe, test });
/** Declares the tests every backend must pass. */
export const describeBackend: Kit["describeBackend"] = bound.describeBackend;
/** Declares the tests every rule must pass, for every rule a module exports. */
export const describeRules: Kit["describeRules"] = bound.describeRules;
/** Declares that two optimizers are one, bit for bit. */
export const law: Kit["law"] = bound.law;
