import { up } from "../device/gpu.ts";
import { HEAD, words } from "../shaders/kernel.ts";
import { ALIGNED, type Batch } from "./batch.ts";

/** The tables of all batches in one: for each a head, its entries, then the scalars they read. */
export function tableOf(batches: readonly Batch[]): {
  readonly data: ArrayBuffer;
  readonly places: readonly { readonly offset: number; readonly size: number }[];
} {
  const places: { offset: number; size: number }[] = [];
  const scalars = batches.map(({ entries }) => {
    const distinct = new Map<readonly number[], number>();
    let many = 0;
    for (const { scalars: numbers } of entries)
      if (typeof numbers !== "number" && !distinct.has(numbers)) {
        distinct.set(numbers, many);
        many += numbers.length;
      }
    return { distinct, many };
  });
  let total = 0;
  for (const [i, { kernel, entries }] of batches.entries()) {
    const bytes = 4 * (HEAD + entries.length * words(kernel) + scalars[i]!.many);
    places.push({ offset: total, size: bytes });
    total += up(bytes, ALIGNED);
  }
  const data = new ArrayBuffer(total);
  const integers = new Uint32Array(data);
  const floats = new Float32Array(data);
  for (const [i, { kernel, entries }] of batches.entries()) {
    const begin = places[i]!.offset / 4;
    const stride = words(kernel);
    const numbersAt = HEAD + entries.length * stride;
    let groups = 0;
    for (const [k, e] of entries.entries()) {
      const own = typeof e.scalars === "number" ? e.scalars : numbersAt + scalars[i]!.distinct.get(e.scalars)!;
      integers.set([groups, e.length, e.first, e.cols, own, ...e.rest], begin + HEAD + k * stride);
      groups += e.groups;
    }
    integers.set([entries.length, groups], begin);
    for (const [numbers, from] of scalars[i]!.distinct) floats.set(numbers, begin + numbersAt + from);
  }
  return { data, places };
}
