import { OptimizerError } from "@descent/core";
import { isRecord, list, type SafeData, shown, suggestion } from "@descent/core/adapter";
import { type Runtime, type RuntimeTensor, refusal } from "./runtime.ts";

/** Numbers as a caller has them; integers may come as any integer array, they are converted to what the model wants. */
export type Numbers = SafeData | Uint8ClampedArray | readonly number[];
/** A tensor of a batch: numbers with their dimensions, or numbers alone where the model leaves at most one size open. */
export type BatchValue = Numbers | { readonly data: Numbers; readonly dims: readonly number[] };
/** Inputs and labels by name. */
export type Batch = Readonly<Record<string, BatchValue>>;

/** The element type and shape that a graph expects of an input. */
export interface Expected {
  /** As ONNX Runtime names it: `"float32"`, `"int64"`. */
  readonly elem: string;
  /** Sizes, by number or by name where the batch decides; nothing where not even the rank is known. */
  readonly shape: readonly (number | string)[] | undefined;
}

/** A checked tensor of a batch, with the element type and dimensions to feed it with. */
export interface Fed {
  readonly name: string;
  readonly elem: string;
  readonly dims: readonly number[];
  readonly data: Numbers;
}

const isNumbers = (x: unknown): x is Numbers => Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView));

/** Checks a batch against what is expected, and settles the sizes it leaves open; one name, one size. */
export function check(batch: Batch, expected: ReadonlyMap<string, Expected>): Fed[] {
  const names = [...expected.keys()];
  if (!isRecord(batch))
    throw new OptimizerError(`A batch is an object of numbers by name, here ${list(names)}; got ${shown(batch)}.`);
  for (const name of Object.keys(batch))
    if (!expected.has(name))
      throw new OptimizerError(
        `The batch has \`${name}\`, which the model does not take; it takes ${list(names)}.${suggestion(name, names)}`,
      );
  const sizes = new Map<string, { readonly size: number; readonly of: string }>();
  return names.map((name) => {
    const value: unknown = batch[name];
    const { elem, shape } = expected.get(name)!; // a key of it
    if (value === undefined)
      throw new OptimizerError(`The batch lacks \`${name}\`, ${elem} [${shape ?? "of any shape"}].`);
    const location = (value as { location?: unknown } | null)?.location; // of a tensor of ONNX Runtime, which is { data, dims }
    if (location !== undefined && location !== "cpu") throw refusal(name, String(location));
    const bare = isNumbers(value);
    const data: unknown = bare ? value : (value as { data?: unknown } | null)?.data;
    if (!isNumbers(data))
      throw new OptimizerError(
        `\`${name}\` must be a typed array, a list of numbers, or { data, dims } of one; got ${shown(value)}.`,
      );
    if (Array.isArray(data)) checkNumbers(name, data);
    const dims = bare ? open(name, data.length, shape) : dimsOf(name, value);
    if (dims[0] === 0)
      throw new OptimizerError(`\`${name}\` of shape [${dims}] is empty. A batch needs at least one example.`);
    const count = dims.reduce((n, d) => n * d, 1);
    if (count !== data.length)
      throw new OptimizerError(`\`${name}\` of shape [${dims}] should hold ${count} numbers and holds ${data.length}.`);
    if (shape && shape.length !== dims.length)
      throw new OptimizerError(`\`${name}\` has shape [${dims}]; the model takes [${shape}].`);
    shape?.forEach((d, axis) => {
      const size = dims[axis]!; // of equal length, checked above
      const wanted = typeof d === "number" ? { size: d, of: "the model" } : sizes.get(d);
      if (wanted && wanted.size !== size)
        throw new OptimizerError(
          `\`${name}\` has ${size} in dimension ${axis}, and ${typeof d === "number" ? "the model takes" : `\`${wanted.of}\` has`} ${wanted.size}: [${dims}] for [${shape}].`,
        );
      if (typeof d === "string") sizes.set(d, { size, of: name });
    });
    return { name, elem, dims, data };
  });
}

/** Throws for a text, a hole or a nested list among numbers. */
function checkNumbers(name: string, data: readonly unknown[]): void {
  for (let i = 0; i < data.length; i++) {
    const kind = typeof data[i];
    if (kind !== "number" && kind !== "bigint" && kind !== "boolean")
      throw new OptimizerError(
        `\`${name}\` must be numbers; it has ${shown(data[i])} at place ${i}.${Array.isArray(data[i]) ? " Flatten nested lists, and give { data, dims }." : ""}`,
      );
  }
}

function dimsOf(name: string, value: unknown): number[] {
  const dims: unknown = (value as { readonly dims?: unknown }).dims; // of an object, as it has `data`
  if (!Array.isArray(dims) || !dims.every((d) => Number.isSafeInteger(d) && d >= 0))
    throw new OptimizerError(`\`${name}\` is { data, dims }, and dims must be a list of sizes; got ${shown(dims)}.`);
  return [...dims];
}

/** The dimensions of numbers given without: the one size left open takes what is there. */
function open(name: string, length: number, shape: Expected["shape"]): number[] {
  if (!shape) throw new OptimizerError(`The model does not say the shape of \`${name}\`. Give it as { data, dims }.`);
  const unknown = shape.filter((d) => typeof d !== "number");
  if (unknown.length === 0) return shape as number[]; // numbers only
  const rest = shape.reduce<number>((n, d) => (typeof d === "number" ? n * d : n), 1);
  const size = length / rest;
  if (unknown.length > 1 || rest === 0 || !Number.isInteger(size))
    throw new OptimizerError(
      `\`${name}\` has ${length} numbers, from which its shape [${shape}] does not follow. Give it as { data, dims }.`,
    );
  return shape.map((d) => (typeof d === "number" ? d : size));
}

/** Equal for batches of equal shapes. */
export const signature = (fed: readonly Fed[]): string => fed.map(({ name, dims }) => `${name}[${dims}]`).join();

/** The element types of whole numbers: their typed array, the least and the greatest number. */
const wholes: Readonly<
  Record<string, readonly [own: abstract new () => object, least: number | bigint, greatest: number | bigint]>
> = {
  int64: [BigInt64Array, -(2n ** 63n), 2n ** 63n - 1n],
  uint64: [BigUint64Array, 0n, 2n ** 64n - 1n],
  int32: [Int32Array, -(2 ** 31), 2 ** 31 - 1],
  uint32: [Uint32Array, 0, 2 ** 32 - 1],
  int16: [Int16Array, -(2 ** 15), 2 ** 15 - 1],
  uint16: [Uint16Array, 0, 2 ** 16 - 1],
  int8: [Int8Array, -128, 127],
  uint8: [Uint8Array, 0, 255],
};

const makers: Readonly<Record<string, (x: Numbers) => unknown>> = {
  float32: (x) => (x instanceof Float32Array ? x : Float32Array.from(x as ArrayLike<number>, Number)),
  float64: (x) => (x instanceof Float64Array ? x : Float64Array.from(x as ArrayLike<number>, Number)),
  int64: (x) => (x instanceof BigInt64Array ? x : BigInt64Array.from(x as ArrayLike<number>, (v) => BigInt(v))),
  uint64: (x) => (x instanceof BigUint64Array ? x : BigUint64Array.from(x as ArrayLike<number>, (v) => BigInt(v))),
  int32: (x) => (x instanceof Int32Array ? x : Int32Array.from(x as ArrayLike<number>, Number)),
  uint32: (x) => (x instanceof Uint32Array ? x : Uint32Array.from(x as ArrayLike<number>, Number)),
  int16: (x) => (x instanceof Int16Array ? x : Int16Array.from(x as ArrayLike<number>, Number)),
  uint16: (x) => (x instanceof Uint16Array ? x : Uint16Array.from(x as ArrayLike<number>, Number)),
  int8: (x) => (x instanceof Int8Array ? x : Int8Array.from(x as ArrayLike<number>, Number)),
  uint8: (x) => (x instanceof Uint8Array ? x : Uint8Array.from(x as ArrayLike<number>, Number)),
  bool: (x) => Uint8Array.from(x as ArrayLike<number>, (v) => (v ? 1 : 0)),
};

/** Throws where typed arrays would round a number or wrap it around. */
function checkWhole({ name, elem, data }: Fed): void {
  const whole = wholes[elem];
  if (whole === undefined) return;
  const [own, least, greatest] = whole;
  if (data instanceof own) return;
  for (let i = 0; i < data.length; i++) {
    const x: unknown = data[i];
    const fits = typeof x === "boolean" || typeof x === "bigint" || Number.isInteger(x);
    const value = x as number | bigint; // or a boolean, which compares as 0 or 1
    if (!fits || value < least || value > greatest)
      throw new OptimizerError(
        `\`${name}\` must be ${elem}, whole numbers from ${least} to ${greatest}; it holds ${shown(x)} at place ${i}.`,
      );
  }
}

const shared = (data: Numbers): boolean =>
  ArrayBuffer.isView(data) && typeof SharedArrayBuffer !== "undefined" && data.buffer instanceof SharedArrayBuffer;

/** A batch's tensor as the runtime takes it, converted where its element type asks for it. */
export function tensor(runtime: Runtime, fed: Fed): RuntimeTensor {
  const { name, elem, dims, data } = fed;
  const make = makers[elem];
  if (!make) throw new OptimizerError(`\`${name}\` is ${elem}, which cannot be fed from JavaScript numbers here.`);
  checkWhole(fed);
  const converted = make(shared(data) ? data.slice() : data); // which ONNX Runtime does not take
  // the constructor of ONNX Runtime is overloaded by element type; the array was made to fit it
  const Tensor = runtime.Tensor as new (type: string, data: unknown, dims: readonly number[]) => RuntimeTensor;
  return new Tensor(elem, converted, dims);
}
