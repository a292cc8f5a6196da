import { stopTag } from "@descent/onnx/graph";
import type { Layer, Site } from "../layers/layer.ts";
import type { Editor } from "./editor.ts";

/** The tensors of a low-rank adapter in the graph, by name: A [r, in] and B [out, r]. */
export interface LowRank {
  readonly a: string;
  readonly b: string;
  /** The lengths of the rows, for DoRA. */
  readonly magnitude: string | undefined;
  readonly bias: string | undefined;
}

/** How the update of a layer is computed. */
export interface LowRankOptions {
  readonly scale: number;
  readonly dropout: number;
}

/** Adds s·B(A(x)) to the output of a layer, after its bias, wherever it is computed. */
export function addLowRank(editor: Editor, layer: Layer, tensors: LowRank, options: LowRankOptions): void {
  const { module, kind } = layer;
  editor.begin(`${module}.lora`);
  const turned = (name: string): string => editor.op("Transpose", [name], { perm: [1, 0] });
  const [a, b] = kind === "conv" ? [tensors.a, tensors.b] : [turned(tensors.a), turned(tensors.b)];
  let ratio: string | undefined;
  for (const site of layer.sites) {
    const base = editor.divert(site.biased, `${module}.lora`);
    if (tensors.magnitude !== undefined) ratio ??= magnitudeRatio(editor, layer, tensors, options);
    const x =
      kind === "embedding"
        ? site.input
        : dropped(editor, editor.cast(site.input, site.elem, "float32"), options.dropout);
    let update: string;
    if (kind === "conv") {
      const { group: _, kernel_shape: __, ...attributes } = site.attributes;
      const low = editor.again({ ...site, op: "Conv", attributes }, [x, a]);
      update = editor.op("Conv", tensors.bias === undefined ? [low, b] : [low, b, tensors.bias], {
        group: layer.groups,
      });
    } else {
      const low = kind === "embedding" ? looked(editor, layer, a, x) : editor.op("MatMul", [x, a]);
      update = editor.op("MatMul", [low, b]);
      if (tensors.bias !== undefined) update = editor.op("Add", [update, tensors.bias]);
    }
    const { scale } = options;
    const scaled = scale === 1 ? update : editor.op("Mul", [update, editor.literal(scale, "float32")]);
    const result = ratio === undefined ? scaled : rescaled(editor, layer, site, { base, x, scaled, ratio, options });
    editor.op("Add", [base, editor.cast(result, "float32", site.elem)], {}, site.biased);
  }
}

function dropped(editor: Editor, x: string, rate: number): string {
  if (rate === 0) return x;
  return editor.op("Dropout", [x, editor.literal(rate, "float32"), editor.literal(true, "bool")]);
}

/** Rows of A: the one that the base does not train is zeros, and stays so. */
function looked(editor: Editor, { padding }: Layer, table: string, ids: string): string {
  const rows = editor.op("Gather", [table, ids]);
  if (padding === undefined) return rows;
  const long = editor.op("Cast", [ids], { to: 7 });
  const other = editor.op("Not", [editor.op("Equal", [long, editor.literal(padding, "int64")])]);
  const mask = editor.op("Cast", [other], { to: 1 });
  return editor.op("Mul", [rows, editor.op("Unsqueeze", [mask, editor.literal([-1], "int64")])]);
}

/**
 * DoRA's m / ‖W + s·BA‖, in a shape that scales the layer's outputs. Gradients do not pass through the norm (section 4.3 of the paper). The
 * norm is of each output's weights; in an embedding, of each column of the table.
 */
function magnitudeRatio(
  editor: Editor,
  layer: Layer,
  { a, b, magnitude = "" }: LowRank,
  { scale }: LowRankOptions,
): string {
  const { kernel, kind, out, window } = layer;
  const { value = "", valueTurned } = kernel;
  const s = editor.literal(scale, "float32");
  let delta: string;
  let axes: readonly number[];
  if (kind === "conv") {
    const flat = (name: string, sizes: readonly number[]): string =>
      editor.op("Reshape", [name, editor.literal(sizes, "int64")]);
    const rows = editor.op("Flatten", [b], { axis: 1 });
    const columns = editor.op("Flatten", [a], { axis: 1 });
    delta = flat(editor.op("MatMul", [rows, columns]), [out, layer.in, ...window]);
    axes = [1, ...window.map((_, i) => i + 2)];
  } else if (kind === "linear" && !valueTurned) {
    delta = editor.op("MatMul", [b, a]);
    axes = [1];
  } else {
    const turned = (name: string): string => editor.op("Transpose", [name], { perm: [1, 0] });
    delta = editor.op("MatMul", [turned(a), turned(b)]);
    axes = [0];
  }
  const floats = editor.cast(value, layer.sites[0]?.elem ?? "float32", "float32");
  const base = layer.factor === 1 ? floats : editor.op("Mul", [floats, editor.literal(layer.factor, "float32")]);
  const sum = editor.op("Add", [base, editor.op("Mul", [delta, s])]);
  const square = editor.op("Mul", [sum, sum]);
  const reduced = editor.op("ReduceSum", [square, editor.literal(axes, "int64")], { keepdims: 0 });
  const norm = editor.op("Identity", [editor.op("Sqrt", [reduced])], {}, undefined, [stopTag]);
  if (kind !== "conv") return editor.op("Div", [magnitude, norm]);
  const shape = editor.literal([1, out, ...window.map(() => 1)], "int64");
  return editor.op("Div", [magnitude, editor.op("Reshape", [norm, shape])]);
}

interface Rescaled {
  readonly base: string;
  readonly x: string;
  readonly scaled: string;
  readonly ratio: string;
  readonly options: LowRankOptions;
}

/** DoRA's addition to a layer's output: (ratio − 1)·Wx + ratio·s·B(A(x)); with dropout both see the inputs that are left. */
function rescaled(editor: Editor, layer: Layer, site: Site, { base, x, scaled, ratio, options }: Rescaled): string {
  const update = editor.op("Mul", [ratio, scaled]);
  const less = editor.op("Sub", [ratio, editor.literal(1, "float32")]);
  let product = editor.cast(base, site.elem, "float32");
  if (options.dropout > 0 && layer.kind !== "embedding") {
    const own = editor.cast(layer.kernel.value ?? "", site.elem, "float32");
    product = editor.again(site, [x, own]);
  } else if (layer.bias !== undefined) {
    // The bias is not scaled.
    const bias = editor.cast(layer.bias, site.elem, "float32");
    const beta = typeof site.attributes.beta === "number" ? site.attributes.beta : 1;
    const whole = beta === 1 ? bias : editor.op("Mul", [bias, editor.literal(beta, "float32")]);
    const shape = editor.literal([1, layer.out, ...layer.window.map(() => 1)], "int64");
    const placed = layer.kind === "conv" ? editor.op("Reshape", [whole, shape]) : whole;
    product = editor.op("Sub", [product, placed]);
  }
  return editor.op("Add", [editor.op("Mul", [less, product]), update]);
}
