import type { Parameter } from "@descent/core";
import {
  type DistinctRows,
  pickRows,
  putRows,
  type RowMemory,
  type RowStep as RowStepOf,
  type Rows,
  stepOfRows as stepOf,
} from "@descent/core/adapter";
import { seedOf } from "./codec/codec.ts";
import { decodeRows, encodeRows } from "./codec/rows.ts";
import { Tensor } from "./memory/tensor.ts";

/** A step of some rows of an array. */
export type RowStep = RowStepOf<Tensor, Float32Array>;

const memory: RowMemory<Tensor, Float32Array> = {
  pick: (whole, places, height) =>
    new Tensor(undefined, { whole, places, width: (whole.coded ?? whole.array).length / height }),
  put: ({ array }, places, whole, height) => {
    if (array.length > 0 && !whole.coded) putRows(array, places, whole.array, whole.array.length / height);
  },
  gradient: (data) => data,
};

type Tensors = Readonly<Record<string, Tensor>>;

/** Copies rows out, where a step cannot take them as they lie. */
export function copyOut(tensors: Tensors): void {
  for (const tensor of Object.values(tensors)) {
    if (!tensor.rows) continue;
    const { whole, places, width } = tensor.rows;
    tensor.array = whole.coded ? decodeRows(whole.coded, places, width) : pickRows(whole.array, places, width);
  }
}

/** Encodes what a step has made of rows whose numbers a codec keeps. */
export function codeRows({ name }: Parameter, tensors: Tensors, t: number): void {
  for (const [slot, { rows, array }] of Object.entries(tensors)) {
    const coded = rows?.whole.coded;
    if (!coded) continue;
    coded.seed = seedOf(name, slot, t);
    encodeRows(coded, rows.places, rows.width, array);
  }
}

/** Rows that are stepped as parameters of their own. */
export const stepOfRows = (p: Tensor, of: Rows<Tensor>, gradient: DistinctRows): RowStep =>
  stepOf(p, of, gradient, memory);
