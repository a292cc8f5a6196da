import { checkGraph, type Graph } from "../graph/graph.ts";
import { int, ints, type Node } from "../graph/node.ts";
import type { Constant } from "../proto/constant.ts";
import { isFloat } from "../proto/elem.ts";

/** The part a parameter plays in its layer. */
export type Role = "kernel" | "bias" | "norm" | "embedding";

/** Which dimensions are fan-in, fan-out and batch; those not named are the receptive field. */
export interface Axes {
  readonly in: readonly number[];
  readonly out: readonly number[];
  readonly batch?: readonly number[];
}

/** A tensor of a model that may be trained. */
export interface Trainable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elem: Constant["elem"];
  readonly initial: Constant;
  /** Where the graph leaves no doubt. */
  readonly role?: Role;
  readonly axes?: Axes;
}

interface Use {
  readonly role?: Role;
  readonly axes?: Axes;
  /** Not a weight: statistics, bounds, scales of an image. */
  readonly fixed?: true;
}

/**
 * The weights of a model: its floating initializers, without statistics, bounds and masks. What a Constant node makes is a
 * constant of the computation. A file tells no more: tables of angles, say, are initializers like any weight.
 */
export function trainables(graph: Graph): Trainable[] {
  checkGraph("The argument of trainables()", graph);
  const uses = usesOf(graph);
  const found: Trainable[] = [];
  for (const [name, initial] of graph.initializers) {
    if (!isFloat(initial.elem) || graph.literalValue(name) !== undefined) continue;
    const all = uses.get(name) ?? [];
    if (all.length > 0 && all.every((u) => u.fixed)) continue;
    const use = agreed(all.filter((u) => !u.fixed));
    if (use.role === undefined && masks(initial)) continue;
    found.push({ name, shape: initial.dims, elem: initial.elem, initial, ...use });
  }
  return found;
}

/** Whether a tensor holds −∞, or a number that stands for it: what is added to scores of attention, and never learnt. */
function masks({ data }: Constant): boolean {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return false;
  return data.some((v: number) => v <= -1e9);
}

/** The role and axes that all uses agree on; a table that is also a matrix, as tied weights are, is a table. */
function agreed(uses: readonly Use[]): { readonly role?: Role; readonly axes?: Axes } {
  const table = uses.find((u) => u.role === "embedding");
  const [first] = uses;
  const use = table ?? first;
  if (use === undefined) return {};
  if (table === undefined && uses.some((u) => u.role !== use.role)) return {};
  const same = table !== undefined || uses.every((u) => JSON.stringify(u.axes) === JSON.stringify(use.axes));
  return {
    ...(use.role === undefined ? {} : { role: use.role }),
    ...(use.axes === undefined || !same ? {} : { axes: use.axes }),
  };
}

/** How a value came from a parameter by moving its dimensions: entry i is the parameter's dimension that is now i. */
interface Origin {
  readonly parameter: string;
  readonly dims: readonly number[];
}

function usesOf(graph: Graph): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  const origins = new Map<string, Origin>();
  for (const [name, { dims }] of graph.initializers)
    origins.set(name, { parameter: name, dims: dims.map((_, i) => i) });
  const producers = graph.producers();
  const record = (parameter: string, use: Use): void => {
    const all = uses.get(parameter);
    if (all === undefined) uses.set(parameter, [use]);
    else all.push(use);
  };
  for (const node of graph.nodes) {
    const [first = ""] = node.inputs;
    const from = origins.get(first);
    const [output = ""] = node.outputs;
    if (from !== undefined) {
      if (["Identity", "Cast", "DequantizeLinear"].includes(node.op)) {
        origins.set(output, from);
        for (const name of node.inputs.slice(1)) record(name, { fixed: true }); // scales and zero points
        continue;
      }
      if (node.op === "Transpose") {
        const perm = ints(node, "perm") ?? from.dims.map((_, i) => i).reverse();
        origins.set(output, { ...from, dims: perm.map((p) => from.dims[p]!) });
        continue;
      }
    }
    node.inputs.forEach((name, i) => {
      const origin = origins.get(name);
      if (origin === undefined) return;
      record(origin.parameter, useOf(graph, node, i, origin, producers));
    });
  }
  return uses;
}

/** Operators whose outcome may be followed by a bias. */
const linear: ReadonlySet<string> = new Set(["MatMul", "Gemm", "Conv", "ConvTranspose", "Einsum"]);
const normalised: ReadonlySet<string> = new Set([
  "LayerNormalization",
  "GroupNormalization",
  "InstanceNormalization",
  "RMSNormalization",
]);

function useOf(graph: Graph, node: Node, input: number, { dims }: Origin, producers: ReadonlyMap<string, Node>): Use {
  if (node.domain !== "" && node.domain !== "ai.onnx") return {};
  const at = (...places: readonly number[]): number[] => places.map((p) => dims[p]!);
  const kernel = (into: readonly number[], out: readonly number[], batch: readonly number[] = []): Use => ({
    role: "kernel",
    axes: { in: into, out, ...(batch.length > 0 ? { batch } : {}) },
  });
  if (normalised.has(node.op)) return input === 1 ? { role: "norm" } : input === 2 ? { role: "bias" } : {};
  switch (node.op) {
    case "Conv":
    case "ConvTranspose":
      if (input === 1) return node.op === "Conv" ? kernel(at(1), at(0)) : kernel(at(0), at(1));
      return input === 2 ? { role: "bias" } : {};
    case "Gemm": {
      if (input === 2) return dims.length <= 1 ? { role: "bias" } : {};
      const turned = int(node, input === 0 ? "transA" : "transB", 0) === 1;
      // On the right the rows are what is summed over, on the left the columns.
      return turned === (input === 1) ? kernel(at(1), at(0)) : kernel(at(0), at(1));
    }
    case "MatMul": {
      if (dims.length < 2) return {};
      const [rows, columns] = dims.slice(-2) as [number, number]; // at least two
      const batch = dims.slice(0, -2);
      return input === 1 ? kernel([rows], [columns], batch) : kernel([columns], [rows], batch);
    }
    case "BatchNormalization":
      return input === 1 ? { role: "norm" } : input === 2 ? { role: "bias" } : { fixed: true };
    case "Gather":
      return input === 0 && dims.length === 2 && int(node, "axis", 0) === 0
        ? { role: "embedding", axes: { in: at(0), out: at(1) } }
        : {};
    case "LSTM":
    case "GRU":
    case "RNN":
      if (input === 1 || input === 2) return kernel(at(2), at(1), at(0));
      return input === 3 ? { role: "bias" } : {};
    case "Add": {
      const other = producers.get(node.inputs[1 - input]!);
      const single =
        dims.length === 1 &&
        graph.typeOf(node.outputs[0]!)?.shape?.at(-1) === graph.initializers.get(node.inputs[input]!)?.dims[0];
      if (other === undefined || !single) return {};
      if (linear.has(other.op)) return { role: "bias" };
      return isScaled(graph, other, producers) ? { role: "bias" } : {};
    }
    case "Mul": {
      const other = producers.get(node.inputs[1 - input]!);
      return dims.length === 1 && other !== undefined && isNormalised(other, producers) ? { role: "norm" } : {};
    }
    case "Resize":
    case "Clip":
    case "Pad":
    case "Dropout":
    case "OneHot":
    case "QuantizeLinear":
    case "DequantizeLinear":
    case "Range":
      return input === 0 ? {} : { fixed: true };
    default:
      return {};
  }
}

/** x / √…: what exporters without LayerNormalization write. */
function isNormalised(node: Node, producers: ReadonlyMap<string, Node>): boolean {
  if (node.op === "Div") return producers.get(node.inputs[1]!)?.op === "Sqrt";
  const reciprocal =
    node.op === "Mul" ? node.inputs.map((i) => producers.get(i)).find((p) => p?.op === "Reciprocal") : undefined;
  return reciprocal !== undefined && producers.get(reciprocal.inputs[0]!)?.op === "Sqrt";
}
function isScaled(graph: Graph, node: Node, producers: ReadonlyMap<string, Node>): boolean {
  if (node.op !== "Mul") return false;
  return node.inputs.some((name, i) => {
    const other = producers.get(node.inputs[1 - i]!);
    return graph.initializers.has(name) && other !== undefined && isNormalised(other, producers);
  });
}
