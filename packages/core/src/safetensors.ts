import { OptimizerError } from "./errors.ts";
import { type Shape, size } from "./parameter.ts";

/** The element types of the safetensors format, and the array each is given as (bytes where JavaScript has none). */
const arrays = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
  F8_E4M3: Uint8Array,
  F8_E5M2: Uint8Array,
} as const;
export type Dtype = keyof typeof arrays;
/** F16 and BF16 are given as their 16 bits, booleans and 8-bit floats as their byte. */
export type SafeData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

export interface SafeTensor {
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly data: SafeData;
}

// The reference implementation refuses longer headers, so that a damaged length cannot ask for all memory.
const MOST_HEADER = 100_000_000;

/**
 * Writes the safetensors format (https://huggingface.co/docs/safetensors): eight bytes of header length, a JSON header
 * padded to eight bytes, then the tensors, those of wider elements first so that each lies aligned. Little-endian.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors).sort(
    ([a, x], [b, y]) => y.data.BYTES_PER_ELEMENT - x.data.BYTES_PER_ELEMENT || (a < b ? -1 : 1),
  );
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let at = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    if (name === "__metadata__")
      throw new OptimizerError("A tensor cannot be named `__metadata__` in a safetensors file. Rename it.");
    if (!(data instanceof arrays[dtype]) || data.length !== size(shape))
      throw new OptimizerError(
        `\`${name}\` is declared ${dtype} [${shape}] and holds ${data.length} elements of ${data.constructor.name}.`,
      );
    // defineProperty, for a tensor may be called `__proto__`
    Object.defineProperty(header, name, {
      value: { dtype, shape, data_offsets: [at, (at += data.byteLength)] },
      enumerable: true,
    });
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + length + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.fill(0x20, 8, 8 + length); // padded with spaces, as the format asks
  out.set(json, 8);
  at = 8 + length;
  for (const [, { data }] of entries) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/**
 * Reads the safetensors format. Every length and offset is checked before it is used, so a damaged file gives an error
 * that says where it breaks, not a wrong tensor. The tensors are copies.
 */
export function decodeSafetensors(bytes: Uint8Array): {
  readonly tensors: Readonly<Record<string, SafeTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const bad = (what: string, at: number): never => {
    throw new OptimizerError(`Not a whole safetensors file: ${what} (at byte ${at} of ${bytes.length}).`);
  };
  if (bytes.length < 8) return bad("shorter than the eight bytes of its header length", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(Math.min(MOST_HEADER, bytes.length - 8)))
    return bad(`its header should be ${declared} bytes long, more than there are`, 0);
  const start = 8 + Number(declared);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch {
    return bad("its header is not JSON", 8);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) return bad("its header is no object", 8);
  const tensors: [string, SafeTensor][] = [];
  const spans: [number, number][] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, entry] of Object.entries(header as Record<string, unknown>)) {
    const fields = typeof entry === "object" && entry !== null ? (entry as Record<string, unknown>) : {};
    if (name === "__metadata__") {
      if (!Object.values(fields).every((v) => typeof v === "string")) return bad("its metadata are not all text", 8);
      metadata = fields as Record<string, string>; // all text, checked above
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = fields;
    if (typeof dtype !== "string" || !Object.hasOwn(arrays, dtype))
      return bad(`\`${name}\` has the unknown type ${JSON.stringify(dtype)}`, 8);
    const isCount = (d: unknown): d is number => typeof d === "number" && Number.isSafeInteger(d) && d >= 0;
    if (!Array.isArray(shape) || !shape.every(isCount)) return bad(`\`${name}\` has no shape`, 8);
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
      return bad(`\`${name}\` has no data_offsets`, 8);
    const [begin, end] = offsets as [number, number]; // two counts, checked above
    const ArrayOf = arrays[dtype as Dtype]; // a key of it, checked above
    if (end < begin || start + end > bytes.length) return bad(`\`${name}\` ends beyond the file`, start + end);
    if (size(shape) * ArrayOf.BYTES_PER_ELEMENT !== end - begin)
      return bad(`\`${name}\`, ${dtype} [${shape}], has ${end - begin} bytes`, start + begin);
    // a fresh copy is aligned; Node's Buffer has a `slice` that does not copy
    const data = new ArrayOf(new Uint8Array(bytes.subarray(start + begin, start + end)).buffer);
    tensors.push([name, { dtype: dtype as Dtype, shape, data }]);
    spans.push([begin, end]);
  }
  let covered = 0;
  for (const [begin, end] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (begin !== covered)
      return bad(begin < covered ? "two tensors overlap" : "bytes that belong to no tensor", start + covered);
    covered = end;
  }
  if (start + covered !== bytes.length) return bad("bytes after the last tensor", start + covered);
  return { tensors: Object.fromEntries(tensors), metadata };
}
