import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { compiled } from "../../../tests/bundle.ts";

/*
 * Sets up every file of tests: `worker: true` starts the worker compiled once for this process. Run from its source, every worker
 * would read and compile all of it again, which takes seconds. Where `WORKERS` is "source" it is, as worker.test.ts tries once.
 */

const source = new URL("../src/worker/worker.ts", import.meta.url);
const threads = process.getBuiltinModule("node:worker_threads");
const { Worker } = threads;
type Arguments = ConstructorParameters<typeof Worker>;

beforeAll(async () => {
  const file = await compiled(fileURLToPath(source));
  threads.Worker = class extends Worker {
    constructor(...[code, options]: Arguments) {
      const own = typeof code === "string" && code.includes(source.href) && process.env.WORKERS !== "source";
      super(own ? file : code, own ? {} : options);
    }
  } as typeof Worker; // has no more statics than a worker needs
  syncBuiltinESMExports();
});
afterAll(() => {
  threads.Worker = Worker;
  syncBuiltinESMExports();
});
