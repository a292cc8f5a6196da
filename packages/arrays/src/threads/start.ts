import { OptimizerError } from "@descent/core";

/** A worker of a browser, or of Node's `worker_threads`. */
type AnyWorker = Worker | import("node:worker_threads").Worker;

/** The part of a worker that the pool uses. */
export interface Thread {
  send(message: object): void;
  terminate(): void;
}

/** Starts a worker, which does not keep a process alive. `ended` is called with the reason if it ends by itself. */
export function startThread(ended: (why: string) => void): Thread {
  const worker = startWorker();
  if ("on" in worker) {
    worker.on("error", (error) => ended(String(error)));
    worker.on("exit", (code) => ended(`it ended with code ${code}`));
  } else worker.addEventListener("error", ({ message }) => ended(message ?? "its file cannot be loaded")); // only an ErrorEvent has one
  return {
    send: (message) => worker.postMessage(message),
    terminate: () => void worker.terminate(),
  };
}

function startWorker(): AnyWorker {
  const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  // The very form that bundlers look for, with the file's name as it is published.
  if (!node) return new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "optimizer" });
  const own = /\/threads\/start(\.[jt]s)$/;
  // In a bundle this would start the whole program once more.
  if (!own.test(import.meta.url))
    throw new OptimizerError(
      "Threads cannot be used here: a bundler has separated this code from the file that its threads run. Leave @descent/arrays out of the bundle, as an external module.",
    );
  const file = new URL(import.meta.url.replace(own, "/threads/worker$1"));
  const worker = file.pathname.endsWith(".ts")
    ? // run from its source, which takes a loader of TypeScript in every thread
      new node.Worker(`import("tsx/esm/api").then((tsx) => { tsx.register(); return import("${file}"); })`, {
        eval: true,
        execArgv: ["--conditions=@descent/source"],
      })
    : new node.Worker(file);
  worker.unref();
  return worker;
}
