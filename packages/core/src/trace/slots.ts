import { READOUT } from "../blocks.ts";
import { list, OptimizerError, shown, suggestion } from "../errors.ts";
import type { Place } from "../expr.ts";
import type { Matrix } from "../parameter.ts";
import { ROUND, type SlotSpec, TRAINED } from "../program.ts";
import { type HyperValue, type RuleSpec, type Side, type Slot, starts } from "../spec.ts";

/** The options of a rule, by name. */
export type Options = Readonly<Record<string, HyperValue>>;

/** One side of a state matrix, for a parameter of this size. */
export function lengthOf({ title }: RuleSpec, side: Side, { rows, cols }: Matrix, options: Options): number {
  if (side === "rows") return rows;
  if (side === "cols") return cols;
  const length = typeof side === "number" ? side : options[side];
  if (typeof length !== "number" || !(length > 0))
    throw new OptimizerError(
      `${title}: \`${side}\` sizes its state, and must be a number above 0; got ${shown(length)}.`,
    );
  return Math.min(Math.ceil(length), rows, cols);
}

function slotSpec(spec: RuleSpec, slot: Slot, matrix: Matrix, options: Options): SlotSpec {
  if (typeof slot !== "object") return { place: "tensor", init: slot };
  const { place = "tensor", init } = slot;
  if (typeof place === "string") return { place, init };
  const [rows, cols] = place;
  return {
    place: "tensor",
    init,
    matrix: { rows: lengthOf(spec, rows, matrix, options), cols: lengthOf(spec, cols, matrix, options) },
  };
}

/** The slots of a rule for a parameter of this size, and those that rounds and readouts add. */
export const slotsOf = (spec: RuleSpec, matrix: Matrix, options: Options, phase?: string): Record<string, SlotSpec> =>
  Object.fromEntries(
    Object.entries<Slot>({
      ...spec.state,
      ...(spec.phases ? { [ROUND]: 0 } : {}),
      ...(phase === READOUT ? { [TRAINED]: 0 } : {}),
    }).map(([name, slot]) => [name, slotSpec(spec, slot, matrix, options)]),
  );

/** Throws if a state cannot start as it says. */
export function checkStart({ title, hyper }: RuleSpec, name: string, { place, init, matrix }: SlotSpec): void {
  if (typeof init === "number" || Object.hasOwn(hyper, init)) return;
  const wrong = (why: string): never => {
    throw new OptimizerError(`${title}: the state \`${name}\` starts as \`${init}\`, ${why}`);
  };
  if (!starts.some((word) => word === init))
    wrong(
      `which is neither one of its options nor ${list(starts)}.${suggestion(init, [...Object.keys(hyper), ...starts])}`,
    );
  if (place !== "tensor") wrong(`and has ${counts[place]}. Start it as a number or an option.`);
  if (init === "p" && matrix) wrong("and has a size of its own. Start it as a number, `eye` or `normal`.");
}

/** How many numbers a value of each place has, in words. */
export const counts: Readonly<Record<Place, string>> = {
  host: "one number, kept on the host",
  model: "one number for the whole model",
  scalar: "one number",
  row: "one number per row",
  column: "one number per column",
  tensor: "one number per element",
};

/** A wider place holds a narrower value: one number may fill a row, a row a tensor. */
export function fits(value: Place, slot: Place): boolean {
  const inside: Readonly<Record<Place, readonly Place[]>> = {
    host: ["host"],
    model: ["host", "model"],
    scalar: ["host", "model", "scalar"],
    row: ["host", "model", "scalar", "row"],
    column: ["host", "model", "scalar", "column"],
    tensor: ["host", "model", "scalar", "row", "column", "tensor"],
  };
  return inside[slot].includes(value);
}
