import { type Configured, OptimizerError, type Parameter } from "@descent/core";
import {
  decodeModel,
  type External,
  encodeModel,
  externalize,
  type GradientRule,
  type Loss,
  type LossFunction,
  type ModelProto,
  updateInitializers,
} from "@descent/onnx";
import { constantOf, type NodeProto, type TensorProto, tensorOf } from "@descent/onnx/proto";
import { ArtifactSource, encodeArtifact, mapInitializers } from "./artifact.ts";
import { Compiler, targetOf } from "./compile.ts";
import { DevicePlan } from "./device-plan.ts";
import type { Expected } from "./feeds.ts";
import { beside, bytesOf } from "./files.ts";
import { GraphPlan } from "./graph-plan.ts";
import { HostPlan } from "./host-plan.ts";
import { type LostError, watchDevice } from "./lost.ts";
import { onnxMatmul } from "./matmul.ts";
import type { Plan, PlanName } from "./plan.ts";
import { type ExecutionProvider, type Runtime, runtimeOf } from "./runtime.ts";
import { selfTest } from "./self-test.ts";
import { share } from "./share.ts";
import { type Candidates, candidates, type FixedShapes, type LabelInput, ModelSource, type Source } from "./source.ts";

/** Which model, and what runs it. */
export interface Opening {
  readonly model: string | URL | Uint8Array | ArrayBuffer;
  /** Whether the model is a training graph that was saved. */
  readonly artifact: boolean;
  readonly runtime: Runtime | string | URL | undefined;
  readonly executionProviders: readonly ExecutionProvider[];
  readonly sessionOptions: Readonly<Record<string, unknown>>;
  readonly external: External | undefined;
}

/** How it is trained. */
export interface Starting {
  readonly optimizer: Configured;
  /** Names. */
  readonly trained: readonly string[];
  readonly loss: Loss | LossFunction | undefined;
  readonly plan: PlanName | undefined;
  readonly seed: number;
  readonly outputs: readonly string[] | undefined;
  readonly shapes: FixedShapes | undefined;
  readonly gradients: Readonly<Record<string, GradientRule>> | undefined;
  readonly unreached: "error" | "zeros" | undefined;
}

/** What a trainer knows of what it trains. */
export interface Started {
  readonly plan: PlanName;
  readonly inputs: ReadonlyMap<string, Expected>;
  readonly labels: readonly LabelInput[];
  readonly parameters: readonly Parameter[];
  /** Tensors that are not trained, but kept: running statistics. */
  readonly statistics: readonly Parameter[];
}

/** What does a trainer's work: in its own thread, or in a worker. */
export interface Engine {
  /** Reads the model; the weights that may be trained. */
  open(opening: Opening): Promise<Candidates>;
  start(starting: Starting): Promise<Started>;
  /** There once it was started. */
  readonly plan: Plan;
  /**
   * The original model with the weights of now. If it kept tensors in files beside it, they are put into the model, or,
   * where a name is given, into one file of that name. With `inference`, nodes that train do so no more.
   */
  exportModel(inference: boolean, location?: string): Promise<Exported>;
  trainingGraph(): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

export interface Exported {
  readonly model: Uint8Array;
  /** The file beside it, in parts, if there is to be one. */
  readonly data: readonly Uint8Array[] | undefined;
}

interface Running {
  readonly source: Source;
  readonly plan: Plan;
  /** The original model. */
  readonly model: Uint8Array;
}

export class LocalEngine implements Engine {
  readonly #lost: (error: LostError) => void;
  #opened: (Omit<Opening, "runtime" | "model"> & { readonly runtime: Runtime; readonly bytes: Uint8Array }) | undefined;
  #running: Running | undefined;

  /** `lost` is called when the device is lost at a time when nothing was asked. */
  constructor(lost: (error: LostError) => void) {
    this.#lost = lost;
  }

  get plan(): Plan {
    return this.#started().plan;
  }

  async open(opening: Opening): Promise<Candidates> {
    const { model, artifact, executionProviders, sessionOptions } = opening;
    const [bytes, runtime, external] = await Promise.all([
      bytesOf(model, artifact ? "training graph" : "model"),
      runtimeOf(opening.runtime),
      opening.external ?? (typeof model === "string" || model instanceof URL ? beside(String(model)) : undefined),
    ]);
    this.#opened = { bytes, runtime, external, artifact, executionProviders, sessionOptions };
    if (!artifact) return candidates(bytes, external);
    const weights = new ArtifactSource(bytes).parameters.map(({ initial: _, ...p }) => ({ ...p, elem: "float32" }));
    return { weights, quantized: [] };
  }

  async start({ optimizer, plan: asked, seed, ...how }: Starting): Promise<Started> {
    const opened = this.#opened;
    if (!opened) throw new OptimizerError("The engine was started before it was opened.");
    const { bytes, runtime, external, executionProviders, sessionOptions } = opened;
    const target = targetOf(executionProviders);
    let source: Source;
    let model = bytes;
    if (opened.artifact) {
      const artifact = new ArtifactSource(bytes, how.trained);
      if (target === "webgpu" && artifact.target !== "webgpu")
        throw new OptimizerError(
          `The training graph was made for the provider "${artifact.target}", and webgpu lacks operators that it may have. Save it from a trainer on webgpu.`,
        );
      source = artifact;
      model = artifact.model;
    } else source = new ModelSource(bytes, { ...how, external, target });
    const { fills } = await selfTest(runtime, executionProviders);
    const compiler = new Compiler({ runtime, source, executionProviders, sessionOptions, fills });
    const plan = await planOf(asked, compiler, { executionProviders, optimizer, source, seed });
    this.#running = { source, plan, model };
    if (target === "webgpu") watchDevice(runtime, this.#lost).catch(() => {}); // then a run will tell
    const described = ({ name, shape, role, axes }: Parameter): Parameter => ({ name, shape, role, axes });
    return {
      plan: plan.name,
      inputs: source.inputs,
      labels: source.labels,
      parameters: source.parameters.map(described),
      statistics: source.statistics.map(described),
    };
  }

  async exportModel(inference: boolean, location?: string): Promise<Exported> {
    const { plan, model } = this.#started();
    const weights = await plan.weights();
    const external = this.#opened?.external;
    const proto = inference ? inferring(decodeModel(model)) : decodeModel(model);
    if (location === undefined || !hasExternal(proto))
      return { model: updateInitializers(inlined(proto, external), weights), data: undefined };
    // tensor by tensor, for such a model may be too large to be encoded in one piece
    const updated = mapInitializers(proto, (tensor) => {
      const { [tensor.name ?? ""]: data } = weights;
      const dims = (tensor.dims ?? []).map(Number);
      return data ? tensorOf(tensor.name ?? "", { elem: "float32", dims, data }) : inside(tensor, external);
    });
    const moved = externalize(updated, { location });
    const names = new Set(proto.graph?.initializer?.map(({ name }) => name));
    const others = Object.entries(weights).filter(([name]) => !names.has(name)); // in Constant nodes
    return others.length > 0 ? { ...moved, model: updateInitializers(moved.model, Object.fromEntries(others)) } : moved;
  }

  async trainingGraph(): Promise<Uint8Array> {
    const { plan, model, source } = this.#started();
    const whole = encodeModel(inlined(decodeModel(model), this.#opened?.external));
    const target = source instanceof ArtifactSource ? source.target : targetOf(this.#opened?.executionProviders ?? []);
    return encodeArtifact(source, target, whole, await plan.weights());
  }

  async dispose(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#opened = undefined;
    await running?.plan.dispose();
  }

  #started(): Running {
    if (!this.#running) throw new OptimizerError("The engine is not running.");
    return this.#running;
  }
}

/** The plan that was asked for; or, on webgpu, the device's where it can be shared, and the graph's where not. */
async function planOf(
  asked: PlanName | undefined,
  compiler: Compiler,
  {
    executionProviders,
    optimizer,
    source,
    seed,
  }: Pick<Opening, "executionProviders"> & Pick<Starting, "optimizer" | "seed"> & { readonly source: Source },
): Promise<Plan> {
  const { parameters, statistics } = source;
  if (asked === "host" || (asked === undefined && compiler.target !== "webgpu")) {
    // What fills the tensors it is handed is onnxruntime-node.
    const matmul = compiler.fills ? await onnxMatmul({ threads: compiler.threads }) : undefined;
    return new HostPlan(compiler, optimizer, parameters, statistics, seed, matmul);
  }
  if (asked !== "graph") {
    const shared = await share(compiler.runtime, executionProviders);
    if (typeof shared !== "string") {
      try {
        return new DevicePlan(compiler, shared, optimizer, parameters, statistics, seed);
      } catch (error) {
        await shared.release();
        throw error;
      }
    } else if (asked === "device")
      throw new OptimizerError(`The update cannot run on the device: ${shared}. Use plan: "graph" or "host".`);
  }
  return new GraphPlan(compiler, optimizer, parameters, statistics, seed);
}

const isExternal = ({ dataLocation }: TensorProto): boolean => dataLocation === 1;
const hasExternal = ({ graph }: ModelProto): boolean => graph?.initializer?.some(isExternal) ?? false;

/** A tensor with its numbers in the model, not in a file beside it. */
const inside = (tensor: TensorProto, external: External | undefined): TensorProto =>
  isExternal(tensor) ? tensorOf(tensor.name ?? "", constantOf(tensor, external)) : tensor;
const inlined = (model: ModelProto, external: External | undefined): ModelProto =>
  hasExternal(model) ? mapInitializers(model, (tensor) => inside(tensor, external)) : model;

/** The model with what trains in it made to do as it does in use: normalisation by running statistics, no dropout. */
function inferring(model: ModelProto): ModelProto {
  const { graph } = model;
  if (!graph?.node) return model;
  const read = new Set([...graph.node.flatMap((n) => n.input ?? []), ...(graph.output ?? []).map((o) => o.name ?? "")]);
  const node = graph.node.map((n): NodeProto => {
    const [first = "", ...rest] = n.output ?? [];
    if ((n.domain ?? "") !== "" || rest.some((name) => read.has(name))) return n;
    if (n.opType === "BatchNormalization" && n.attribute?.some((a) => a.name === "training_mode"))
      return { ...n, output: [first], attribute: n.attribute.filter((a) => a.name !== "training_mode") };
    return n.opType === "Dropout" && n.input?.[2] ? { ...n, output: [first], input: n.input.slice(0, 2) } : n;
  });
  return { ...model, graph: { ...graph, node } };
}
