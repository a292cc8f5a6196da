import {
  type Differentiated,
  differentiate,
  type External,
  exportModel,
  type Graph,
  importModel,
  int,
  type Loss,
  type LossFunction,
  prune,
  type Target,
} from "@descent/onnx";
import { type Fed, signature } from "./feeds.ts";
import { type ExecutionProvider, providerName, type Runtime, type RuntimeSession, safely } from "./runtime.ts";

/** What a compiled graph is for. */
export type Purpose = "train" | "evaluate" | "predict";

export interface Compiled {
  readonly session: RuntimeSession;
  /** The name of the loss, where there is one. */
  readonly loss: string | undefined;
  /** The model's own outputs. */
  readonly outputs: readonly string[];
  /** Gradient output by parameter. */
  readonly gradients: ReadonlyMap<string, string>;
  /** New value by statistic that the forward pass keeps: running means and variances. */
  readonly statistics: ReadonlyMap<string, string>;
}

export interface CompilerOptions {
  readonly runtime: Runtime;
  readonly model: Uint8Array;
  readonly external?: External | undefined;
  readonly loss: Loss | LossFunction | undefined;
  /** The weights that are trained, by name. */
  readonly trained: readonly string[];
  readonly executionProviders: readonly ExecutionProvider[];
  readonly sessionOptions: Readonly<Record<string, unknown>>;
}

/** What is joined to a training graph, and the session options its outputs ask for. */
export interface Extension {
  /** Equal for equal extensions. */
  readonly key: string;
  extend(training: Differentiated): Readonly<Record<string, unknown>>;
}

/** More than these are in use only where every batch has a shape of its own, and then sessions must not pile up. */
const MOST_SESSIONS = 16;

/** Sessions by purpose and batch shapes: made at first use, kept while they are used. */
export class Compiler {
  readonly #options: CompilerOptions;
  readonly #sessions = new Map<string, Promise<Compiled>>();

  constructor(options: CompilerOptions) {
    this.#options = options;
  }

  get runtime(): Runtime {
    return this.#options.runtime;
  }

  get target(): Target {
    return targetOf(this.#options.executionProviders);
  }

  /** The session for a batch of these shapes. */
  compiled(purpose: Purpose, batch: readonly Fed[], extension?: Extension): Promise<Compiled> {
    const key = `${purpose} ${extension?.key ?? ""} ${signature(batch)}`;
    return this.#cached(key, () => this.#make(purpose, batch, extension));
  }

  /** A session for any graph, kept under a key. */
  async plain(key: string, build: () => { readonly graph: Graph; readonly options: object }): Promise<RuntimeSession> {
    const { session } = await this.#cached(key, async () => {
      const { graph, options } = build();
      const none = { loss: undefined, outputs: [], gradients: new Map(), statistics: new Map() };
      return this.#session(graph, none, options);
    });
    return session;
  }

  async #cached(key: string, make: () => Promise<Compiled>): Promise<Compiled> {
    const found = this.#sessions.get(key) ?? make();
    this.#sessions.delete(key); // and in again at the end: the first is the one used longest ago
    this.#sessions.set(key, found);
    try {
      return await found;
    } catch (error) {
      this.#sessions.delete(key);
      throw error;
    } finally {
      const [oldest] = this.#sessions.keys();
      if (this.#sessions.size > MOST_SESSIONS && oldest !== undefined) {
        const session = this.#sessions.get(oldest);
        this.#sessions.delete(oldest);
        await (await session)?.session.release();
      }
    }
  }

  async #make(purpose: Purpose, batch: readonly Fed[], extension: Extension | undefined): Promise<Compiled> {
    const { model, external, loss, trained, executionProviders } = this.#options;
    const labels = new Set(this.#labels);
    const shapes = Object.fromEntries(
      batch.filter(({ name }) => !labels.has(name)).map(({ name, dims }) => [name, dims]),
    );
    const source = importModel(model, { shapes, ...(external ? { external } : {}) });
    const outputs = [...source.outputs.keys()];
    if (purpose !== "train") inference(source);
    if (purpose === "predict") {
      for (const name of [...trained, ...this.#statistics]) asInput(source, name);
      return this.#session(source, { loss: undefined, outputs, gradients: new Map(), statistics: new Map() }, {});
    }
    if (purpose === "evaluate") for (const name of this.#statistics) asInput(source, name);
    const d = differentiate(source, { loss, wrt: trained, target: targetOf(executionProviders) });
    if (purpose === "evaluate") {
      for (const { grad } of d.parameters) d.graph.outputs.delete(grad);
      prune(d.graph);
      return this.#session(d.graph, { ...d, gradients: new Map(), statistics: new Map() }, {});
    }
    const extra = extension?.extend(d) ?? {};
    const gradients = new Map(d.parameters.map((p) => [p.name, p.grad] as const));
    const statistics = new Map(d.statistics.map((s) => [s.name, s.next] as const));
    return this.#session(d.graph, { loss: d.loss, outputs: d.outputs, gradients, statistics }, extra);
  }

  async #session(
    graph: Graph,
    { loss, outputs, gradients, statistics }: Omit<Compiled, "session">,
    extra: object,
  ): Promise<Compiled> {
    const { runtime, executionProviders, sessionOptions } = this.#options;
    const session = await runtime.InferenceSession.create(exportModel(graph), {
      logSeverityLevel: 3, // ONNX Runtime warns of every initializer it can drop
      ...sessionOptions,
      executionProviders: executionProviders.map(safely),
      ...extra,
    });
    return { session, loss, outputs, gradients, statistics };
  }

  /** What is learnt from the model when the trainer is made: the names that labels and statistics have. */
  learn({ labels, statistics }: Differentiated): void {
    this.#labels = labels.map((l) => l.name);
    this.#statistics = statistics.map((s) => s.name);
  }
  #labels: readonly string[] = [];
  #statistics: readonly string[] = [];

  async dispose(): Promise<void> {
    const all = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const made of all) await (await made.catch(() => undefined))?.session.release();
  }
}

/** Formulations are chosen for the provider that runs most of the graph. */
export function targetOf(providers: readonly ExecutionProvider[]): Target {
  const [first = "cpu"] = providers.map(providerName);
  return first === "webgpu" || first === "wasm" || first === "cuda" ? first : first === "tensorrt" ? "cuda" : "cpu";
}

/** Weights become inputs, so that one session serves all their values. */
function asInput(graph: Graph, name: string): void {
  const constant = graph.initializers.get(name);
  if (constant) graph.input(name, { elem: constant.elem, shape: constant.dims });
}

/** What behaves otherwise in training, as it is in use: no dropout, normalisation by the running statistics. */
function inference(graph: Graph): void {
  graph.rewrite((node) => {
    const [output = ""] = node.outputs;
    if (node.domain !== "") return false;
    if (node.op === "Dropout" && node.outputs.slice(1).every((o) => o === "")) {
      graph.op("Identity", [node.inputs[0]!], {}, [output]);
      return true;
    }
    if (node.op === "BatchNormalization" && int(node, "training_mode", 0) === 1) {
      const { training_mode: _, ...attributes } = node.attributes;
      graph.add({ ...node, outputs: [output], attributes });
      return true;
    }
    return false;
  });
}
