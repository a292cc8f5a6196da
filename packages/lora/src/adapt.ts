import { OptimizerError } from "@descent/core";
import { isFloat32Array, isRecord, knownOptions, list, shown } from "@descent/core/adapter";
import { type External, encodeModel, type ModelProto } from "@descent/onnx";
import { type Adaptation, adaptation, type PlannedLayer } from "./adaptation.ts";
import { type Adapter, type AdapterTensor, checkAdapter, isAdapter, isMethod } from "./adapter.ts";
import { Editor } from "./graph/editor.ts";
import { addLowRank } from "./graph/lora.ts";
import { addScaling } from "./graph/scaling.ts";
import { transposed } from "./layers/stored.ts";
import type { Method } from "./methods/method.ts";
import { checkReading, type Model, read } from "./model.ts";

/** Options of `adapt`. */
export interface AdaptOptions {
  /** The adapter's name, by which several beside one model are told apart. Default "default". */
  readonly name?: string | undefined;
  /** The name under which the export's wrapper holds the model: with "m", the module `m.encoder.query` is called `encoder.query`, as PEFT does. */
  readonly prefix?: string | undefined;
  /** Reads the files in which a large model stores its tensors. */
  readonly external?: External | undefined;
}

/** A model with an adapter. */
export interface Adapted {
  /** The model's file with the adapter's nodes and tensors; `Trainer.create` trains those, and freezes all else. Its tensors are views of the file's. */
  readonly model: ModelProto;
  /** The modules that were adapted. */
  readonly layers: readonly string[];
  /** The names of the weights that are trained, as the Trainer has them. */
  readonly trained: readonly string[];
  /** The count of trained numbers. */
  readonly size: number;
  /** The file. */
  bytes(): Uint8Array;
  /** The adapter with the numbers of `trainer.weights()`, or as it starts. */
  adapter(weights?: Readonly<Record<string, Float32Array>>): Adapter;
}

/** A tensor of an adapter in the graph. */
interface Held {
  /** As PEFT names it. */
  readonly key: string;
  /** As the graph names it. */
  readonly name: string;
  readonly tensor: AdapterTensor;
  /** Whether the graph has the transpose. */
  readonly turned: boolean;
}

/** PEFT's name of a part while several adapters are in memory: it has the adapter's name in it. */
export const graphName = (module: string, part: string, adapter: string): string => {
  const [first = "", ...rest] = part.split(".");
  return [module, first, adapter, ...rest].join(".");
};

/**
 * Adapts a frozen model: adds `lora()`, `dora()` or `ia3()` to its layers, or picks weights of its own to train (`bitfit()`,
 * `lastLayers()`). Given an adapter that was saved, training goes on from it. The file stays as it was otherwise. Throws where a target
 * means no layer.
 */
export function adapt(model: Model, what: Method | Adapter, options: AdaptOptions = {}): Adapted {
  const { name = "default", prefix = "", external } = knownOptions("adapt", options, ["name", "prefix", "external"]);
  checkReading("adapt", { prefix, external });
  if (typeof name !== "string" || !/^\w+$/.test(name))
    throw new OptimizerError(`\`adapt\`: \`name\` must be letters, digits and _; got ${shown(name)}.`);
  if (isAdapter(what)) checkAdapter("adapt", what);
  else if (!isMethod(what))
    throw new OptimizerError(
      `\`adapt\` takes a method, such as lora({ rank: 8 }), or an adapter that was saved; got ${shown(what)}.${typeof what === "function" ? " Did you forget to call it?" : ""}`,
    );
  const source = read("adapt", model, external);
  const plan = adaptation("adapt", source, what, prefix);
  const editor = new Editor(source.model, source.graph);
  const held = plan.layers.flatMap((one) => added(editor, one, plan.method, name));
  const own = plan.weights.map(({ key, stored, tensor }): Held => {
    return { key, name: stored.name, tensor, turned: stored.turned };
  });
  editor.train(own.map((one) => one.name));
  if (isAdapter(what)) for (const one of own) editor.replace(one.name, inGraph(one));
  const all = [...held, ...own];
  const file = editor.done();
  return {
    model: file,
    layers: plan.layers.map((one) => one.name),
    trained: all.map((one) => one.name),
    size: all.reduce((n, { tensor }) => n + tensor.data.length, 0),
    bytes: () => encodeModel(file),
    adapter: (weights) => adapterOf(plan, all, weights),
  };
}

/** Adds the tensors and nodes of a layer. */
function added(editor: Editor, one: PlannedLayer, method: Method, adapter: string): readonly Held[] {
  const { layer, name, tensors, scale, feedforward } = one;
  const held = [...tensors].map(([part, tensor]): Held => {
    const as = editor.tensor(
      graphName(layer.module, part, adapter),
      { elem: "float32", dims: tensor.shape, data: tensor.data },
      true,
      adapter,
    );
    return { key: `${name}.${part}`, name: as, tensor, turned: false };
  });
  const at = (part: string): string | undefined =>
    tensors.has(part) ? graphName(layer.module, part, adapter) : undefined;
  if (method.kind === "ia3") {
    addScaling(editor, layer, at("ia3_l") ?? "", feedforward);
    return held;
  }
  const low = {
    a: at("lora_A.weight") ?? at("lora_embedding_A") ?? "",
    b: at("lora_B.weight") ?? at("lora_embedding_B") ?? "",
    magnitude: at("lora_magnitude_vector"),
    bias: at("lora_B.bias"),
  };
  addLowRank(editor, layer, low, { scale, dropout: method.kind === "lora" ? method.dropout : 0 });
  return held;
}

/** Numbers as the graph has them. */
function inGraph({ tensor: { shape, data }, turned }: Held): Float32Array {
  const [rows = 0, columns = 0] = shape;
  return turned ? transposed(data, rows, columns) : data;
}

function adapterOf(
  { method }: Adaptation,
  all: readonly Held[],
  weights: Readonly<Record<string, Float32Array>> | undefined,
): Adapter {
  if (weights !== undefined && !isRecord(weights))
    throw new OptimizerError(`\`adapter\` takes weights by name, await trainer.weights(); got ${shown(weights)}.`);
  const tensors = all.map(({ key, name, tensor: { shape, data }, turned }): [string, AdapterTensor] => {
    if (weights === undefined) return [key, { shape, data: data.slice() }];
    const given: unknown = Object.hasOwn(weights, name) ? weights[name] : undefined;
    if (!isFloat32Array(given) || given.length !== data.length)
      throw new OptimizerError(
        given === undefined
          ? `The weights lack \`${name}\`; they have ${list(Object.keys(weights))}. Are they of another trainer?`
          : `The weight \`${name}\` must be a Float32Array of ${data.length}; got ${shown(given)}.`,
      );
    const [rows = 0, columns = 0] = shape;
    return [key, { shape, data: turned ? transposed(given, columns, rows) : given.slice() }];
  });
  return { method, tensors: Object.fromEntries(tensors) };
}
