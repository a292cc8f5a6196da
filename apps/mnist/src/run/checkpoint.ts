import { decodeState, type StateDict } from "@descent/core";
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from "@descent/core/adapter";
import { deviceNames, engineNames, type Place } from "../devices/device.ts";
import type { Weights } from "../engines/engine.ts";
import { type Model, type ModelName, model, modelNames } from "../engines/model.ts";
import { oneLine, UserError } from "../errors.ts";
import type { Recipe } from "../training/recipe.ts";
import { writeWhole } from "./files.ts";
import { readRunFile } from "./folder.ts";

/** Where a run stands between two updates. */
export interface Position {
  /** Whole epochs done. */
  readonly epoch: number;
  /** Images done of the epoch under way. */
  readonly place: number;
  /** Updates done. */
  readonly step: number;
  /** Over the images of the epoch under way: sums of their losses, and how many were right. */
  readonly loss: number;
  readonly right: number;
  /** Time spent so far: in all, and on updates alone. */
  readonly seconds: number;
  readonly stepSeconds: number;
}

/** An engine on a device, with the engine's version. */
export interface Where extends Place {
  readonly version: string;
}

/** All it takes to go on exactly: the order of the images follows from recipe and position. */
export interface Checkpoint {
  readonly recipe: Recipe;
  readonly position: Position;
  readonly weights: Weights;
  readonly state: StateDict;
  /** Of the training images and labels. */
  readonly data: string;
  /** What it was trained on, where that can be told: another place may round differently. */
  readonly where: Where | undefined;
}

const entry = "descent-mnist";

const tensors = (net: Model, weights: Weights, prefix: string): Record<string, SafeTensor> =>
  Object.fromEntries(
    net.parameters.map(({ name, shape }) => [`${prefix}${name}`, { dtype: "F32", shape, data: weights[name]! }]),
  );

/**
 * One safetensors file: parameters under `p/`, the optimizer's state under its own keys with its meta data in the entry
 * `descent`, as every adapter reads them, and the run's in the entry `descent-mnist`.
 */
export function saveCheckpoint(file: string, { recipe, position, weights, state, data, where }: Checkpoint): void {
  const slots = Object.fromEntries(
    Object.entries(state.tensors).map(([key, { shape, data: numbers }]): [string, SafeTensor] => [
      key,
      { dtype: "F32", shape, data: numbers },
    ]),
  );
  const header = {
    descent: JSON.stringify(state.meta),
    [entry]: JSON.stringify({ version: 1, recipe, position, data, where }),
  };
  writeWhole(file, encodeSafetensors({ ...tensors(model(recipe.model), weights, "p/"), ...slots }, header));
}

/** The parameters alone, under their own names. */
export function saveModel(file: string, recipe: Recipe, weights: Weights): void {
  const header = { [entry]: JSON.stringify({ version: 1, recipe }) };
  writeWhole(file, encodeSafetensors(tensors(model(recipe.model), weights, ""), header));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

interface Opened {
  readonly model: Model;
  readonly weights: Weights;
  readonly header: Readonly<Record<string, unknown>>;
  readonly bytes: Uint8Array;
}

function open(file: string): Opened {
  const bytes = readRunFile(file);
  let decoded: ReturnType<typeof decodeSafetensors>;
  try {
    decoded = decodeSafetensors(bytes);
  } catch (error) {
    throw new UserError(`\`${file}\` cannot be used: ${oneLine(error)}`, { cause: error });
  }
  let header: unknown;
  try {
    header = JSON.parse(decoded.metadata[entry] ?? "null");
  } catch {
    header = null;
  }
  if (!isRecord(header) || header.version !== 1 || !isRecord(header.recipe)) {
    throw new UserError(`\`${file}\` was not saved by this program: its metadata has no fitting entry \`${entry}\`.`);
  }
  const name = header.recipe.model;
  const known = modelNames.find((one): one is ModelName => one === name);
  if (known === undefined)
    throw new UserError(`\`${file}\` holds a model \`${String(name)}\`; there are ${modelNames.join(", ")}.`);
  const net = model(known);
  const weights: Record<string, Float32Array> = {};
  for (const { name: parameter, shape } of net.parameters) {
    const found = decoded.tensors[`p/${parameter}`] ?? decoded.tensors[parameter];
    if (found === undefined || !(found.data instanceof Float32Array) || found.shape.join() !== shape.join()) {
      const has = found === undefined ? "has none" : `has ${found.dtype} [${found.shape.join(", ")}]`;
      throw new UserError(
        `\`${file}\` holds another model: ${known} has \`${parameter}\` as F32 [${shape.join(", ")}], and the file ${has}.`,
      );
    }
    weights[parameter] = found.data;
  }
  return { model: net, weights, header, bytes };
}

function whereOf(found: unknown): Where | undefined {
  if (!isRecord(found)) return undefined;
  const device = deviceNames.find((name) => name === found.device);
  const engine = engineNames.find((name) => name === found.engine);
  return device && engine ? { device, engine, version: String(found.version) } : undefined;
}

/** A checkpoint to go on from. `asked` is the model named on the command line. */
export function loadCheckpoint(file: string, asked?: ModelName): Checkpoint {
  const { model: net, weights, header, bytes } = open(file);
  if (asked !== undefined && asked !== net.name) {
    throw new UserError(
      `\`${file}\` is a checkpoint of another model: it holds ${net.name}, and --model asks for ${asked}.`,
    );
  }
  if (!isRecord(header.position)) {
    throw new UserError(`\`${file}\` holds a model and no checkpoint: resume from checkpoint.safetensors beside it.`);
  }
  let state: StateDict;
  try {
    state = decodeState(bytes);
  } catch (error) {
    throw new UserError(`\`${file}\` cannot be used: ${oneLine(error)}`, { cause: error });
  }
  const slots = Object.fromEntries(Object.entries(state.tensors).filter(([key]) => !key.startsWith("p/")));
  return {
    // Written by saveCheckpoint, whose version was checked; what a person could have changed is checked where it is used.
    recipe: header.recipe as unknown as Recipe,
    position: header.position as unknown as Position,
    weights,
    state: { meta: state.meta, tensors: slots },
    data: String(header.data),
    where: whereOf(header.where),
  };
}

/** The network of a checkpoint or of a model file. */
export function loadModel(file: string): { readonly model: Model; readonly weights: Weights } {
  const { model: net, weights } = open(file);
  return { model: net, weights };
}
