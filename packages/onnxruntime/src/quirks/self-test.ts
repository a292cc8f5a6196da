import { OptimizerError } from "@descent/core";
import { exportModel, Graph } from "@descent/onnx";
import {
  type ExecutionProvider,
  providerName,
  type Runtime,
  type RuntimeSession,
  type RuntimeTensor,
  safely,
} from "../runtime/runtime.ts";
import { products } from "./products.ts";

/** The result of testing a provider. */
interface Tested {
  /** Whether outputs are written into tensors that are handed in for them; else the tensors handed in may come back as they were. */
  readonly fills: boolean;
}

/** The providers that work here, and what the first of them was seen to do. */
export interface Working extends Tested {
  readonly executionProviders: readonly ExecutionProvider[];
}

/**
 * The providers from the first one on that can be had here: `["webgpu", "wasm"]` is `["wasm"]` on a machine without a GPU.
 * Throws an OptimizerError where there is none, and for one that computes wrongly.
 */
export async function working(runtime: Runtime, providers: readonly ExecutionProvider[]): Promise<Working> {
  let first: unknown;
  for (const [i, provider] of providers.entries()) {
    try {
      // Alone: ONNX Runtime leaves out providers of a list without saying which.
      const { fills } = await selfTest(runtime, [provider]);
      return { executionProviders: providers.slice(i), fills };
    } catch (error) {
      if (!(error instanceof MissingError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

/** The provider cannot be had here. */
class MissingError extends OptimizerError {}

const tested = new WeakMap<Runtime, Map<string, Promise<Tested>>>();

/**
 * A small convolution and a product of each form, whose results are known, on the provider that is to train. Some providers
 * have computed wrong numbers and reported no error; such a one is refused at its first use.
 */
function selfTest(runtime: Runtime, providers: readonly ExecutionProvider[]): Promise<Tested> {
  const key = JSON.stringify(providers);
  let known = tested.get(runtime);
  if (!known) tested.set(runtime, (known = new Map()));
  let result = known.get(key);
  if (!result) {
    known.set(key, (result = run(runtime, providers)));
    result.catch(() => known.delete(key)); // what failed may be mended
  }
  return result;
}

const [CHANNELS, KERNELS, SIDE, WINDOW] = [6, 4, 5, 3] as const; // counts for which a faulty layout shows
const value = (i: number): number => ((i * 7 + 3) % 11) / 8 - 0.6;

async function run(runtime: Runtime, providers: readonly ExecutionProvider[]): Promise<Tested> {
  const name = providerName(providers[0]!); // the trainer has at least one
  const x = Float32Array.from({ length: CHANNELS * SIDE * SIDE }, (_, i) => value(i));
  const w = Float32Array.from({ length: KERNELS * CHANNELS * WINDOW * WINDOW }, (_, i) => value(i + 5));
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: [1, CHANNELS, SIDE, SIDE] });
  graph.input("w", { elem: "float32", shape: [KERNELS, CHANNELS, WINDOW, WINDOW] });
  const [y] = graph.op("Conv", ["x", "w"], { kernel_shape: [WINDOW, WINDOW] });
  const [flat] = graph.op("Reshape", [y!, graph.ints([KERNELS, -1])]);
  const [turned] = graph.op("Transpose", [flat!], { perm: [1, 0] });
  graph.op("MatMul", [flat!, turned!], {}, ["z"]);
  graph.output("z");
  const options = {
    logSeverityLevel: 3,
    executionProviders: providers.map(safely),
  };
  let session: RuntimeSession;
  let feeds: Readonly<Record<string, RuntimeTensor>>;
  let got: Float32Array;
  try {
    session = await runtime.InferenceSession.create(exportModel(graph), options);
    feeds = {
      x: new runtime.Tensor("float32", x, [1, CHANNELS, SIDE, SIDE]),
      w: new runtime.Tensor("float32", w, [KERNELS, CHANNELS, WINDOW, WINDOW]),
    };
    got = (await session.run(feeds, ["z"])).z!.data as Float32Array; // a float32 output
  } catch (cause) {
    const why = (cause as Error).message.split("\n")[0]?.replace(/\.$/, "");
    throw new MissingError(
      `ONNX Runtime has no working provider "${name}" here: ${why}. ${remedy(name, runtime, String(cause))}`,
      { cause },
    );
  }
  const expected = reference(x, w);
  const worst = Math.max(...expected.map((e, i) => Math.abs(e - got[i]!)));
  const scale = Math.max(...expected.map(Math.abs));
  // float32 sums of about fifty products each, twice
  const right = worst <= 1e-4 * scale;
  const fills = right && (await filled(runtime, session, feeds, got));
  await session.release();
  if (!right) throw wrong(name, "a small convolution", worst, scale);
  await multiplies(runtime, options, name);
  return { fills };
}

const wrong = (provider: string, form: string, worst: number, scale: number): OptimizerError =>
  new OptimizerError(
    `The provider "${provider}" computes wrongly here: ${form} is off by ${worst.toPrecision(2)} of ${scale.toPrecision(2)}. Use another, such as "cpu".`,
  );

/** Throws where a product of any form is wrong. */
async function multiplies(runtime: Runtime, options: object, name: string): Promise<void> {
  const { graph, inputs, output, expected } = products();
  const session = await runtime.InferenceSession.create(exportModel(graph), options);
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([key, { data, dims }]) => [key, new runtime.Tensor("float32", data, dims)]),
  );
  const found = (await session.run(feeds, [output]))[output]!.data as Float32Array; // a float32 output
  await session.release();
  let at = 0;
  for (const { form, values } of expected) {
    const scale = Math.max(...values.map(Math.abs));
    const worst = Math.max(...values.map((v, i) => Math.abs(v - found[at + i]!)));
    // float32 sums of three products
    if (!(worst <= 1e-4 * scale)) throw wrong(name, form, worst, scale);
    at += values.length;
  }
}

/**
 * Whether the session writes into what it is handed. It is seen by doing it, for which library computes cannot be asked: of
 * onnxruntime-node and -web in one process, "cpu" is whichever was loaded first.
 */
async function filled(
  { Tensor }: Runtime,
  session: RuntimeSession,
  feeds: Readonly<Record<string, RuntimeTensor>>,
  expected: Float32Array,
): Promise<boolean> {
  const z = new Float32Array(expected.length);
  try {
    await session.run(feeds, { z: new Tensor("float32", z, [KERNELS, KERNELS]) });
  } catch {
    return false; // a runtime that does not take them
  }
  return expected.some((v) => v !== 0) && z.every((v, i) => v === expected[i]);
}

/** Advice where a provider does not work. */
function remedy(name: string, { env, listSupportedBackends }: Runtime, why: string): string {
  const node = env?.versions?.node !== undefined;
  if (!node && /content security policy|unsafe-eval|disallowed by embedder|code generation/i.test(why))
    return "The page's Content-Security-Policy forbids WebAssembly: allow 'wasm-unsafe-eval' in its script-src.";
  if (
    !node &&
    /magic word|mime|\bwasm\b.*(fetch|load|404)|(fetch|load|import).*\b(wasm|mjs)\b|initWasm|aborted/i.test(why)
  )
    return (
      "The files ort-wasm-*.wasm and ort-wasm-*.mjs of onnxruntime-web/dist are not served where they are looked for, or a page " +
      'comes in their place: set `ort.env.wasm.wasmPaths` to their folder, or to their addresses { wasm: "…", mjs: "…" }, before the first trainer, and reload.'
    );
  if ((name === "cuda" || name === "tensorrt") && node)
    return (
      "The npm package comes without it: run `ONNXRUNTIME_NODE_INSTALL=true npm rebuild onnxruntime-node` " +
      '(Linux x64, with an NVIDIA driver, CUDA 12 and cuDNN 9), or use another provider, such as "cpu".'
    );
  if (name === "webgpu")
    return node
      ? 'It needs a GPU with a driver for Vulkan, Direct3D 12 or Metal. Use another, such as "cpu".'
      : 'Import "onnxruntime-web/webgpu" in a browser that has navigator.gpu, or use ["webgpu", "wasm"].';
  const others = (listSupportedBackends?.().map((b) => b.name) ?? (node ? ["cpu"] : ["wasm", "webgpu"])).filter(
    (other) => other !== name,
  );
  return `Use another, such as ${others.map((other) => `"${other}"`).join(" or ")}.`;
}

function reference(x: Float32Array, w: Float32Array): number[] {
  const out = SIDE - WINDOW + 1;
  const y = Array.from({ length: KERNELS }, (_, k) =>
    Array.from({ length: out * out }, (_, at) => {
      let sum = 0;
      for (let c = 0; c < CHANNELS; c++)
        for (let i = 0; i < WINDOW; i++)
          for (let j = 0; j < WINDOW; j++)
            sum +=
              x[(c * SIDE + Math.floor(at / out) + i) * SIDE + (at % out) + j]! *
              w[((k * CHANNELS + c) * WINDOW + i) * WINDOW + j]!;
      return sum;
    }),
  );
  return y.flatMap((a) => y.map((b) => a.reduce((sum, v, i) => sum + v * b[i]!, 0)));
}
