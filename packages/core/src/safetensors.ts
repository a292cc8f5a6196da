import { isRecord, list, OptimizerError, shown } from "./errors.ts";
import { checkShape, type Shape, size } from "./parameter.ts";

/** The element types of the safetensors format, and the array that holds each; bytes where JavaScript has none. */
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
/** An element type of the safetensors format. */
export type Dtype = keyof typeof arrays;
/** The elements of a tensor: F16 and BF16 as their 16 bits, booleans and 8-bit floats as their byte. */
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

/** A tensor of a safetensors file. */
export interface SafeTensor {
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly data: SafeData;
}

// The reference implementation refuses longer headers, so that a damaged length cannot ask for all memory.
const MOST_HEADER = 100_000_000;

/** The key of the header that holds text about the file instead of a tensor. */
const METADATA = "__metadata__";

/**
 * Writes the safetensors format (https://huggingface.co/docs/safetensors): eight bytes of header length, a JSON header
 * padded to eight bytes, then the tensors, those of wider elements first so that each lies aligned. Little-endian.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  if (!isRecord(tensors))
    throw new OptimizerError(
      `\`encodeSafetensors\` takes tensors by name, { name: { dtype, shape, data } }; got ${shown(tensors)}.`,
    );
  if (!isRecord(metadata) || !Object.values(metadata).every((text) => typeof text === "string"))
    throw new OptimizerError("The metadata of a safetensors file must be an object whose values are all text.");
  const entries = Object.entries(tensors);
  for (const [name, tensor] of entries) checkWritten(name, tensor);
  entries.sort(([a, x], [b, y]) => y.data.BYTES_PER_ELEMENT - x.data.BYTES_PER_ELEMENT || (a < b ? -1 : 1));
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let at = 0;
  for (const [name, { dtype, shape, data }] of entries)
    header.push([name, { dtype, shape, data_offsets: [at, (at += data.byteLength)] }]);
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
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

/** Throws if a tensor cannot be written under this name. */
function checkWritten(name: string, tensor: unknown): asserts tensor is SafeTensor {
  if (name === METADATA)
    throw new OptimizerError(`A tensor cannot be named \`${METADATA}\` in a safetensors file. Rename it.`);
  if (/\p{Surrogate}/u.test(name))
    throw new OptimizerError(`A tensor's name must be valid Unicode; got ${shown(name)}. Rename it.`);
  if (typeof tensor !== "object" || tensor === null)
    throw new OptimizerError(`\`${name}\` must be { dtype, shape, data }; got ${shown(tensor)}.`);
  const { dtype, shape, data } = tensor as { readonly [field: string]: unknown };
  if (!isDtype(dtype))
    throw new OptimizerError(`\`${name}\` has the type ${shown(dtype)}; there are ${list(Object.keys(arrays), 20)}.`);
  checkShape(name, shape);
  if (!ArrayBuffer.isView(data) || kindOf(data) !== arrays[dtype].name || elements(data) !== size(shape))
    throw new OptimizerError(
      `\`${name}\` is declared ${dtype} [${shape}] and holds ${ArrayBuffer.isView(data) ? `${elements(data)} elements of ${kindOf(data)}` : shown(data)}.`,
    );
}

const isDtype = (x: unknown): x is Dtype => typeof x === "string" && Object.hasOwn(arrays, x);
/** The class of an array by its tag, which is the same in every realm. */
const kindOf = (array: ArrayBufferView): string => Object.prototype.toString.call(array).slice(8, -1);
const elements = (array: ArrayBufferView): number =>
  "BYTES_PER_ELEMENT" in array ? array.byteLength / Number(array.BYTES_PER_ELEMENT) : array.byteLength;

/** The first bytes of files that are given for safetensors by mistake. */
const kinds: readonly (readonly [first: readonly number[] | string, kind: string])[] = [
  [[8, -1, 0x12], "an ONNX model"], // its version, then its producer
  [[8, -1, 0x3a], "an ONNX model"],
  [[8, -1, 0x42], "an ONNX model"],
  ["PK\u0003\u0004", "a zip archive, as PyTorch (.pt), Keras and NumPy (.npz) write"],
  ["\u0089HDF", "an HDF5 file, as Keras writes"],
  ["GGUF", "a GGUF file"],
  ["{", "JSON text"],
  ["<", "a page of HTML, which servers send where a file is missing"],
  ["version https://git-lfs", "a pointer of Git LFS, whose file was not fetched"],
];

/** The kind of another file, by its first bytes; undefined if it may be a safetensors file. */
function fileKind(bytes: Uint8Array): string | undefined {
  if (bytes.length >= 9 && bytes[8] === 0x7b) return undefined; // the header of a safetensors file: {
  const begins = (first: readonly number[] | string): boolean => {
    const wanted = typeof first === "string" ? Array.from(first, (c) => c.charCodeAt(0)) : first;
    return wanted.every((byte, i) => byte === -1 || byte === bytes[i]);
  };
  return kinds.find(([first]) => begins(first))?.[1];
}

/**
 * Reads the safetensors format. Every field of the header, every length and every offset is checked before it is used,
 * and no name may occur twice, so a damaged file gives an error that says where it breaks, not a wrong tensor. The
 * tensors are copies.
 */
export function decodeSafetensors(bytes: Uint8Array): {
  readonly tensors: Readonly<Record<string, SafeTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const bad = (what: string, at: number): never => {
    const other = fileKind(bytes);
    throw new OptimizerError(
      other === undefined
        ? `Not a whole safetensors file: ${what} (at byte ${at} of ${bytes.length}).`
        : `This is ${other}, and not a safetensors file.`,
    );
  };
  if (!ArrayBuffer.isView(bytes) || bytes.BYTES_PER_ELEMENT !== 1)
    throw new OptimizerError(
      `\`decodeSafetensors\` takes the bytes of a file, a Uint8Array or a Buffer; got ${shown(bytes)}.`,
    );
  if (bytes.length < 8) return bad("shorter than the eight bytes of its header length", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(Math.min(MOST_HEADER, bytes.length - 8)))
    return bad(`its header should be ${declared} bytes long, more than there are`, 0);
  const start = 8 + Number(declared);
  const header = headerOf(bytes.subarray(8, start), (what) => bad(what, 8));
  let metadata: Readonly<Record<string, string>> = {};
  const tensors: [string, SafeTensor][] = [];
  const spans: [number, number][] = [];
  for (const [name, fields] of Object.entries(header)) {
    if (name === METADATA) {
      metadata = isTexts(fields) ? fields : bad("its metadata are not an object of text", 8);
      continue;
    }
    if (!isRecord(fields)) return bad(`\`${name}\` is not described by an object`, 8);
    const { dtype, shape, data_offsets: offsets } = fields;
    if (!isDtype(dtype)) return bad(`\`${name}\` has the unknown type ${JSON.stringify(dtype)}`, 8);
    if (!isCounts(shape)) return bad(`\`${name}\` has no shape`, 8);
    if (!isCounts(offsets) || offsets.length !== 2) return bad(`\`${name}\` has no data_offsets`, 8);
    const [begin, end] = offsets as readonly [number, number]; // two, as checked above
    const ArrayOf = arrays[dtype];
    if (end < begin || start + end > bytes.length) return bad(`\`${name}\` ends beyond the file`, start + end);
    if (size(shape) * ArrayOf.BYTES_PER_ELEMENT !== end - begin)
      return bad(`\`${name}\`, ${dtype} [${shape}], has ${end - begin} bytes`, start + begin);
    // a fresh copy is aligned; Node's Buffer has a `slice` that does not copy
    const data = new ArrayOf(new Uint8Array(bytes.subarray(start + begin, start + end)).buffer);
    tensors.push([name, { dtype, shape, data }]);
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

/** The header, an object in which no object has a key twice: `JSON.parse` would take the last and say nothing. */
function headerOf(bytes: Uint8Array, bad: (what: string) => never): Readonly<Record<string, unknown>> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    return bad("its header is not JSON");
  }
  if (!isRecord(header) || text[0] !== "{") return bad("its header is not an object");
  const twice = repeatedKey(text);
  if (twice !== undefined) return bad(`its header has ${shown(twice)} twice`);
  return header;
}

/** The first key that an object in a valid JSON text has twice. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (c === "{") open.push(new Set());
    else if (c === "}") open.pop();
    else if (c === '"') {
      const start = i++;
      while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
      let next = i + 1;
      while (" \t\n\r".includes(json[next] ?? "x")) next++;
      if (json[next] !== ":") continue; // a value
      const key = JSON.parse(json.slice(start, i + 1)) as string; // a string of valid JSON
      const keys = open.at(-1)!; // keys stand in objects
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

const isCounts = (x: unknown): x is readonly number[] =>
  Array.isArray(x) && x.every((d) => Number.isSafeInteger(d) && d >= 0);
const isTexts = (x: unknown): x is Readonly<Record<string, string>> =>
  isRecord(x) && Object.values(x).every((text) => typeof text === "string");
