import { schedule } from "@descent/core";
import { finite } from "@descent/core/adapter";
import { type Equation, number } from "./text.ts";

/** The same value at every step; where a number is meant, a number will do. Throws if `value` is not finite. */
export function constant(value: number): Equation {
  finite("constant", { value });
  return schedule(number(value));
}
