import { OptimizerError } from "@descent/core";
import { fromPlain, knownOptions, type Macros, shown } from "@descent/core/adapter";
import { lossFrom } from "@descent/onnx/autodiff";
import { LocalEngine } from "../engine/local.ts";
import { isNode, node } from "../files/read.ts";
import { guardRuntime } from "../runtime/queue.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { workerGate } from "./gate.ts";
import {
  type Attachment,
  type Call,
  type Locks,
  type PlainHyper,
  type PlainOpening,
  type PlainRetraining,
  type PlainStarting,
  packed,
  plainError,
  revivedHyper,
} from "./message.ts";

/** Options of `serve`. */
export interface ServeOptions {
  /** Rules with `macros`, by title: these are code, and do not cross to a worker. */
  readonly rules?: Readonly<Record<string, { readonly macros?: Macros | undefined }>> | undefined;
}

/**
 * Makes this worker train: the whole of a worker file is `serve(ort)`, with `import * as ort from "onnxruntime-web/wasm"`.
 * In Node, onnxruntime-node need not be given. ONNX Runtime's own threads may load the same file; there it does nothing.
 */
export function serve(runtime?: Runtime, options: ServeOptions = {}): void {
  checkServe(runtime, options);
  if (!isNode()) {
    const scope = globalThis as unknown as WorkerScope; // a module that runs in a worker
    if (scope.name?.startsWith("em-pthread")) return;
    const handle = handler(runtime, options, (message, transfer) => scope.postMessage(message, transfer));
    scope.addEventListener("message", ({ data }) => {
      if (isCall(data)) handle(data);
    });
    return;
  }
  // messages that come meanwhile wait in the port
  void node<typeof import("node:worker_threads")>("worker_threads").then(({ parentPort, workerData }) => {
    if (String(workerData).startsWith("em-pthread")) return;
    if (!parentPort) throw new OptimizerError("`serve` is called in the file of a worker; this is the main thread.");
    const port = parentPort;
    const handle = handler(runtime, options, (message, transfer) => port.postMessage(message, transfer));
    port.on("message", (data: unknown) => {
      if (isCall(data)) handle(data);
    });
  });
}

const isCall = (x: unknown): x is Call =>
  typeof x === "object" && x !== null && "id" in x && "method" in x && "args" in x && Array.isArray(x.args);

function checkServe(runtime: unknown, options: unknown): void {
  const given = typeof runtime === "object" && runtime !== null && "InferenceSession" in runtime;
  if (runtime !== undefined && !given)
    throw new OptimizerError(
      `\`serve\` takes ONNX Runtime: import * as ort from "onnxruntime-web/wasm"; serve(ort); got ${shown(runtime)}.`,
    );
  knownOptions("serve", options as ServeOptions, ["rules"]);
}

interface WorkerScope {
  readonly name?: string;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

/** Lets the other side notice when this worker ends, and keeps the process from ending while ONNX Runtime computes. */
async function attach({ gate, lock }: Attachment): Promise<void> {
  if (gate) guardRuntime(workerGate(new Int32Array(gate)));
  if (lock === undefined) return;
  const { locks } = navigator as { readonly locks?: Locks }; // who sends a lock has locks
  await new Promise<void>((held, failed) => {
    const always = (): Promise<void> => {
      held();
      return new Promise(() => {});
    };
    if (locks) locks.request(lock, always).catch(failed);
    else held();
  });
}

/** Results that are copies made for the caller, so that they may move rather than be copied once more. */
const moving: ReadonlySet<string> = new Set([
  "train", "accumulate", "gradients", "hessianProduct", "batchStatistics", "evaluate", "predict", "weights", "snapshot",
  "trainingGraph",
]); // biome-ignore format: one list

function handler(
  runtime: Runtime | undefined,
  { rules = {} }: ServeOptions,
  post: (message: unknown, transfer: ArrayBuffer[]) => void,
): (call: Call) => void {
  const engine = new LocalEngine((error) => post({ lost: plainError(error) }, []));
  const methods: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = {
    attach,
    open: (opening: PlainOpening) =>
      engine.open({ ...opening, external: undefined, runtime: opening.runtime ?? runtime }),
    start: ({ optimizer, loss, ...rest }: PlainStarting) =>
      engine.start({ ...rest, optimizer: fromPlain(optimizer, { rules }), loss: loss && lossFrom(loss) }),
    retrain: ({ optimizer, ...change }: PlainRetraining) => engine.retrain(change, fromPlain(optimizer, { rules })),
    set: (hyper: PlainHyper, group?: string) => engine.training.set(revivedHyper(hyper), group),
    exportModel: (inference: boolean, location?: string) => engine.exportModel(inference, location),
    trainingGraph: () => engine.trainingGraph(),
    dispose: () => engine.dispose(),
  };
  let running = false;
  const answer = async ({ method, args }: Call): Promise<unknown> => {
    const own = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (own) {
      const value = await own(...(args as never[])); // as the other side typed them
      if (method === "start") running = true;
      if (method === "dispose") running = false;
      return value;
    }
    const training = engine.training as unknown as Readonly<
      Record<string, (...args: readonly unknown[]) => Promise<unknown>>
    >; // its methods by name
    return training[method]!(...args);
  };
  return (call) => {
    const { id } = call;
    answer(call)
      .then((value) => packed(value, moving.has(call.method)))
      .then(({ value, transfer }) => post({ id, value, step: running ? engine.training.step : 0 }, transfer))
      .catch((error: unknown) => post({ id, error: plainError(error), step: running ? engine.training.step : 0 }, []));
  };
}
