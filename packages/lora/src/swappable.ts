import { OptimizerError } from "@descent/core";
import { finite, knownOptions, list, shown } from "@descent/core/adapter";
import { type External, encodeModel, type ModelProto } from "@descent/onnx";
import { floatsOf } from "@descent/onnx/proto";
import { adaptation, type PlannedLayer, type PlannedWeight, scaleOf } from "./adaptation.ts";
import { type Adapter, type AdapterTensor, checkAdapter, isAdapter, isMethod, modulesOf } from "./adapter.ts";
import { Editor } from "./graph/editor.ts";
import { addLowRank } from "./graph/lora.ts";
import type { Layer } from "./layers/layer.ts";
import { inGraphOrder, inOrder, shapeInOrder } from "./layers/stored.ts";
import type { LoraMethod } from "./methods/method.ts";
import { checkReading, type Model, read } from "./model.ts";

/** Options of `swappable`. */
export interface SwappableOptions {
  /** The name under which the export's wrapper holds the model, as `adapt` takes it. */
  readonly prefix?: string | undefined;
  /** Reads the files in which a large model stores its tensors. */
  readonly external?: External | undefined;
}

/** Numbers for an input of the session: `new ort.Tensor("float32", data, dims)`. */
export interface AdapterFeed {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** An adapter, or several with the share of each. */
export type Mix = Adapter | readonly (readonly [adapter: Adapter, share: number])[];

/** A model that takes its adapter with every run. */
export interface Swappable {
  /** The model's file with inputs for A and B of every layer. */
  readonly model: ModelProto;
  /** The names of those inputs. */
  readonly inputs: readonly string[];
  /** The file. */
  bytes(): Uint8Array;
  /** The inputs for an adapter, or for a mixture: the sum of their updates, each times its share. Nothing gives the model as it is. */
  feeds(mix?: Mix): Readonly<Record<string, AdapterFeed>>;
}

/**
 * A model whose LoRA is an input: one session serves the model itself and any number of adapters, swapped or mixed from run to run. Takes
 * the method that says which layers, or the adapters that are known. Throws for DoRA, (IA)³ and adapters with a bias of their own, which
 * can be merged or built in with `adapt`.
 */
export function swappable(
  model: Model,
  what: LoraMethod | Adapter | readonly Adapter[],
  options: SwappableOptions = {},
): Swappable {
  const { prefix = "", external } = knownOptions("swappable", options, ["prefix", "external"]);
  checkReading("swappable", { prefix, external });
  const given: unknown = what;
  const adapters = Array.isArray(given) ? given : isAdapter(given) ? [given] : undefined;
  if (adapters === undefined && !isMethod(given))
    throw new OptimizerError(
      `\`swappable\` takes lora({ targets }), an adapter or a list of adapters; got ${shown(given)}.`,
    );
  if (adapters?.length === 0) throw new OptimizerError("`swappable` takes at least one adapter; got an empty list.");
  for (const one of adapters ?? []) checkLora(one);
  if (adapters === undefined) checkKind(given as LoraMethod); // a method by its kind
  const source = read("swappable", model, external);
  const plans = (adapters ?? [given as LoraMethod]).map((one) => adaptation("swappable", source, one, prefix));
  const layers = new Map<string, PlannedLayer>();
  for (const plan of plans) for (const one of plan.layers) if (!layers.has(one.name)) layers.set(one.name, one);
  const weights = new Map<string, PlannedWeight>();
  for (const plan of plans) for (const one of plan.weights) weights.set(one.key, one);
  const editor = new Editor(source.model, source.graph);
  for (const { layer, name } of layers.values()) {
    const { rank, ranks } = dimensions(layer);
    const [a, b] = partsOf(layer);
    const size = [layer.in, ...layer.window];
    const tensors = {
      a: editor.input(`${name}.${a}`, "float32", [rank, ...size]),
      b: editor.input(`${name}.${b}`, "float32", [layer.out, ranks, ...layer.window.map(() => 1)]),
      magnitude: undefined,
      bias: undefined,
    };
    addLowRank(editor, layer, tensors, { scale: 1, dropout: 0 });
  }
  for (const { stored } of weights.values()) {
    if (stored.value.elem !== "float32")
      throw new OptimizerError(
        `\`swappable\`: \`${stored.name}\` is ${stored.value.elem}, and weights that are swapped must be float32.`,
      );
    editor.input(stored.name, "float32", stored.value.dims);
  }
  const file = editor.done();
  const inputs = [
    ...[...layers.values()].flatMap(({ layer, name }) => partsOf(layer).map((part) => `${name}.${part}`)),
    ...[...weights.values()].map(({ stored }) => stored.name),
  ];
  return {
    model: file,
    inputs,
    bytes: () => encodeModel(file),
    feeds: (mix) => feedsOf([...layers.values()], [...weights.values()], sharesOf(mix)),
  };
}

const dimensions = ({ module, groups }: Layer): { readonly rank: string; readonly ranks: string } => ({
  rank: `${module}.rank`,
  ranks: groups === 1 ? `${module}.rank` : `${module}.rank_per_group`,
});

const partsOf = ({ kind }: Layer): readonly [a: string, b: string] =>
  kind === "embedding" ? ["lora_embedding_A", "lora_embedding_B"] : ["lora_A.weight", "lora_B.weight"];

type Share = readonly [adapter: Adapter & { readonly method: LoraMethod }, share: number];

function sharesOf(mix: Mix | undefined): readonly Share[] {
  if (mix === undefined) return [];
  const given: unknown = mix;
  const all: readonly unknown[] = Array.isArray(given) ? given : [[given, 1]];
  return all.map((one): Share => {
    const [adapter, share]: readonly unknown[] = Array.isArray(one) ? one : [one, undefined];
    checkLora(adapter);
    finite("feeds", { share });
    return [adapter, Number(share)];
  });
}

function checkKind(method: Adapter["method"]): asserts method is LoraMethod {
  if (method.kind !== "lora" || method.weightDecomposed)
    throw new OptimizerError(
      `\`swappable\` takes LoRA, whose update is a sum; ${method.kind === "lora" ? "DoRA" : method.kind === "ia3" ? "(IA)³" : `\`${method.kind}\``} is not. Use merge(model, adapter), or adapt(model, adapter).`,
    );
}

function checkLora(adapter: unknown): asserts adapter is Adapter & { readonly method: LoraMethod } {
  checkAdapter("swappable", adapter);
  checkKind(adapter.method);
  const biased = Object.keys(adapter.tensors).filter((name) => name.endsWith(".lora_B.bias"));
  if (biased.length > 0)
    throw new OptimizerError(
      `\`swappable\`: the adapter has biases of its own, ${list(biased)}. Use adapt(model, adapter).`,
    );
}

function feedsOf(
  layers: readonly PlannedLayer[],
  weights: readonly PlannedWeight[],
  shares: readonly Share[],
): Record<string, AdapterFeed> {
  const names = new Set(layers.map(({ name }) => name));
  const keys = new Set(weights.map(({ key }) => key));
  for (const [adapter] of shares) {
    const lost = modulesOf(adapter).filter((name) => !names.has(name));
    if (lost.length > 0)
      throw new OptimizerError(
        `\`feeds\`: the adapter has tensors for ${list(lost)}, which have no inputs. Give all adapters, or all layers, to swappable().`,
      );
    const more = Object.keys(adapter.tensors).filter((name) => !/\.lora_\w+(\.weight)?$/.test(name) && !keys.has(name));
    if (more.length > 0)
      throw new OptimizerError(
        `\`feeds\`: the adapter holds weights of the model, ${list(more)}, which have no inputs. Give the adapter to swappable().`,
      );
  }
  const feeds: Record<string, AdapterFeed> = {};
  for (const { layer, name } of layers) {
    const [aPart, bPart] = partsOf(layer);
    const parts = shares.flatMap(([{ method, tensors }, share]) => {
      const [a, b] = [tensors[`${name}.${aPart}`], tensors[`${name}.${bPart}`]];
      if (a === undefined || b === undefined) return [];
      const rank = a.shape[0] ?? 0;
      return [{ a, b, rank, scale: share * scaleOf(method, name, rank) }];
    });
    const [a, b] = joined(layer, parts);
    feeds[`${name}.${aPart}`] = a;
    feeds[`${name}.${bPart}`] = b;
  }
  for (const { key, stored } of weights)
    feeds[stored.name] = { data: weightFeed(key, stored, shares), dims: stored.value.dims };
  return feeds;
}

/** The model's own weight, or that of the one adapter that holds it. */
function weightFeed(key: string, stored: PlannedWeight["stored"], shares: readonly Share[]): Float32Array {
  const found = shares.flatMap(([{ tensors }]) => (Object.hasOwn(tensors, key) ? [tensors[key]!] : [])); // a key of it
  if (found.length > 0 && shares.length > 1)
    throw new OptimizerError(
      `\`feeds\`: \`${key}\` is a weight that an adapter replaces, and a mixture of several is not defined. Feed one adapter at a time.`,
    );
  const [tensor] = found;
  if (tensor === undefined) return inGraphOrder(stored, inOrder(stored, floatsOf(stored.value)));
  if (tensor.shape.join() !== shapeInOrder(stored).join())
    throw new OptimizerError(
      `\`feeds\`: \`${key}\` is [${tensor.shape.join(", ")}] in the adapter and [${shapeInOrder(stored).join(", ")}] in the model.`,
    );
  return inGraphOrder(stored, tensor.data);
}

interface Part {
  readonly a: AdapterTensor;
  readonly b: AdapterTensor;
  readonly rank: number;
  readonly scale: number;
}

/** One A and B of the ranks together; B holds the scales. In a convolution of groups, the rows of A are in the order of groups. */
function joined({ in: into, out, window, groups }: Layer, parts: readonly Part[]): readonly [AdapterFeed, AdapterFeed] {
  const rank = Math.max(
    groups,
    parts.reduce((n, part) => n + part.rank, 0),
  );
  const width = into * window.reduce((n, d) => n * d, 1);
  const per = rank / groups;
  const a = new Float32Array(rank * width);
  const b = new Float32Array(out * per);
  for (let group = 0, at = 0; group < groups; group++)
    for (const part of parts) {
      const rows = part.rank / groups;
      a.set(part.a.data.subarray(group * rows * width, (group + 1) * rows * width), at * width);
      at += rows;
    }
  for (let o = 0; o < out; o++) {
    let at = o * per;
    for (const { b: from, rank: r, scale } of parts)
      for (let i = 0; i < r / groups; i++) b[at++] = from.data[(o * r) / groups + i]! * scale; // one for each
  }
  return [
    { data: a, dims: [rank, into, ...window] },
    { data: b, dims: [out, per, ...window.map(() => 1)] },
  ];
}
