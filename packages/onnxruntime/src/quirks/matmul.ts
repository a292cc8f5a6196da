import type { Factor, Matmul, Multiplication } from "@descent/arrays";
import { knownOptions, positive, whole } from "@descent/core/adapter";
import { exportModel, Graph } from "@descent/onnx";
import { node } from "../files/read.ts";
import { computing } from "../runtime/queue.ts";
import type { Runtime, RuntimeTensor } from "../runtime/runtime.ts";

/** Options of `onnxMatmul`. */
export interface MatmulOptions {
  /** Threads of ONNX Runtime; its own choice unless told. */
  readonly threads?: number | undefined;
}

/** Products of fewer multiplications are done before ONNX Runtime has looked at its inputs. */
const LEAST = 2 ** 17;

/** The native session that onnxruntime-node's own `InferenceSession` waits for: it runs before it returns. */
interface NativeSession {
  loadModel(buffer: ArrayBufferLike, at: number, length: number, options: object): void;
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches: Readonly<Record<string, RuntimeTensor>>,
    options: object,
  ): unknown;
}
interface Binding {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  initOrt?(): void;
}

/** By the number of threads: a session and its threads take milliseconds to start, and every trainer on the host asks for one. */
const working = new Map<number | undefined, Matmul>();

/**
 * Products by onnxruntime-node, for the optimizers of `@descent/arrays`; nothing where it is not installed or has no such
 * binding, so that `optimizer(parameters, rule, { matmul: await onnxMatmul() })` uses it when present. Every element is
 * within `inner` · 2⁻²⁴ of the sum of its terms' sizes, but bits depend on the processor and on the number of threads.
 */
export async function onnxMatmul(options: MatmulOptions = {}): Promise<Matmul | undefined> {
  const { threads } = knownOptions("onnxMatmul", options, ["threads"]);
  if (threads !== undefined) positive("onnxMatmul", { threads });
  if (threads !== undefined) whole("onnxMatmul", { threads });
  const known = working.get(threads);
  if (known) return known;
  try {
    const ort: string = "onnxruntime-node"; // not a literal where it is required, so that bundlers leave it alone
    const { createRequire } = await node<typeof import("node:module")>("module");
    const require = createRequire(import.meta.url);
    const runtime = require(ort) as Runtime;
    // Updates do not wait, and the public `run` answers later although the library below it does not.
    const { binding, initOrt } = require(`${ort}/dist/binding.js`) as Binding;
    initOrt?.();
    const matmul = new OnnxMatmul(runtime, () => {
      const session = new binding.InferenceSession();
      return {
        session,
        load: (model) =>
          session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
            logSeverityLevel: 3,
            ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
          }),
      };
    });
    if (!matmul.works()) return undefined;
    working.set(threads, matmul);
    return matmul;
  } catch {
    return undefined;
  }
}

/** A session that is yet to be told its model. */
interface Empty {
  readonly session: NativeSession;
  load(model: Uint8Array): void;
}

class OnnxMatmul implements Matmul {
  readonly #runtime: Runtime;
  readonly #make: () => Empty;
  /** By which factors lie transposed. */
  readonly #sessions = new Map<string, NativeSession>();

  constructor(runtime: Runtime, make: () => Empty) {
    this.#runtime = runtime;
    this.#make = make;
  }

  multiply({ left, right, into, rows, inner, cols }: Multiplication<Float32Array>): boolean {
    if (rows * inner * cols < LEAST) return false;
    this.#run(left, right, into, rows, inner, cols);
    return true;
  }

  /** Whether one and two by one is two, written where it was asked for. */
  works(): boolean {
    const [a, b, c] = [Float32Array.of(1, 2), Float32Array.of(3, 4), new Float32Array(1)];
    this.#run({ matrix: a, transposed: false }, { matrix: b, transposed: true }, c, 1, 2, 1);
    return c[0] === 11;
  }

  #run(
    left: Factor<Float32Array>,
    right: Factor<Float32Array>,
    into: Float32Array,
    rows: number,
    inner: number,
    cols: number,
  ): void {
    const tensor = (data: Float32Array, height: number, width: number): RuntimeTensor =>
      new this.#runtime.Tensor("float32", data, [height, width]);
    const a = left.transposed ? tensor(left.matrix, inner, rows) : tensor(left.matrix, rows, inner);
    const b = right.transposed ? tensor(right.matrix, cols, inner) : tensor(right.matrix, inner, cols);
    computing(() =>
      this.#session(left.transposed, right.transposed).run({ a, b }, { c: tensor(into, rows, cols) }, {}),
    );
  }

  #session(transA: boolean, transB: boolean): NativeSession {
    const key = `${transA} ${transB}`;
    let known = this.#sessions.get(key);
    if (!known) {
      const graph = new Graph();
      graph.input("a", { elem: "float32", shape: transA ? ["inner", "rows"] : ["rows", "inner"] });
      graph.input("b", { elem: "float32", shape: transB ? ["cols", "inner"] : ["inner", "cols"] });
      graph.op("Gemm", ["a", "b"], { transA: Number(transA), transB: Number(transB) }, ["c"]);
      graph.output("c");
      const { session, load } = this.#make();
      load(exportModel(graph));
      this.#sessions.set(key, (known = session));
    }
    return known;
  }
}
