import type { RowGradient } from "@descent/core/adapter";
import type { Compiled } from "../session/compiler.ts";
import type { Tensors } from "./residence.ts";
import type { Plan } from "./training.ts";

/** Why a plan cannot step rows of a weight; undefined if it can. */
export const rowsRefusedBy = (plan: Plan, name: string): string | undefined =>
  plan === "host"
    ? undefined
    : `The gradient of \`${name}\` is of some rows, and the plan \`${plan}\` steps whole tensors. Use plan: "host", or give a whole gradient.`;

/** The gradients of rows that a run gave, without the rows that are not trained. */
export function gradientsOfRows(results: Tensors, { gradients, rows }: Compiled): ReadonlyMap<string, RowGradient> {
  const made = new Map<string, RowGradient>();
  for (const [name, { output, padding }] of rows) {
    const data = results[gradients.get(name)!]!.data as Float32Array; // every parameter has a gradient, of float32
    const numbers = Array.from(results[output]!.data as Int32Array | BigInt64Array, Number); // integers
    made.set(name, padding === undefined ? { rows: numbers, data } : without(padding, numbers, data));
  }
  return made;
}

/** A gradient of rows without one of them. */
function without(row: number, rows: readonly number[], data: Float32Array): RowGradient {
  const width = rows.length > 0 ? data.length / rows.length : 0;
  const kept = [...rows.keys()].filter((i) => rows[i] !== row);
  const left = new Float32Array(kept.length * width);
  for (const [at, i] of kept.entries()) left.set(data.subarray(i * width, (i + 1) * width), at * width);
  return { rows: kept.map((i) => rows[i]!), data: left }; // indices of rows
}
