import type { Env } from "../host.ts";
import { matrix, type Parameter, type Shape } from "../parameter.ts";
import type { Program, SlotSpec } from "../program.ts";
import type { Memory } from "./backend.ts";

/** The shape of a slot: the parameter's, or one number per row, per column or in all. */
export function slotShape({ place }: SlotSpec, parameter: Parameter): Shape {
  const { rows, cols } = matrix(parameter);
  return place === "tensor" ? parameter.shape : place === "row" ? [rows] : place === "column" ? [cols] : [];
}

const initial = ({ init }: SlotSpec, hyper: Env): number => (typeof init === "number" ? init : hyper[init]!); // trace checked the name

/** The first values of the slots kept on the host. */
export const initialHost = (program: Program, hyper: Env): Record<string, number> =>
  Object.fromEntries(
    Object.entries(program.slots)
      .filter(([, spec]) => spec.place === "host")
      .map(([slot, spec]) => [slot, initial(spec, hyper)]),
  );

/** New state tensors for a parameter, by slot. On an error none is left. */
export function allocate<T>(
  memory: Memory<T>,
  parameter: Parameter,
  program: Program,
  hyper: Env,
): Readonly<Record<string, T>> {
  const made: [string, T][] = [];
  try {
    for (const [slot, spec] of Object.entries(program.slots))
      if (spec.place !== "host")
        made.push([slot, memory.slot(parameter, slotShape(spec, parameter), initial(spec, hyper), slot)]);
  } catch (error) {
    for (const [, tensor] of made) memory.free(tensor);
    throw error;
  }
  return Object.fromEntries(made);
}
