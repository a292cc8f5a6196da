import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { OptimizerError } from "@descent/core";
import { isCallback, isRecord, shown, takes } from "@descent/core/adapter";
import { writeFile } from "@descent/files";

/* TensorFlow.js's own format in a folder, as @tensorflow/tfjs-node writes it: `model.json` with topology and manifest, `weights.bin`. */

/** A model on its way to or from a file, by structure. */
interface Artifacts {
  readonly modelTopology?: unknown;
  readonly weightSpecs?: readonly unknown[];
  readonly weightData?: unknown;
}

/** Saves to a place, and loads from it. */
interface Handler {
  save?(artifacts: Artifacts): Promise<unknown>;
  load?(): Promise<unknown>;
}

type Router = (url: string | string[]) => Handler | null;

/** The part of TensorFlow.js that finds a handler for an address. */
export interface ModelIO {
  /** TensorFlow.js's `tf.io`. */
  readonly io: {
    registerSaveRouter(router: Router): unknown;
    registerLoadRouter(router: Router): unknown;
    getSaveHandlers(url: string): readonly unknown[];
    getLoadHandlers(url: string): readonly unknown[];
    getModelArtifactsForJSON(json: never, loadWeights: never): Promise<unknown>;
    getModelArtifactsInfoForJSON(artifacts: never): unknown;
  };
}

const SCHEME = "file://";
const WEIGHTS = "weights.bin";

/**
 * Teaches TensorFlow.js the addresses of files in plain Node: `await model.save("file://runs/a")` writes a folder, and
 * `tf.loadLayersModel("file://runs/a/model.json")` reads it, as `@tensorflow/tfjs-node` does, whose folders they are. Where addresses of
 * files are known already, as with that package, nothing changes. Each file is written whole or not at all, the weights first.
 */
export function registerFiles(tf: ModelIO): void {
  const io = (isRecord(tf) || typeof tf === "object" ? tf?.io : undefined) as ModelIO["io"] | undefined;
  const fits = typeof io === "object" && io !== null && isCallback(io.registerSaveRouter);
  takes("registerFiles", 'tfjs itself: import * as tf from "@tensorflow/tfjs"', tf, fits);
  const { registerSaveRouter, registerLoadRouter, getSaveHandlers, getLoadHandlers } = io!; // checked
  if (getSaveHandlers(`${SCHEME}x`).length === 0) registerSaveRouter((url) => routed(url, (place) => saver(tf, place)));
  if (getLoadHandlers(`${SCHEME}x`).length === 0)
    registerLoadRouter((url) => routed(url, (place) => loader(tf, place)));
}

/** A handler for the address of a file; null for any other, which other routers may know. */
function routed(url: string | string[], handler: (place: string) => Handler): Handler | null {
  if (typeof url !== "string" || !url.startsWith(SCHEME)) return null;
  const place = url.slice(SCHEME.length);
  return handler(path.resolve(process.platform === "win32" ? place.replace(/^\/(?=[A-Za-z]:)/, "") : place));
}

const saver = (tf: ModelIO, folder: string): Handler => ({
  async save(artifacts) {
    const { modelTopology, weightSpecs = [], weightData, ...rest } = artifacts;
    if (modelTopology instanceof ArrayBuffer)
      throw new OptimizerError(`\`${folder}\`: a model whose topology is in binary form cannot be saved as files.`);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, WEIGHTS), bytesOf(weightData));
    const manifest = [{ paths: [WEIGHTS], weights: weightSpecs }];
    const json = JSON.stringify({ modelTopology, ...rest, weightsManifest: manifest });
    await writeFile(path.join(folder, "model.json"), new TextEncoder().encode(json));
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts as never) }; // its own
  },
});

const loader = (tf: ModelIO, file: string): Handler => ({
  async load() {
    const text = await readFile(file, "utf8");
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (cause) {
      throw new OptimizerError(`\`${file}\` is not a model of TensorFlow.js, because it is not JSON.`, { cause });
    }
    if (!isRecord(json) || !isRecord(json.modelTopology))
      throw new OptimizerError(`\`${file}\` is not a model of TensorFlow.js: it has no \`modelTopology\`.`);
    const weights = async (manifest: readonly Group[]): Promise<unknown> => {
      const groups = await Promise.all(manifest.map((group) => read(path.dirname(file), group)));
      return [manifest.flatMap((group) => group.weights), bytesOf(groups.flat()).buffer];
    };
    return tf.io.getModelArtifactsForJSON(json as never, weights as never); // which checks the rest
  },
});

/** A part of a manifest. */
interface Group {
  readonly paths: readonly string[];
  readonly weights: readonly unknown[];
}

/** The files of a group, which lie beside the model. */
const read = (folder: string, { paths }: Group): Promise<ArrayBuffer[]> =>
  Promise.all(
    paths.map(async (name) => {
      const bytes = await readFile(path.join(folder, name));
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer; // Node's own memory
    }),
  );

/** Weights in one piece: TensorFlow.js hands them over as a buffer, or as a list of some. */
function bytesOf(data: unknown): Uint8Array<ArrayBuffer> {
  const parts: readonly unknown[] = Array.isArray(data) ? data : data === undefined ? [] : [data];
  const all = parts.map((part) => {
    if (part instanceof ArrayBuffer) return new Uint8Array(part);
    throw new OptimizerError(`The weights of a model must be an ArrayBuffer, or a list of some; got ${shown(part)}.`);
  });
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of all) {
    bytes.set(part, place);
    place += part.length;
  }
  return bytes;
}
