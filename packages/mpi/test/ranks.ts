import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { compiled } from "../../../tests/bundle.ts";

/** Runs `run` of a module, given by its URL, in worker threads, one per rank, and returns what each gave. */
export async function inThreads<R>(size: number, url: URL, data: object): Promise<R[]> {
  const file = pathToFileURL(await compiled(fileURLToPath(url))).href;
  const code = `
    const { workerData: { file, shared, rank, data }, parentPort } = require("node:worker_threads");
    import(file)
      .then(({ run }) => run(shared, rank, data))
      .then((result) => parentPort.postMessage({ result }), (error) => parentPort.postMessage({ error: String(error.message ?? error) }));`;
  const { shareWorld } = await import("../src/threads.ts");
  const shared = shareWorld(size);
  return Promise.all(
    Array.from(
      { length: size },
      (_, rank) =>
        new Promise<R>((resolve, reject) => {
          const worker = new Worker(code, { eval: true, workerData: { file, shared, rank, data } });
          worker.once("message", ({ result, error }: { result: R; error?: string }) => {
            if (error === undefined) resolve(result);
            else reject(new Error(error));
          });
          worker.once("error", reject);
        }),
    ),
  );
}
