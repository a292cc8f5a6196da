import { elemCode, elems } from "../proto/elem.ts";
import { compare } from "./dims.ts";
import type { Graph } from "./graph.ts";
import { float, floatList, int, ints, type Node, string } from "./node.ts";
import { NodeWriter } from "./node-writer.ts";

type Upgrade = (at: NodeWriter) => void;

/** Reduces over the axes of an attribute, which newer operators take as an input. */
const axesToInput =
  (since: number): Upgrade =>
  (s) => {
    const axes = ints(s.node, "axes");
    if (s.from >= since || axes === undefined) return s.put();
    s.put({ inputs: [s.input(0), s.graph.ints(axes)], attributes: { axes: undefined } });
  };

/** Before opset 7 the second operand was stretched only if asked, along an axis of the first. */
const legacyBroadcast: Upgrade = (s) => {
  if (s.from >= 7) return s.put();
  const attributes = { broadcast: undefined, axis: undefined, consumed_inputs: undefined };
  const axis = int(s.node, "axis");
  const rest = axis === undefined ? 0 : s.rank(0) - axis - s.rank(1);
  if (int(s.node, "broadcast", 0) === 0 || rest <= 0 || (axis ?? 0) < 0) return s.put({ attributes });
  const axes = Array.from({ length: rest }, (_, i) => s.rank(1) + i);
  const [wide = ""] = s.graph.op("Unsqueeze", [s.input(1), s.graph.ints(axes)]);
  s.put({ inputs: [s.input(0), wide], attributes });
};

/** Before opset 13 everything from the axis on was one dimension, and the axis was 1 by default. */
const softmax: Upgrade = (s) => {
  if (s.from >= 13) return s.put();
  const axis = int(s.node, "axis", 1);
  const shape = s.graph.typeOf(s.input(0))?.shape;
  const rank = s.rank(0);
  const at = axis < 0 ? axis + rank : axis;
  const rest = shape?.slice(at + 1) ?? [];
  if (rest.every((d) => compare(d, 1) === 0)) return s.put({ attributes: { axis: { kind: "int", value: at } } });
  const [flat = ""] = s.graph.op("Flatten", [s.input(0)], { axis: at });
  const [soft = ""] = s.graph.op(s.node.op, [flat], { axis: 1 });
  const [sizes = ""] = s.graph.op("Shape", [s.input(0)]);
  s.put({ op: "Reshape", inputs: [soft, sizes], attributes: { axis: undefined } });
};

/** `Upsample` and the first `Resize`: corners aligned to the left, the nearest element the one before. */
const upsample: Upgrade = (s) => {
  if (s.node.op === "Resize" && s.from >= 11) return resize(s);
  let scales = s.input(1);
  const listed = floatList(s.node, "scales");
  if (listed !== undefined) scales = s.graph.constant([...listed]);
  else if (scales === "") {
    const sides = [float(s.node, "height_scale", 1), float(s.node, "width_scale", 1)];
    scales = s.graph.constant([1, 1, ...sides]);
  }
  const mode = string(s.node, "mode", "nearest");
  const known = s.graph.value(scales)?.data;
  if (known === undefined && mode === "nearest" && s.node.op === "Resize")
    s.fail("has scales that are not known before the run");
  const down = known !== undefined && Array.from(known, Number).some((x) => x < 1);
  if (down && Array.from(known ?? [], Number).some((x) => x > 1)) s.fail("makes one side larger and another smaller");
  s.put({
    op: "Resize",
    inputs: [s.input(0), "", scales],
    attributes: {
      scales: undefined,
      height_scale: undefined,
      width_scale: undefined,
      mode: { kind: "string", value: mode === "bilinear" ? "linear" : mode },
      coordinate_transformation_mode: { kind: "string", value: "asymmetric" },
      nearest_mode: mode === "nearest" ? { kind: "string", value: down ? "ceil" : "floor" } : undefined,
    },
  });
};

const resize: Upgrade = (s) => {
  const transformation = string(s.node, "coordinate_transformation_mode", "half_pixel");
  if (transformation === "tf_half_pixel_for_nn")
    s.fail(`has the mode "${transformation}", which newer operator sets lack`);
  // Inputs that do not apply were empty tensors once; today they are left out.
  const used = s.node.inputs.map((name, i) => (i > 0 && s.graph.value(name)?.data.length === 0 ? "" : name));
  if (transformation !== "tf_crop_and_resize" && used[1] !== undefined) used[1] = "";
  while (used.at(-1) === "") used.pop();
  s.put({ inputs: used });
};

const batchNormalization: Upgrade = (s) => {
  if (s.from >= 14) return s.put();
  if (int(s.node, "spatial", 1) === 0)
    s.fail("normalizes each place by itself (spatial = 0), which newer operator sets lack");
  const test = s.from < 7 ? int(s.node, "is_test", 0) !== 0 : !s.node.outputs.slice(1).some((o) => o !== "");
  const attributes = { spatial: undefined, is_test: undefined, consumed_inputs: undefined };
  if (test) return s.put({ outputs: s.node.outputs.slice(0, 1), attributes });
  const [y = "", mean = "", variance = ""] = s.node.outputs;
  s.put({
    outputs: [y, mean === "" ? s.graph.fresh("mean") : mean, variance === "" ? s.graph.fresh("variance") : variance],
    attributes: { ...attributes, training_mode: { kind: "int", value: 1 } },
  });
};

/** Scale and bias were one per group until opset 21: that is the instance norm of the groups. */
const groupNormalization: Upgrade = (s) => {
  if (s.from >= 21) return s.put();
  const groups = int(s.node, "num_groups") ?? s.fail("has no num_groups");
  const [grouped = ""] = s.graph.op("Reshape", [s.input(0), s.graph.ints([0, groups, -1])]);
  const epsilon = float(s.node, "epsilon", 1e-5);
  const [normal = ""] = s.graph.op("InstanceNormalization", [grouped, s.input(1), s.input(2)], { epsilon });
  const [sizes = ""] = s.graph.op("Shape", [s.input(0)]);
  s.graph.add({ ...s.node, op: "Reshape", inputs: [normal, sizes], attributes: {} });
};

const dropped =
  (...names: readonly string[]): Upgrade =>
  (s) =>
    s.put({ attributes: Object.fromEntries(names.map((name) => [name, undefined])) });

const table: Readonly<Record<string, Upgrade>> = {
  ...Object.fromEntries(
    "Add Sub Mul Div And Or Xor Equal Greater Less Pow".split(" ").map((op) => [op, legacyBroadcast]),
  ),
  ...Object.fromEntries(
    "Mean Max Min Prod L1 L2 LogSum LogSumExp SumSquare".split(" ").map((op) => [`Reduce${op}`, axesToInput(18)]),
  ),
  ReduceSum: axesToInput(13),
  Squeeze: axesToInput(13),
  Unsqueeze: axesToInput(13),
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: softmax,
  Upsample: upsample,
  Resize: upsample,
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  Split: (s) => {
    const split = ints(s.node, "split");
    const attributes = { split: undefined };
    if (s.from < 13 && split !== undefined) return s.put({ inputs: [s.input(0), s.graph.ints(split)], attributes });
    const open = s.from < 18 && s.input(1) === "" && int(s.node, "num_outputs") === undefined;
    if (!open) return s.put();
    s.put({ inputs: [s.input(0)], attributes: { num_outputs: { kind: "int", value: s.node.outputs.length } } });
  },
  Slice: (s) => {
    if (s.from >= 10) return s.put();
    const [starts = [], ends = []] = [ints(s.node, "starts"), ints(s.node, "ends")];
    const axes = ints(s.node, "axes") ?? starts.map((_, i) => i);
    // An end of INT64_MAX, "to the last", is 2^63 as a number.
    const bound = (x: number): bigint => (x >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(x));
    const inputs = [s.input(0), ...[starts, ends, axes].map((list) => s.graph.constant(list.map(bound), "int64"))];
    s.put({ inputs, attributes: { starts: undefined, ends: undefined, axes: undefined } });
  },
  TopK: (s) => {
    if (s.from >= 10) return s.put();
    const k = int(s.node, "k") ?? s.fail("has no k");
    s.put({ inputs: [s.input(0), s.graph.ints([k])], attributes: { k: undefined } });
  },
  Clip: (s) => {
    if (s.from >= 11) return s.put();
    const [low, high] = [s.node.attributes.min, s.node.attributes.max];
    const inputs = [s.input(0)];
    if (low !== undefined || high !== undefined)
      inputs.push(low === undefined ? "" : s.scalar(float(s.node, "min", 0)));
    if (high !== undefined) inputs.push(s.scalar(float(s.node, "max", 0)));
    s.put({ inputs, attributes: { min: undefined, max: undefined, consumed_inputs: undefined } });
  },
  Pad: (s) => {
    if (s.from >= 11) return s.put();
    const pads = ints(s.node, "pads") ?? ints(s.node, "paddings") ?? s.fail("has no pads");
    const inputs = [s.input(0), s.graph.ints(pads)];
    if (s.node.attributes.value !== undefined) inputs.push(s.scalar(float(s.node, "value", 0)));
    s.put({ inputs, attributes: { pads: undefined, paddings: undefined, value: undefined } });
  },
  Dropout: (s) => {
    if (s.from >= 12) return s.put();
    // In these operator sets it drops nothing outside of a training framework.
    const ratio = s.graph.constant(float(s.node, "ratio", 0.5));
    s.put({
      inputs: [s.input(0), ratio],
      attributes: { ratio: undefined, is_test: undefined, consumed_inputs: undefined },
    });
  },
  Cast: (s) => {
    const to = s.node.attributes.to;
    if (s.from >= 6 || to?.kind !== "string") return s.put();
    const name = to.value
      .toLowerCase()
      .replace(/^float$/, "float32")
      .replace(/^double$/, "float64");
    const elem = elems().find((e) => e === name) ?? s.fail(`casts to "${to.value}"`);
    s.put({ attributes: { to: { kind: "int", value: elemCode(elem) } } });
  },
  Reshape: (s) => {
    if (s.from >= 5) return s.put();
    const shape = ints(s.node, "shape") ?? s.fail("has no shape");
    s.put({ inputs: [s.input(0), s.graph.ints(shape)], attributes: { shape: undefined, consumed_inputs: undefined } });
  },
  Concat: (s) => {
    if (s.from >= 4 || s.node.attributes.axis !== undefined) return s.put();
    s.put({ attributes: { axis: { kind: "int", value: 1 } } });
  },
  PRelu: (s) => {
    const attributes = { consumed_inputs: undefined };
    if (s.from >= 7 || s.rank(1) !== 1 || s.rank(0) < 3) return s.put({ attributes });
    // One slope for each channel, which is dimension 1.
    const axes = Array.from({ length: s.rank(0) - 2 }, (_, i) => i + 1);
    const [wide = ""] = s.graph.op("Unsqueeze", [s.input(1), s.graph.ints(axes)]);
    s.put({ inputs: [s.input(0), wide], attributes });
  },
  // PyTorch's older exporter writes padding="same" so, and ONNX Runtime has no dilations with it.
  Conv: (s) => {
    const auto = string(s.node, "auto_pad", "NOTSET");
    const dilations = ints(s.node, "dilations") ?? [];
    const dense = (ints(s.node, "strides") ?? []).every((stride) => stride === 1);
    const kernel = ints(s.node, "kernel_shape") ?? s.graph.typeOf(s.input(1))?.shape?.slice(2) ?? [];
    if (!auto.startsWith("SAME") || !dense || dilations.every((d) => d === 1)) return s.put();
    const sums = kernel.map((k, i) => (Number(k) - 1) * (dilations[i] ?? 1));
    if (!sums.every(Number.isSafeInteger)) return s.put();
    const [small, large] = [sums.map((n) => n >> 1), sums.map((n) => n - (n >> 1))];
    const value = auto === "SAME_UPPER" ? [...small, ...large] : [...large, ...small];
    s.put({ attributes: { auto_pad: undefined, pads: { kind: "ints", value } } });
  },
  Gemm: (s) => (s.from >= 7 ? s.put() : dropped("broadcast")(s)),
  Scatter: (s) => s.put({ op: "ScatterElements" }),
  GridSample: (s) => {
    const mode = string(s.node, "mode", "linear");
    const value = { bilinear: "linear", bicubic: "cubic" }[mode] ?? mode;
    s.put(
      s.from >= 20 || s.node.attributes.mode === undefined ? {} : { attributes: { mode: { kind: "string", value } } },
    );
  },
  RoiAlign: (s) => {
    // Before opset 16 coordinates were not shifted by half a pixel.
    if (s.from >= 16) return s.put();
    s.put({ attributes: { coordinate_transformation_mode: { kind: "string", value: "output_half_pixel" } } });
  },
  DFT: (s) => {
    if (s.from >= 20) return s.put();
    const axis = s.graph.constant(int(s.node, "axis", 1), "int64");
    s.put({ inputs: [s.input(0), s.input(1), axis], attributes: { axis: undefined } });
  },
  Scan: (s) =>
    s.from >= 9 ? s.put() : s.fail("is the batched Scan of opset 8; export the model with opset 9 or later"),
  Tile: (s) => (s.from >= 6 ? s.put() : s.fail("tiles one axis only; export the model with opset 6 or later")),
  MeanVarianceNormalization: (s) => {
    if (s.from >= 9) return s.put();
    if (int(s.node, "normalize_variance", 1) === 0) s.fail("keeps the variance, which newer operator sets cannot");
    const axes = Array.from({ length: s.rank(0) }, (_, i) => i);
    const value = int(s.node, "across_channels", 0) === 0 ? axes.filter((i) => i !== 1) : axes;
    s.put({ attributes: { across_channels: undefined, normalize_variance: undefined, axes: { kind: "ints", value } } });
  },
};

/** Appends a node written for operator set `from` in the form that the graph's own operator set has. */
export function upgrade(graph: Graph, node: Node, from: number): void {
  const step = new NodeWriter(graph, node, from);
  const applies = from < graph.opset || node.op === "Conv";
  const rule = applies && Object.hasOwn(table, node.op) ? table[node.op] : undefined;
  if (rule !== undefined) rule(step);
  else if (from < 7) dropped("consumed_inputs", "output_sequence")(step);
  else step.put();
}
