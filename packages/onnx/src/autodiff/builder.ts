import { OnnxError } from "../errors.ts";
import type { AttributeInput } from "../graph/attribute.ts";
import { type Dim, exact, product, same } from "../graph/dims.ts";
import type { Graph } from "../graph/graph.ts";
import { describe, type Node } from "../graph/node.ts";
import { type Elem, isFloat } from "../proto/elem.ts";
import { toBfloat16, toHalf } from "../proto/half.ts";

/** Where a graph will run, which decides between formulations that give the same numbers. */
export type Target = "cpu" | "wasm" | "cuda" | "webgpu";

/** A size that is a number, or one that only the run tells. */
export type Size = number | RuntimeSize;
/** A size that is known only when the graph runs: the value that holds it. */
export interface RuntimeSize {
  readonly dim: Dim;
  /** Appends what computes it, as int64 of shape [1]. */
  readonly tensor: () => string;
  /** The value and axis it is the size of. */
  readonly of?: { readonly name: string; readonly axis: number };
}

/** The size as far as it is known before the run. */
export const dimOf = (size: Size): Dim => (typeof size === "number" ? size : size.dim);

/**
 * Appends nodes to a graph in the words that gradient rules are written in. Constants take the element type of the tensor they
 * meet, sizes are numbers where they are known and computed in the run where they are not, and what multiplies by one or
 * transposes nothing is left out.
 */
export class Builder {
  readonly graph: Graph;
  readonly target: Target;
  readonly #sizes: Map<string, string> = new Map();
  readonly #shapes: Map<string, string> = new Map();
  /** By what a Reshape gave, what it was given. */
  readonly #reshaped: Map<string, string> = new Map();

  constructor(graph: Graph, target: Target = "cpu") {
    this.graph = graph;
    this.target = target;
  }

  /** Whether nodes should avoid what the WebGPU provider lacks. */
  get webgpu(): boolean {
    return this.target === "webgpu";
  }

  /** Appends a node with one output. */
  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeInput>> = {}): string {
    const made = this.graph.op(op, trimmed(inputs), attributes)[0]!;
    if (op === "Reshape") this.#reshaped.set(made, inputs[0]!);
    return made;
  }

  /** Appends a node with several outputs, or with given names. */
  ops(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>>,
    outputs: number | readonly string[],
  ): string[] {
    return this.graph.op(op, trimmed(inputs), attributes, outputs);
  }

  /** Appends a node whose one output has this name. */
  named(
    name: string,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>> = {},
  ): void {
    this.graph.op(op, trimmed(inputs), attributes, [name]);
  }

  // Types and shapes

  elem(name: string): Elem {
    return this.graph.type(name).elem;
  }

  shape(name: string): readonly Dim[] {
    return this.graph.shape(name);
  }

  rank(name: string): number {
    return this.graph.shape(name).length;
  }

  /** The shape where all of it is a number. */
  known(name: string): readonly number[] | undefined {
    const { shape } = this.graph.type(name);
    return shape?.every((d) => typeof d === "number") ? shape : undefined;
  }

  /** The size along an axis as a number; an error that tells how to make it one. */
  fixed(name: string, axis: number, node: Node): number {
    const size = this.shape(name)[axis];
    if (typeof size === "number") return size;
    throw new OnnxError(
      `The gradient of ${describe(node)} needs dimension ${axis} of \`${name}\` as a number, and it is "${size}". ` +
        "Fix it with `shapes` when the model is imported.",
    );
  }

  /** Integers known without running (axes, pads, repeats), `undefined` if they are not, or the input is left out. */
  integers(name: string | undefined): readonly number[] | undefined {
    if (name === undefined || name === "") return undefined;
    const value = this.graph.value(name);
    if (value !== undefined) return Array.from(value.data, Number);
    const { entries } = this.graph.symbolic(name) ?? {};
    return entries?.every((e) => typeof e === "number") ? entries : undefined;
  }

  /** The number if the name is a constant of the computation with one element. */
  literal(name: string | undefined): number | undefined {
    if (name === undefined || name === "") return undefined;
    const value = this.graph.literalValue(name);
    if (value === undefined || value.data.length !== 1) return undefined;
    return value.elem === "float32" || value.elem === "float64" || !isFloat(value.elem)
      ? Number(value.data[0])
      : undefined;
  }

  // Sizes

  size(name: string, axis: number): Size {
    const shape = this.shape(name);
    const at = axis < 0 ? axis + shape.length : axis;
    const dim = shape[at]!;
    if (typeof dim === "number") return dim;
    return { dim, of: { name, axis: at }, tensor: () => this.#size(name, at) };
  }

  sizes(name: string): Size[] {
    return this.shape(name).map((_, axis) => this.size(name, axis));
  }

  #size(name: string, axis: number): string {
    const key = `${name} ${axis}`;
    let tensor = this.#sizes.get(key);
    if (tensor === undefined) {
      tensor = this.op("Shape", [name], { start: axis, end: axis + 1 });
      this.#sizes.set(key, tensor);
    }
    return tensor;
  }

  /** A product of sizes. */
  product(sizes: readonly Size[]): Size {
    const number = sizes.reduce<number>((n, s) => (typeof s === "number" ? n * s : n), 1);
    const run = sizes.filter((s) => typeof s !== "number");
    const [only] = run;
    if (only === undefined || number === 0) return number;
    if (run.length === 1 && number === 1) return only;
    return {
      dim: product(sizes.map(dimOf)),
      tensor: () => {
        const factors = run.map((s) => s.tensor());
        if (number !== 1) factors.push(this.graph.ints([number]));
        return factors.reduce((a, b) => this.op("Mul", [a, b]));
      },
    };
  }

  /** A size divided by a number that divides it. */
  quotient(size: Size, by: number): Size {
    if (typeof size === "number") return size / by;
    const dim = exact(size.dim, by);
    if (typeof dim === "number") return dim;
    return {
      dim: dim ?? `floor(${size.dim} / ${by})`,
      tensor: () => this.op("Div", [size.tensor(), this.graph.ints([by])]),
    };
  }

  /** The sizes as an int64 tensor. */
  shapeTensor(sizes: readonly Size[]): string {
    if (sizes.every((s) => typeof s === "number")) return this.graph.ints(sizes);
    const whole = sizes.find((s) => typeof s !== "number")?.of?.name;
    if (whole !== undefined) {
      const shape = this.shape(whole);
      const equal =
        shape.length === sizes.length &&
        sizes.every((s, i) => (typeof s === "number" ? shape[i] === s : s.of?.name === whole && s.of.axis === i));
      if (equal) return this.shapeOf(whole);
    }
    return this.op(
      "Concat",
      sizes.map((s) => (typeof s === "number" ? this.graph.ints([s]) : s.tensor())),
      { axis: 0 },
    );
  }

  /** The shape of a value as an int64 tensor. */
  shapeOf(name: string): string {
    const known = this.known(name);
    if (known !== undefined) return this.graph.ints(known);
    let tensor = this.#shapes.get(name);
    if (tensor === undefined) {
      tensor = this.op("Shape", [name]);
      this.#shapes.set(name, tensor);
    }
    return tensor;
  }

  /** A size as a number of the type of `like`, rank 0. */
  sizeAs(size: Size, like: string): string {
    if (typeof size === "number") return this.number(size, like);
    return this.op("Cast", [this.op("Squeeze", [size.tensor(), this.graph.ints([0])])], { to: this.elem(like) });
  }

  // Constants

  /** A number of the element type of `like`, rank 0. */
  number(value: number, like: string): string {
    return this.numberOf(value, this.elem(like));
  }

  numberOf(value: number, elem: Elem): string {
    return this.array([value], elem, []);
  }

  /** Numbers of a floating type. */
  array(values: ArrayLike<number>, elem: Elem, dims: readonly number[] = [values.length]): string {
    if (elem === "float16" || elem === "bfloat16") {
      return this.graph.constant(Uint16Array.from(values, elem === "float16" ? toHalf : toBfloat16), elem, dims);
    }
    if (elem === "float64") return this.graph.constant(Float64Array.from(values), elem, dims);
    if (elem === "float32") return this.graph.constant(Float32Array.from(values), elem, dims);
    return this.graph.constant(Array.from(values), elem, dims);
  }

  ints(values: readonly number[]): string {
    return this.graph.ints(values);
  }

  /** A tensor of zeros (or of `value`) of the given sizes. */
  filled(sizes: readonly Size[], like: string, value = 0): string {
    if (sizes.length === 0) return this.number(value, like);
    return this.op("Expand", [this.number(value, like), this.shapeTensor(sizes)]);
  }

  zerosLike(name: string): string {
    return this.filled(this.sizes(name), name);
  }

  // Arithmetic

  add(a: string, b: string): string {
    return this.op("Add", [a, b]);
  }
  sub(a: string, b: string): string {
    return this.op("Sub", [a, b]);
  }
  mul(a: string, b: string): string {
    if (this.#isOne(a)) return b;
    if (this.#isOne(b)) return a;
    return a === b ? this.op("Mul", [a, a]) : this.op("Mul", [a, b]);
  }
  div(a: string, b: string): string {
    return this.#isOne(b) ? a : this.op("Div", [a, b]);
  }
  neg(a: string): string {
    return this.scaled(a, -1);
  }
  exp(a: string): string {
    return this.op("Exp", [a]);
  }
  square(a: string): string {
    return this.op("Mul", [a, a]);
  }
  /** a · k */
  scaled(a: string, k: number): string {
    if (k === 1) return a;
    const value = this.rank(a) === 0 ? this.literal(a) : undefined;
    if (value !== undefined) return this.number(value * k, a);
    return k === -1 ? this.op("Neg", [a]) : this.op("Mul", [a, this.number(k, a)]);
  }
  /** a + k */
  plus(a: string, k: number): string {
    return k === 0 ? a : this.op("Add", [a, this.number(k, a)]);
  }
  /** k − a */
  from(k: number, a: string): string {
    return k === 0 ? this.neg(a) : this.op("Sub", [this.number(k, a), a]);
  }
  /** a / size */
  per(a: string, size: Size): string {
    return typeof size === "number" ? this.scaled(a, 1 / size) : this.op("Div", [a, this.sizeAs(size, a)]);
  }
  /** 1 / √(a + epsilon) */
  rsqrt(a: string, epsilon: number): string {
    return this.op("Reciprocal", [this.op("Sqrt", [this.plus(a, epsilon)])]);
  }
  greater(a: string, k: number): string {
    return this.op("Greater", [a, this.number(k, a)]);
  }
  less(a: string, k: number): string {
    return this.op("Less", [a, this.number(k, a)]);
  }
  where(condition: string, a: string, b: string): string {
    return this.op("Where", [condition, a, b]);
  }
  /** d where the condition holds, else zero. */
  masked(condition: string, d: string): string {
    return this.where(condition, d, this.number(0, d));
  }
  cast(a: string, elem: Elem): string {
    return this.elem(a) === elem ? a : this.op("Cast", [a], { to: elem });
  }
  /** d · sign(x), without Sign, which WebGPU has not. */
  signed(x: string, d: string): string {
    if (!this.webgpu) return this.op("Mul", [d, this.op("Sign", [x])]);
    return this.where(this.greater(x, 0), d, this.where(this.less(x, 0), this.neg(d), this.number(0, d)));
  }
  /** The sum of several, pairwise, since WebGPU has no Sum. */
  total(all: readonly string[]): string {
    return all.reduce((a, b) => this.add(a, b));
  }

  #isOne(name: string): boolean {
    return this.literal(name) === 1 && this.rank(name) === 0;
  }

  // Movement

  reshape(x: string, sizes: readonly Size[]): string {
    const shape = this.shape(x);
    if (shape.length === sizes.length && sizes.every((s, i) => dimOf(s) === shape[i])) return x;
    // One after another is one, and ONNX Runtime 1.30 fails at joining some.
    const source = this.#reshaped.get(x);
    if (source !== undefined) return this.reshape(source, sizes);
    const unknown = sizes.filter((s) => typeof s !== "number");
    // −1 stands for one size that is not known, unless another one is zero.
    if (unknown.length === 1 && !sizes.includes(0)) {
      return this.op("Reshape", [x, this.ints(sizes.map((s) => (typeof s === "number" ? s : -1)))]);
    }
    return this.op("Reshape", [x, this.shapeTensor(sizes)], sizes.includes(0) ? { allowzero: 1 } : {});
  }

  /** x in the shape of `like`. */
  reshapeLike(x: string, like: string): string {
    return this.reshape(x, this.sizes(like));
  }

  expand(x: string, sizes: readonly Size[]): string {
    const shape = this.shape(x);
    if (shape.length === sizes.length && sizes.every((s, i) => dimOf(s) === shape[i])) return x;
    return this.op("Expand", [x, this.shapeTensor(sizes)]);
  }

  transpose(x: string, perm: readonly number[]): string {
    return perm.every((p, i) => p === i) ? x : this.op("Transpose", [x], { perm: [...perm] });
  }

  /** The last two dimensions exchanged. */
  transposed(x: string): string {
    const perm = this.shape(x).map((_, i) => i);
    perm.push(...perm.splice(-2).reverse());
    return this.transpose(x, perm);
  }

  unsqueeze(x: string, axes: readonly number[]): string {
    return axes.length === 0 ? x : this.op("Unsqueeze", [x, this.ints(axes)]);
  }
  squeeze(x: string, axes: readonly number[]): string {
    return axes.length === 0 ? x : this.op("Squeeze", [x, this.ints(axes)]);
  }

  concat(all: readonly string[], axis: number): string {
    return all.length === 1 ? all[0]! : this.op("Concat", all, { axis });
  }

  /** Parts of the given sizes along an axis. */
  split(x: string, axis: number, sizes: readonly Size[]): string[] {
    if (sizes.length === 1) return [x];
    return this.ops("Split", [x, this.shapeTensor(sizes)], { axis }, sizes.length);
  }

  slice(
    x: string,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps?: readonly number[],
  ): string {
    if (axes.length === 0) return x;
    const inputs = [x, this.ints(starts), this.ints(ends), this.ints(axes)];
    if (steps?.some((s) => s !== 1)) inputs.push(this.ints(steps));
    return this.op("Slice", inputs);
  }

  /** Zeros (or `value`) before and after, one number per dimension. */
  pad(x: string, before: readonly number[], after: readonly number[], value = 0): string {
    if ([...before, ...after].every((n) => n === 0)) return x;
    const inputs = [x, this.ints([...before, ...after])];
    if (value !== 0) inputs.push(this.number(value, x));
    return this.op("Pad", inputs);
  }

  // Reductions

  sum(x: string, axes: readonly number[], keep = false): string {
    return this.#reduce("ReduceSum", x, axes, keep);
  }
  mean(x: string, axes: readonly number[], keep = false): string {
    return this.#reduce("ReduceMean", x, axes, keep);
  }
  maximum(x: string, axes: readonly number[], keep = false): string {
    return this.#reduce("ReduceMax", x, axes, keep);
  }
  #reduce(op: string, x: string, axes: readonly number[], keep: boolean): string {
    return axes.length === 0 ? x : this.op(op, [x, this.ints(axes)], { keepdims: keep ? 1 : 0 });
  }

  /**
   * The gradient of an operand that was broadcast: summed over the dimensions along which it was repeated. `d` has the shape
   * of `from`, the result that of `to`; where names leave open what was repeated, the run decides.
   */
  sumTo(d: string, from: string, to: string): string {
    const wide = this.shape(from);
    const narrow = this.shape(to);
    const extra = wide.length - narrow.length;
    const axes: number[] = [];
    let open = false;
    wide.forEach((f, i) => {
      const t = i < extra ? undefined : narrow[i - extra]!;
      if (t === undefined || (t === 1 && f !== 1)) axes.push(i);
      else if (typeof t === "string" && same(f, t) !== true) open = true;
    });
    if (!open) {
      const summed = this.sum(d, axes, true);
      return extra > 0 ? this.reshapeLike(summed, to) : summed;
    }
    const shape = this.op("Concat", [this.ints(Array(extra).fill(1)), this.shapeOf(to)], { axis: 0 });
    const ones = this.op("NonZero", [this.op("Equal", [extra > 0 ? shape : this.shapeOf(to), this.ints([1])])]);
    const summed = this.op("ReduceSum", [d, this.op("Reshape", [ones, this.ints([-1])])], {
      keepdims: 1,
      noop_with_empty_axes: 1,
    });
    return this.op("Reshape", [summed, this.shapeOf(to)]);
  }

  /** log softmax along an axis; composed where the provider lacks the operator. */
  logSoftmax(x: string, axis: number): string {
    if (!this.webgpu) return this.op("LogSoftmax", [x], { axis });
    const shifted = this.sub(x, this.maximum(x, [axis], true));
    return this.sub(shifted, this.op("Log", [this.sum(this.exp(shifted), [axis], true)]));
  }

  /** A general matrix product of matrices, op(a) · op(b). */
  gemm(a: string, b: string, transA = false, transB = false, alpha = 1): string {
    return this.op("Gemm", [a, b], {
      ...(transA ? { transA: 1 } : {}),
      ...(transB ? { transB: 1 } : {}),
      ...(alpha === 1 ? {} : { alpha }),
    });
  }
}

function trimmed(inputs: readonly string[]): readonly string[] {
  let end = inputs.length;
  while (end > 0 && inputs[end - 1] === "") end--;
  return inputs.slice(0, end);
}
