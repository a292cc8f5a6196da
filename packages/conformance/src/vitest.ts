/** The kit for vitest, and a matcher that compares displacements. */
import { describe, expect, test } from "vitest";
import { displacementError, TOLERANCE } from "./displacement.ts";
import { type Kit, kit } from "./kit.ts";

const bound: Kit = kit({ describe, test });
/** Declares the tests every backend must pass. */
export const describeBackend: Kit["describeBackend"] = bound.describeBackend;
/** Declares the tests every rule must pass, for every rule a module exports. */
export const describeRules: Kit["describeRules"] = bound.describeRules;
/** Declares that two optimizers are one, bit for bit. */
export const law: Kit["law"] = bound.law;

interface DisplacementMatchers<R> {
  /** Passes where the numbers moved from `start` as `golden` did: ‖actual − golden‖ ≤ tolerance · ‖golden − start‖. */
  toMoveLike(golden: ArrayLike<number>, start: ArrayLike<number>, tolerance?: number): R;
}

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: vitest declares it so, and merged declarations must agree.
  interface Matchers<T = any> extends DisplacementMatchers<T> {}
}

const isNumbers = (x: unknown): x is ArrayLike<number> => ArrayBuffer.isView(x) || Array.isArray(x);

/** Adds `expect(parameters).toMoveLike(golden, start)`; call once in a setup file or test. */
export function installMatchers(): void {
  expect.extend({
    toMoveLike(actual: unknown, golden: ArrayLike<number>, start: ArrayLike<number>, tolerance: number = TOLERANCE) {
      if (!isNumbers(actual)) return { pass: false, message: () => "toMoveLike compares arrays of numbers" };
      const error = displacementError(actual, golden, start);
      return {
        pass: error <= tolerance,
        message: () =>
          `moved ${error.toExponential(2)} of the displacement away from the golden; allowed is ${tolerance}`,
      };
    },
  });
}
