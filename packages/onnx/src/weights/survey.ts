import { checkGraph, type Graph } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";
import type { Constant } from "../proto/constant.ts";
import { isFloat } from "../proto/elem.ts";
import { alone, fixedNumbers } from "./alone.ts";
import { type Axes, agreed, type Role, type Use, usesOf } from "./roles.ts";
import { even, fourierKernel, frequencies, masks, scaledWaves, twoValued, uniform, waves } from "./values.ts";

/** A tensor of a model that may be trained. */
export interface Trainable {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its element type; only float32 can be trained. */
  readonly elem: Constant["elem"];
  /** Its value in the file. */
  readonly initial: Constant;
  /** Where the graph leaves no doubt. */
  readonly role?: Role;
  /** Its fan-in and fan-out dimensions, where every node that reads it agrees. */
  readonly axes?: Axes;
}

/** A floating tensor of a model: whether it is trained unless told otherwise, and why. */
export interface Surveyed extends Trainable {
  /** Whether `differentiate` trains it unless told otherwise. */
  readonly trained: boolean;
  /** The reason, as the end of "It is (not) trained: …". */
  readonly because: string;
  /** Parameters of Python that it holds, where the file says so. */
  readonly sources: readonly string[];
  /** The modules that read it, as Python names them. */
  readonly modules: readonly string[];
}

/**
 * Every floating tensor of a model, and whether it was trained in Python: by what the file says of it, else by its part in an
 * operator, its numbers and its name. What a Constant node makes is a constant of the computation and not listed.
 */
export function survey(graph: Graph): Surveyed[] {
  checkGraph("The argument of survey()", graph);
  const uses = usesOf(graph);
  const isAlone = alone(graph);
  const found: Surveyed[] = [];
  for (const [name, initial] of graph.initializers) {
    if (!isFloat(initial.elem) || graph.literalValue(name) !== undefined) continue;
    const all = uses.get(name) ?? [];
    const use = agreed(all.filter((u) => u.fixed === undefined));
    const sources = graph.tags.sources.get(name) ?? [];
    const modules = [...new Set(all.flatMap((u) => u.module ?? []))];
    const verdict = judged(graph, name, initial, all, isAlone);
    found.push({ name, shape: initial.dims, elem: initial.elem, initial, ...use, ...verdict, sources, modules });
  }
  return found;
}

/** The weights of a model that are trained unless told otherwise. */
export function trainables(graph: Graph): Trainable[] {
  checkGraph("The argument of trainables()", graph);
  return survey(graph)
    .filter((weight) => weight.trained)
    .map(({ trained: _, because: __, sources: ___, modules: ____, ...weight }) => weight);
}

/** The verdict on a tensor about which nothing else is known. */
export const unnamed = "no part of an operator that is trained, and not named like a weight";
export const single = "a single number";
/** Ends the reason of tensors that nothing else speaks for. */
export const placed = "by its place alone";

type Verdict = Pick<Surveyed, "trained" | "because">;
const yes = (because: string): Verdict => ({ trained: true, because });
const no = (because: string): Verdict => ({ trained: false, because });

function judged(
  graph: Graph,
  name: string,
  value: Constant,
  uses: readonly Use[],
  isAlone: (name: string) => boolean,
): Verdict {
  if (uses.length === 0) return no("no operator reads it");
  const { kinds, sources, trained, adapters } = graph.tags;
  if (adapters.has(name)) return trained.has(name) ? yes("an adapter") : no("an adapter that is frozen");
  if (trained.size > 0)
    return trained.has(name) ? yes("marked in the file") : no("frozen: the file marks what is trained");
  const tagged = kinds.size > 0;
  const from = sources.get(name) ?? [];
  if (tagged && from.length === 0) return no("a constant of the computation");
  if (tagged && !from.some((source) => kinds.get(source) === "parameter")) return no("a buffer in Python");
  if (waves(value) || scaledWaves(value) || fourierKernel(value)) return no("a table of angles");
  if (tagged) {
    const made = graph.tags.made.get(name);
    if (made === "normalized") return yes("a kernel or bias into which a normalization was folded");
    if (made !== "computed") return yes("a parameter in Python");
    const { role } = agreed(uses);
    const which = from.map((source) => `\`${source}\``).join(" and ");
    // The kernel of a layer whose weight is reparametrized stands in for it.
    const part = (source: string): boolean =>
      kinds.get(source) !== "parameter" || /(original\d*|weight_[gv])$/.test(source);
    return role === "kernel" && from.every(part)
      ? yes(`a kernel that was computed from ${which}`)
      : no(`computed from ${which}, which is not in the file`);
  }

  const fixed = uses.map((u) => u.fixed);
  if (fixed.every((why) => why !== undefined)) return no(fixed[0] ?? "");
  if (frequencies(value)) return no("frequencies of angles");
  const active = uses.filter((u) => u.fixed === undefined);
  const { role } = agreed(active);
  if (graph.tags.naming === "descent") return role === undefined && masks(value) ? no("a mask") : yes("an initializer");
  if (tables.test(name) || iterated(graph, name)) return no("named like a buffer");
  // Parameters of a normalization keep their names.
  if (name.startsWith("onnx::BatchNormalization_")) return no(unnamed);
  if (frozen(graph, name)) return no("a buffer of a frozen normalization");
  // Transformers add such a bias to the logits of translators (`final_logits_bias`); a parameter keeps its name.
  if (
    role === "bias" &&
    name.startsWith("onnx::Add_") &&
    value.dims.length === 2 &&
    value.dims[0] === 1 &&
    uniform(value) &&
    value.data[0] === 0
  )
    return no(unnamed);
  if (role === "kernel" && angular(graph, name)) return no("frequencies of Fourier features");
  if (/(^|\.)(logit_scale|logit_bias|temperature|weight_g|original0)$/.test(name))
    return yes("named like a learnt number");
  if (
    value.data.length <= 1 &&
    role !== "bias" &&
    role !== "norm" &&
    role !== "kernel" &&
    !active.some((u) => u.learnt)
  )
    return no(single);
  if (role !== undefined) {
    if (!isAlone(name)) return yes(about[role]);
    const fixed = role === "kernel" ? fixedNumbers(name, value) : undefined;
    return fixed === undefined ? yes(`${about[role]}, ${placed}`) : no(fixed);
  }
  if (active.some((u) => u.learnt)) return yes("a slope");
  if (active.some((u) => u.role !== undefined))
    return yes(active.flatMap((u) => (u.role === undefined ? [] : about[u.role]))[0] ?? "");
  if (masks(value)) return no("a mask");
  if (twoValued(value)) return no("a mask");
  if (even(value)) return no("a grid of numbers at even distances");
  if (graph.tags.naming === undefined || !named(name)) return no(unnamed);
  if (kept.test(name)) return no("named like a buffer");
  return uniform(value) && value.data.length <= 1 ? no(single) : yes("named like a parameter");
}

const about: Readonly<Record<Role, string>> = {
  kernel: "a kernel",
  bias: "a bias",
  norm: "the scale of a normalization",
  embedding: "a table of embeddings",
};

/** Whether this is a path of Python's modules. Constants that PyTorch's older exporter folds are named `onnx::…`. */
const named = (name: string): boolean => /^[A-Za-z_]\w*(\.\w+)*$/.test(name) || /^\d+(\.\w+)+$/.test(name);
/** Names of tables that are never weights, whatever reads them. */
const tables =
  /(^|[._])(final_logits_bias|\w+_buffer|forward_basis|inverse_basis|relative_coords_table|inv_freq|freqs_cis|position_ids|mel_filters?|mel_basis|filter_?bank|dft_matrix|running_(mean|var))$/;
const kept =
  /(^|[._])(buffer|mask|anchors?|grid|mean|std|freqs?|inv_freq|cos|sin|cos_cached|sin_cached|window|positions?|table_of_\w+|running_\w+|coords?\w*|relative_coords_table|relative_position_index|position_ids|eps)$/;

/** Whether this is a vector that PyTorch's spectral normalization keeps beside a kernel. */
function iterated(graph: Graph, name: string): boolean {
  if (/\.parametrizations\.\w+\.\d+\._[uv]$/.test(name)) return true;
  const [, kernel] = /^(.*)_[uv]$/.exec(name) ?? [];
  return kernel !== undefined && graph.initializers.has(`${kernel}_orig`);
}

/**
 * Whether this is the scale or shift of a frozen normalization (torchvision's FrozenBatchNorm2d): it keeps them beside running
 * statistics, and computes a factor and a summand from the four alone.
 */
function frozen(graph: Graph, name: string): boolean {
  const [, module] = /^(.*\.)(weight|bias)$/.exec(name) ?? [];
  if (module === undefined || !["running_mean", "running_var"].every((one) => graph.initializers.has(module + one)))
    return false;
  const stored = new Set(graph.initializers.keys());
  const moved = new Set([name]);
  for (const node of graph.nodes) {
    const constant = node.inputs.every(
      (input) => input === "" || stored.has(input) || graph.literalValue(input) !== undefined,
    );
    if (constant) for (const output of node.outputs) stored.add(output);
    if (!node.inputs.some((input) => moved.has(input))) continue;
    if (!constant) return false;
    if (["Reshape", "Unsqueeze", "Cast", "Identity"].includes(node.op))
      for (const output of node.outputs) moved.add(output);
  }
  return true;
}

/** Whether a product with this goes to sines and cosines only, without a bias: its name aside, it is a table of frequencies. */
function angular(graph: Graph, name: string): boolean {
  if (/weight|kernel/i.test(name)) return false;
  const readers = (value: string): Node[] => graph.nodes.filter((node) => node.inputs.includes(value));
  const ends = (value: string, depth: number): boolean => {
    const all = readers(value);
    return (
      depth < 6 &&
      all.length > 0 &&
      all.every(
        ({ op, outputs }) =>
          op === "Sin" ||
          op === "Cos" ||
          (["Mul", "MatMul", "Concat", "Cast", "Transpose", "Reshape"].includes(op) &&
            ends(outputs[0] ?? "", depth + 1)),
      )
    );
  };
  return ends(name, 0);
}
