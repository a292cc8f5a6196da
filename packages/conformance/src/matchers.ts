import { expect } from "vitest";
import { displacementError, TOLERANCE } from "./displacement.ts";

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
