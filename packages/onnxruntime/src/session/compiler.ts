import { OptimizerError } from "@descent/core";
import { exportModel, type Graph } from "@descent/onnx";
import type { Target } from "@descent/onnx/autodiff";
import { curvature } from "../graphs/curvature.ts";
import type { Shapes, Source, TrainingGraph } from "../graphs/source.ts";
import { statisticsOnly } from "../graphs/statistics.ts";
import { inBlocks } from "../quirks/blocked.ts";
import { failedBy } from "../quirks/lost.ts";
import { withoutVectors } from "../quirks/vectors.ts";
import { type Fed, signature } from "../runtime/feeds.ts";
import {
  type ExecutionProvider,
  providerName,
  type Runtime,
  type RuntimeSession,
  type RuntimeTensor,
  refusal,
  safely,
} from "../runtime/runtime.ts";

import { free, freeCopies } from "./freed.ts";
import { fedWeights } from "./frozen.ts";
import { mounted } from "./mounted.ts";

/** The use of a compiled graph. */
export type Purpose = "train" | "evaluate" | "predict" | "curvature" | "statistics";

/** Where a graph says which rows a gradient is of, and which of them stays. */
export interface OfRows {
  readonly output: string;
  readonly padding: number | undefined;
}

/** A session and what its outputs are. */
export interface Compiled {
  readonly session: Session;
  /** The name of the loss, where there is one. */
  readonly loss: string | undefined;
  /** The model's own outputs. */
  readonly outputs: readonly string[];
  /** Gradient output by parameter; of `curvature`, the product with the Hessian. */
  readonly gradients: ReadonlyMap<string, string>;
  /** The parameters whose gradients are of some rows, by name. */
  readonly rows: ReadonlyMap<string, OfRows>;
  /** New value by statistic that the forward pass keeps: running means and variances. */
  readonly statistics: ReadonlyMap<string, string>;
  /** How many seeds it takes. */
  readonly seeds: number;
}

export interface CompilerOptions {
  readonly runtime: Runtime;
  readonly source: Source;
  readonly executionProviders: readonly ExecutionProvider[];
  readonly sessionOptions: Readonly<Record<string, unknown>>;
  /** Whether outputs are written into tensors that are handed in for them. */
  readonly fills: boolean;
}

/** Nodes that join a training graph, and the session options that their outputs need. */
export interface Extension {
  /** Equal for equal extensions. */
  readonly key: string;
  extend(training: TrainingGraph): Readonly<Record<string, unknown>>;
}

/** A session that takes tensors of its own provider only: ONNX Runtime would read the memory of others as numbers. */
export class Session {
  readonly inputs: ReadonlySet<string>;
  readonly #session: RuntimeSession;
  readonly #device: boolean;
  /** Weights that are not trained, where they are not in the session. */
  readonly #weights: Readonly<Record<string, RuntimeTensor>>;
  readonly #large: boolean;

  constructor(
    session: RuntimeSession,
    {
      device,
      large,
      weights,
    }: { readonly device: boolean; readonly large: boolean; readonly weights: Readonly<Record<string, RuntimeTensor>> },
  ) {
    this.inputs = new Set(session.inputNames.filter((name) => !Object.hasOwn(weights, name)));
    this.#session = session;
    this.#device = device;
    this.#large = large;
    this.#weights = weights;
  }

  /** Runs, and gives all outputs; those named in `into` are written there, and where they are large the results have no numbers. */
  async run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    into: Readonly<Record<string, RuntimeTensor>> = {},
  ): Promise<Readonly<Record<string, RuntimeTensor>>> {
    if (!this.#device)
      for (const name in feeds) {
        const { location } = feeds[name]!; // a key of it
        if (location !== "cpu" && location !== "none") throw refusal(name, location);
      }
    const fetches = Object.fromEntries(
      this.#session.outputNames.map((name) => [name, Object.hasOwn(into, name) ? into[name]! : null]), // a key of it
    );
    try {
      const results = await this.#session.run({ ...this.#weights, ...feeds }, fetches);
      if (this.#large) freeCopies(results, into);
      return results;
    } catch (cause) {
      throw failedBy(cause, "ONNX Runtime could not run the model");
    }
  }

  release(): Promise<void> {
    return this.#session.release();
  }
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

  /** Threads of a session, where they were told. */
  get threads(): number | undefined {
    const { intraOpNumThreads } = this.#options.sessionOptions;
    return typeof intraOpNumThreads === "number" ? intraOpNumThreads : undefined;
  }

  get fills(): boolean {
    return this.#options.fills;
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
  async plain(key: string, build: () => { readonly graph: Graph; readonly options: object }): Promise<Session> {
    const { session } = await this.#cached(key, () => {
      const { graph, options } = build();
      return this.#session(graph, nothing, options);
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

  #make(purpose: Purpose, batch: readonly Fed[], extension: Extension | undefined): Promise<Compiled> {
    const { source } = this.#options;
    const shapes: Shapes = Object.fromEntries(batch.map(({ name, dims }) => [name, dims]));
    if (purpose === "predict") {
      const { graph, outputs } = source.prediction(shapes);
      return this.#session(graph, { ...nothing, outputs }, {});
    }
    if (purpose === "evaluate") {
      const { graph, loss, outputs } = source.evaluation(shapes);
      return this.#session(graph, { ...nothing, loss, outputs }, {});
    }
    if (purpose === "curvature") {
      const { graph, products, seeds } = curvature(source.training(shapes), this.target);
      return this.#session(graph, { ...nothing, gradients: products, seeds }, {});
    }
    const training = source.training(shapes);
    const statistics = new Map(training.statistics.map((s) => [s.name, s.next] as const));
    if (purpose === "statistics") {
      const graph = statisticsOnly(training, source.labels);
      return this.#session(graph, { ...nothing, statistics, seeds: training.seeds }, {});
    }
    const options = extension?.extend(training) ?? {};
    const { graph, loss, outputs, seeds } = training;
    const gradients = new Map(training.parameters.map((p) => [p.name, p.grad] as const));
    const rows = new Map(
      training.parameters.flatMap(({ name, rows: output, padding }) =>
        output === undefined ? [] : [[name, { output, padding }] as const],
      ),
    );
    return this.#session(graph, { loss, outputs, gradients, rows, statistics, seeds }, options);
  }

  async #session(graph: Graph, known: Omit<Compiled, "session">, options: object): Promise<Compiled> {
    const { runtime, executionProviders, sessionOptions, fills } = this.#options;
    const cpu = executionProviders.every((provider) => providerName(provider) === "cpu");
    const many = numbersOf(graph) >= LARGE;
    const large = cpu && fills && many;
    const wasm = many && executionProviders.every((provider) => providerName(provider) === "wasm");
    const create = (model: Uint8Array, more: object = {}): Promise<RuntimeSession> =>
      runtime.InferenceSession.create(model, {
        logSeverityLevel: 3, // ONNX Runtime warns of every initializer it can drop
        ...(large ? lean : wasm ? leanInWasm : {}),
        ...sessionOptions,
        ...more,
        executionProviders: executionProviders.map(safely),
        ...options,
      });
    if (graph.outputs.has("__proto__"))
      throw new OptimizerError(
        "ONNX Runtime loses an output named `__proto__`. Rename it in the model, or leave it out of `outputs`.",
      );
    withoutVectors(graph);
    const weights = large ? fedWeights(graph, runtime) : {};
    const made = async (): Promise<RuntimeSession> => {
      if (wasm) {
        const { bytes, externalData } = mounted(graph);
        return create(bytes, { externalData });
      }
      const plain = exportModel(graph);
      const fast = cpu && (await inBlocks(graph, runtime)) ? exportModel(graph) : plain;
      try {
        return await create(fast).catch((error: unknown) => {
          if (fast === plain) throw error;
          return create(plain);
        });
      } finally {
        if (large) free([plain.buffer, fast.buffer]);
      }
    };
    const session = await made().catch((error: unknown) => {
      throw failedBy(error, "ONNX Runtime could not make a session");
    });
    return { session: new Session(session, { device: this.target === "webgpu", large, weights }), ...known };
  }

  async dispose(): Promise<void> {
    const all = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const made of all) await (await made.catch(() => undefined))?.session.release();
  }
}

/**
 * ONNX Runtime's arena keeps all the memory that a step ever had, and a plan of it beside: 186 MB of the 921 that a GPT of 14 M weights
 * peaks at. Without them a step takes as long there; small networks, which need little, take up to a fifth longer.
 */
const lean = { enableCpuMemArena: false, enableMemPattern: false } as const;
/** In WebAssembly a weight may also be there a second time, in the order that a product reads it in: once per node that does. */
const leanInWasm = { ...lean, extra: { session: { disable_prepacking: "1" } } } as const;
/** Weights from which memory counts for more. */
const LARGE = 4e6;

/** The count of numbers that a graph is given and holds. */
function numbersOf({ inputs, initializers }: Graph): number {
  let count = 0;
  for (const { data } of initializers.values()) count += data.length;
  for (const { shape } of inputs.values())
    if (shape?.every((d) => typeof d === "number")) count += shape.reduce((n: number, d) => n * Number(d), 1);
  return count;
}

const nothing: Omit<Compiled, "session"> = {
  loss: undefined,
  outputs: [],
  gradients: new Map(),
  rows: new Map(),
  statistics: new Map(),
  seeds: 0,
};

/** Formulations are chosen for the provider that runs most of the graph. */
export function targetOf(providers: readonly ExecutionProvider[]): Target {
  const [first = "cpu"] = providers.map(providerName);
  return first === "webgpu" || first === "wasm" || first === "cuda" ? first : first === "tensorrt" ? "cuda" : "cpu";
}
