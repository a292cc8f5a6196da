import { OptimizerError, type Parameter } from "@descent/core";
import {
  type DistinctRows,
  pickRows,
  putRows,
  type RowMemory,
  type RowStep as RowStepOf,
  type Rows,
  stepOfRows as stepOf,
} from "@descent/core/adapter";
import { Tensor } from "./memory/tensor.ts";

/** A step of some rows of an array. */
export type RowStep = RowStepOf<Tensor, Float32Array>;

const memory: RowMemory<Tensor, Float32Array> = {
  pick: (whole, places, height) => new Tensor(undefined, { whole, places, width: whole.array.length / height }),
  put: ({ array }, places, whole, height) => {
    if (array.length > 0) putRows(array, places, whole.array, whole.array.length / height);
  },
  gradient: (data) => data,
};

/** Copies rows out, where a step cannot take them as they lie. */
export function copyOut(tensors: Readonly<Record<string, Tensor>>): void {
  for (const tensor of Object.values(tensors))
    if (tensor.rows) tensor.array = pickRows(tensor.rows.whole.array, tensor.rows.places, tensor.rows.width);
}

/** Rows that are stepped as parameters of their own. Throws for state in fewer bytes. */
export function stepOfRows({ name }: Parameter, p: Tensor, of: Rows<Tensor>, gradient: DistinctRows): RowStep {
  for (const [slot, { coded }] of Object.entries(of.slots))
    if (coded)
      throw new OptimizerError(
        `The state \`${slot}\` of \`${name}\` is stored in fewer bytes, which gradients of rows cannot pick out. Store it in float32: { state: { ${slot}: "float32" } }.`,
      );
  return stepOf(p, of, gradient, memory);
}
