import { isMatrixOp, isReduction, topological } from "../expr.ts";
import { type Parameter, size } from "../parameter.ts";
import type { Program } from "../program.ts";
import { slotShape } from "./slots.ts";

/* Ranks of a world that share the work: each keeps the state of some numbers, and steps those. */

/** The ranks that a loop divides its parameters among, and which of them this is. */
export interface Ranks {
  readonly rank: number;
  readonly size: number;
}

/** How a parameter is divided: which of its numbers each rank steps, and which of them are this rank's. */
export interface Portion {
  /** Numbers per rank, in the order of memory: rank 1's follow those of rank 0. */
  readonly counts: readonly number[];
  /** Where this rank's begin. */
  readonly start: number;
  /** The part that is this rank's, as a parameter; undefined where it has none. */
  readonly own: Parameter | undefined;
}

/** A parameter before it is divided. */
export interface Divisible {
  readonly parameter: Parameter;
  /** The programs that step it. */
  readonly programs: readonly Program[];
}

/** Numbers that are not cut through: cuts at multiples of this are aligned in any memory. */
const GRAIN = 64;

/** Whether each number of a parameter is stepped by itself, but for sums over the model, so that any rank can step any part. */
function isElementwise({ draws, slots, outputs }: Program): boolean {
  if (draws.length > 0) return false;
  for (const { place, init, matrix } of Object.values(slots))
    if (matrix || !["tensor", "host", "model"].includes(place) || init === "eye" || init === "normal") return false;
  return topological(Object.values(outputs)).every(
    (e) =>
      !isMatrixOp(e) &&
      e.op !== "extent" &&
      e.place !== "row" &&
      e.place !== "column" &&
      (!isReduction(e) || e.value === "model"),
  );
}

/** The numbers that a parameter and its state have. */
const weightOf = ({ parameter, programs }: Divisible): number =>
  Object.values(programs.at(-1)!.slots) // every rule has an update
    .filter(({ place }) => place !== "host" && place !== "model")
    .reduce((sum, spec) => sum + size(slotShape(spec, parameter)), size(parameter.shape));

/** How high the least loaded ranks can be filled with that much. */
function levelOf(loads: readonly number[], more: number): number {
  const sorted = [...loads].sort((a, b) => a - b);
  let [sum, n] = [more, 0];
  while (n < sorted.length && sorted[n]! * n <= sum) sum += sorted[n++]!;
  // The last that was added may lie above the level of those before it.
  return sum / n;
}

/**
 * Divides parameters among ranks that have these loads, to which it adds. A tensor whose rule sums within it, draws numbers or
 * multiplies matrices goes whole to the rank with the least; the others are cut so that all ranks end up alike.
 */
export function divide(all: readonly Divisible[], loads: number[], { rank }: Ranks): Portion[] {
  const counts = all.map(() => loads.map(() => 0));
  const weights = all.map(weightOf);
  const cut = all.map(({ programs }) => programs.every(isElementwise));
  const whole = [...all.keys()].filter((i) => !cut[i]).sort((a, b) => weights[b]! - weights[a]! || a - b);
  for (const i of whole) {
    const least = loads.indexOf(Math.min(...loads));
    counts[i]![least] = size(all[i]!.parameter.shape);
    loads[least]! += weights[i]!;
  }
  const level = levelOf(
    loads,
    weights.reduce((sum, weight, i) => sum + (cut[i] ? weight : 0), 0),
  );
  let to = 0;
  for (const [i, { parameter }] of all.entries()) {
    if (!cut[i]) continue;
    let left = size(parameter.shape);
    const each = weights[i]! / left;
    while (left > 0) {
      while (to < loads.length - 1 && level - loads[to]! < each) to++;
      const room = Math.ceil((level - loads[to]!) / each / GRAIN) * GRAIN;
      const taken = to === loads.length - 1 ? left : Math.min(left, room);
      counts[i]![to]! += taken;
      loads[to]! += taken * each;
      left -= taken;
    }
  }
  return all.map(({ parameter }, i) => portionOf(parameter, counts[i]!, rank)); // one each
}

function portionOf(parameter: Parameter, counts: readonly number[], rank: number): Portion {
  const start = counts.slice(0, rank).reduce((a, b) => a + b, 0);
  const count = counts[rank]!;
  const { name, role } = parameter;
  const whole = count === size(parameter.shape);
  return { counts, start, own: count === 0 ? undefined : whole ? parameter : { name, role, shape: [count] } };
}

/** The part of a parameter that this rank steps: all of it where nothing is divided. */
export const ownOf = ({
  parameter,
  portion,
}: {
  readonly parameter: Parameter;
  readonly portion: Portion | undefined;
}): Parameter | undefined => (portion ? portion.own : parameter);

/** This rank's part of the numbers of a state tensor that is saved whole. */
export function partOf(portion: Portion | undefined, parameter: Parameter, data: Float32Array): Float32Array {
  if (!portion?.own || portion.own === parameter) return data;
  return data.subarray(portion.start, portion.start + size(portion.own.shape));
}
