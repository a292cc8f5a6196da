import { OptimizerError } from "@descent/core";
import { type Description, description, knownOptions, named, type Shape, size, whole } from "@descent/core/adapter";
import { MOST_THREADS, notShared } from "../threads/support.ts";
import { refusal } from "../wasm/support.ts";
import { Arena, ordinary } from "./arena.ts";

const descriptions = new WeakMap<Float32Array, Description>();

/** The description that `allocate` was given of the array it returned. */
export const describedBy = (array: Float32Array): Description | undefined => descriptions.get(array);

/** The arrays of `allocate`, by the names of the parameters. */
export interface Allocation<Name extends string> {
  /** The values, all zero at first. */
  readonly parameters: { readonly [K in Name]: Float32Array };
  /** An array for each parameter's gradient, in the same memory. */
  readonly gradients: { readonly [K in Name]: Float32Array };
}

/** Room for the copies and frames of any rule known; untouched pages cost no memory. */
const GENEROUS = { regions: 32, frame: 8192 };

/** Options of `allocate`. */
export interface AllocateOptions {
  /** Room for this many state tensors per parameter: 4 by default; Adam's m and v are two. */
  readonly slots?: number | undefined;
  /** Whether threads can share the memory, as `optimizer(…, { threads })` needs; a page must be cross-origin isolated. */
  readonly shared?: boolean | undefined;
}

/**
 * Parameters and gradients (all zero) in one WebAssembly memory with room for an optimizer's state. Such arrays are
 * updated in place, all in one call, while others are copied in and out a chunk at a time. `optimizer` remembers
 * their shapes and roles; the memory is freed with the last array in it. Without WebAssembly these are ordinary arrays.
 *
 * Throws an OptimizerError for an invalid shape, if memory runs out, and if memory cannot be shared.
 */
export function allocate<const Name extends string>(
  shapes: { readonly [K in Name]: Shape | Description } | Iterable<readonly [Name, Shape | Description]>,
  options: AllocateOptions = {},
): Allocation<Name> {
  const { slots = 4, shared = false } = knownOptions("allocate", options, ["slots", "shared"]);
  whole("allocate", { slots });
  const entries = named("The shapes", shapes).map(([name, given]) => {
    const described = description(name, given);
    const length = size(described.shape);
    return { name, described, length, floats: Arena.floats([length]) };
  });
  const generous = { ...GENEROUS, threads: shared ? MOST_THREADS : 1 };
  const most = Arena.room(generous);
  const why = refusal();
  const unshared = shared ? (why ?? notShared()) : undefined;
  if (unshared !== undefined) throw new OptimizerError(`Memory cannot be shared here: ${unshared}.`);
  const parameters = new Map<string, Float32Array>();
  const gradients = new Map<string, Float32Array>();
  for (let i = 0; i < entries.length; ) {
    // As many parameters as one memory holds: nearly always all of them.
    const first = i;
    let floats = entries[i++]!.floats;
    while (i < entries.length && (2 + slots) * (floats + entries[i]!.floats) <= most) floats += entries[i++]!.floats;
    const arena =
      why === undefined
        ? new Arena(Math.max(2 * floats, Math.min(most, (2 + slots) * floats)), generous, { shared })
        : undefined;
    for (const into of [parameters, gradients])
      for (const { name, described, length } of entries.slice(first, i)) {
        const array = arena ? arena.take(length)! : ordinary(length); // there is room for both
        descriptions.set(array, described);
        into.set(name, array);
      }
  }
  return { parameters: Object.fromEntries(parameters), gradients: Object.fromEntries(gradients) } as Allocation<Name>; // one of each for every name
}
