import { decodeState, type StateDict } from "@descent/core";
import type { SafeTensor } from "@descent/core/adapter";
import { areDigits, labelNames, MOST, namesFrom } from "../data/names.ts";
import { deviceNames, engineNames, type Place } from "../devices/device.ts";
import { write } from "../disk.ts";
import { type Model, type ModelName, model, modelNames, type Weights } from "../engines/model.ts";
import { oneLine, UserError } from "../errors.ts";
import { readPosition } from "../training/position.ts";
import { type Recipe, readRecipe } from "../training/recipe.ts";
import type { Best } from "../training/resume.ts";
import type { Saved } from "../training/train.ts";
import { readRunFile } from "./folder.ts";
import { decode, encode, isRecord } from "./tensors.ts";

/** An engine on a device, with the engine's version. */
export interface Where extends Place {
  readonly version: string;
}

/** Everything needed to resume exactly; the order of the images follows from recipe and position. */
export interface Checkpoint extends Saved {
  readonly recipe: Recipe;
  /** Checksum of the training images and labels. */
  readonly data: string;
  /** Where it was trained, if known: another engine or device may round differently. */
  readonly where: Where | undefined;
  /** The names of the classes. */
  readonly names: readonly string[];
}

const tensors = (net: Model, weights: Weights, prefix: string): Record<string, SafeTensor> =>
  Object.fromEntries(
    net.parameters.map(({ name, shape }) => [`${prefix}${name}`, { dtype: "F32", shape, data: weights[name]! }]),
  );

/**
 * Writes one safetensors file: parameters under `p/`, the optimizer's state under its own keys with metadata in the entry
 * `descent`, as every adapter reads them, and the run's metadata in the entry `descent-mnist`.
 */
export async function saveCheckpoint(file: string, saved: Checkpoint): Promise<void> {
  const { recipe, position, weights, state, data, where, best, names } = saved;
  const slots = Object.fromEntries(
    Object.entries(state.tensors).map(([key, { shape, data: numbers }]): [string, SafeTensor] => [
      key,
      { dtype: "F32", shape, data: numbers },
    ]),
  );
  const net = model(recipe.model, names.length);
  const kept = best === undefined ? {} : tensors(net, best.weights, "best/");
  const all = { ...tensors(net, weights, "p/"), ...kept, ...slots };
  const of = best && { epoch: best.epoch, loss: best.loss };
  await write(
    file,
    encode(
      all,
      { recipe, position, data, where, ...named(names), ...(of ? { best: of } : {}) },
      { descent: JSON.stringify(state.meta) },
    ),
  );
}

/** Writes the parameters alone, under their own names. */
export const saveModel = (file: string, recipe: Recipe, weights: Weights, names: readonly string[]): Promise<void> =>
  write(file, encode(tensors(model(recipe.model, names.length), weights, ""), { recipe, ...named(names) }));

/** Names of classes as a file holds them: not at all for digits. */
const named = (names: readonly string[]): { readonly classes?: readonly string[] } =>
  areDigits(names) ? {} : { classes: names };

/** The parameter that has a number per class. */
const LAST = "output/bias";

/** The classes of a network by the shape of that parameter; ten where the shape is wrong, which the caller then refuses. */
function classesIn(shape: readonly number[] | undefined): number {
  const [count = 0] = shape ?? [];
  return count >= 2 && count <= MOST ? count : 10;
}

interface Opened {
  readonly model: Model;
  readonly weights: Weights;
  readonly own: Readonly<Record<string, unknown>>;
  readonly bytes: Uint8Array;
}

function open(file: string): Opened {
  const bytes = readRunFile(file);
  const { tensors, own } = decode(bytes, file);
  const name = isRecord(own.recipe) ? own.recipe.model : undefined;
  const known = modelNames.find((one) => one === name);
  if (known === undefined)
    throw new UserError(
      `\`${file}\` contains the unknown model ${JSON.stringify(name)}; this program has ${modelNames.join(" and ")}.`,
    );
  const last = tensors[`p/${LAST}`] ?? tensors[LAST];
  const net = model(known, classesIn(last?.shape));
  const weights: Record<string, Float32Array> = {};
  for (const { name: parameter, shape } of net.parameters) {
    const found = tensors[`p/${parameter}`] ?? tensors[parameter];
    if (found === undefined || !(found.data instanceof Float32Array) || found.shape.join() !== shape.join()) {
      const has = found === undefined ? "lacks it" : `has ${found.dtype} [${found.shape.join(", ")}]`;
      throw new UserError(
        `\`${file}\` does not match its model: ${known} has \`${parameter}\` as F32 [${shape.join(", ")}], and the file ${has}.`,
      );
    }
    const wild = found.data.findIndex((value) => !Number.isFinite(value));
    if (wild >= 0)
      throw new UserError(`\`${file}\` is damaged: \`${parameter}\` has ${found.data[wild]} at place ${wild}.`);
    weights[parameter] = found.data;
  }
  return { model: net, weights, own, bytes };
}

function readWhere(found: unknown): Where | undefined {
  if (!isRecord(found)) return undefined;
  const device = deviceNames.find((name) => name === found.device);
  const engine = engineNames.find((name) => name === found.engine);
  return device && engine ? { device, engine, version: String(found.version).slice(0, 100) } : undefined;
}

/** The best epoch of a run that may stop early. */
function readBest(found: unknown, net: Model, all: StateDict["tensors"], file: string): Best | undefined {
  if (!isRecord(found)) return undefined;
  const { epoch, loss } = found;
  const tensor = (name: string): Float32Array | undefined => all[`best/${name}`]?.data;
  if (
    typeof epoch !== "number" ||
    typeof loss !== "number" ||
    net.parameters.some(({ name }) => tensor(name) === undefined)
  )
    throw new UserError(`\`${file}\` is damaged: its best epoch is incomplete.`);
  return { epoch, loss, weights: Object.fromEntries(net.parameters.map(({ name }) => [name, tensor(name)!])) };
}

/** Loads a checkpoint. `asked` is the model named on the command line, if any. */
export function loadCheckpoint(file: string, asked?: ModelName): Checkpoint {
  const { model: net, weights, own, bytes } = open(file);
  if (asked !== undefined && asked !== net.name) {
    throw new UserError(`\`${file}\` is a checkpoint of ${net.name}, but --model asks for ${asked}.`);
  }
  if (!isRecord(own.position)) {
    throw new UserError(`\`${file}\` is a model, not a checkpoint: resume from checkpoint.safetensors beside it.`);
  }
  const position = readPosition(own.position, file);
  const recipe = readRecipe(own.recipe, file);
  if (typeof own.data !== "string" || !/^[0-9a-f]{8}$/.test(own.data))
    throw new UserError(`\`${file}\` is damaged: it has ${JSON.stringify(own.data)} as the checksum of its images.`);
  let state: StateDict;
  try {
    state = decodeState(bytes);
  } catch (error) {
    throw new UserError(`\`${file}\` cannot be used: ${oneLine(error)}`, { cause: error });
  }
  const slots = Object.fromEntries(Object.entries(state.tensors).filter(([key]) => !/^(p|best)\//.test(key)));
  return {
    recipe,
    position,
    weights,
    state: { meta: state.meta, tensors: slots },
    data: own.data,
    where: readWhere(own.where),
    best: readBest(own.best, net, state.tensors, file),
    names: namesFrom(own.classes, net.classes),
  };
}

/** A trained network. */
export interface Network {
  readonly model: Model;
  readonly weights: Weights;
  /** The names of its classes; an ONNX file has none, and they are called by their labels. */
  readonly names: readonly string[];
}

/** Loads the network of a checkpoint, of a model file, or of a `model.onnx` that a run wrote. */
export async function loadModel(file: string): Promise<Network> {
  if (file.endsWith(".onnx")) {
    const found = await loadOnnx(file);
    return { ...found, names: labelNames(found.model.classes) };
  }
  const { model: net, weights, own } = open(file);
  return { model: net, weights, names: namesFrom(own.classes, net.classes) };
}

/** The weights of an ONNX file that has all parameters of a network here, under their names. */
async function loadOnnx(file: string): Promise<Omit<Network, "names">> {
  const { importModel } = await import("@descent/onnx");
  let graph: ReturnType<typeof importModel>;
  try {
    graph = importModel(readRunFile(file));
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(`\`${file}\` cannot be used: ${oneLine(error)}`, { cause: error });
  }
  const classes = classesIn(graph.value(LAST)?.dims);
  for (const net of modelNames.map((name) => model(name, classes))) {
    const weights: Record<string, Float32Array> = {};
    for (const { name, shape } of net.parameters) {
      const found = graph.value(name);
      if (found?.data instanceof Float32Array && found.dims.join() === shape.join()) weights[name] = found.data;
    }
    if (net.parameters.every(({ name }) => Object.hasOwn(weights, name))) return { model: net, weights };
  }
  throw new UserError(
    `\`${file}\` is an ONNX model of another network: this program reads ${modelNames.join(" and ")}, as its own runs write them.`,
  );
}
