import { fileURLToPath } from "node:url";
import type { Worker as NodeWorker } from "node:worker_threads";
import { compiled } from "./bundle.ts";

type Arguments = ConstructorParameters<typeof NodeWorker>;

/**
 * The `Worker` of Node, except that a worker of this repository, which would run from its source, starts from the same code
 * compiled once for the process: from its source every worker reads and compiles all of it again, which takes seconds.
 */
export async function compiledWorker(source: URL, Worker: typeof NodeWorker): Promise<typeof NodeWorker> {
  const file = await compiled(fileURLToPath(source));
  return class extends Worker {
    constructor(...[code, options]: Arguments) {
      const own = typeof code === "string" && code.includes(source.href) && process.env.WORKERS !== "source";
      super(own ? file : code, own ? {} : options);
    }
  } as typeof Worker; // has no more statics than a worker needs
}
