import { OptimizerError, type Parameter } from "@descent/core";
import { isRecord, type Rows, type Share, shown } from "@descent/core/adapter";
import { Tensor } from "./memory/tensor.ts";
import { isFloat32Array } from "./parameters.ts";

/** The gradient of some rows of a parameter: those of an embedding whose tokens a batch had. */
export interface RowGradient {
  /** Which rows, counted from 0. A row may come several times: its gradients are added up. */
  readonly rows: ArrayLike<number>;
  /** Their gradients, one row after the other. */
  readonly data: Float32Array;
}

/** Whether a gradient is one of some rows. */
export const isRowGradient = (g: unknown): g is RowGradient => isRecord(g) && "rows" in g && "data" in g;

/** Gradients of rows that differ. */
interface Distinct {
  readonly rows: readonly number[];
  readonly data: Float32Array;
}

/** The rows of a gradient, each once. Throws where they are not rows of the parameter. */
export function distinct({ name, shape }: Parameter, { rows, data }: RowGradient): Distinct {
  const height = shape[0] ?? 0;
  const width = shape.slice(1).reduce((n, d) => n * d, 1);
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

/** A step of some rows: what stands for the parameter, and what to do when it was taken. */
export interface RowStep {
  readonly shares: readonly Share<Tensor, Float32Array>[];
  finish(): void;
}

/** Copies the rows out, those at the same count together, to be stepped as parameters of their own. */
export function stepOfRows({ name }: Parameter, p: Tensor, of: Rows<Tensor>, gradient: Distinct): RowStep {
  for (const [slot, { coded }] of Object.entries(of.slots))
    if (coded)
      throw new OptimizerError(
        `The state \`${slot}\` of \`${name}\` is stored in fewer bytes, which gradients of rows cannot pick out. Store it in float32: { state: { ${slot}: "float32" } }.`,
      );
  const width = of.width;
  const groups = new Map<number, number[]>();
  for (const [i, row] of gradient.rows.entries()) {
    const t = of.timeless ? 0 : of.counts[row]!;
    const group = groups.get(t);
    if (group) group.push(i);
    else groups.set(t, [i]);
  }
  const copies: { readonly whole: Tensor; readonly part: Tensor; readonly rows: readonly number[] }[] = [];
  const shares = [...groups].map(([t, group]): Share<Tensor, Float32Array> => {
    const rows = group.map((i) => gradient.rows[i]!); // the indices of its rows
    const part = (whole: Tensor): Tensor => {
      const made = new Tensor(picked(whole.array, rows, whole.array.length / of.counts.length));
      made.passing = true;
      copies.push({ whole, part: made, rows });
      return made;
    };
    const slots = Object.fromEntries(Object.entries(of.slots).map(([slot, whole]) => [slot, part(whole)]));
    const whole = group.length === gradient.rows.length; // in their order
    const g = whole ? gradient.data : picked(gradient.data, group, width);
    return { p: part(p), inputs: { g }, part: of.part(rows.length, t, slots) };
  });
  return {
    shares,
    finish: () => {
      for (const { whole, part, rows } of copies)
        putBack(part.array, rows, whole.array, whole.array.length / of.counts.length);
      of.count(gradient.rows);
    },
  };
}

/** Some rows of an array with rows of this width. */
function picked(from: Float32Array, rows: readonly number[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (let i = 0, at = 0; i < rows.length; i++)
    for (let k = rows[i]! * width, end = k + width; k < end; k++) out[at++] = from[k]!;
  return out;
}

/** The reverse: puts rows back where they were picked. */
function putBack(from: Float32Array, rows: readonly number[], to: Float32Array, width: number): void {
  for (let i = 0, at = 0; i < rows.length; i++)
    for (let k = rows[i]! * width, end = k + width; k < end; k++) to[k] = from[at++]!;
}
