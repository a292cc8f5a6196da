import { fromPlain, type Macros } from "@descent/core/adapter";
import { lossFrom } from "@descent/onnx/autodiff";
import { LocalEngine } from "../engine/local.ts";
import { isNode } from "../files/read.ts";
import type { Runtime } from "../session/runtime.ts";
import {
  type Call,
  type PlainHyper,
  type PlainOpening,
  type PlainStarting,
  packed,
  plainError,
  revivedHyper,
} from "./message.ts";

export interface ServeOptions {
  /** Rules with macros, by title: macros are code, and do not cross to a worker. */
  readonly rules?: Readonly<Record<string, { readonly macros?: Macros | undefined }>> | undefined;
}

/**
 * Makes this worker train: the whole of a worker file is `serve(ort)`, with `import * as ort from "onnxruntime-web"`.
 * In Node, onnxruntime-node needs not be given.
 */
export function serve(runtime?: Runtime, options: ServeOptions = {}): void {
  if (!isNode()) {
    const scope = globalThis as unknown as WorkerScope; // a module that runs in a worker
    const handle = handler(runtime, options, (message, transfer) => scope.postMessage(message, transfer));
    scope.onmessage = ({ data }) => handle(data);
    return;
  }
  // what is posted meanwhile waits in the port
  void import(/* @vite-ignore */ `${"node:"}worker_threads`).then(
    ({ parentPort }: typeof import("node:worker_threads")) => {
      const port = parentPort!; // of a worker
      const handle = handler(runtime, options, (message, transfer) => port.postMessage(message, transfer));
      port.on("message", handle);
    },
  );
}

interface WorkerScope {
  onmessage: (event: { readonly data: Call }) => void;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

/** Results that are copies made for the caller, so that they may move rather than be copied once more. */
const moving: ReadonlySet<string> = new Set([
  "train", "accumulate", "gradients", "evaluate", "predict", "weights", "snapshot", "trainingGraph",
]); // biome-ignore format: one list

function handler(
  runtime: Runtime | undefined,
  { rules = {} }: ServeOptions,
  post: (message: unknown, transfer: ArrayBuffer[]) => void,
): (call: Call) => void {
  const engine = new LocalEngine((error) => post({ lost: plainError(error) }, []));
  const methods: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = {
    open: (opening: PlainOpening) =>
      engine.open({ ...opening, external: undefined, runtime: opening.runtime ?? runtime }),
    start: ({ optimizer, loss, ...rest }: PlainStarting) =>
      engine.start({ ...rest, optimizer: fromPlain(optimizer, { rules }), loss: loss && lossFrom(loss) }),
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
