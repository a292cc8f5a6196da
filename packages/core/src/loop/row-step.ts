import { isRecord, OptimizerError, shown } from "../errors.ts";
import { isFloat32Array } from "../given.ts";
import { type Parameter, size } from "../parameter.ts";
import type { Share } from "./backend.ts";
import type { Rows } from "./rows.ts";

/** The gradient of some rows of a parameter: those of an embedding whose tokens a batch had. */
export interface RowGradient {
  /** Which rows, counted from 0. A row may come several times: its gradients are added up. */
  readonly rows: ArrayLike<number>;
  /** Their gradients, one row after the other. */
  readonly data: Float32Array;
}

/** Whether a gradient is one of some rows. */
export const isRowGradient = (g: unknown): g is RowGradient => isRecord(g) && ("rows" in g || "data" in g);

/** Gradients of rows that differ. */
export interface DistinctRows {
  readonly rows: readonly number[];
  readonly data: Float32Array;
}

/** The rows of a gradient, each once. Throws where they are not rows of the parameter. */
export function distinctRows({ name, shape }: Parameter, { rows, data }: RowGradient): DistinctRows {
  const height = shape[0] ?? 0;
  const width = size(shape.slice(1));
  const wrong = (what: string): never => {
    throw new OptimizerError(
      `The gradient of rows of \`${name}\` ${what}. Give { rows: [3, 17], data: Float32Array of both rows }.`,
    );
  };
  if (typeof rows !== "object" || rows === null || typeof rows.length !== "number") wrong(`has rows ${shown(rows)}`);
  if (!isFloat32Array(data)) wrong(`has data ${shown(data)}`);
  if (data.length !== rows.length * width) wrong(`has ${data.length} numbers for ${rows.length} rows of ${width}`);
  const places = new Map<number, number>();
  let again = false;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (typeof row !== "number") wrong(`names a row by ${shown(row)}, and rows are numbers`);
    if (!Number.isInteger(row) || row < 0 || row >= height)
      wrong(`names row ${shown(row)}, and there are rows 0 to ${height - 1}`);
    if (places.has(row)) again = true;
    else places.set(row, places.size);
  }
  if (!again) return { rows: [...places.keys()], data };
  const sums = new Float32Array(places.size * width);
  for (let i = 0; i < rows.length; i++) {
    const at = places.get(rows[i]!)! * width; // put there above
    for (let j = 0; j < width; j++) sums[at + j]! += data[i * width + j]!;
  }
  return { rows: [...places.keys()], data: sums };
}

/** How a backend copies rows out of its tensors, and back. */
export interface RowMemory<T, G> {
  /** The rows of a tensor of `height` rows, as a tensor for one step. */
  pick(whole: T, rows: readonly number[], height: number): T;
  /** Puts the rows of a tensor that `pick` made back where they were. */
  put(part: T, rows: readonly number[], whole: T, height: number): void;
  /** Numbers as a gradient of that many rows. */
  gradient(data: Float32Array, rows: number): G;
}

/** A step of some rows: what stands for the parameter, and what to do when it was taken. */
export interface RowStep<T, G> {
  readonly shares: readonly Share<T, G>[];
  /** Puts the rows back, once the step is taken. */
  finish(): void;
}

/** Copies the rows out, those at the same count together, to be stepped as parameters of their own. */
export function stepOfRows<T, G>(p: T, of: Rows<T>, gradient: DistinctRows, memory: RowMemory<T, G>): RowStep<T, G> {
  const height = of.counts.length;
  const groups = new Map<number, number[]>();
  for (const [i, row] of gradient.rows.entries()) {
    const t = of.timeless ? 0 : of.counts[row]!;
    const group = groups.get(t);
    if (group) group.push(i);
    else groups.set(t, [i]);
  }
  // The gradients of a group one after the other; one group has them in their order.
  const data = groups.size === 1 ? gradient.data : pickRows(gradient.data, [...groups.values()].flat(), of.width);
  let given = 0;
  const copies: { readonly whole: T; readonly part: T; readonly rows: readonly number[] }[] = [];
  const shares = [...groups].map(([t, group]): Share<T, G> => {
    const rows = group.map((i) => gradient.rows[i]!); // the indices of its rows
    const part = (whole: T): T => {
      const made = memory.pick(whole, rows, height);
      copies.push({ whole, part: made, rows });
      return made;
    };
    const slots = Object.fromEntries(Object.entries(of.slots).map(([slot, whole]) => [slot, part(whole)]));
    const from = given;
    given += rows.length * of.width;
    const g = groups.size === 1 ? data : data.subarray(from, given);
    return {
      p: part(p),
      inputs: { g: memory.gradient(g, rows.length) } as Record<string, G>,
      part: of.part(rows.length, t, slots),
    };
  });
  return {
    shares,
    finish: () => {
      for (const { whole, part, rows } of copies) memory.put(part, rows, whole, height);
      of.count(gradient.rows);
    },
  };
}

/** Some rows of an array with rows of this width. */
export function pickRows(from: Float32Array, rows: readonly number[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (let i = 0, at = 0; i < rows.length; i++)
    for (let k = rows[i]! * width, end = k + width; k < end; k++) out[at++] = from[k]!;
  return out;
}

/** The reverse: puts rows back where they were picked. */
export function putRows(from: Float32Array, rows: readonly number[], to: Float32Array, width: number): void {
  for (let i = 0, at = 0; i < rows.length; i++)
    for (let k = rows[i]! * width, end = k + width; k < end; k++) to[k] = from[at++]!;
}
