import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";
import { isNode, node } from "../files/read.ts";

/** A worker of a browser, or of Node's `worker_threads`. */
export type TrainingWorker = BrowserWorker | NodeWorker;
interface BrowserWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: unknown) => void): void;
  terminate(): void;
}
interface NodeWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(event: string, listener: (value: unknown) => void): unknown;
  terminate(): Promise<number>;
  ref(): void;
  unref(): void;
}

/** A worker of this package's own, which only Node can start without a file of the program's. */
export async function ownWorker(): Promise<TrainingWorker> {
  if (!isNode())
    throw new OptimizerError(
      'In a browser, `worker` is a function that makes the worker: () => new Worker(new URL("./train.worker.js", import.meta.url), { type: "module" }), and that file says: import * as ort from "onnxruntime-web/wasm"; import { serve } from "@descent/onnxruntime/worker"; serve(ort);',
    );
  const { Worker } = await node<typeof import("node:worker_threads")>("worker_threads");
  const file = workerFile(import.meta.url);
  if (!file.endsWith(".ts")) return new Worker(new URL(file));
  // run from its source, which takes a loader of TypeScript in every thread
  return new Worker(`import("tsx/esm/api").then((tsx) => { tsx.register(); return import("${file}"); })`, {
    eval: true,
    execArgv: ["--conditions=@descent/source"],
  });
}

/**
 * The file of the worker beside this module's. Not by `new URL("./worker.js", …)`, at which bundlers for browsers would
 * bundle a second copy of everything. Throws an OptimizerError in a bundle, where it would be the whole program.
 */
export function workerFile(url: string): string {
  const own = /\/launch(\.[jt]s)$/;
  if (!own.test(url))
    throw new OptimizerError(
      'A bundler has taken this code away from the file that a worker runs. Leave @descent/onnxruntime out of the bundle, as an external module, or make the worker yourself: its file says: import * as ort from "onnxruntime-node"; import { serve } from "@descent/onnxruntime/worker"; serve(ort);',
    );
  return url.replace(own, "/worker$1");
}

/** The worker that a program's own function makes, after checking that it is one. */
export async function madeWorker(make: () => TrainingWorker): Promise<TrainingWorker> {
  let worker: unknown;
  try {
    worker = await make();
  } catch (cause) {
    throw new OptimizerError(`The function \`worker\` threw: ${(cause as Error).message}`, { cause });
  }
  const fits = typeof worker === "object" && worker !== null && "postMessage" in worker && "terminate" in worker;
  if (!fits)
    throw new OptimizerError(`\`worker\` must be a function that returns a new Worker; it returned ${shown(worker)}.`);
  return worker as TrainingWorker; // which has what a worker has
}
