import type { InferenceSession, Tensor } from "onnxruntime-node";
import { differentiate } from "../src/autodiff/differentiate.ts";
import type { Graph } from "../src/graph/graph.ts";
import { importModel } from "../src/graph/import/import.ts";
import type { Constant } from "../src/proto/constant.ts";
import { isFloat } from "../src/proto/elem.ts";
import { tensorOf } from "../src/proto/tensor.ts";
import { Feeds, session, tensor } from "./feeds.ts";
import type { NodeTest } from "./nodes.ts";

/** Tests that cannot be passed, and why. One that passes after all fails here, so that the list stays true. */
export const exceptions: readonly (readonly [tests: RegExp, reason: string])[] = [
  [
    /^test_(bernoulli|training_dropout(_default)?(_mask)?$)/,
    "new numbers are drawn in each run, so there is nothing to take differences of",
  ],
  [/^test_castlike_BFLOAT16_to_FLOAT/, "the test's tensor has another rank than its model says"],
  [/^test_castlike_STRING_to_FLOAT/, "the only float is the one whose type is asked, not its value"],
  [/^test_operator_(pow|sqrt)$/, "the values are outside of the function's domain: all NaN"],
  [
    /^test_operator_(addconstant|add_(broadcast|size1_right_broadcast|size1_singleton_broadcast))$/,
    "the test's numbers are uninitialised memory, up to 1e223",
  ],
  [/^test_det_/, "the gradient of Det is an inverse, and ONNX has no operator for that"],
  [/^test_melweightmatrix$/, "MelWeightMatrix makes a constant of numbers that nobody trains"],
  [/^test_dynamicquantizelinear(_max_adjusted|_min_adjusted)?$/, "rounding has slope zero, and says so"],
  [/^test_unique_/, "Unique has no gradient, in PyTorch neither"],
  [/^test_resize_downsample_sizes_nearest_tf_half_pixel_for_nn$/, "a mode that opset 13 took away; importing says so"],
  [/^test_scan_sum$/, "the Scan of opset 8; importing says so"],
  [/^test_pow_types_float32_uint/, "ONNX Runtime has no Pow with an unsigned exponent"],
];

/** The same of tests that older releases of ONNX do not have. */
const newer: typeof exceptions = [
  [
    /^test_attention_.*(nan_robustness|fullymasked|empty|local_window_gqa_rank4_mask)_?.*_expanded$/,
    "a row without any key is NaN within the expanded formula, and so is its gradient, in PyTorch too",
  ],
  [
    /^test_attention_4d_with_past_and_present_qk_matmul_bias_[34]d_mask_causal/,
    "the scores it gives are −∞ where they are masked, and no difference is taken of those",
  ],
  [/^test_cast(like)?_(DOUBLE_to_FLOAT|FLOAT_to_DOUBLE)/, "NaN and infinities are among the numbers"],
  [/^test_ai_onnx_ml_/, "an operator of ai.onnx.ml, which has steps and no slopes"],
];

/** Inputs that are settings of an operator rather than what it works on. */
const settings: Readonly<Record<string, readonly number[]>> = {
  Resize: [1, 2, 3],
  Upsample: [1],
  Dropout: [1, 2],
  Pad: [1],
  // Regions have no gradient, as in PyTorch.
  RoiAlign: [1],
};

const floating = ({ elem, data }: Constant): boolean => (elem === "float32" || elem === "float64") && data.length > 0;

/** The graph of a test; axes, shapes, labels and settings are constants, as they are in models. */
function graphOf({ model, feeds }: NodeTest): Graph {
  const set = new Set(
    model.graph?.node?.flatMap((n) => (settings[n.opType ?? ""] ?? []).map((i) => n.input?.[i] ?? "")) ?? [],
  );
  const fixed = Object.entries(feeds).filter(([name, c]) => !floating(c) || set.has(name));
  const names = new Set(fixed.map(([name]) => name));
  return importModel({
    ...model,
    graph: {
      ...model.graph,
      input: model.graph?.input?.filter((i) => !names.has(i.name ?? "")) ?? [],
      initializer: [...(model.graph?.initializer ?? []), ...fixed.map(([name, c]) => tensorOf(name, c))],
    },
  });
}

/** Why a test has nothing to check: no float goes in, or none comes out. */
export function irrelevant(one: NodeTest): boolean {
  return !Object.values(one.feeds).some(floating) || !Object.values(one.wanted).some(floating);
}

const sumOf = (graph: Graph, parts: readonly string[]): string =>
  parts
    .map((part) => graph.op("Cast", [graph.op("ReduceSum", [part], { keepdims: 0 })[0]!], { to: "float32" })[0]!)
    .reduce((a, b) => graph.op("Add", [a, b])[0]!);

/** The gradients of a weighted sum of the outputs against differences; the largest one, and how many elements were tried. */
async function check(
  one: NodeTest,
): Promise<{ readonly worst: number; readonly where: string; readonly tried: number }> {
  const graph = graphOf(one);
  const wrt = [...graph.inputs.keys()];
  const outputs = [...graph.outputs.keys()].filter(
    (name) => isFloat(graph.type(name).elem) && floating(one.wanted[name]!),
  );
  const weights = new Map(
    outputs.map((name, i) => [name, new Feeds(i + 1).float(one.wanted[name]!.dims, 0.3, 1.3).data]),
  );
  const made = differentiate(graph, {
    loss: (g) =>
      sumOf(
        g,
        outputs.map(
          (name) => g.op("Mul", [name, g.constant(weights.get(name)!, g.type(name).elem, one.wanted[name]!.dims)])[0]!,
        ),
      ),
    inputs: wrt,
    unreached: "zeros",
  });
  // The result can be differentiated again; check.ts checks the values.
  differentiate(made.graph, {
    loss: (g) =>
      sumOf(
        g,
        made.inputs.map(({ grad }) => g.op("Mul", [grad, grad])[0]!),
      ),
    inputs: wrt,
    unreached: "zeros",
  });

  const feeds: Record<string, Tensor> = Object.fromEntries(
    wrt.map((name) => {
      const { elem, data, dims } = one.feeds[name]!;
      return [name, tensor(elem, data.slice(), dims)];
    }),
  );
  const back = await session(made.graph);
  const all = await back.run(feeds);
  // Where the runtime lacks an operator, the expanded graph stands in.
  const plain: InferenceSession = await session(graph, { graphOptimizationLevel: "disabled" }).catch(() => back);
  // The model's outputs are what they should be, whatever was lowered or expanded on the way.
  const right = plain === back ? undefined : await plain.run(feeds);
  for (const name of outputs) {
    const found = all[name]!;
    const wanted = right?.[name] ?? one.wanted[name]!;
    if (String(found.dims) !== String(wanted.dims))
      throw new Error(`\`${name}\` is [${found.dims}] and should be [${wanted.dims}].`);
    let off = 0;
    for (let i = 0; i < found.size; i++) {
      const [x, y] = [found, wanted].map((t) => Number((t.data as Float32Array)[i])) as [number, number]; // As `floating` says.
      if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) off = Math.max(off, Math.abs(x - y) / (1 + Math.abs(y)));
    }
    if (!(off < 1e-4)) throw new Error(`\`${name}\` is off by ${off}.`);
  }
  const value = async (): Promise<number> => {
    const out = await plain.run(feeds, outputs);
    return outputs.reduce((sum, name) => {
      const data = out[name]!.data as Float32Array; // As above.
      return weights.get(name)!.reduce((s, w, i) => s + w * Number(data[i]), sum);
    }, 0);
  };
  let worst = 0;
  let where = "";
  let tried = 0;
  for (const { name, grad } of made.inputs) {
    const gradient = all[grad]!;
    const data = feeds[name]!.data as Float32Array; // As above.
    if (String(gradient.dims) !== String(feeds[name]!.dims))
      throw new Error(`The gradient of \`${name}\` is [${gradient.dims}] and should be [${feeds[name]!.dims}].`);
    const count = Math.min(data.length, 10);
    // The rounding error of the value itself looks like a slope.
    let largest = 0.02 * Math.max(1, Math.abs(await value()));
    let off = 0;
    for (let k = 0; k < count; k++) {
      const i = Math.floor(((k + 0.5) * data.length) / count);
      const x = data[i]!;
      const at = async (to: number): Promise<number> => {
        data[i] = to;
        const v = await value();
        data[i] = x;
        return v;
      };
      const unit = Math.min(10, Math.max(1, Math.abs(x)));
      const slope = async (h: number): Promise<number> => {
        const [p2, p1, m1, m2] = [await at(x + 2 * h), await at(x + h), await at(x - h), await at(x - 2 * h)];
        return (m2 - 8 * m1 + 8 * p1 - p2) / (12 * h);
      };
      const [wide, narrow] = [await slope(0.02 * unit), await slope(0.007 * unit)];
      const h = 0.007 * unit;
      const here = await at(x);
      const [right, left] = [((await at(x + h)) - here) / h, (here - (await at(x - h))) / h];
      const size = Math.max(1, Math.abs(narrow));
      // Beside a kink, at a tie or beyond a function's domain, differences disagree among themselves.
      if (!(Math.abs(wide - narrow) <= 5e-3 * size && Math.abs(right - left) <= 0.12 * size)) continue;
      tried++;
      largest = Math.max(largest, Math.abs(narrow));
      const found = Number(gradient.data[i]);
      const nearest = Math.min(Math.abs(found - wide), Math.abs(found - narrow));
      off = Math.max(off, Number.isNaN(nearest) ? Number.POSITIVE_INFINITY : nearest);
    }
    if (off / largest > worst) [worst, where] = [off / largest, name];
  }
  if (plain !== back) await plain.release();
  await back.release();
  return { worst, where, tried };
}

type Reasons = typeof exceptions;
const reason = (of: Reasons, name: string): string | undefined => of.find(([tests]) => tests.test(name))?.[1];
/** Why a test cannot be passed, if there is a reason. */
export const exceptionOf = (name: string): string | undefined => reason(exceptions, name);
/** The same of the tests of ONNX 1.23. */
export const newExceptionOf = (name: string): string | undefined => reason([...exceptions, ...newer], name);

/** Throws where the gradients of a test are not those of differences. */
export async function verify(one: NodeTest): Promise<void> {
  const { worst, where, tried } = await check(one);
  if (tried === 0) throw new Error("The function is smooth at none of the elements that were tried.");
  // Differences of float32 sums of up to 1e4 terms.
  if (!(worst < 1e-2)) throw new Error(`The gradient of \`${where}\` is off by ${worst}.`);
}
