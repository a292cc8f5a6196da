import { schedule } from "@descent/core";
import { finite } from "@descent/core/adapter";
import { type Equation, number } from "./text.ts";

/** The same value at every step; a plain number works wherever a schedule does. Throws if `value` is not finite. */
export function constant(value: number): Equation {
  finite("constant", { value });
  return schedule(number(value));
}
