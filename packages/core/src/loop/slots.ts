import { isRecord, takes } from "../errors.ts";
import type { Env } from "../host.ts";
import { identity } from "../matrix-functions.ts";
import { matrix, type Parameter, type Shape } from "../parameter.ts";
import type { Program, SlotSpec } from "../program.ts";
import type { Memory, Start } from "./backend.ts";
import { standardNormal } from "./standard-normal.ts";

/** The shape of a slot: its own or the parameter's, or one number per row, per column or in all. */
export function slotShape(slot: SlotSpec, parameter: Parameter): Shape {
  takes("slotShape", "a slot: { place, init }", slot, isRecord(slot) && typeof slot.place === "string");
  const { place, matrix: own } = slot;
  if (own) return [own.rows, own.cols];
  const { rows, cols } = matrix(parameter);
  return place === "tensor" ? parameter.shape : place === "row" ? [rows] : place === "column" ? [cols] : [];
}

/** The number that a slot starts as. */
export const initial = ({ init }: SlotSpec, hyper: Env): number => (typeof init === "number" ? init : hyper[init]!); // trace checked the name

/** The numbers that a slot starts with where they do not depend on the parameter's: one throughout, or one for each element. */
export function ownStart(spec: SlotSpec, slot: string, parameter: Parameter, hyper: Env): number | Float32Array {
  const { init } = spec;
  if (typeof init === "number" || Object.hasOwn(hyper, init)) return initial(spec, hyper);
  const { rows, cols } = spec.matrix ?? matrix(parameter);
  return init === "eye"
    ? Float32Array.from(identity(rows, cols).data)
    : standardNormal(rows * cols, `${slot}/${parameter.name}`);
}

/** The start of a slot. `p` is undefined where a saved state is put in its place at once. */
function startOf<T>(spec: SlotSpec, slot: string, parameter: Parameter, hyper: Env, p: T | undefined): Start<T> {
  const { init } = spec;
  if (typeof init === "number" || Object.hasOwn(hyper, init)) return initial(spec, hyper);
  if (p === undefined) return 0;
  return init === "p" ? { of: p } : ownStart(spec, slot, parameter, hyper);
}

/** The first values of the slots kept on the host. */
export const initialHost = (program: Program, hyper: Env): Record<string, number> =>
  Object.fromEntries(
    Object.entries(program.slots)
      .filter(([, spec]) => spec.place === "host")
      .map(([slot, spec]) => [slot, initial(spec, hyper)]),
  );

/** The same for what a rank keeps of a parameter: none where it has no part of it. */
export const allocateOwn = <T>(
  memory: Memory<T>,
  own: Parameter | undefined,
  program: Program,
  hyper: Env,
  p?: T,
): Readonly<Record<string, T>> => (own ? allocate(memory, own, program, hyper, p) : {});

/** New state tensors for a parameter, by slot; `p` is its value, unless all of them are written at once. On an error none is left. */
export function allocate<T>(
  memory: Memory<T>,
  parameter: Parameter,
  program: Program,
  hyper: Env,
  p?: T,
): Readonly<Record<string, T>> {
  const made: [string, T][] = [];
  try {
    for (const [slot, spec] of Object.entries(program.slots))
      if (spec.place !== "host" && spec.place !== "model")
        made.push([
          slot,
          memory.slot(parameter, slotShape(spec, parameter), startOf(spec, slot, parameter, hyper, p), slot),
        ]);
  } catch (error) {
    for (const [, tensor] of made) memory.free(tensor);
    throw error;
  }
  return Object.fromEntries(made);
}
