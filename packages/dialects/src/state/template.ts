import { OptimizerError, type StateDict } from "@descent/core";
import { decodeSafetensors, encodeSafetensors, type SafeTensor, shown, size } from "@descent/core/adapter";
import { type Library, type Names, scattered } from "./convert.ts";

/** A number of updates in the type that a file has for it. */
function counted({ dtype, shape }: SafeTensor, t: number): SafeTensor {
  if (dtype === "I64") return { dtype, shape, data: BigInt64Array.of(BigInt(t)) };
  if (dtype === "I32") return { dtype, shape, data: Int32Array.of(t) };
  return { dtype: "F32", shape, data: Float32Array.of(t) };
}

/**
 * A state in the tensors of a file that the other library wrote, under the same keys: `keyOf` finds the key of a slot, and
 * `counts` those of the numbers of updates. Everything else stays what it was.
 */
export function filled(
  where: string,
  library: Library,
  state: StateDict,
  like: Uint8Array,
  names: Names,
  keyOf: (keys: readonly string[], slot: string, parameter: string | undefined) => string | undefined,
  counts: (key: string, tensor: SafeTensor | undefined) => boolean,
): Uint8Array<ArrayBuffer> {
  if (!(ArrayBuffer.isView(like) && like.BYTES_PER_ELEMENT === 1))
    throw new OptimizerError(
      `${where} takes the bytes of a file that ${library.title} wrote of such an optimizer, as the form to fill; got ${shown(like)}.`,
    );
  const { tensors, metadata } = decodeSafetensors(like);
  const out: Record<string, SafeTensor> = { ...tensors };
  const keys = Object.keys(tensors);
  for (const { pieces } of scattered(library, state, names))
    for (const { slot, parameter, data } of pieces) {
      const key = keyOf(keys, slot, parameter);
      const form = key === undefined ? undefined : tensors[key];
      if (key === undefined || form === undefined)
        throw new OptimizerError(
          `${where}: the file has no \`${slot}\`${parameter === undefined ? "" : ` of \`${parameter}\``}; it has ${keys.slice(0, 6).join(", ")} ….`,
        );
      if (form.dtype !== "F32" || size(form.shape) !== data.length)
        throw new OptimizerError(
          `${where}: the file's \`${key}\` is ${form.dtype} of shape [${form.shape.join(", ")}], for ${data.length} numbers in float32.`,
        );
      out[key] = { dtype: "F32", shape: form.shape, data: Float32Array.from(data) };
    }
  for (const key of keys.filter((key) => counts(key, tensors[key]))) out[key] = counted(tensors[key]!, state.meta.step);
  return encodeSafetensors(out, metadata);
}
