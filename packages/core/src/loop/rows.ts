import { drawOf } from "../draws.ts";
import { list, OptimizerError } from "../errors.ts";
import { isMatrixOp, isReduction, topological } from "../expr.ts";
import { matrix, type Shape, size } from "../parameter.ts";
import type { Program } from "../program.ts";
import type { RowPart } from "./backend.ts";
import { hyperNow } from "./groups.ts";
import type { Roster } from "./roster.ts";
import { allocate } from "./slots.ts";

/*
 * A gradient of some rows of a parameter steps those rows and leaves the others as they are, state and decay included, as
 * if each row were a parameter of its own. Rows at the same count are one part, which takes the place of the parameter in
 * a step.
 */

/** The rows of one parameter: their counts, and the state from which parts are gathered. */
export interface Rows<T> {
  /** The length of a row. */
  readonly width: number;
  /** Whether rows at different counts are stepped alike. */
  readonly timeless: boolean;
  /** The updates that each row has had. */
  readonly counts: Uint32Array;
  /** The state of all rows, by slot. */
  readonly slots: Readonly<Record<string, T>>;
  /** A part of that many rows, which have had `t` updates, with their state. */
  part(rows: number, t: number, slots: Readonly<Record<string, T>>): RowPart;
  /** Counts an update of these rows, after the step that took them. */
  count(rows: Iterable<number>): void;
}

/** Facts about a program that steps some rows. */
interface Look {
  /** Why it cannot step them apart from the others; undefined if it can. */
  readonly why: string | undefined;
  /** Whether rows at different counts are stepped alike. */
  readonly timeless: boolean;
  /** Whether it sums over rows of the matrix, or keeps a number for each. */
  readonly byRow: boolean;
}
const looks = new WeakMap<Program, Look>();

function lookAt(program: Program): Look {
  let known = looks.get(program);
  if (!known) {
    const all = topological([...program.scalars, ...Object.values(program.outputs)]);
    const timeless = program.conditions.length === 0 && !all.some((e) => e.op === "var" && e.value === "t");
    const byRow = all.some((e) => e.place === "row");
    looks.set(program, (known = { why: entangled(program), timeless, byRow }));
  }
  return known;
}

function entangled({ slots, outputs, inputs }: Program): string | undefined {
  const other = inputs.find((name) => name !== "g");
  if (other !== undefined) return drawOf(other) ? "draws random numbers" : `reads \`${other}\` besides the gradient`;
  for (const [name, { place, matrix }] of Object.entries(slots))
    if (matrix || (place !== "tensor" && place !== "row")) return `keeps \`${name}\` for all rows together`;
  for (const e of topological(Object.values(outputs))) {
    if (isReduction(e) && e.value !== "row") return "takes sums over all rows";
    if (isMatrixOp(e)) return e.op === "swap" ? "sums rows that do not lie together" : "multiplies matrices";
  }
  return undefined;
}

/** The rows of the parameter `name`, whose value is `p`. Throws for a rule that ties rows to one another. */
export function rowsOf<T>(roster: Roster<T>, name: string, p: T): Rows<T> | undefined {
  roster.alive();
  const member = roster.get(name);
  const { cohort, parameter } = member;
  if (!cohort) return undefined; // frozen
  const { program, group } = cohort;
  const { why, timeless, byRow } = lookAt(program);
  const apart = !byRow || matrix(parameter).rows % Math.max(1, parameter.shape[0] ?? 1) === 0;
  const tied =
    cohort.phases.length > 1
      ? `steps in rounds of ${roster.phases.length} phases, ${list(roster.phases)}`
      : (why ?? (apart ? undefined : "sums over its first dimension"));
  const refused =
    parameter.shape.length < 2
      ? `has the shape [${parameter.shape}], without rows`
      : tied && `is trained by ${program.title}, which ${tied}`;
  if (refused)
    throw new OptimizerError(
      `\`${name}\` ${refused}, so it takes no gradient of some rows. Give it a whole gradient, or another rule: partition(…).`,
    );
  const counts = member.counts ?? new Uint32Array(parameter.shape[0]!).fill(member.t); // it has rows
  const slots = (member.slots ??= allocate(roster.memory, parameter, program, hyperNow(group, roster.step), p));
  return {
    width: size(parameter.shape.slice(1)),
    timeless,
    counts,
    slots,
    part: (rows, t, own) => {
      const shape: Shape = [rows, ...parameter.shape.slice(1)];
      const part: RowPart = { rows };
      roster.parts.set(part, { ...member, parameter: { ...parameter, shape }, t, slots: own, tensors: undefined });
      return part;
    },
    count: (rows) => {
      member.counts = counts;
      for (const row of rows) member.t = Math.max(member.t, ++counts[row]!);
    },
  };
}
