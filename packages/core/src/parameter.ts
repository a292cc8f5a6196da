import { isRecord, list, OptimizerError, shown, takes } from "./errors.ts";
import { meant } from "./options.ts";

/** Sizes of the dimensions, outermost first; a scalar has none. */
export type Shape = readonly number[];

/** The part a parameter plays in its layer. Biases and norms are left out of weight decay. */
export type Role = "kernel" | "bias" | "norm" | "embedding";

/** Which dimensions are fan-in, fan-out and batch (neither); those not named are the receptive field. */
export interface Axes {
  /** Dimensions that a layer sums over, besides the receptive field. */
  readonly in: readonly number[];
  /** Dimensions of the layer's outputs. */
  readonly out: readonly number[];
  /** Dimensions that hold independent matrices, such as heads or experts. */
  readonly batch?: readonly number[] | undefined;
}

/**
 * The facts about a tensor that a rule may use without touching its numbers. Frameworks lay tensors out differently
 * ([in, out] and HWIO against [out, in] and OIHW), so adapters fill in `axes` and `role` where they are sure of them;
 * nothing downstream guesses.
 */
export interface Description {
  readonly shape: Shape;
  /** Its part in a layer; by default it decays as a kernel does. */
  readonly role?: Role | undefined;
  /** Where they are not given, rows are the first dimension. */
  readonly axes?: Axes | undefined;
}

/** A named tensor to train, described without its numbers. */
export interface Parameter extends Description {
  readonly name: string;
  /** How many dimensions, from the first, are rows where it is seen as a matrix: 1 unless the layout of its rule says otherwise. */
  readonly split?: number | undefined;
  /** How many blocks it is seen as; each is one row of the matrix, where its rule sees blocks. */
  readonly blocks?: number | undefined;
  /** Its dimensions in the order in which it is seen as a matrix, rows first; that of memory unless the layout of its rule says otherwise. */
  readonly order?: readonly number[] | undefined;
}

/** The description of the tensor `name`, given whole or as its shape alone. Throws if the shape is not valid. */
export function description(name: string, given: Shape | Description): Description {
  if (typeof given !== "object" || given === null || !("shape" in given)) {
    if (isRecord(given)) checkFields(`\`${name}\``, given, ["shape", "role", "axes"]);
    checkShape(name, given);
    return { shape: given };
  }
  checkFields(`\`${name}\``, given, ["shape", "role", "axes"]);
  checkShape(name, given.shape);
  return given;
}

/**
 * Throws if a field in the description of `what` is misspelt, or has another library's name: it would be ignored. Unknown
 * fields are allowed, because descriptions pass from one adapter to another.
 */
export function checkFields(what: string, given: object, fields: readonly string[]): void {
  for (const field of Object.keys(given)) {
    const near = fields.includes(field) ? "" : meant(field, fields);
    if (near !== "")
      throw new OptimizerError(`${what}: there is no field \`${field}\`; there are ${list(fields)}.${near}`);
  }
}

const roles: readonly Role[] = ["kernel", "bias", "norm", "embedding"];

/** Throws unless `parameter` has a name and a shape, and `role` and `axes`, where given, are what they must be. */
export function checkParameter(parameter: unknown): asserts parameter is Parameter {
  if (typeof parameter !== "object" || parameter === null || !("name" in parameter) || !("shape" in parameter))
    throw new OptimizerError(
      `A parameter is { name, shape } and what else is known of it; this one is ${shown(parameter)}.`,
    );
  const { name, shape } = parameter;
  if (typeof name !== "string")
    throw new OptimizerError(`A parameter's \`name\` is ${shown(name)}. Give it a text, such as "dense/kernel".`);
  checkShape(name, shape);
  if ("role" in parameter && parameter.role !== undefined && !roles.some((role) => role === parameter.role))
    throw new OptimizerError(`\`${name}\` has the role ${shown(parameter.role)}; there are ${list(roles)}.`);
  if ("axes" in parameter && parameter.axes !== undefined) checkAxes(name, parameter.axes, shape);
}

/** Throws unless `axes` are those of a parameter of this shape. */
export function checkAxes(name: string, axes: unknown, shape: Shape): void {
  if (isRecord(axes)) checkFields(`The axes of \`${name}\``, axes, ["in", "out", "batch"]);
  const { in: inputs, out: outputs, batch = [] }: Readonly<Record<string, unknown>> = isRecord(axes) ? axes : {};
  const isDimensions = (given: unknown): given is number[] => Array.isArray(given) && given.every(Number.isSafeInteger);
  if (!isDimensions(inputs) || !isDimensions(outputs) || !isDimensions(batch))
    throw new OptimizerError(
      `\`${name}\` has the axes ${shown(axes)}. Give the dimensions by name, as { in: [0], out: [1] } for [in, out].`,
    );
  const named = [inputs, outputs, batch].flat();
  const strange = named.find((d, i) => !(d in shape) || named.indexOf(d) !== i);
  if (strange !== undefined)
    throw new OptimizerError(
      `\`${name}\` has the shape [${shape.join(", ")}], and its axes name dimension ${strange}${strange in shape ? " twice" : ""}. They may name each of 0 to ${shape.length - 1} once.`,
    );
}

/** Throws unless `shape`, given for `name`, is a list of whole numbers. */
export function checkShape(name: string, shape: unknown): asserts shape is Shape {
  if (!Array.isArray(shape))
    throw new OptimizerError(
      `\`${name}\` has the shape ${shown(shape)}. Shapes are lists of whole numbers: [784, 10].`,
    );
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0))
    throw new OptimizerError(
      `\`${name}\` has the shape [${shape.map(shown).join(", ")}]. Dimensions are whole numbers, 0 or above.`,
    );
}

/** Number of elements; 1 for a scalar, 0 when any dimension is empty. */
export function size(shape: Shape): number {
  takes("size", "a shape, such as [784, 10]", shape, Array.isArray(shape));
  return shape.reduce((n, d) => n * d, 1);
}

/** A tensor seen as a matrix: some dimensions against the rest; vectors are one row. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
}

/** The description of an adapter, if it is one of a parameter. */
function described(call: string, parameter: Parameter): Parameter {
  const fits = typeof parameter === "object" && parameter !== null && Array.isArray(parameter.shape);
  takes(call, "a parameter: { name, shape }", parameter, fits);
  return parameter;
}

/** The dimensions that are rows where a parameter is seen as a matrix, and those that are columns. */
export function sides(parameter: Parameter): readonly [rows: Shape, cols: Shape] {
  const { shape, blocks, split = 1, order = [...shape.keys()] } = parameter;
  if (blocks !== undefined) return [[blocks], [size(shape) / blocks]];
  const dims = order.map((d) => shape[d]!); // an order of its dimensions
  const rows = shape.length > 1 ? split : 0;
  return [dims.slice(0, rows), dims.slice(rows)];
}

/** The rows and columns of a parameter. */
export function matrix(parameter: Parameter): Matrix {
  const [rows, cols] = sides(described("matrix", parameter));
  return { rows: size(rows), cols: size(cols) };
}

/**
 * The answer of a caller's function about a parameter. Throws unless that is true or false: a promise or a text is always truthy,
 * and would freeze or decay everything.
 */
export function saidOf(where: string, { name }: Parameter, answer: unknown): boolean {
  if (typeof answer !== "boolean")
    throw new OptimizerError(
      `${where}: the function must return true or false; for \`${name}\` it returned ${shown(answer)}.`,
    );
  return answer;
}

/** The rule of thumb of the field: matrices decay, biases and normalisation scales do not. */
export function decaysByRole(parameter: Parameter): boolean {
  const { role } = described("decaysByRole", parameter);
  return role !== "bias" && role !== "norm";
}

/**
 * The dimensions of a parameter in one order for all frameworks: outputs, inputs, batch, then the receptive field; undefined without
 * axes.
 */
export function canonicalOrder({ shape, axes }: Pick<Description, "shape" | "axes">): readonly number[] | undefined {
  if (!axes) return undefined;
  const named = [...axes.out, ...axes.in, ...(axes.batch ?? [])];
  return [...named, ...shape.keys()].filter((d, i, all) => all.indexOf(d) === i);
}
