import { emit } from "./emit.ts";

/** Why WebAssembly cannot be used here; `undefined` where it can. */
export function refusal(): string | undefined {
  if (typeof WebAssembly !== "object") return "this runtime has no WebAssembly";
  try {
    // A kernel that does nothing still holds SIMD instructions.
    const nothing = { buffers: [], args: [], constants: [], order: [], sums: [], columnSums: [], byRows: false };
    new WebAssembly.Module(emit(nothing));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
