import { OptimizerError } from "@descent/core";
import { type Description, description, knownOptions, type Shape, size, whole } from "@descent/core/adapter";
import { Arena } from "./arena.ts";
import { MOST_THREADS, notShared } from "./crew.ts";
import { refusal } from "./runner.ts";

const descriptions = new WeakMap<Float32Array, Description>();

/** What `allocate` was told of the array it returned. */
export const describedBy = (array: Float32Array): Description | undefined => descriptions.get(array);

export interface Allocation<Name extends string> {
  readonly parameters: { readonly [K in Name]: Float32Array };
  readonly gradients: { readonly [K in Name]: Float32Array };
}

/** Room for the copies and frames of any rule in sight; what is not touched costs no memory. */
const GENEROUS = { regions: 32, frame: 8192 };

export interface AllocateOptions {
  /** How many state tensors per parameter find room, 4 unless told; m and v are two. */
  readonly slots?: number | undefined;
  /** In memory that threads can share, as `optimizer(…, { threads })` needs; a page must be cross-origin isolated. */
  readonly shared?: boolean | undefined;
}

/**
 * Parameters and gradients (all zero) in one WebAssembly memory with room for an optimizer's state: such arrays are
 * stepped where they are, in one call for all, while others are copied through a chunk at a time. `optimizer` remembers
 * their shapes and roles; the memory goes with the last array into it. Without WebAssembly they are ordinary arrays.
 *
 * Throws an OptimizerError for a shape that is none, where the machine has no room, and for memory to share where there
 * is none.
 */
export function allocate<const Name extends string>(
  shapes: { readonly [K in Name]: Shape | Description },
  options: AllocateOptions = {},
): Allocation<Name> {
  const { slots = 4, shared = false } = knownOptions("allocate", options, ["slots", "shared"]);
  whole("allocate", { slots });
  const entries = Object.entries<Shape | Description>(shapes).map(([name, given]) => {
    const told = description(name, given);
    return { name, told, length: size(told.shape) };
  });
  const generous = { ...GENEROUS, threads: shared ? MOST_THREADS : 1 };
  const most = Arena.room(generous);
  const why = refusal();
  const unshared = shared ? (why ?? notShared()) : undefined;
  if (unshared !== undefined) throw new OptimizerError(`Memory cannot be shared here: ${unshared}.`);
  const parameters: Record<string, Float32Array> = {};
  const gradients: Record<string, Float32Array> = {};
  for (let i = 0; i < entries.length; ) {
    // As many parameters as one memory holds: nearly always all of them.
    let many = 1;
    const floats = (to: number): number => (2 + slots) * Arena.floats(entries.slice(i, to).map((e) => e.length));
    while (i + many < entries.length && floats(i + many + 1) <= most) many++;
    const here = entries.slice(i, i + many);
    const need = 2 * Arena.floats(here.map((e) => e.length));
    const arena =
      why === undefined ? new Arena(Math.max(need, Math.min(most, floats(i + many))), generous, { shared }) : undefined;
    for (const into of [parameters, gradients])
      for (const { name, told, length } of here) {
        const array = arena ? arena.take(length)! : new Float32Array(length); // there is room for both
        descriptions.set(array, told);
        into[name] = array;
      }
    i += many;
  }
  return { parameters, gradients } as Allocation<Name>; // one of each for every name
}
