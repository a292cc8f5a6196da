import { isCallback, isRecord, shown } from "@descent/core/adapter";
import { fail } from "./assert.ts";
import type { Runner } from "./runner.ts";
import type { Target } from "./target.ts";

/** Fails unless an argument fits; `wanted` says what the function takes. */
export function takes(call: string, wanted: string, given: unknown, fits: boolean): void {
  if (!fits) fail(`\`${call}\` takes ${wanted}; got ${shown(given)}.`);
}

const has = (given: unknown, names: readonly string[]): boolean =>
  ((typeof given === "object" && given !== null) || isCallback(given)) &&
  names.every((name) => isCallback(Reflect.get(given as object, name)));

/** Fails unless it is a test runner. */
export const takesRunner = (call: string, runner: Runner): void =>
  takes(call, "a test runner: { describe, test }", runner, has(runner, ["describe", "test"]));

/** Fails unless it is a backend under test. */
export const takesTarget = (call: string, target: Target): void =>
  takes(call, "a target: { name, start }", target, has(target, ["start"]) && typeof target.name === "string");

/** Fails unless it is a list of numbers. */
export const takesNumbers = (call: string, numbers: ArrayLike<number>): void =>
  takes(call, "lists of numbers", numbers, Array.isArray(numbers) || ArrayBuffer.isView(numbers));

/** Fails unless it is a module's exports, or another record. */
export const takesRecord = (call: string, wanted: string, given: unknown): void =>
  takes(call, wanted, given, isRecord(given) || String(given) === "[object Module]");
