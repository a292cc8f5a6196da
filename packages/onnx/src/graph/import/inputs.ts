import { names, OnnxError } from "../../errors.ts";
import { type Constant, constant } from "../../proto/constant.ts";
import type { Elem } from "../../proto/elem.ts";
import type { GraphProto, TypeProto } from "../../proto/model.ts";
import { bind, canonical, type Dim } from "../dims.ts";
import type { Graph } from "../graph.ts";
import type { TensorType } from "../node.ts";
import { refine, tensorType } from "./declared.ts";
import type { FixedValue, ImportOptions } from "./options.ts";

/** The inputs of the model, in the shapes and with the values that the options give them, and the shapes given inside it. */
export class Inputs {
  readonly #shapes: Readonly<Record<string, readonly Dim[]>>;
  readonly #fixed: Readonly<Record<string, FixedValue>> | undefined;
  /** Sizes the names of the model stand for, from `shapes`. */
  readonly #sizes: Record<string, Dim> = Object.create(null); // a size may be called "constructor"
  /** Values inside the model whose shapes are given, until they are met. */
  readonly #told = new Set<string>();
  /** Whether `shapes` contradicts a size of the model, so that nothing it says of inner shapes can be believed. */
  #reshaped = false;

  constructor({ shapes = {}, fixed }: ImportOptions) {
    this.#shapes = shapes;
    this.#fixed = fixed;
  }

  add(graph: Graph, proto: GraphProto): void {
    const inputs = (proto.input ?? []).filter(({ name = "" }) => !graph.initializers.has(name));
    const shapes = this.#shapes;
    for (const name of Object.keys(shapes)) if (!inputs.some((input) => input.name === name)) this.#told.add(name);
    const types = inputs.map(({ name = "", type }) => [name, inputType(name, type)] as const);
    for (const [name, { shape }] of types) {
      const given = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
      if (given === undefined || shape === undefined) continue;
      if (given.length !== shape.length) {
        throw new OnnxError(
          `\`${name}\` has ${shape.length} dimensions, and \`shapes\` gives it [${given.join(", ")}].`,
        );
      }
      for (const [i, d] of shape.entries()) {
        const to = given[i] ?? d;
        if (typeof d === "number") this.#reshaped ||= d !== to;
        else if (canonical(d) === d && /^[^\s(),]+$/.test(d)) {
          const before = this.#sizes[d];
          if (before !== undefined && before !== to) {
            throw new OnnxError(`\`shapes\` gives "${d}" the sizes ${before} and ${to} (at \`${name}\`).`);
          }
          this.#sizes[d] = to;
        }
      }
    }
    for (const [name, type] of types) {
      const given = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
      const shape = given ?? type.shape?.map((d) => bind(d, this.#sizes));
      const fixed = this.#fixed;
      const value = fixed !== undefined && Object.hasOwn(fixed, name) ? fixed[name] : undefined;
      if (value === undefined) graph.input(name, { elem: type.elem, shape });
      else graph.literal(name, fixedTo(name, value, type.elem, shape));
    }
    const lost = Object.keys(this.#fixed ?? {}).filter((name) => !types.some(([input]) => input === name));
    if (lost.length > 0) {
      throw new OnnxError(
        `\`fixed\` names ${names(lost)}; the model's inputs are ${names(types.map(([name]) => name))}.`,
      );
    }
  }

  /** Throws if `shapes` names a value that was not met. */
  finish(graph: Graph): void {
    if (this.#told.size > 0)
      throw new OnnxError(
        `\`shapes\` names ${names([...this.#told])}, which the model does not compute; its inputs are ${names([...graph.inputs.keys()])}.`,
      );
  }

  /** The types that the file declares for values inside the model; none if they cannot be believed. */
  declared(proto: GraphProto): ReadonlyMap<string, TensorType> {
    const declared = new Map<string, TensorType>();
    for (const { name = "", type } of [...(proto.valueInfo ?? []), ...(proto.output ?? [])]) {
      const known = this.typed(type);
      if (known !== undefined) declared.set(name, known);
    }
    return declared;
  }

  /** A declared type with the sizes that are given; undefined if it cannot be believed. */
  typed(type: TypeProto | undefined): TensorType | undefined {
    const known = this.#reshaped ? undefined : tensorType(type, () => undefined);
    return known && { elem: known.elem, shape: known.shape?.map((d) => bind(d, this.#sizes)) };
  }

  /** Adds what the file declares of a new value, and the shape that is given for it. */
  met(graph: Graph, name: string, declared: ReadonlyMap<string, TensorType>): void {
    refine(graph, name, declared);
    if (this.#told.delete(name)) this.#tell(graph, name, declared.get(name)?.elem);
  }

  /** A value has the shape that is given for it. */
  #tell(graph: Graph, name: string, declared: Elem | undefined): void {
    const given = (this.#shapes[name] ?? []).map((d) => bind(d, this.#sizes));
    const known = graph.typeOf(name);
    const elem = known?.elem ?? declared;
    if (elem === undefined)
      throw new OnnxError(
        `\`shapes\` gives \`${name}\` a shape, and its element type is not known. Export the model with the types of its values (value_info).`,
      );
    const clash =
      known?.shape !== undefined &&
      (known.shape.length !== given.length ||
        known.shape.some((d, i) => typeof d === "number" && typeof given[i] === "number" && d !== given[i]));
    if (clash)
      throw new OnnxError(
        `\`${name}\` is [${known?.shape?.join(", ")}], and \`shapes\` gives it [${given.join(", ")}].`,
      );
    graph.setType(name, { elem, shape: given.map((d, i) => (typeof d === "number" ? d : (known?.shape?.[i] ?? d))) });
  }
}

function inputType(name: string, type: TypeProto | undefined): TensorType {
  const known = tensorType(type, (i) => `${name}.${i}`);
  if (known !== undefined) return known;
  const kind = type?.sequenceType
    ? "a sequence"
    : type?.mapType
      ? "a map"
      : type?.optionalType
        ? "optional"
        : "of no type";
  throw new OnnxError(`Input \`${name}\` is ${kind}; only tensors can be inputs here.`);
}

/** The value of an input that is fixed, in the input's shape: its open sizes are 1, or together what the numbers fill. */
function fixedTo(name: string, value: FixedValue, elem: Elem, shape: readonly Dim[] | undefined): Constant {
  const list = Array.isArray(value) ? value : [value];
  const open = (shape ?? []).map((d) => (typeof d === "number" ? d : 1));
  const free = (shape ?? []).findIndex((d) => typeof d !== "number");
  const count = open.reduce((a, b) => a * b, 1);
  if (free >= 0 && list.length !== count && list.length % count === 0) open[free] = list.length / count;
  if (open.reduce((a, b) => a * b, 1) !== list.length) {
    throw new OnnxError(
      `\`fixed\` gives \`${name}\` ${list.length} ${list.length === 1 ? "number" : "numbers"}, and it is ${elem} [${(shape ?? []).join(", ")}].`,
    );
  }
  return constant(list, elem, open);
}
