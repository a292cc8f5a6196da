import { syncBuiltinESMExports } from "node:module";
import { afterAll, beforeAll } from "vitest";
import { compiledWorker } from "../../../tests/compiled-worker.ts";

// Sets up every file of tests: `worker: true` starts the worker compiled. Where `WORKERS` is "source" it does not; worker.test.ts tries that.

const threads = process.getBuiltinModule("node:worker_threads");
const { Worker } = threads;

beforeAll(async () => {
  threads.Worker = await compiledWorker(new URL("../src/worker/worker.ts", import.meta.url), Worker);
  syncBuiltinESMExports();
});
afterAll(() => {
  threads.Worker = Worker;
  syncBuiltinESMExports();
});
