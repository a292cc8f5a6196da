import { check, isRecord, shown, text, type Wanted } from "../check.ts";
import { OnnxError } from "../errors.ts";
import { type Constant, constant } from "../proto/constant.ts";
import { type Elem, elems, entries, holds, type TypedArray, wholes } from "../proto/elem.ts";
import { toBfloat16, toHalf } from "../proto/half.ts";
import { adviceOn } from "./advice.ts";
import { type AttributeInput, attribute } from "./attribute.ts";
import { type Dim, product } from "./dims.ts";
import { describe, type Node, type Scope, type SymbolicValue, type TensorType } from "./node.ts";
import { infer } from "./shapes/infer.ts";
import { type Tags, untagged } from "./tags.ts";

/** Whether this is a graph; told by its methods, because there may be two copies of this package. */
export function isGraph(value: unknown): value is Graph {
  return (
    isRecord(value) &&
    Array.isArray(value.nodes) &&
    typeof value.op === "function" &&
    typeof value.typeOf === "function"
  );
}

/** Numbers that an element type can hold, 16-bit floats as their bits. Throws where one would be rounded or wrapped around. */
function exact<T>(data: T, elem: Elem = "float32"): T | Uint16Array {
  if (ArrayBuffer.isView(data)) return data;
  const list: readonly unknown[] = Array.isArray(data) ? data : [data];
  const round = elem === "float16" ? toHalf : elem === "bfloat16" ? toBfloat16 : undefined;
  if (round !== undefined) return Uint16Array.from(list, (x) => round(Number(x)));
  const range = wholes[elem];
  if (range === undefined) return data;
  const [least, greatest] = range;
  for (const x of list) {
    const value = typeof x === "boolean" ? Number(x) : x;
    if (typeof value !== "number" && typeof value !== "bigint") continue; // refused by its kind
    if ((typeof value === "number" && !Number.isInteger(value)) || value < least || value > greatest)
      throw new OnnxError(`A constant of ${elem} must be whole numbers from ${least} to ${greatest}; got ${shown(x)}.`);
  }
  return data;
}

/** Throws if this is not a graph. */
export function checkGraph(what: string, value: unknown): void {
  check(what, value, { want: "a Graph, which importModel() returns", fits: isGraph });
}

/**
 * A typed graph of ONNX operators: appending a node infers the types of its outputs and, for integer tensors computed from
 * sizes, their values. Nodes are in run order. A subgraph (one with `outer`) sees the names of the graph around it.
 */
export class Graph implements Scope {
  /** The version of ai.onnx. */
  opset: number;
  name = "graph";
  /** Versions of the operator sets beside ai.onnx. */
  readonly domains: Map<string, number> = new Map();
  /** Names in order, with types; initializers are not among them. */
  readonly inputs: Map<string, TensorType> = new Map();
  /** Names in order, with types. */
  readonly outputs: Map<string, TensorType> = new Map();
  /** Weights and other constants, by name. */
  readonly initializers: Map<string, Constant> = new Map();
  readonly nodes: Node[] = [];
  /** Running variances that training moves by the sample variance of the batch, as PyTorch does. */
  readonly sampled: Set<string> = new Set();
  readonly outer: Graph | undefined;
  /** The facts that the file gives about its weights. */
  tags: Tags = untagged;
  /** Values that gradients do not pass through, as after PyTorch's `detach()`. */
  readonly stops: Set<string> = new Set();
  /** Rows of tables that lookups do not train, as of `padding_idx`. */
  readonly paddingRows: Map<string, number> = new Map();
  readonly #types: Map<string, TensorType> = new Map();
  readonly #symbolic: Map<string, SymbolicValue> = new Map();
  readonly #derived: Map<string, Constant> = new Map();
  /** Initializers that are constants of the computation, not weights. */
  readonly #literals: Set<string> = new Set();
  readonly #shared: Map<string, string> = new Map();
  readonly #made: Set<string> = new Set();
  readonly #names: Set<string>;
  readonly #counters: Map<string, number>;

  constructor(opset = 20, outer?: Graph) {
    check("The operator set of a Graph", opset, { want: "a whole number from 1 to 1000", fits: isOpset });
    if (outer !== undefined) checkGraph("The graph around a Graph", outer);
    this.opset = opset;
    this.outer = outer;
    // Names are never shared between a graph and those inside it: shadowed names are legal, but few tools read them correctly.
    this.#names = outer === undefined ? new Set() : outer.#names;
    this.#counters = outer === undefined ? new Map() : outer.#counters;
  }

  /**
   * Appends a node and returns the names of its outputs. The number of outputs, or their names, may be given; the attribute
   * `to` and `dtype` take an element type ("float32").
   */
  op(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>> = {},
    outputs: number | readonly string[] = 1,
    domain = "",
  ): string[] {
    check("The operator", op, text);
    check(`The inputs of ${op}`, inputs, inputNames);
    check(`The attributes of ${op}`, attributes, { want: "an object", fits: isRecord });
    check(`The outputs of ${op}`, outputs, outputNames);
    check(`The domain of ${op}`, domain, { want: "a text", fits: (x) => typeof x === "string" });
    const given = typeof outputs === "number" ? Array.from({ length: outputs }, () => this.fresh(op)) : [...outputs];
    const all = Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, attribute(key, value)] as const],
    );
    this.add({ op, domain, name: "", inputs: [...inputs], outputs: given, attributes: Object.fromEntries(all) });
    return given;
  }

  /** Appends a node as it is, and infers the types of its outputs. */
  add(node: Node): void {
    for (const input of node.inputs)
      if (input !== "" && !this.has(input)) {
        throw new OnnxError(
          `${describe(node)} reads \`${input}\`, which is not an input, an initializer or the output of an earlier node.`,
        );
      }
    for (const output of node.outputs) {
      if (output === "") continue;
      this.#names.add(output);
      this.#made.add(output);
    }
    this.nodes.push(node);
    infer(this, node);
  }

  /**
   * A constant of the computation; equal small ones are one initializer. Numbers are float32 unless `elem` says otherwise, a
   * bare number has rank 0, a list rank 1.
   */
  constant(
    data: number | bigint | boolean | readonly (number | bigint | boolean)[] | TypedArray,
    elem?: Elem,
    dims?: readonly number[],
  ): string {
    const scalar = !Array.isArray(data) && !ArrayBuffer.isView(data);
    const value = constant(exact(data, elem), elem, dims ?? (scalar ? [] : undefined));
    const key = value.data.length <= 64 ? `${value.elem}|${value.dims}|${bits(value)}` : undefined;
    const shared = key === undefined ? undefined : this.#shared.get(key);
    if (shared !== undefined && this.initializers.has(shared)) return shared;
    const name = this.literal(this.fresh("constant"), value);
    if (key !== undefined) this.#shared.set(key, name);
    return name;
  }

  /** A list of integers as int64: axes, shapes, pads. */
  ints(values: readonly number[]): string {
    return this.constant(values, "int64");
  }

  /** Whether the name is a value of this graph or of one around it. */
  has(name: string): boolean {
    return (
      this.inputs.has(name) || this.initializers.has(name) || this.#made.has(name) || (this.outer?.has(name) ?? false)
    );
  }

  /** The type of a value; an error if there is no such value or nothing is known of it. */
  type(name: string): TensorType {
    const type = this.typeOf(name);
    if (type !== undefined) return type;
    const maker = this.#blamed(name, (value) => this.typeOf(value) === undefined);
    if (maker === undefined) throw new OnnxError(`The graph has no value \`${name}\`.`);
    const { outputs } = maker;
    const after = outputs.includes(name) ? "" : `, which is computed from what ${describe(maker)} gives`;
    throw new OnnxError(
      `The type of \`${name}\` is unknown${after}: there is no shape inference for ${describe(maker)}. ` +
        (adviceOn(maker) || "Export the model without that operator, or with the types of its outputs (value_info)."),
    );
  }

  /** The node to blame where something is not known of a value: the one that leaves open what all others before the value depend on. */
  #blamed(name: string, open: (value: string) => boolean): Node | undefined {
    const made = this.producers();
    let maker = made.get(name);
    for (;;) {
      const first = maker?.inputs.find((input) => input !== "" && open(input));
      const before = first === undefined ? undefined : made.get(first);
      if (before === undefined) return maker;
      maker = before;
    }
  }

  /** The type of a value if it is known. */
  typeOf(name: string): TensorType | undefined {
    return this.#types.get(name) ?? this.outer?.typeOf(name);
  }

  /** The shape of a value; an error if not even its rank is known. */
  shape(name: string): readonly Dim[] {
    const { shape } = this.type(name);
    if (shape !== undefined) return shape;
    const maker = this.#blamed(name, (value) => this.typeOf(value)?.shape === undefined);
    const from =
      maker === undefined
        ? ""
        : maker.outputs.includes(name)
          ? `, the output of ${describe(maker)},`
          : `, which is computed from what ${describe(maker)} gives,`;
    const why =
      maker?.op === "If" && maker.domain === ""
        ? ": its branches may differ in the number of dimensions, and only the run decides on one"
        : "";
    throw new OnnxError(
      `The rank of \`${name}\`${from} is not known${why}. Give the shapes of the inputs with \`shapes\`, or that of \`${maker?.outputs[0] ?? name}\` itself.`,
    );
  }

  /** The value of a name where it is known without running: an initializer, or computed from sizes and constants. */
  value(name: string): Constant | undefined {
    return (
      this.initializers.get(name) ??
      this.#derived.get(name) ??
      (this.#types.has(name) ? undefined : this.outer?.value(name))
    );
  }

  /** The entries of an integer tensor as far as they are known, sizes by name where they are not numbers. */
  symbolic(name: string): SymbolicValue | undefined {
    const known = this.#symbolic.get(name);
    if (known !== undefined) return known;
    if (!this.#types.has(name)) return this.outer?.symbolic(name);
    const value = this.value(name);
    if (value === undefined || value.data.length > 4096) return undefined;
    if (!["int64", "int32", "bool"].includes(value.elem)) return undefined;
    return { elem: value.elem, dims: value.dims, entries: Array.from(value.data, Number) };
  }

  /** Whether a name's value is a constant of the computation: a literal, an integer, or computed from such; never a weight. */
  literalValue(name: string): Constant | undefined {
    const derived = this.#derived.get(name);
    if (derived !== undefined) return derived;
    const own = this.initializers.get(name);
    if (own === undefined) return this.#types.has(name) ? undefined : this.outer?.literalValue(name);
    const weight = !this.#literals.has(name) && ["float32", "float64", "float16", "bfloat16"].includes(own.elem);
    return weight ? undefined : own;
  }

  /** A name that is not in use here, in the graphs around or in those inside. */
  fresh(prefix: string): string {
    for (let n = this.#counters.get(prefix) ?? 0; ; n++) {
      const name = `${prefix}_${n}`;
      if (this.#names.has(name)) continue;
      this.#counters.set(prefix, n + 1);
      this.#names.add(name);
      return name;
    }
  }

  /** Marks a name as used. */
  reserve(name: string): void {
    this.#names.add(name);
  }

  /** Makes a name an input of this type, such as `{ elem: "float32", shape: ["batch", 3] }`; returns the name. */
  input(name: string, type: TensorType): string {
    check("The name of an input", name, text);
    check(`The type of \`${name}\``, type, tensorType);
    this.inputs.set(name, type);
    this.initializers.delete(name);
    this.#literals.delete(name);
    this.setType(name, type);
    return name;
  }

  /** Makes a value an output of the graph; its type is by default the one inferred. */
  output(name: string, type?: TensorType): string {
    check("The name of an output", name, text);
    if (type !== undefined) check(`The type of \`${name}\``, type, tensorType);
    this.outputs.set(name, type ?? this.type(name));
    return name;
  }

  /** Adds a weight: a tensor that may be trained, so nothing computed from it is folded if it is of a floating type. */
  initializer(name: string, value: Constant): string {
    check("The name of an initializer", name, text);
    check(`The value of \`${name}\``, value, constantValue);
    this.#check(name, value);
    this.initializers.set(name, value);
    this.setType(name, { elem: value.elem, shape: value.dims });
    return name;
  }

  /** Adds a constant of the computation under a name of its own; `constant` finds the name itself. */
  literal(name: string, value: Constant): string {
    this.initializer(name, value);
    this.#literals.add(name);
    return name;
  }

  /** Sets the type of a value (inference does it for every node). */
  setType(name: string, type: TensorType | undefined): void {
    this.#names.add(name);
    if (type === undefined) this.#types.delete(name);
    else this.#types.set(name, type);
  }

  /** Sets the value itself as far as it is known (inference does it for every node). */
  setValue(name: string, value: Constant | SymbolicValue | undefined): void {
    this.#symbolic.delete(name);
    this.#derived.delete(name);
    if (value === undefined) return;
    if ("data" in value) this.#derived.set(name, value);
    else if (value.entries.every((e) => typeof e === "number")) {
      this.#derived.set(name, constant(value.entries, value.elem, value.dims));
    } else this.#symbolic.set(name, value);
  }

  /** The node that produces each value. */
  producers(): Map<string, Node> {
    const made = new Map<string, Node>();
    for (const node of this.nodes) for (const output of node.outputs) if (output !== "") made.set(output, node);
    return made;
  }

  /** Infers every type and value again, from the types of the inputs and the initializers. */
  refresh(): void {
    for (const node of this.nodes)
      for (const output of node.outputs) {
        this.#types.delete(output);
        this.setValue(output, undefined);
      }
    for (const node of this.nodes) infer(this, node);
    for (const name of this.outputs.keys()) {
      const type = this.typeOf(name);
      if (type !== undefined) this.outputs.set(name, type);
    }
  }

  /** Goes through the nodes in order; where `replace` appends nodes that make a node's outputs and returns true, they take its place. */
  rewrite(replace: (node: Node) => boolean): void {
    const before = this.nodes.splice(0);
    for (const node of before) if (!replace(node)) this.add(node);
  }

  #check(name: string, { elem, dims, data, strings }: Constant): void {
    const count = Number(product(dims));
    const wanted = elem === "string" ? count : entries(elem, count);
    const has = elem === "string" ? (strings?.length ?? 0) : data.length;
    if (has !== wanted || !holds(elem, data)) {
      throw new OnnxError(
        `\`${name}\` is ${elem} [${dims}] and takes ${wanted} entries; got a ${data.constructor.name} of ${has}.`,
      );
    }
  }
}
function bits({ data }: Constant): string {
  return Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).join();
}

const isOpset = (x: unknown): boolean => Number.isSafeInteger(x) && Number(x) >= 1 && Number(x) <= 1000;
const inputNames: Wanted = {
  want: 'a list of names, "" for an optional input that is left out',
  fits: (x) => Array.isArray(x) && x.every((name) => typeof name === "string"),
};
const outputNames: Wanted = {
  want: "their number or a list of their names",
  fits: (x) => (Number.isSafeInteger(x) && Number(x) >= 0 && Number(x) <= 1_000_000) || inputNames.fits(x),
};
const isElem = (x: unknown): boolean => typeof x === "string" && (elems() as readonly string[]).includes(x);
const tensorType: Wanted = {
  want: '{ elem: "float32", shape: ["batch", 3] }, or `shape: undefined` where not even the rank is known',
  fits: (x) =>
    isRecord(x) &&
    isElem(x.elem) &&
    (x.shape === undefined ||
      (Array.isArray(x.shape) && x.shape.every((d) => typeof d === "string" || (Number.isSafeInteger(d) && d >= 0)))),
};
const constantValue: Wanted = {
  want: 'a tensor: { elem: "float32", dims: [2, 3], data: new Float32Array(6) }',
  fits: (x) =>
    isRecord(x) &&
    isElem(x.elem) &&
    Array.isArray(x.dims) &&
    x.dims.every((d) => Number.isSafeInteger(d) && d >= 0) &&
    ArrayBuffer.isView(x.data) &&
    !(x.data instanceof DataView),
};
