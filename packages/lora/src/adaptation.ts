import { OptimizerError } from "@descent/core";
import { list, suggestion } from "@descent/core/adapter";
import { floatsOf } from "@descent/onnx/proto";
import { type Adapter, type AdapterTensor, isAdapter, modulesOf, partOf } from "./adapter.ts";
import { ia3Targets, loraTargets } from "./layers/defaults.ts";
import { type Found, layersOf } from "./layers/find.ts";
import type { Layer } from "./layers/layer.ts";
import { inOrder, type Stored, shapeInOrder, storedTensors, weightOf } from "./layers/stored.ts";
import { checkPerLayer, chosen, fits, numberFor, refused } from "./layers/targets.ts";
import { type Ia3Method, type LoraMethod, listed, type Method } from "./methods/method.ts";
import type { Read } from "./model.ts";
import { columnNorms, filled, kaiming, normal, rowNorms } from "./start.ts";

/** A layer that is adapted. */
export interface PlannedLayer {
  readonly layer: Layer;
  /** The module as the adapter's tensors name it. */
  readonly name: string;
  /** The factor of a low-rank update. */
  readonly scale: number;
  /** Whether its inputs are scaled, by (IA)³. */
  readonly feedforward: boolean;
  /** Its tensors by part: "lora_A.weight". */
  readonly tensors: ReadonlyMap<string, AdapterTensor>;
}

/** A weight of the model itself that is trained. */
export interface PlannedWeight {
  /** As the adapter names it. */
  readonly key: string;
  readonly stored: Stored;
  /** Its numbers where they are not the model's, in PyTorch's order. */
  readonly tensor: AdapterTensor;
}

/** The layers and weights that an adaptation trains. */
export interface Adaptation {
  readonly method: Method;
  readonly layers: readonly PlannedLayer[];
  readonly weights: readonly PlannedWeight[];
}

/** The factor of a layer's update. */
export function scaleOf({ alpha, alphas, rankStabilized }: LoraMethod, module: string, rank: number): number {
  return numberFor(module, alphas, alpha) / (rankStabilized ? Math.sqrt(rank) : rank);
}

/** How a module of the model is called without the name under which the export's wrapper holds the model. */
const without = (prefix: string, name: string): string =>
  prefix !== "" && name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name;

/** Which layers get which tensors, for a new adapter or one that has numbers already. */
export function adaptation(where: string, read: Read, what: Method | Adapter, prefix: string): Adaptation {
  const found = layersOf(read);
  const stored = storedTensors(read.graph, found.layers);
  return isAdapter(what)
    ? resumed(where, found, stored, what, prefix)
    : begun(where, read, found, stored, what, prefix);
}

function begun(
  where: string,
  read: Read,
  all: Found,
  stored: readonly Stored[],
  method: Method,
  prefix: string,
): Adaptation {
  const found = { ...all, layers: all.layers.map((layer) => ({ ...layer, module: without(prefix, layer.module) })) };
  const tensors = stored.map((one) => ({ ...one, python: without(prefix, one.python) }));
  if (method.kind === "bitfit" || method.kind === "last-layers") {
    const weights = partsOf(where, found, tensors, method.kind, method.targets).map(plannedWeight);
    return { method, layers: [], weights };
  }
  const saved = modulesSaved(where, method.modulesToSave, tensors);
  if (method.kind === "ia3") {
    const fallback = method.targets === undefined ? ia3Targets(where, found.layers) : undefined;
    const targets = method.targets ?? fallback?.targets ?? [];
    const feedforward = method.feedforward ?? fallback?.feedforward;
    const layers = chosen(where, found, targets, method.exclude);
    const inputs =
      feedforward === undefined ? [] : layers.filter(({ module }) => listed(feedforward).some((t) => fits(t, module)));
    for (const target of feedforward === undefined ? [] : listed(feedforward))
      if (!layers.some(({ module }) => fits(target, module)))
        refused(
          where,
          "feedforward",
          target,
          layers.map(({ module }) => module),
        );
    const whole: Ia3Method = { ...method, targets, feedforward };
    return {
      method: whole,
      layers: layers.map((layer) => {
        const ff = inputs.includes(layer);
        const tensor = filled(factorShape(where, layer, ff), 1);
        return { layer, name: layer.module, scale: 1, feedforward: ff, tensors: new Map([["ia3_l", tensor]]) };
      }),
      weights: saved.map(plannedWeight),
    };
  }
  const targets = method.targets ?? loraTargets(where, found.layers);
  const layers = chosen(where, found, targets, method.exclude);
  checkPerLayer(where, "ranks", method.ranks, layers);
  checkPerLayer(where, "alphas", method.alphas, layers);
  const biases =
    method.bias === "none"
      ? []
      : tensors.filter(
          ({ name, bias }) => bias && (method.bias === "all" || layers.some((layer) => layer.bias === name)),
        );
  return {
    method: { ...method, targets },
    layers: layers.map((layer) => {
      const rank = numberFor(layer.module, method.ranks, method.rank);
      const started = lowRankStart(where, read, layer, rank, method);
      return {
        layer,
        name: layer.module,
        scale: scaleOf(method, layer.module, rank),
        feedforward: false,
        tensors: started,
      };
    }),
    weights: [
      ...saved.map(plannedWeight),
      ...biases
        .filter(({ name }) => !saved.some((one) => one.name === name))
        .map((one) => ({ ...plannedWeight(one), key: biasKey(one, layers) })),
    ],
  };
}

/** PEFT saves the bias of an adapted layer under the name of the layer inside. */
function biasKey({ name, python }: Stored, adapted: readonly Layer[]): string {
  const layer = adapted.find(({ bias }) => bias === name);
  return layer === undefined ? python : `${layer.module}.base_layer.bias`;
}

const plannedWeight = (stored: Stored): PlannedWeight => ({
  key: stored.python,
  stored,
  tensor: { shape: shapeInOrder(stored), data: inOrder(stored, floatsOf(stored.value)) },
});

function factorShape(where: string, layer: Layer, feedforward: boolean): readonly number[] {
  if (layer.kind === "embedding")
    throw new OptimizerError(
      `\`${where}\` scales linear layers and convolutions, and \`${layer.module}\` is an embedding. Leave it out.`,
    );
  if (layer.kind === "conv") return [1, feedforward ? layer.in : layer.out, ...layer.window.map(() => 1)];
  return feedforward ? [1, layer.in] : [layer.out, 1];
}

/** The shapes of A and B, as PEFT has them. */
function lowRankShapes(
  where: string,
  layer: Layer,
  rank: number,
): readonly [a: readonly number[], b: readonly number[]] {
  const { kind, in: into, out, window, groups, module } = layer;
  if (kind !== "conv")
    return [
      [rank, into],
      [out, rank],
    ];
  if (rank % groups !== 0)
    throw new OptimizerError(
      `\`${where}\`: \`${module}\` is a convolution of ${groups} groups, so its rank must be a multiple of ${groups}; got ${rank}. Give \`ranks\`, or leave it out.`,
    );
  return [
    [rank, into, ...window],
    [out, rank / groups, ...window.map(() => 1)],
  ];
}

/** Throws where DoRA cannot be had for a layer. */
function checkDecomposed(where: string, { module, kernel, groups }: Layer): void {
  if (kernel.value === undefined)
    throw new OptimizerError(
      `\`${where}\`: DoRA needs the numbers of \`${module}\`, which a fused operator reads as integers. Use lora().`,
    );
  if (groups > 1)
    throw new OptimizerError(
      `\`${where}\`: DoRA is not defined for \`${module}\`, a convolution of ${groups} groups. Leave it out.`,
    );
}

function lowRankStart(
  where: string,
  { graph }: Read,
  layer: Layer,
  rank: number,
  { seed, weightDecomposed }: LoraMethod,
): ReadonlyMap<string, AdapterTensor> {
  const { module, kind, out } = layer;
  const [a, b] = lowRankShapes(where, layer, rank);
  const all = new Map<string, AdapterTensor>(
    kind === "embedding"
      ? [
          ["lora_embedding_A", filled(a, 0)],
          ["lora_embedding_B", normal(`${module}.lora_embedding_B`, b, seed)],
        ]
      : [
          ["lora_A.weight", kaiming(`${module}.lora_A`, a, seed)],
          ["lora_B.weight", filled(b, 0)],
        ],
  );
  if (weightDecomposed) {
    checkDecomposed(where, layer);
    const weight = weightOf(where, graph, layer);
    const lengths = kind === "embedding" ? columnNorms(weight, out) : rowNorms(weight, out);
    all.set("lora_magnitude_vector", {
      shape: magnitudeShape(layer),
      data: lengths.map((m) => m * Math.abs(layer.factor)),
    });
  }
  return all;
}

const magnitudeShape = ({ kind, out, window }: Layer): readonly number[] =>
  kind === "conv" ? [1, out, ...window.map(() => 1)] : [out];

/** The model's own tensors that a method trains without adding any. */
function partsOf(
  where: string,
  { layers }: Found,
  tensors: readonly Stored[],
  kind: "bitfit" | "last-layers",
  targets: Method["targets"],
): readonly Stored[] {
  const wanted = kind === "bitfit" ? tensors.filter(({ bias }) => bias) : tensors;
  if (wanted.length === 0)
    throw new OptimizerError(
      `\`${where}\`: the model has no ${kind === "bitfit" ? "bias" : "weight"} that could be trained.`,
    );
  const modules = (python: string): readonly string[] =>
    python.split(".").flatMap((_, i, parts) => (i === 0 ? [] : [parts.slice(0, i).join(".")]));
  if (targets !== undefined) {
    const names = [...new Set(wanted.flatMap(({ python }) => modules(python)))];
    return listed(targets)
      .flatMap((target) => {
        const meant = wanted.filter(({ python }) => modules(python).some((module) => fits(target, module)));
        return meant.length > 0 ? meant : refused(where, "targets", target, names);
      })
      .filter((one, i, all) => all.indexOf(one) === i);
  }
  if (kind === "bitfit") return wanted;
  const ends = layers.filter(({ last }) => last);
  const of = ends.length > 0 ? ends : layers.slice(-1);
  const found = wanted.filter(({ name }) => of.some(({ kernel, bias }) => kernel.stored === name || bias === name));
  if (found.length === 0)
    throw new OptimizerError(
      `\`${where}\` finds no last layer with a weight that can be trained. Name modules in \`targets\`.`,
    );
  return found;
}

function modulesSaved(where: string, modules: readonly string[], tensors: readonly Stored[]): readonly Stored[] {
  const names = [
    ...new Set(tensors.flatMap(({ python }) => python.split(".").map((_, i, p) => p.slice(0, i).join(".")))),
  ].filter((name) => name !== "");
  return modules.flatMap((module) => {
    const inside = tensors.filter(({ python }) => python.startsWith(`${module}.`) || python.includes(`.${module}.`));
    return inside.length > 0 ? inside : refused(where, "modulesToSave", module, names);
  });
}

/** Whether one adapter's module is a layer's, where the model or the adapter has more around it. */
function prefixes(layers: readonly Layer[], modules: readonly string[], prefix: string): (module: string) => string {
  const names = new Set(layers.map(({ module }) => module));
  if (prefix !== "") return (module) => `${prefix}.${module}`;
  if (modules.every((module) => names.has(module))) return (module) => module;
  const [first = ""] = modules;
  const ways: ((module: string) => string)[] = [];
  for (const name of names) {
    if (name.endsWith(`.${first}`)) {
      const more = name.slice(0, -first.length);
      ways.push((module) => `${more}${module}`);
    } else if (first.endsWith(`.${name}`)) {
      const less = first.slice(0, -name.length);
      ways.push((module) => (module.startsWith(less) ? module.slice(less.length) : module));
    }
  }
  const fit = ways.filter((way) => modules.every((module) => names.has(way(module))));
  return fit.length === 1 ? fit[0]! : (module) => module; // the one, or the error names what is missing
}

function resumed(
  where: string,
  { layers, hidden }: Found,
  stored: readonly Stored[],
  adapter: Adapter,
  prefix: string,
): Adaptation {
  const { method, tensors } = adapter;
  const modules = modulesOf(adapter);
  const place = prefixes(layers, modules, prefix);
  const names = layers.map(({ module }) => module);
  const plannedLayers = modules.map((name): PlannedLayer => {
    const layer = layers.find(({ module }) => module === place(name));
    if (layer === undefined)
      throw new OptimizerError(
        `\`${where}\`: the adapter has tensors for \`${name}\`, which no layer of the model is called.${suggestion(name, names)} Its layers are ${list(names, 12)}.${hidden > 0 ? ` ${hidden} more are inside functions, branches or fused operators.` : ""}`,
      );
    const own = new Map(
      Object.entries(tensors).flatMap(([key, tensor]) => {
        const of = partOf(key);
        return of?.module === name ? [[of.part, tensor] as const] : [];
      }),
    );
    return { layer, name, ...checkedLayer(where, name, layer, method, own), tensors: own };
  });
  const adapted = plannedLayers.map(({ layer }) => layer);
  const weights = Object.entries(tensors).flatMap(([key, tensor]): PlannedWeight[] => {
    if (partOf(key) !== undefined) return [];
    const python = place(key.replace(/\.base_layer\.bias$/, ".bias").replace(/\.modules_to_save\./, "."));
    const one =
      stored.find((s) => s.python === python) ??
      stored.find(({ name }) => adapted.some(({ bias, module }) => bias === name && `${module}.bias` === python));
    if (one === undefined)
      throw new OptimizerError(
        `\`${where}\`: the adapter has the weight \`${key}\`, which the model does not store.${suggestion(
          python,
          stored.map((s) => s.python),
        )} Was it exported with the same head?`,
      );
    if (shapeInOrder(one).join() !== tensor.shape.join())
      throw new OptimizerError(
        `\`${where}\`: \`${key}\` is [${tensor.shape.join(", ")}] in the adapter and [${shapeInOrder(one).join(", ")}] in the model.`,
      );
    return [{ key, stored: one, tensor }];
  });
  if (plannedLayers.length === 0 && weights.length === 0)
    throw new OptimizerError(`\`${where}\`: the adapter has no tensors.`);
  return { method, layers: plannedLayers, weights };
}

/** Throws where an adapter's tensors do not fit a layer. */
function checkedLayer(
  where: string,
  name: string,
  layer: Layer,
  method: Method,
  tensors: ReadonlyMap<string, AdapterTensor>,
): { readonly scale: number; readonly feedforward: boolean } {
  const same = (part: string, shape: readonly number[]): boolean => tensors.get(part)?.shape.join() === shape.join();
  const fail = (part: string, shape: readonly number[]): never => {
    const got = tensors.get(part);
    throw new OptimizerError(
      `\`${where}\`: \`${name}.${part}\` ${got === undefined ? "is missing in the adapter" : `is [${got.shape.join(", ")}] in the adapter`}, and the model's layer needs [${shape.join(", ")}]. Is it an adapter of another model?`,
    );
  };
  if (tensors.has("ia3_l")) {
    const outputs = factorShape(where, layer, false);
    const inputs = factorShape(where, layer, true);
    if (same("ia3_l", outputs)) return { scale: 1, feedforward: false };
    return same("ia3_l", inputs) ? { scale: 1, feedforward: true } : fail("ia3_l", outputs);
  }
  if (method.kind !== "lora")
    throw new OptimizerError(`\`${where}\`: \`${name}\` has a low-rank update, and the method is ${method.kind}.`);
  const table = layer.kind === "embedding";
  const [aPart, bPart] = table ? ["lora_embedding_A", "lora_embedding_B"] : ["lora_A.weight", "lora_B.weight"];
  const rank = tensors.get(aPart)?.shape[0] ?? method.rank;
  const [a, b] = lowRankShapes(where, layer, rank);
  if (!same(aPart, a)) fail(aPart, a);
  if (!same(bPart, b)) fail(bPart, b);
  if (tensors.has("lora_B.bias") && !same("lora_B.bias", [layer.out])) fail("lora_B.bias", [layer.out]);
  if (method.weightDecomposed) {
    checkDecomposed(where, layer);
    if (!same("lora_magnitude_vector", magnitudeShape(layer))) fail("lora_magnitude_vector", magnitudeShape(layer));
  }
  return { scale: scaleOf(method, name, rank), feedforward: false };
}
