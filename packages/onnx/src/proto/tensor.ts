import { check, func, isRecord } from "../check.ts";
import { OnnxError } from "../errors.ts";
import { type Constant, checkConstant } from "./constant.ts";
import { arrayOf, type Elem, elemBits, elemCode, elemOf, entries, type TypedArray } from "./elem.ts";
import { type External, externalBytes } from "./external.ts";
import type { SparseTensorProto, TensorProto } from "./model.ts";

/**
 * The numbers of tensors: copies of what does not lie aligned in its file. Models that are imported at once share them, and nothing keeps
 * them longer, or a frozen model would lie in memory twice.
 */
const numbers = new WeakMap<TensorProto, WeakRef<TypedArray>>();

/** A tensor as the model has it, its data a view of the file's bytes where they are aligned, else a copy. */
export function constantOf(tensor: TensorProto, external?: External): Constant {
  checkTensor("A tensor", tensor);
  if (external !== undefined) check("`external` of constantOf", external, func);
  const name = tensor.name === undefined || tensor.name === "" ? "A tensor" : `Tensor \`${tensor.name}\``;
  const elem = elemOf(tensor.dataType ?? 0);
  if (elem === undefined) throw new OnnxError(`${name} has the unknown element type ${tensor.dataType ?? 0}.`);
  if (tensor.segment !== undefined) throw new OnnxError(`${name} is split into segments, which no runtime reads.`);
  const dims = (tensor.dims ?? []).map(Number);
  const count = dims.reduce((a, b) => a * b, 1);
  if (dims.some((d) => d < 0) || !Number.isSafeInteger(count)) {
    throw new OnnxError(`${name} has the sizes [${dims.join(", ")}].`);
  }
  if (elem === "string") {
    const strings = tensor.stringData ?? [];
    if (strings.length !== count) throw short(name, elem, dims, count, strings.length);
    return { elem, dims, data: new Uint8Array(0), strings };
  }
  const length = entries(elem, count);
  const raw =
    tensor.dataLocation === 1
      ? externalBytes(name, tensor, Math.ceil((count * elemBits(elem)) / 8), external)
      : tensor.rawData;
  if (raw !== undefined) {
    const bytes = Math.ceil((count * elemBits(elem)) / 8);
    if (raw.length !== bytes) throw short(name, elem, dims, bytes, raw.length, "bytes");
    if (raw !== tensor.rawData) return { elem, dims, data: viewOf(elem, raw, length) };
    let data = numbers.get(tensor)?.deref();
    if (data === undefined) numbers.set(tensor, new WeakRef((data = viewOf(elem, raw, length))));
    return { elem, dims, data };
  }
  const typed = typedData(elem, tensor);
  if (typed.length !== length) throw short(name, elem, dims, length, typed.length);
  return { elem, dims, data: typed };
}

/** Throws unless it is a tensor as a file has it. */
export function checkTensor(what: string, tensor: unknown): void {
  check(what, tensor, { want: "what decodeTensor() or decodeModel() returns", fits: isTensor });
}

/** Whether the fields that hold a tensor's sizes and numbers are lists of such. */
const isTensor = (x: unknown): boolean => {
  if (!isRecord(x)) return false;
  if (!["undefined", "number"].includes(typeof x.dataType)) return false;
  const { dims = [], stringData = [], rawData, floatData, doubleData, int32Data, int64Data, uint64Data } = x;
  const numbers = [rawData, floatData, doubleData, int32Data, int64Data, uint64Data];
  const entries = (list: unknown): boolean => ArrayBuffer.isView(list) || Array.isArray(list);
  return entries(dims) && Array.isArray(stringData) && numbers.every((list) => list === undefined || entries(list));
};

function short(
  name: string,
  elem: Elem,
  dims: readonly number[],
  wanted: number,
  has: number,
  unit = "entries",
): OnnxError {
  return new OnnxError(
    `${name} is ${elem} [${dims.join(", ")}] and takes ${wanted} ${unit}, but the model has ${has}.`,
  );
}

/** Little-endian bytes as numbers: in place if they happen to be aligned. */
function viewOf(elem: Elem, raw: Uint8Array, length: number): TypedArray {
  const { BYTES_PER_ELEMENT: width } = arrayOf(elem, 0);
  if (raw.byteOffset % width === 0) return arrayOf(elem, raw.buffer, raw.byteOffset, length);
  return arrayOf(elem, new Uint8Array(raw).buffer, 0, length);
}

function typedData(elem: Elem, tensor: TensorProto): TypedArray {
  if (elem === "float32" || elem === "complex64") return tensor.floatData ?? new Float32Array(0);
  if (elem === "float64" || elem === "complex128") return tensor.doubleData ?? new Float64Array(0);
  if (elem === "int64") return tensor.int64Data ?? new BigInt64Array(0);
  const wide = elem === "uint64" || elem === "uint32" ? tensor.uint64Data : tensor.int32Data;
  if (elem === "uint64" && wide instanceof BigUint64Array) return wide;
  // Narrow types stand one to a 32-bit entry: 16-bit floats as their bits, 4-bit numbers in pairs.
  const data = arrayOf(elem, wide?.length ?? 0);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return data;
  for (let i = 0; i < data.length; i++) data[i] = Number(wide?.[i] ?? 0);
  return data;
}

/** A tensor as raw data, its bytes a view of the constant's. */
export function tensorOf(name: string, value: Constant): TensorProto {
  check("The name of a tensor", name, { want: "a text", fits: (x) => typeof x === "string" });
  checkConstant(`The value of \`${name}\``, value);
  const { elem, dims, data, strings } = value;
  const head = { dims, dataType: elemCode(elem), name };
  if (elem === "string") return { ...head, stringData: strings ?? [] };
  return { ...head, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** The largest dense size of a sparse tensor: a few bytes of file can ask for any. */
const most = 2 ** 28;

/** A sparse tensor as a dense one. */
export function denseOf(sparse: SparseTensorProto, external?: External): Constant {
  const name = `Sparse tensor \`${sparse.values?.name ?? ""}\``;
  const dims = (sparse.dims ?? []).map(Number);
  const count = dims.reduce((a, b) => a * b, 1);
  if (dims.some((d) => d < 0) || count > most) throw new OnnxError(`${name} has the sizes [${dims.join(", ")}].`);
  const values = constantOf(sparse.values ?? {}, external);
  const indices = constantOf(sparse.indices ?? {}, external);
  if (elemBits(values.elem) < 8 || values.elem.startsWith("complex")) {
    throw new OnnxError(`${name} is of ${values.elem}, which cannot be sparse here.`);
  }
  const data = arrayOf(values.elem, count);
  const n = values.data.length;
  const rank = indices.dims.length === 2 ? dims.length : 1;
  if (indices.data.length !== n * rank)
    throw new OnnxError(`${name} has ${indices.data.length} indices for ${n} values.`);
  for (let i = 0; i < n; i++) {
    let at = 0;
    for (let k = 0; k < rank; k++) {
      const index = Number(indices.data[i * rank + k]);
      if (index < 0 || index >= (rank === 1 ? count : (dims[k] ?? 1)))
        throw new OnnxError(`${name} has the index ${index}.`);
      at = at * (dims[k] ?? 1) * (rank === 1 ? 0 : 1) + index;
    }
    const value = values.data[i] ?? 0;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[at] = BigInt(value);
    else data[at] = Number(value);
  }
  return { elem: values.elem, dims, data };
}
