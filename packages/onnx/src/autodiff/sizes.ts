import { type Dim, exact, product } from "../graph/dims.ts";
import { NodeBuilder } from "./nodes.ts";

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

/** Sizes as numbers where they are known, and computed in the run where they are not; each is computed once. */
export class SizeBuilder extends NodeBuilder {
  readonly #sizes: Map<string, string> = new Map();
  readonly #shapes: Map<string, string> = new Map();

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

  /** A tensor of zeros (or of `value`) of the given sizes. */
  filled(sizes: readonly Size[], like: string, value = 0): string {
    if (sizes.length === 0) return this.number(value, like);
    return this.op("Expand", [this.number(value, like), this.shapeTensor(sizes)]);
  }

  zerosLike(name: string): string {
    return this.filled(this.sizes(name), name);
  }
}
