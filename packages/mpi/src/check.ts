import { shown } from "@descent/core/adapter";
import { MpiError } from "./error.ts";
import type { How, Numbers } from "./world.ts";

/* Checks that every world makes before it touches memory: MPI itself would read past the end, or wait for ever. */

const kinds = [
  Float32Array,
  Float64Array,
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** The name of an array's kind, whatever subclass it is: "Float32Array". Throws if it cannot be exchanged. */
export function kindOf(numbers: unknown, where: string): string {
  const kind = kinds.find((Kind) => numbers instanceof Kind);
  if (!kind) throw new MpiError(`${where} takes a typed array of floats or integers; got ${shown(numbers)}.`);
  return kind.name;
}

/** Throws unless `how` is one of the three. */
export function checkHow(how: unknown): asserts how is How {
  if (how !== "sum" && how !== "max" && how !== "min")
    throw new MpiError(`sum takes "sum", "max" or "min"; got ${shown(how)}.`);
}

/** Where each rank's piece begins. Throws unless there is one count per rank, and they add up to `length`. */
export function startsOf(where: string, counts: unknown, size: number, length: number): number[] {
  if (!Array.isArray(counts) || counts.length !== size || !counts.every((n) => Number.isSafeInteger(n) && n >= 0))
    throw new MpiError(`${where} takes one whole number per rank, ${size} in all; got ${shown(counts)}.`);
  let total = 0;
  const starts = counts.map((n: number) => {
    total += n;
    return total - n;
  });
  if (total !== length)
    throw new MpiError(`${where}: the pieces have ${total} numbers together, and the array has ${length}.`);
  return starts;
}

/** Throws unless the two arrays are of one kind and `into` has room for exactly what this rank gets. */
export function checkInto(where: "reduceScatter" | "allToAll", numbers: Numbers, into: unknown, count: number): void {
  const [kind, other] = [kindOf(numbers, where), kindOf(into, where)];
  if (kind !== other) throw new MpiError(`${where} takes two arrays of one kind; got ${kind} and ${other}.`);
  if ((into as Numbers).length !== count)
    // it has a kind
    throw new MpiError(`${where}: this rank gets ${count} numbers, and \`into\` has ${(into as Numbers).length}.`);
}

/** Throws unless `from` is a rank. */
export function checkRank(where: string, from: unknown, size: number): asserts from is number {
  if (typeof from !== "number" || !Number.isSafeInteger(from) || from < 0 || from >= size)
    throw new MpiError(`${where}: the rank must be 0 to ${size - 1}; got ${shown(from)}.`);
}
