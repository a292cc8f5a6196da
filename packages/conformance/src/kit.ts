import type { Configured } from "@descent/core";
import { type BackendOptions, describeBackend } from "./describe-backend.ts";
import { describeRules, type RuleOptions } from "./describe-rules.ts";
import type { Golden } from "./golden.ts";
import { type LawOptions, law } from "./law.ts";
import type { Runner } from "./runner.ts";
import { takesRunner } from "./takes.ts";
import type { Target } from "./target.ts";

/** The kit bound to a test runner. */
export interface Kit {
  /** Declares the tests every backend must pass. */
  describeBackend(target: Target, options?: BackendOptions): void;
  /** Declares the tests every rule must pass, for every rule a module exports. */
  describeRules(
    module: Readonly<Record<string, unknown>>,
    goldens: URL | readonly Golden[],
    options?: RuleOptions,
  ): void;
  /** Declares that two optimizers are one, bit for bit. */
  law(claim: string, left: Configured, right: Configured, options?: LawOptions): void;
}

/** Binds the kit to any runner with `describe` and `test`: `kit({ describe, test })`. */
export function kit(runner: Runner): Kit {
  takesRunner("kit", runner);
  return {
    describeBackend: (target, options) => describeBackend(runner, target, options),
    describeRules: (module, goldens, options) => describeRules(runner, module, goldens, options),
    law: (claim, left, right, options) => law(runner, claim, left, right, options),
  };
}
