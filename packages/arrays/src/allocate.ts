import { type Axes, OptimizerError, type Role, type Shape, size } from "@descent/core";
import { Arena } from "./arena.ts";
import { refusal } from "./runner.ts";

/** What `allocate` is told of a parameter: its shape, and what else is known of it. */
export interface Description {
  readonly shape: Shape;
  readonly role?: Role | undefined;
  readonly axes?: Axes | undefined;
}

const descriptions = new WeakMap<Float32Array, Description>();

/** What `allocate` was told of the array it returned. */
export const describedBy = (array: Float32Array): Description | undefined => descriptions.get(array);

export interface Allocation<Name extends string> {
  readonly parameters: { readonly [K in Name]: Float32Array };
  readonly gradients: { readonly [K in Name]: Float32Array };
}

/** Room for the copies and frames of any rule in sight; what is not touched costs no memory. */
const GENEROUS = { regions: 32, frame: 8192 };

/**
 * Parameters and gradients (all zero) in one WebAssembly memory with room for an optimizer's state: such arrays are
 * stepped where they are, in one call for all, while others are copied through a chunk at a time. `optimizer` remembers
 * their shapes and roles. `slots` is how many state tensors per parameter find room (m and v are two); the memory goes
 * with the last array into it. Without WebAssembly they are ordinary arrays.
 *
 * Throws an OptimizerError for a shape that is none, and where the machine has no room.
 */
export function allocate<const Name extends string>(
  shapes: { readonly [K in Name]: Shape | Description },
  { slots = 4 }: { readonly slots?: number | undefined } = {},
): Allocation<Name> {
  const entries = Object.entries<Shape | Description>(shapes).map(([name, given]) => {
    const description = "shape" in given ? given : { shape: given };
    if (!description.shape.every((d) => Number.isSafeInteger(d) && d >= 0))
      throw new OptimizerError(`\`${name}\` has the shape [${description.shape}]. Dimensions are whole numbers.`);
    return { name, description, length: size(description.shape) };
  });
  const most = Arena.room(GENEROUS);
  const wasm = refusal() === undefined;
  const parameters: Record<string, Float32Array> = {};
  const gradients: Record<string, Float32Array> = {};
  for (let i = 0; i < entries.length; ) {
    // As many parameters as one memory holds: nearly always all of them.
    let many = 1;
    const floats = (to: number): number => (2 + slots) * Arena.floats(entries.slice(i, to).map((e) => e.length));
    while (i + many < entries.length && floats(i + many + 1) <= most) many++;
    const here = entries.slice(i, i + many);
    const need = 2 * Arena.floats(here.map((e) => e.length));
    const arena = wasm ? new Arena(Math.max(need, Math.min(most, floats(i + many))), GENEROUS) : undefined;
    for (const into of [parameters, gradients])
      for (const { name, description, length } of here) {
        const array = arena ? arena.take(length)! : new Float32Array(length); // there is room for both
        descriptions.set(array, description);
        into[name] = array;
      }
    i += many;
  }
  return { parameters, gradients } as Allocation<Name>; // one of each for every name
}
