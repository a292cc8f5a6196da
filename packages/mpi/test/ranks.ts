import path from "node:path";
import { Worker } from "node:worker_threads";
import { root } from "../../../tests/workspace.ts";

/** Runs `run` of a module, given by its URL, in worker threads, one per rank, and returns what each gave. */
export async function inThreads<R>(size: number, { href: file }: URL, data: object): Promise<R[]> {
  // The source is TypeScript, which a worker does not read by itself.
  const code = `
    const { workerData: { file, shared, rank, data }, parentPort } = require("node:worker_threads");
    import("tsx/esm/api")
      .then((tsx) => (tsx.register(), import(file)))
      .then(({ run }) => run(shared, rank, data))
      .then((result) => parentPort.postMessage({ result }), (error) => parentPort.postMessage({ error: String(error.message ?? error) }));`;
  const { shareWorld } = await import("../src/threads.ts");
  const shared = shareWorld(size);
  return Promise.all(
    Array.from(
      { length: size },
      (_, rank) =>
        new Promise<R>((resolve, reject) => {
          const worker = new Worker(code, {
            eval: true,
            execArgv: ["--conditions=@descent/source"],
            env: { ...process.env, TSX_TSCONFIG_PATH: path.join(root, "tsconfig.test.json") },
            workerData: { file, shared, rank, data },
          });
          worker.once("message", ({ result, error }: { result: R; error?: string }) => {
            if (error === undefined) resolve(result);
            else reject(new Error(error));
          });
          worker.once("error", reject);
        }),
    ),
  );
}
