import { OptimizerError, type Schedule, schedule } from "@descent/core";
import { isCallback, shown } from "@descent/core/adapter";

/** A schedule that is its own equation, so it can be printed, saved with a model and sent to any backend. */
export type Equation = Schedule & { readonly text: string };

/** A number as the parser reads it back, to the last bit; negative ones in brackets, so they stand anywhere. */
export const number = (value: number): string => (value < 0 ? `(${value})` : `${value}`);

/** The way from one value to another: `from` where `done` is 0 and `to` where it is 1, both exactly. */
export function between(from: number, to: number, left: string, done: string): Equation {
  if (from === to) return schedule(number(from));
  // Two products instead of `from + (to - from) * done`: that one misses `to` by a rounding.
  const begin = `${number(from)} * ${left}`;
  const end = `${number(to)} * ${done}`;
  return schedule(to === 0 ? begin : from === 0 ? end : `${begin} + ${end}`);
}

/** Half a cosine wave over the share done: what is left, exactly 1 at the start, and what is gone, exactly 1 at the end. */
export const wave = (done: string): readonly [left: string, gone: string] => {
  const cos = `cos(${Math.PI} * ${done})`;
  return [`(1 + ${cos}) / 2`, `(1 - ${cos}) / 2`];
};

/** The share of a schedule that is done: 0 at the first step, 1 from `over` on. */
export const progress = (over: number): string => `min(step, ${number(over)}) / ${number(over)}`;

/** The same equation begun `start` steps later. */
export function shifted(text: string, start: number): string {
  if (start === 0) return text;
  return text.replace(/\(step ([-+]) (\d+)\)|\bstep\b/g, (_, sign: string | undefined, digits: string) => {
    // Nested joins add up, `(step - 150)` and not `((step - 100) - 50)`; whole numbers, so the bits are the same.
    const ahead = (sign === undefined ? 0 : Number(`${sign}${digits}`)) - start;
    return ahead === 0 ? "(step)" : `(step ${ahead < 0 ? "-" : "+"} ${Math.abs(ahead)})`;
  });
}

/** An equation fit to stand inside another; a number needs no brackets. */
export const bracketed = (text: string): string =>
  /^[\d.]+(e[-+]?\d+)?$|^\([^()]*\)$/.test(text) ? text : `(${text})`;

/** A number is the schedule that never changes. */
export function asSchedule(where: string, name: string, value: number | Schedule): Schedule {
  if (isCallback(value)) return value;
  if (!Number.isFinite(value))
    throw new OptimizerError(
      `\`${where}\` has \`${name}\` ${value === undefined ? "left out" : `= ${shown(value)}`}. Give it a schedule or a finite number.`,
    );
  return schedule(number(value));
}

export const isEquation = (s: Schedule): s is Equation => s.text !== undefined;

/** Cycles of that many updates: how many have passed, how many whole ones, and the share of the one under way. */
export function cycles(over: number): { readonly passed: string; readonly whole: string; readonly share: string } {
  const passed = `step / ${number(over)}`;
  const whole = `floor(${passed})`;
  return { passed, whole, share: `(${passed} - ${whole})` };
}
