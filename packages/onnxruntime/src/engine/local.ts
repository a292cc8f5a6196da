import { type Configured, OptimizerError } from "@descent/core";
import { list } from "@descent/core/adapter";
import { decodeModel, encodeModel, type Mended, type ModelProto, mend, OnnxError } from "@descent/onnx";
import type { Target } from "@descent/onnx/autodiff";
import type { GraphProto } from "@descent/onnx/proto";
import { beside } from "../files/external.ts";
import { bytesOf, isDecoded, isUrl } from "../files/read.ts";
import { lightened } from "../graphs/lightened.ts";
import { type Candidates, candidates, ModelSource } from "../graphs/model.ts";
import { described, type Source, type Starts } from "../graphs/source.ts";
import { encodeTrainingFile, TrainingFile } from "../graphs/training-file.ts";
import { DeviceResidence } from "../plans/device.ts";
import { sharing } from "../plans/elastic.ts";
import { GraphResidence } from "../plans/graph.ts";
import { type Held, HostResidence } from "../plans/host.ts";
import { TrainingLoop } from "../plans/loop.ts";
import type { Training } from "../plans/training.ts";
import { type LostError, watchDevice } from "../quirks/lost.ts";
import { onnxMatmul } from "../quirks/matmul.ts";
import { working } from "../quirks/self-test.ts";
import { share } from "../quirks/share.ts";
import { inTurn } from "../runtime/queue.ts";
import { providerName, type Runtime, runtimeOf } from "../runtime/runtime.ts";
import { Compiler, targetOf } from "../session/compiler.ts";
import type { Engine, Exported, Opening, Retraining, Started, Starting } from "./engine.ts";
import { exported, inlined } from "./export.ts";

/** The bytes of a training graph, or the model with one tensor for each weight. */
type Opened = Omit<Opening, "runtime" | "model"> & { readonly runtime: Runtime; readonly file: Uint8Array | Mended };

interface Running {
  readonly target: Target;
  readonly source: Source;
  readonly training: Training;
  /** The original model. */
  readonly model: ModelProto;
  readonly starting: Starting;
}

/** The engine in this thread. */
export class LocalEngine implements Engine {
  readonly #lost: (error: LostError) => void;
  #opened: Opened | undefined;
  #running: Running | undefined;

  /** `lost` is called when the device is lost while no call is under way. */
  constructor(lost: (error: LostError) => void) {
    this.#lost = lost;
  }

  get training(): Training {
    return this.#started().training;
  }

  async open(opening: Opening): Promise<Candidates> {
    const { model, ...rest } = opening; // what was given is not kept beside what is read from it
    const { trainingGraph } = rest;
    const kind = trainingGraph ? "training graph" : "model";
    const [source, runtime, external] = await Promise.all([
      isDecoded(model) && !trainingGraph ? model : bytesOf(isDecoded(model) ? encodeModel(model) : model, kind),
      runtimeOf(opening.runtime),
      opening.external ??
        (typeof model === "string" || isUrl(model) ? beside(String(model), opening.externalRoot) : undefined),
    ]);
    const opened = { ...rest, runtime: inTurn(runtime), external };
    if (isDecoded(source) || !trainingGraph) {
      const read = isDecoded(source) ? source : decodeModel(source);
      const { lift, ...mending } = opening.mending;
      const file = mend(read, { ...mending, lift: lift && constantsAmong(read, lift), external });
      this.#opened = { ...opened, file };
      try {
        return candidates(file, external, opening.reading);
      } catch (error) {
        const outside = read.graph?.initializer?.some(({ dataLocation }) => dataLocation === 1) ?? false;
        throw outside ? error : await alsoRefused(error, source, opened.runtime);
      }
    }
    this.#opened = { ...opened, file: source };
    const known = { elem: "float32", trained: true, because: "trained before", sources: [], modules: [] };
    const weights = new TrainingFile(source).parameters.map((p) => ({ ...p, ...known }));
    return { weights, changes: [], notes: [], quantized: [] };
  }

  async start(starting: Starting): Promise<Started> {
    const { started, running } = await this.#begun(starting);
    this.#running = this.#lighter(running);
    return started;
  }

  /** Drops the numbers of what is trained now: the training has its own. */
  #lighter(running: Running): Running {
    const { source } = running;
    if (!this.#opened || this.#opened.file instanceof Uint8Array || !(source instanceof ModelSource)) return running;
    const { file } = this.#opened;
    const model = lightened(
      file.model,
      source.parameters.map(({ name }) => name),
    );
    this.#opened = { ...this.#opened, file: { ...file, model } };
    source.lighten(model);
    return { ...running, model };
  }

  async retrain(change: Retraining, optimizer?: Configured): Promise<Started> {
    const before = this.#started();
    const { weights, optimizer: state } = await before.training.snapshot();
    const { started, running } = await this.#begun({
      ...before.starting,
      ...change,
      // Those that were left at first are not among them any more.
      unreached: before.starting.unreached === "zeros" ? "zeros" : "error",
      ...(optimizer ? { optimizer } : {}),
    });
    try {
      const kept = new Set([...started.parameters, ...started.statistics].map(({ name }) => name));
      const staying = Object.entries(weights).filter(([name]) => kept.has(name));
      await running.training.restore(
        { weights: Object.fromEntries(staying), optimizer: state, waiting: undefined },
        { strict: false },
      );
    } catch (error) {
      await running.training.dispose();
      throw error;
    }
    this.#running = this.#lighter(running);
    await before.training.dispose();
    return started;
  }

  async #begun(starting: Starting): Promise<{ readonly started: Started; readonly running: Running }> {
    const opened = this.#opened;
    if (!opened) throw new OptimizerError("The engine was started before it was opened.");
    const { file: read, runtime, external, sessionOptions } = opened;
    const { executionProviders, fills } = await working(runtime, opened.executionProviders);
    const target = targetOf(executionProviders);
    let source: Source;
    let model: ModelProto;
    if (read instanceof Uint8Array) {
      const file = new TrainingFile(read, starting.trained);
      if (target === "webgpu" && file.target !== "webgpu")
        throw new OptimizerError(
          `The training graph was made for the provider "${file.target}" and may use operators that webgpu lacks. Save it from a trainer on webgpu.`,
        );
      source = file;
      model = decodeModel(file.model);
    } else {
      model = read.model;
      source = new ModelSource(model, { ...starting, external, target, reading: opened.reading });
    }
    const compiler = new Compiler({ runtime, source, executionProviders, sessionOptions, fills });
    const training = await trainingOf(compiler, executionProviders, starting, source.take());
    if (target === "webgpu") watchDevice(runtime, this.#lost).catch(() => {}); // then a run will tell
    return {
      running: { target, source, training, model, starting },
      started: {
        plan: training.plan,
        executionProviders: executionProviders.map(providerName),
        inputs: source.inputs,
        labels: source.labels,
        parameters: source.parameters,
        statistics: source.statistics,
      },
    };
  }

  async exportModel(inference: boolean, location?: string): Promise<Exported> {
    const { training, model } = this.#started();
    return exported(model, await training.weights(true), this.#opened?.external, inference, location);
  }

  async trainingGraph(): Promise<Uint8Array> {
    const { training, model, source, target, starting } = this.#started();
    if (starting.held?.length)
      throw new OptimizerError(
        `${list(starting.held)} ${starting.held.length > 1 ? "were" : "was"} trained before, and a training graph's file has weights as they were at first. Save the model, trainer.saveModel(path), and make the graph from that.`,
      );
    if (starting.rows?.length)
      throw new OptimizerError(
        "A training graph's file gives whole gradients, and this trainer takes those of rows (`rows`), which step otherwise. Save a checkpoint: trainer.save(path).",
      );
    const whole = encodeModel(inlined(model, this.#opened?.external));
    const made = source instanceof TrainingFile ? source.target : target;
    return encodeTrainingFile(source, made, whole, await training.weights());
  }

  async dispose(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#opened = undefined;
    await running?.training.dispose();
  }

  #started(): Running {
    if (!this.#running) throw new OptimizerError("The engine is not running.");
    return this.#running;
  }
}

/** The training loop over the residence that was asked for; by default on webgpu the device where it is shared, else the graph. */
async function trainingOf(
  compiler: Compiler,
  executionProviders: Opening["executionProviders"],
  { plan, optimizer, seed, world, shard, state, native, rows, hutchinson }: Starting,
  { weights, statistics }: Starts,
): Promise<Training> {
  const trained = { weights: weights.map(described), statistics, seed: seed + (world?.rank ?? 0), hutchinson, world };
  if (plan === "host" || world || native || rows?.length || (plan === undefined && compiler.target !== "webgpu")) {
    // The runtime that fills the tensors it is handed is onnxruntime-node.
    const matmul = compiler.fills ? await onnxMatmul({ threads: compiler.threads }) : undefined;
    const ranks = world && sharing(world, () => loop.lost());
    const options = { matmul, native, world: ranks, shard: world && shard, state };
    const loop: TrainingLoop<Held> = new TrainingLoop(
      compiler,
      new HostResidence(compiler, optimizer, weights, options),
      { ...trained, world: ranks },
    );
    return loop;
  }
  if (plan !== "graph") {
    const shared = await share(compiler.runtime, executionProviders);
    if (typeof shared !== "string") {
      try {
        return new TrainingLoop(compiler, new DeviceResidence(compiler, shared, optimizer, weights, state), trained);
      } catch (error) {
        await shared.release();
        throw error;
      }
    } else if (plan === "device")
      throw new OptimizerError(`The update cannot run on the device: ${shared}. Use plan: "graph" or "host".`);
  }
  if (state !== undefined)
    throw new OptimizerError(
      '`state` in fewer bytes is kept by the plans "host" and "device", and this trainer\'s plan is "graph". Use plan: "host", or leave `state` out.',
    );
  return new TrainingLoop(compiler, new GraphResidence(compiler, optimizer, weights), trained);
}

/** An error about the shapes of a node, with the words of ONNX Runtime where it does not take the file as it is either. */
async function alsoRefused(
  error: unknown,
  source: Uint8Array | ModelProto,
  { InferenceSession }: Runtime,
): Promise<unknown> {
  if (!(error instanceof OnnxError) || !error.message.includes(" Its inputs are ")) return error;
  try {
    const session = await InferenceSession.create(isDecoded(source) ? encodeModel(source) : source, {
      logSeverityLevel: 4,
    });
    await session.release();
    return error;
  } catch (refused) {
    const [said = ""] = (refused as Error).message.split("\n");
    return new OnnxError(`${error.message} ONNX Runtime refuses this file as well: ${said}`, { cause: error });
  }
}

/** Those of the names that Constant nodes compute: others are weights already, or the check of `trainable` refuses them. */
function constantsAmong({ graph = {} }: ModelProto, names: readonly string[]): string[] {
  const within = ({ node = [] }: GraphProto): readonly string[] =>
    node.flatMap(({ opType, output = [], attribute = [] }) => [
      ...(opType === "Constant" ? output : []),
      ...attribute.flatMap((a) => (a.g === undefined ? (a.graphs ?? []) : [a.g])).flatMap(within),
    ]);
  const constants = new Set(within(graph));
  return names.filter((name) => constants.has(name));
}
