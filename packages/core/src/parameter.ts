import { OptimizerError } from "./errors.ts";

/** Sizes of the dimensions, outermost first; a scalar has none. */
export type Shape = readonly number[];

/** What a parameter does in its layer. Biases and norms are left out of weight decay. */
export type Role = "kernel" | "bias" | "norm" | "embedding";

/** Which dimensions are fan-in, fan-out and batch (neither); those not named are the receptive field. */
export interface Axes {
  readonly in: readonly number[];
  readonly out: readonly number[];
  readonly batch?: readonly number[] | undefined;
}

/**
 * What a rule may know of a tensor without touching its numbers. Frameworks lay tensors out differently
 * ([in, out] and HWIO against [out, in] and OIHW), so adapters fill in `axes` and `role` where they are sure of them;
 * nothing downstream guesses.
 */
export interface Description {
  readonly shape: Shape;
  readonly role?: Role | undefined;
  readonly axes?: Axes | undefined;
}

export interface Parameter extends Description {
  readonly name: string;
}

/** What is said of the tensor `name`: its shape alone, or that and more. Throws if the shape is none. */
export function description(name: string, given: Shape | Description): Description {
  const whole = typeof given === "object" && given !== null && "shape" in given ? given : { shape: given };
  checkShape(name, whole.shape);
  return whole;
}

/** Throws if what is given as the shape of `name` is none. */
export function checkShape(name: string, shape: unknown): asserts shape is Shape {
  if (!Array.isArray(shape))
    throw new OptimizerError(
      `\`${name}\` has the shape ${String(shape)}. Shapes are lists of whole numbers: [784, 10].`,
    );
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0))
    throw new OptimizerError(`\`${name}\` has the shape [${shape}]. Dimensions are whole numbers.`);
}

/** Number of elements; 1 for a scalar, 0 when any dimension is empty. */
export const size = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

/** A tensor seen as a matrix: the first dimension against the rest; vectors are one row. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
}

export function matrix({ shape }: Parameter): Matrix {
  const rows = shape.length > 1 ? shape[0]! : 1;
  return { rows, cols: size(shape.slice(shape.length > 1 ? 1 : 0)) };
}

/** The rule of thumb of the field: matrices decay, biases and normalisation scales do not. */
export const decaysByRole = ({ role }: Parameter): boolean => role !== "bias" && role !== "norm";
