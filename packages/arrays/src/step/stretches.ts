import { size } from "@descent/core/adapter";
import type { Expr } from "@descent/core/graph";
import type { Kernel } from "@descent/core/kernels";
import type { Tensor } from "../memory/tensor.ts";
import type { Item } from "./group.ts";

/** Consecutive items in memory, as one loop over all of them. */
export interface Stretch {
  /** Where the loop begins. */
  readonly item: Item;
  readonly length: number;
}

/** The fewest loops that run over all items. Tensors whose address a loop relies on are noted in `fixed`. */
export function stretches(
  kernel: Kernel,
  items: readonly Item[],
  tensorOf: (key: Expr, item: Item) => Tensor,
  fixed: Map<Tensor, "array" | "address">,
): readonly Stretch[] {
  const all = items.map((item) => ({
    item,
    tensors: kernel.buffers.map(({ key }) => tensorOf(key, item)),
    length: size(item.job.parameter.shape),
  }));
  const [inside, outside]: [typeof all, typeof all] = [[], []];
  for (const each of all) {
    const { runner } = each.item;
    (runner && each.tensors.every((t) => t.runner === runner) ? inside : outside).push(each);
  }
  const order = new Map([...new Set(inside.map(({ item }) => item.runner))].map((runner, i) => [runner, i]));
  inside.sort(
    (a, b) => order.get(a.item.runner)! - order.get(b.item.runner)! || a.tensors[0]!.address - b.tensors[0]!.address,
  );
  const out: Stretch[] = [];
  for (let i = 0; i < inside.length; ) {
    const first = inside[i++]!;
    let { length } = first;
    for (let last = first; i < inside.length; last = inside[i++]!) {
      const next = inside[i]!;
      const distance = continues(first.tensors, last.tensors, next.tensors, length);
      if (distance === undefined) break;
      length = distance + next.length;
      for (const tensor of [...last.tensors, ...next.tensors]) fixed.set(tensor, "address");
    }
    out.push({ item: first.item, length });
  }
  return [...out, ...outside];
}

/**
 * How many floats after the beginning of `first` the tensors of `next` begin, if that is the same for all and no other
 * numbers lie in between: `last` ends `length` floats after the beginning.
 */
function continues(
  first: readonly Tensor[],
  last: readonly Tensor[],
  next: readonly Tensor[],
  length: number,
): number | undefined {
  const distance = (next[0]!.address - first[0]!.address) / 4;
  const gap = distance - length;
  if (gap < 0 || gap > 3) return undefined;
  for (const [i, tensor] of next.entries()) {
    if (tensor.runner !== first[i]!.runner || tensor.address - first[i]!.address !== 4 * distance) return undefined;
    if (gap > 0 && !last[i]!.padded) return undefined;
  }
  return distance;
}
