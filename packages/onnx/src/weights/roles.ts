import { int, ints, type Node, type Scope } from "../graph/node.ts";

/** The part a parameter plays in its layer. */
export type Role = "kernel" | "bias" | "norm" | "embedding";

/** Which dimensions are fan-in, fan-out and batch; those not named are the receptive field. */
export interface Axes {
  /** Dimensions that a layer sums over, besides the receptive field. */
  readonly in: readonly number[];
  /** Dimensions of the layer's outputs. */
  readonly out: readonly number[];
  /** Dimensions that hold independent matrices, such as heads or experts. */
  readonly batch?: readonly number[];
}

/** One place where a tensor is read, and the part it plays there. */
export interface Use {
  readonly role?: Role;
  readonly axes?: Axes;
  /** A weight without one of the roles: the slope of a PRelu. */
  readonly learnt?: true;
  /** Not a weight, and why: statistics, bounds, scales of an image. */
  readonly fixed?: string;
  /** The module of the node that reads it. */
  readonly module?: string | undefined;
}

/** The role and axes that all uses agree on; a table that is also a matrix, as tied weights are, is a table. */
export function agreed(uses: readonly Use[]): { readonly role?: Role; readonly axes?: Axes } {
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

/** How a value came from a parameter by moving its numbers: entry i is the parameter's dimension that is now i, while that can be told. */
interface Origin {
  readonly parameter: string;
  readonly dims: readonly (number | undefined)[];
}

/** Operators that move numbers and compute nothing. */
const moving = new Set(["Reshape", "Unsqueeze", "Squeeze", "Flatten", "Slice", "Split", "Expand", "Tile", "Concat"]);

/** The uses of every initializer, followed through moves of its numbers and into the graphs inside nodes. */
export function usesOf(graph: Scope): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  const origins = new Map<string, readonly Origin[]>();
  const record = (parameter: string, use: Use): void => {
    const all = uses.get(parameter);
    if (all === undefined) uses.set(parameter, [use]);
    else all.push(use);
  };
  collect(graph, origins, new Map(), record);
  return uses;
}

function collect(
  graph: Scope,
  origins: Map<string, readonly Origin[]>,
  producers: Map<string, Node>,
  record: (parameter: string, use: Use) => void,
): void {
  for (const [name, { dims }] of graph.initializers)
    origins.set(name, [{ parameter: name, dims: dims.map((_, i) => i) }]);
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output !== "") producers.set(output, node);
    for (const a of Object.values(node.attributes)) {
      for (const inner of a.kind === "graph" ? [a.value] : a.kind === "graphs" ? a.value : [])
        collect(inner, origins, producers, record);
    }
    const { module } = node;
    const [first = ""] = node.inputs;
    const from = origins.get(first);
    const [output = ""] = node.outputs;
    const standard = node.domain === "" || node.domain === "ai.onnx";
    if (from !== undefined && standard) {
      if (["Identity", "Cast", "DequantizeLinear"].includes(node.op)) {
        origins.set(output, from);
        for (const name of node.inputs.slice(1)) record(name, { fixed: "a scale of quantization", module });
        continue;
      }
      if (node.op === "Transpose") {
        const turned = from.map((origin) => {
          const perm = ints(node, "perm") ?? origin.dims.map((_, i) => i).reverse();
          return { ...origin, dims: perm.map((p) => origin.dims[p]) };
        });
        origins.set(output, turned);
        continue;
      }
    }
    const joined = node.op === "Concat" ? node.inputs.flatMap((name) => origins.get(name) ?? []) : (from ?? []);
    if (joined.length > 0 && standard && moving.has(node.op)) {
      for (const moved of node.outputs) {
        const shape = graph.typeOf(moved)?.shape;
        if (moved === "" || shape === undefined) continue;
        const kept = (origin: Origin): boolean =>
          ["Slice", "Split", "Concat"].includes(node.op) && shape.length === origin.dims.length;
        origins.set(
          moved,
          joined.map((origin) => (kept(origin) ? origin : { ...origin, dims: shape.map(() => undefined) })),
        );
      }
      // A tensor that is joined with activations has no part of its own; one joined with tensors plays the part of the whole.
      if (node.op !== "Concat" || node.inputs.every((name) => origins.has(name))) continue;
    }
    node.inputs.forEach((name, i) => {
      for (const origin of origins.get(name) ?? [])
        record(origin.parameter, { ...useOf(graph, node, i, origin, producers), module });
    });
  }
}

/** Operators whose outcome may be followed by a bias. */
const linear: ReadonlySet<string> = new Set(["MatMul", "Gemm", "Conv", "ConvTranspose", "Einsum"]);
const normalised: ReadonlySet<string> = new Set([
  "LayerNormalization",
  "GroupNormalization",
  "InstanceNormalization",
  "RMSNormalization",
  "SimplifiedLayerNormalization",
]);

function useOf(graph: Scope, node: Node, input: number, { dims }: Origin, producers: ReadonlyMap<string, Node>): Use {
  if (node.domain !== "" && node.domain !== "ai.onnx") return {};
  const at = (...places: readonly number[]): (number | undefined)[] => places.map((p) => dims[p]);
  const known = (list: readonly (number | undefined)[]): list is readonly number[] => !list.includes(undefined);
  const kernel = (
    into: readonly (number | undefined)[],
    out: readonly (number | undefined)[],
    batch: readonly (number | undefined)[] = [],
  ): Use =>
    known(into) && known(out) && known(batch)
      ? { role: "kernel", axes: { in: into, out, ...(batch.length > 0 ? { batch } : {}) } }
      : { role: "kernel" };
  /** Whether all numbers lie along one dimension. */
  const vector = (graph.typeOf(node.inputs[input]!)?.shape ?? []).filter((d) => d !== 1).length <= 1;
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
      const [rows, columns] = dims.slice(-2);
      const batch = dims.slice(0, -2);
      return input === 1 ? kernel([rows], [columns], batch) : kernel([columns], [rows], batch);
    }
    case "BatchNormalization":
      return input === 1 ? { role: "norm" } : input === 2 ? { role: "bias" } : { fixed: "a running statistic" };
    case "Gather":
      if (input !== 0 || dims.length !== 2 || int(node, "axis", 0) !== 0) return {};
      return known(dims)
        ? { role: "embedding", axes: { in: dims.slice(0, 1), out: dims.slice(1) } }
        : { role: "embedding" };
    case "PRelu":
      return input === 1 ? { learnt: true } : {};
    case "LSTM":
    case "GRU":
    case "RNN":
      if (input === 1 || input === 2) return kernel(at(2), at(1), at(0));
      return input === 3 ? { role: "bias" } : {};
    case "Add": {
      const other = through(producers.get(node.inputs[1 - input]!), producers);
      if (other === undefined || !vector) return {};
      if (linear.has(other.op)) {
        const single =
          graph.typeOf(node.outputs[0]!)?.shape?.at(-1) === graph.typeOf(node.inputs[input]!)?.shape?.at(-1) ||
          other.op.startsWith("Conv");
        return single ? { role: "bias" } : {};
      }
      return isScaled(graph, other, producers) ? { role: "bias" } : {};
    }
    case "Mul": {
      const other = through(producers.get(node.inputs[1 - input]!), producers);
      return vector && other !== undefined && isNormalised(other, producers) ? { role: "norm" } : {};
    }
    case "Sub":
    case "Div":
      return given(graph, node.inputs[0]!, producers) && input === 1
        ? { fixed: "a mean or deviation that the input is normalized by" }
        : {};
    case "Resize":
    case "Clip":
    case "Pad":
    case "Dropout":
    case "OneHot":
    case "Range":
      return input === 0 ? {} : { fixed: `an option of ${node.op}` };
    case "QuantizeLinear":
    case "DequantizeLinear":
      return input === 0 ? {} : { fixed: "a scale of quantization" };
    case "Greater":
    case "Less":
    case "Equal":
    case "GreaterOrEqual":
    case "LessOrEqual":
      return { fixed: "a number that others are compared with" };
    default:
      return {};
  }
}

/** Whether this is an input of the model, or one that numbers were subtracted from or that was divided by them. */
function given(graph: Scope, name: string, producers: ReadonlyMap<string, Node>): boolean {
  for (let at = name; ; ) {
    if (graph.inputs.has(at)) return true;
    const maker = through(producers.get(at), producers);
    if (maker === undefined) return false;
    const scaled = ["Sub", "Div"].includes(maker.op) && graph.initializers.has(maker.inputs[1] ?? "");
    if (!scaled) return false;
    at = maker.inputs[0] ?? "";
  }
}

/** The node that made a value, seen through what only moves numbers. */
function through(node: Node | undefined, producers: ReadonlyMap<string, Node>): Node | undefined {
  for (let at = node; ; at = producers.get(at.inputs[0] ?? ""))
    if (at === undefined || !["Reshape", "Cast", "Transpose", "Identity"].includes(at.op)) return at;
}

/** x / √…, x · (1 / √…) and x · (…)^−½, as exporters without LayerNormalization write them, or a normalization by an operator. */
function isNormalised(node: Node, producers: ReadonlyMap<string, Node>): boolean {
  if (normalised.has(node.op)) return true;
  const root = (name: string | undefined): boolean => producers.get(name ?? "")?.op === "Sqrt";
  if (node.op === "Div") return root(node.inputs[1]);
  if (node.op !== "Mul") return false;
  return node.inputs.some((name) => {
    const made = producers.get(name);
    if (made === undefined) return false;
    return made.op === "Pow" || (["Reciprocal", "Div"].includes(made.op) && made.inputs.some(root));
  });
}

function isScaled(graph: Scope, node: Node, producers: ReadonlyMap<string, Node>): boolean {
  if (normalised.has(node.op)) return true;
  if (node.op !== "Mul") return false;
  return node.inputs.some((name, i) => {
    const other = through(producers.get(node.inputs[1 - i]!), producers);
    const weight = through(producers.get(name), producers);
    const stored =
      graph.initializers.has(name) ||
      (weight === undefined ? false : weight.inputs.some((x) => graph.initializers.has(x)));
    return stored && other !== undefined && isNormalised(other, producers);
  });
}
