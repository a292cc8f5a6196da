import type { Graph } from "@descent/onnx";
import { survey } from "@descent/onnx";
import { int, ints, type Node } from "@descent/onnx/graph";
import type { Read } from "../model.ts";
import type { Layer, Site, StoredKernel } from "./layer.ts";
import { moduleName } from "./names.ts";

/** The layers of a model, and how many there are besides that no node of the file itself computes. */
export interface Found {
  readonly layers: readonly Layer[];
  /** Layers in functions, branches, loops and fused operators. */
  readonly hidden: number;
}

/** Operators through which a kernel's numbers pass, by their first input, on the way to the operator that reads them. */
const passing = new Set(["Identity", "Transpose", "Cast", "DequantizeLinear", "Reshape", "Slice", "Sub", "Mul"]);

/** Operators that may stand between the last layer and an output. */
const ending = new Set(["Add", "Mul", "Div", "Identity", "Cast", "Reshape", "Squeeze"]);

/** Every layer whose weight is stored in the file. */
export function layersOf(read: Read): Found {
  return new Finder(read).found();
}

type Shape = Pick<Layer, "kind" | "in" | "out" | "window" | "groups" | "factor" | "padding">;

class Finder {
  readonly #graph: Graph;
  readonly #makers: ReadonlyMap<string, Node>;
  readonly #readers = new Map<string, Node[]>();
  /** Values of the file, by whether a node of ONNX Runtime's own makes them. */
  readonly #file = new Map<string, boolean>();
  readonly #idle: ReadonlySet<string>;
  readonly #constants = new Map<string, boolean>();
  #hidden = 0;

  constructor({ model, graph }: Read) {
    this.#graph = graph;
    this.#makers = graph.producers();
    for (const node of graph.nodes)
      for (const name of new Set(node.inputs)) {
        const all = this.#readers.get(name);
        if (all === undefined) this.#readers.set(name, [node]);
        else all.push(node);
      }
    for (const { name = "" } of [...(model.graph?.input ?? []), ...(model.graph?.initializer ?? [])])
      this.#file.set(name, false);
    for (const { output = [], domain = "" } of model.graph?.node ?? [])
      for (const name of output) if (name !== "") this.#file.set(name, domain === "com.microsoft");
    const marked = graph.tags.trained.size > 0;
    this.#idle = new Set(marked ? [] : survey(graph).flatMap(({ name, trained }) => (trained ? [] : [name])));
  }

  found(): Found {
    const byKey = new Map<string, Layer>();
    for (const node of this.#graph.nodes) {
      const one = this.#layer(node);
      if (one === undefined) continue;
      const key = `${one.module}\n${one.kind}\n${one.kernel.stored}`;
      const before = byKey.get(key);
      byKey.set(
        key,
        before === undefined
          ? one
          : { ...before, sites: [...before.sites, ...one.sites], last: before.last || one.last },
      );
    }
    const layers = [...byKey.values()];
    // Layers that come to one name are told apart by what they are, as a table that is a matrix too, or by their weights.
    const named = layers.map((one, i) => {
      const alike = layers.filter(({ module }) => module === one.module);
      if (alike.length === 1 || layers.indexOf(alike[0] ?? one) === i) return one;
      const kinds = alike.every((other) => other === one || other.kind !== one.kind);
      return { ...one, module: `${one.module}:${kinds ? one.kind : one.kernel.stored}` };
    });
    return { layers: named, hidden: this.#hidden };
  }

  #layer(node: Node): Layer | undefined {
    if (node.domain !== "" && node.domain !== "ai.onnx") return undefined;
    const place = node.op === "Gather" ? 0 : 1;
    const value = node.inputs[place] ?? "";
    const kernel = this.#kernel(value);
    if (kernel === undefined) return undefined;
    const dims = this.#graph.typeOf(value)?.shape;
    if (dims === undefined || !dims.every((d) => typeof d === "number")) return undefined;
    const shape = shapeOf(node, dims, this.#graph.paddingRows.get(kernel.stored));
    if (shape === undefined) return undefined;
    const valueTurned = shape.kind === "linear" && !(node.op === "Gemm" && int(node, "transB", 0) === 1);
    const site = this.#site(node);
    if (site === undefined) {
      this.#hidden++;
      return undefined;
    }
    const { place: at, bias } = site;
    const { turns, ...rest } = kernel;
    return {
      module: moduleName(this.#graph, node.module, kernel.stored),
      ...shape,
      kernel: { ...rest, value: this.#file.has(value) ? value : undefined, valueTurned, turned: valueTurned !== turns },
      bias,
      sites: [at],
      last: this.#ends(at.output),
    };
  }

  /** The tensor that a value is made from, if it is made from stored numbers alone. */
  #kernel(
    value: string,
  ): (Pick<StoredKernel, "stored" | "plain" | "quantized"> & { readonly turns: boolean }) | undefined {
    const graph = this.#graph;
    let [at, plain, quantized, turns] = [value, true, false, false];
    for (let node = this.#makers.get(at); node !== undefined; node = this.#makers.get(at)) {
      if (!passing.has(node.op) || !node.inputs.slice(1).every((name) => name === "" || this.#constant(name)))
        return undefined;
      if (node.op === "Transpose") {
        const perm = ints(node, "perm");
        if (perm === undefined || perm.join() === "1,0") turns = !turns;
        else plain = false;
      } else if (node.op === "DequantizeLinear") quantized = true;
      else if (node.op !== "Identity" && node.op !== "Cast") plain = false;
      at = node.inputs[0] ?? "";
    }
    const stored = graph.initializers.get(at);
    if (stored === undefined || graph.tags.adapters.has(at)) return undefined;
    const floating = /float/.test(stored.elem);
    // A floating constant of the computation is not a weight, unless a fused operator of quantized weights made it.
    if (floating && (this.#idle.has(at) || (graph.literalValue(at) !== undefined && this.#file.has(at))))
      return undefined;
    const unfolded = floating && this.#file.has(at);
    return { stored: at, plain: plain && unfolded, quantized: quantized || !unfolded, turns };
  }

  /** Whether a value is made from stored numbers alone. */
  #constant(name: string): boolean {
    const known = this.#constants.get(name);
    if (known !== undefined) return known;
    const node = this.#makers.get(name);
    const all = (): boolean => node?.inputs.every((input) => input === "" || this.#constant(input)) ?? false;
    const constant = this.#graph.value(name) !== undefined || all();
    this.#constants.set(name, constant);
    return constant;
  }

  /** Where in the file a layer begins and ends; undefined where it is part of something else. */
  #site(node: Node): { readonly place: Site; readonly bias: string | undefined } | undefined {
    const graph = this.#graph;
    let input = node.inputs[node.op === "Gather" ? 1 : 0] ?? "";
    let output = node.outputs[0] ?? "";
    if (node.op === "MatMulInteger" || node.op === "ConvInteger") {
      // The floats before they are quantized in the run, and those after the scales.
      const quantizer = this.#makers.get(input);
      if (quantizer?.op !== "DynamicQuantizeLinear") return undefined;
      input = quantizer.inputs[0] ?? "";
      for (const op of ["Cast", "Mul"]) {
        const next = this.#only(output);
        if (next?.op !== op) return undefined;
        output = next.outputs[0] ?? "";
      }
    }
    while (!this.#file.has(input)) {
      const maker = this.#makers.get(input);
      if (maker?.op !== "Identity") return undefined;
      input = maker.inputs[0] ?? "";
    }
    const inside = !this.#file.has(output);
    while (!this.#file.has(output) || !this.#makers.has(output)) {
      const next = this.#only(output);
      const passes =
        next?.op === "Identity" || (next?.op === "Add" && next.inputs.some((name) => this.#constant(name)));
      if (next === undefined || !passes) return undefined;
      output = next.outputs[0] ?? "";
    }
    const own = node.op === "Gemm" || node.op === "Conv" ? node.inputs[2] || undefined : undefined;
    const added = inside || own !== undefined || node.op === "Gather" ? undefined : this.#bias(output);
    const { elem } = graph.typeOf(output) ?? { elem: "float32" as const };
    const place = {
      input,
      output,
      biased: added?.output ?? output,
      elem,
      op: node.op,
      attributes: plainAttributes(node),
    };
    return { place, bias: added?.bias ?? own };
  }

  /** Whether a value, or the sum or product of it with stored numbers, is an output of the model. */
  #ends(value: string): boolean {
    if (this.#graph.outputs.has(value)) return true;
    const node = this.#only(value);
    if (node === undefined || !ending.has(node.op)) return false;
    return (
      node.inputs.every((name) => name === value || name === "" || this.#constant(name)) &&
      this.#ends(node.outputs[0] ?? "")
    );
  }

  /** The sum with a stored vector that is all that reads a product. */
  #bias(product: string): { readonly bias: string; readonly output: string } | undefined {
    const node = this.#only(product);
    if (node?.op !== "Add" || this.#graph.outputs.has(product)) return undefined;
    const bias = node.inputs.find((name) => name !== product) ?? "";
    const dims = this.#graph.initializers.get(bias)?.dims;
    const [output = ""] = node.outputs;
    return dims?.length === 1 && this.#file.has(output) && !this.#idle.has(bias) ? { bias, output } : undefined;
  }

  /** The one node that reads a value. */
  #only(value: string): Node | undefined {
    const [node, ...others] = this.#readers.get(value) ?? [];
    return others.length > 0 ? undefined : node;
  }
}

/** The attributes of a node as plain numbers and texts. */
function plainAttributes({ attributes }: Node): Site["attributes"] {
  const plain: Record<string, number | readonly number[] | string> = {};
  for (const [name, { kind, value }] of Object.entries(attributes)) {
    if (kind === "int" || kind === "float") plain[name] = Number(value);
    else if (kind === "ints") plain[name] = value.map(Number);
    else if (kind === "string") plain[name] = value;
  }
  return plain;
}

/** The sizes of a layer from its operator and the sizes of its weight; undefined where it is not one of those that are adapted. */
function shapeOf(node: Node, dims: readonly number[], padding: number | undefined): Shape | undefined {
  const plain = { window: [], groups: 1, factor: 1, padding: undefined };
  const [first = 0, second = 0, ...window] = dims;
  switch (node.op) {
    case "MatMul":
    case "MatMulInteger":
      return dims.length === 2 ? { kind: "linear", in: first, out: second, ...plain } : undefined;
    case "Gemm": {
      if (int(node, "transA", 0) !== 0) return undefined;
      const { value: alpha = 1 } = node.attributes.alpha ?? {};
      const [into, out] = int(node, "transB", 0) === 1 ? [second, first] : [first, second];
      return { kind: "linear", in: into, out, ...plain, factor: Number(alpha) };
    }
    case "Conv":
    case "ConvInteger": {
      if (dims.length < 3) return undefined;
      const groups = int(node, "group", 1);
      return { kind: "conv", in: second * groups, out: first, ...plain, window, groups };
    }
    case "Gather":
      if (dims.length !== 2 || int(node, "axis", 0) !== 0) return undefined;
      return { kind: "embedding", in: first, out: second, ...plain, padding };
    default:
      return undefined;
  }
}
