import { type Graph, type ModelProto, OnnxError } from "@descent/onnx";
import { marked, moduleTag } from "@descent/onnx/graph";
import {
  type AttributeProto,
  type Constant,
  constant,
  type Elem,
  type NodeProto,
  tensorOf,
  withNumbers,
} from "@descent/onnx/proto";
import type { Site } from "../layers/layer.ts";

type Attribute = number | readonly number[] | string | { readonly float: number };

/** The codes of floating element types in attributes, as `Cast` takes them. */
const codes: Partial<Record<Elem, number>> = { float32: 1, float16: 10, float64: 11, bfloat16: 16 };

/** A model's file while nodes are added to it: everything else stays as it was. */
export class Editor {
  readonly #model: ModelProto;
  readonly #names: Set<string>;
  /** Nodes before all others. */
  readonly #first: NodeProto[] = [];
  /** Nodes of the file with other names for outputs, and nodes that follow them, by place. */
  readonly #nodes: NodeProto[];
  readonly #after = new Map<number, NodeProto[]>();
  readonly #tensors: NonNullable<ModelProto["graph"]>["initializer"] & readonly object[];
  readonly #added = new Map<
    string,
    { readonly value: Constant; readonly trained: boolean; readonly adapter: string }
  >();
  readonly #inputs: { readonly name: string; readonly elem: Elem; readonly dims: readonly (number | string)[] }[] = [];
  readonly #literals = new Map<string, string>();
  readonly #replaced = new Map<string, Float32Array>();
  #trained: ReadonlySet<string> | undefined;
  #at: number | undefined;
  #module = "";

  constructor(model: ModelProto, graph: Graph) {
    this.#model = model;
    this.#nodes = [...(model.graph?.node ?? [])];
    this.#tensors = model.graph?.initializer ?? [];
    this.#names = new Set([...graph.inputs.keys(), ...graph.initializers.keys(), ...graph.outputs.keys()]);
    for (const { name = "", output = [] } of this.#nodes) for (const one of [name, ...output]) this.#names.add(one);
    for (const { name = "" } of this.#tensors) this.#names.add(name);
  }

  /** Nodes from here on go before all others, and belong to this module. */
  begin(module: string): void {
    this.#at = undefined;
    this.#module = module;
  }

  /** Nodes from here on go after the node that makes a value. Its output is renamed as returned, and a new node must make the value. */
  divert(value: string, module: string): string {
    const at = this.#nodes.findIndex(({ output = [] }) => output.includes(value));
    const node = this.#nodes[at];
    if (node === undefined) throw new OnnxError(`No node of the file makes \`${value}\`.`);
    const as = this.#fresh(`${value}/base`);
    this.#nodes[at] = { ...node, output: (node.output ?? []).map((name) => (name === value ? as : name)) };
    this.#at = at;
    this.#module = module;
    return as;
  }

  /** Nodes from here on go before the node that makes a value. It reads the returned name in place of `input`. */
  intercept(value: string, input: string, module: string): string {
    const at = this.#nodes.findIndex(({ output = [] }) => output.includes(value));
    const node = this.#nodes[at];
    if (node?.input?.includes(input) !== true)
      throw new OnnxError(
        `The inputs of \`${module}\` are quantized in the run, and cannot be scaled before that. Leave it out of \`feedforward\`.`,
      );
    const as = this.#fresh(`${input}/scaled`);
    this.#nodes[at] = { ...node, input: (node.input ?? []).map((name) => (name === input ? as : name)) };
    this.#at = at - 0.5;
    this.#module = module;
    return as;
  }

  /** Appends a node, and returns the name of its output. */
  op(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output?: string,
    metadata: NonNullable<NodeProto["metadataProps"]> = [],
  ): string {
    const name = this.#fresh(`/${this.#module.replaceAll(".", "/")}/${opType}`);
    const as = output ?? this.#fresh(`${name}_output_0`);
    const node: NodeProto = {
      input,
      output: [as],
      name,
      opType,
      attribute: Object.entries(attributes).map(attributeOf),
      metadataProps: [moduleTag(this.#module), ...metadata],
    };
    if (this.#at === undefined) this.#first.push(node);
    else {
      const all = this.#after.get(this.#at);
      if (all === undefined) this.#after.set(this.#at, [node]);
      else all.push(node);
    }
    return as;
  }

  /** The node of a site again, for other inputs. */
  again({ op, attributes }: Site, input: readonly string[]): string {
    const floats = ["alpha", "beta"];
    return this.op(
      op,
      input,
      Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [
          key,
          floats.includes(key) && typeof value === "number" ? { float: value } : value,
        ]),
      ),
    );
  }

  cast(value: string, from: Elem, to: Elem): string {
    const code = codes[to];
    if (from === to) return value;
    if (code === undefined) throw new OnnxError(`\`${value}\` is ${to}, and adapters compute in floats.`);
    return this.op("Cast", [value], { to: code });
  }

  /** A constant of the computation. */
  literal(data: number | readonly number[] | boolean, elem: Elem): string {
    const key = `${elem} ${typeof data === "object" ? `[${data.join()}]` : String(data)}`;
    const found = this.#literals.get(key);
    if (found !== undefined) return found;
    const name = this.#fresh("adapter/constant");
    this.#literals.set(key, name);
    const value = constant(data, elem);
    this.#first.unshift({
      output: [name],
      name,
      opType: "Constant",
      attribute: [{ name: "value", type: 4, t: tensorOf("", value) }],
    });
    return name;
  }

  /** A tensor of an adapter. */
  tensor(name: string, value: Constant, trained: boolean, adapter: string): string {
    if (this.#names.has(name))
      throw new OnnxError(`The model has a value \`${name}\` already. Give the adapter another name.`);
    this.#names.add(name);
    this.#added.set(name, { value, trained, adapter });
    return name;
  }

  /** Adds an input; if a tensor of the file has that name, it is the input from now on. */
  input(name: string, elem: Elem, dims: readonly (number | string)[]): string {
    this.#names.add(name);
    this.#inputs.push({ name, elem, dims });
    return name;
  }

  /** Of the file's own tensors these are trained, and all others are frozen. */
  train(names: Iterable<string>): void {
    this.#trained = new Set(names);
  }

  /** Gives a tensor of the file other numbers; they are rounded where it stores narrower floats. */
  replace(name: string, data: Float32Array): void {
    this.#replaced.set(name, data);
  }

  /** The file with what was added. */
  done(): ModelProto {
    const { graph = {} } = this.#model;
    const opened = new Set(this.#inputs.map(({ name }) => name));
    const own = this.#tensors.flatMap((tensor) => {
      const { name = "" } = tensor;
      if (opened.has(name)) return [];
      const data = this.#replaced.get(name);
      const now = data === undefined ? tensor : withNumbers(tensor, data);
      return [this.#trained === undefined ? now : marked(now, this.#trained.has(name))];
    });
    const added = [...this.#added].map(([name, { value, trained, adapter }]) =>
      marked(tensorOf(name, value), trained, adapter),
    );
    const before = this.#inputs.map(({ name, elem, dims }) => ({
      name,
      type: {
        tensorType: {
          elemType: codes[elem] ?? 1,
          shape: { dim: dims.map((d) => (typeof d === "number" ? { dimValue: d } : { dimParam: d })) },
        },
      },
    }));
    const node = this.#nodes.flatMap((one, i) => [
      ...(this.#after.get(i - 0.5) ?? []),
      one,
      ...(this.#after.get(i) ?? []),
    ]);
    return {
      ...this.#model,
      graph: {
        ...graph,
        node: [...this.#first, ...node],
        initializer: [...own, ...added],
        ...(before.length > 0 ? { input: [...(graph.input ?? []), ...before] } : {}),
      },
    };
  }

  #fresh(name: string): string {
    let as = name;
    for (let n = 1; this.#names.has(as); n++) as = `${name}_${n}`;
    this.#names.add(as);
    return as;
  }
}

function attributeOf([name, value]: readonly [string, Attribute]): AttributeProto {
  if (typeof value === "number") return { name, type: 2, i: value };
  if (typeof value === "string") return { name, type: 3, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
}
