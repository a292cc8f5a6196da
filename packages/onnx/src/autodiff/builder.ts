import type { AttributeInput } from "../graph/attribute.ts";
import { same } from "../graph/dims.ts";
import type { Elem } from "../proto/elem.ts";
import { dimOf, type Size, SizeBuilder } from "./sizes.ts";

export type { Target } from "./nodes.ts";
export { dimOf, type RuntimeSize, type Size } from "./sizes.ts";

/**
 * Appends nodes to a graph in the words that gradient rules are written in. Constants take the element type of the tensor they
 * meet, and a multiplication by one or a transposition that moves nothing is left out.
 */
export class Builder extends SizeBuilder {
  /** By what a Reshape gave, what it was given. */
  readonly #reshaped: Map<string, string> = new Map();

  override op(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>> = {},
  ): string {
    const made = super.op(op, inputs, attributes);
    if (op === "Reshape") this.#reshaped.set(made, inputs[0]!);
    return made;
  }

  // Arithmetic

  /** a + b */
  add(a: string, b: string): string {
    return this.op("Add", [a, b]);
  }
  /** a − b */
  sub(a: string, b: string): string {
    return this.op("Sub", [a, b]);
  }
  /** a · b */
  mul(a: string, b: string): string {
    if (this.#isOne(a)) return b;
    if (this.#isOne(b)) return a;
    return a === b ? this.op("Mul", [a, a]) : this.op("Mul", [a, b]);
  }
  /** a / b */
  div(a: string, b: string): string {
    return this.#isOne(b) ? a : this.op("Div", [a, b]);
  }
  /** −a */
  neg(a: string): string {
    return this.scaled(a, -1);
  }
  /** e to the power of a */
  exp(a: string): string {
    return this.op("Exp", [a]);
  }
  /** a · a */
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
  /** Whether a > k, element by element. */
  greater(a: string, k: number): string {
    return this.op("Greater", [a, this.number(k, a)]);
  }
  /** Whether a < k, element by element. */
  less(a: string, k: number): string {
    return this.op("Less", [a, this.number(k, a)]);
  }
  /** a where the condition holds, else b. */
  where(condition: string, a: string, b: string): string {
    return this.op("Where", [condition, a, b]);
  }
  /** d where the condition holds, else zero. */
  masked(condition: string, d: string): string {
    return this.where(condition, d, this.number(0, d));
  }
  /** a as elements of another type. */
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

  /** x in these sizes, its numbers in the same order. */
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

  /** x repeated to these sizes, as broadcasting does. */
  expand(x: string, sizes: readonly Size[]): string {
    const shape = this.shape(x);
    if (shape.length === sizes.length && sizes.every((s, i) => dimOf(s) === shape[i])) return x;
    return this.op("Expand", [x, this.shapeTensor(sizes)]);
  }

  /** x with its dimensions in another order. */
  transpose(x: string, perm: readonly number[]): string {
    return perm.every((p, i) => p === i) ? x : this.op("Transpose", [x], { perm: [...perm] });
  }

  /** The last two dimensions exchanged. */
  transposed(x: string): string {
    const perm = this.shape(x).map((_, i) => i);
    perm.push(...perm.splice(-2).reverse());
    return this.transpose(x, perm);
  }

  /** x with dimensions of size 1 at these axes. */
  unsqueeze(x: string, axes: readonly number[]): string {
    return axes.length === 0 ? x : this.op("Unsqueeze", [x, this.ints(axes)]);
  }
  /** x without its dimensions of size 1 at these axes. */
  squeeze(x: string, axes: readonly number[]): string {
    return axes.length === 0 ? x : this.op("Squeeze", [x, this.ints(axes)]);
  }

  /** Several tensors one after the other along an axis. */
  concat(all: readonly string[], axis: number): string {
    return all.length === 1 ? all[0]! : this.op("Concat", all, { axis });
  }

  /** Parts of the given sizes along an axis. */
  split(x: string, axis: number, sizes: readonly Size[]): string[] {
    if (sizes.length === 1) return [x];
    return this.ops("Split", [x, this.shapeTensor(sizes)], { axis }, sizes.length);
  }

  /** The part of x from `starts` to before `ends` along some axes. */
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

  /** The sum over some axes; `keep` leaves them with size 1. */
  sum(x: string, axes: readonly number[], keep = false): string {
    return this.#reduce("ReduceSum", x, axes, keep);
  }
  /** The mean over some axes; `keep` leaves them with size 1. */
  mean(x: string, axes: readonly number[], keep = false): string {
    return this.#reduce("ReduceMean", x, axes, keep);
  }
  /** The largest over some axes; `keep` leaves them with size 1. */
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
