import { OptimizerError, type Schedule, schedule } from "@descent/core";
import { shown, whole } from "@descent/core/adapter";
import { asSchedule, bracketed, type Equation, isEquation, shifted } from "./text.ts";

/** A schedule, or a number for a constant one, and the step at which it takes over. */
export type Piece<S extends Schedule = Schedule> = readonly [start: number, value: number | S];

/**
 * One schedule after another: `join([[0, a], [100, b]])` is `a(step)` before step 100 and `b(step - 100)` from there on.
 * The result is an equation if every piece is one, otherwise a plain function.
 * Throws if the starts are not whole, do not begin at 0 or do not rise.
 */
export function join(pieces: readonly Piece<Equation>[]): Equation;
export function join(pieces: readonly Piece[]): Schedule;
export function join(pieces: readonly Piece[]): Schedule {
  return joined("join", pieces);
}

const isPair = (piece: unknown): piece is Piece => Array.isArray(piece) && piece.length === 2;

export function joined(where: string, pieces: readonly Piece[]): Schedule {
  if (!Array.isArray(pieces))
    throw new OptimizerError(`\`${where}\` takes a list of pieces, [[0, a], [100, b]]; got ${shown(pieces)}.`);
  const parts = pieces.map((piece: unknown) => {
    if (!isPair(piece))
      throw new OptimizerError(
        `\`${where}\` has the piece ${shown(piece)}. Give [start, schedule], such as [100, 1e-3].`,
      );
    const [start, value] = piece;
    whole(where, { start });
    return { start, value: asSchedule(`${where} at ${start}`, "value", value) };
  });
  const [first, ...rest] = parts;
  if (first?.start !== 0)
    throw new OptimizerError(
      `\`${where}\` has no piece for step 0${first ? `; its first starts at ${first.start}` : ""}. Give it a piece that starts at 0.`,
    );
  if (rest.length === 0) return first.value;
  rest.reduce((before, { start }) => {
    if (start <= before)
      throw new OptimizerError(
        `\`${where}\` starts a piece at ${start} after one at ${before}. Put them in rising order.`,
      );
    return start;
  }, 0);

  const equations = parts.flatMap(({ start, value }) => (isEquation(value) ? [shifted(value.text, start)] : []));
  if (equations.length < parts.length)
    return (step) => {
      const now = parts.findLast(({ start }) => step >= start) ?? first;
      return now.value(step - now.start);
    };
  return schedule(
    equations.map(bracketed).reduceRight((later, text, i) => `step < ${rest[i]!.start} ? ${text} : ${later}`), // rest[i] begins where equation i ends
  );
}
