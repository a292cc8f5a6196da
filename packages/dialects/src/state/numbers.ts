import { OptimizerError } from "@descent/core";
import type { SafeTensor } from "@descent/core/adapter";
import type { Numbers } from "./convert.ts";

/** The numbers of a tensor from a file. Throws for what is not float32, float64 or whole. */
export function numbersOf(where: string, key: string, { dtype, shape, data }: SafeTensor): Numbers {
  if (data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array)
    return { shape, data };
  if (data instanceof BigInt64Array) return { shape, data: Array.from(data, Number) };
  throw new OptimizerError(`${where}: \`${key}\` is ${dtype}. Save it in float32.`);
}
