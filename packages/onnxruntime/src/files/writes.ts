import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";
import type { FileUrl } from "@descent/files";
import { isUrl } from "./read.ts";
import { store } from "./write.ts";

/** Writes one file after the other, while training goes on. */
export class Writes {
  #tail: Promise<unknown> = Promise.resolve();

  /** Takes the parts now, and writes them when earlier files are written; nothing where there are no parts. */
  async write(path: string | FileUrl, parts: () => Promise<readonly Uint8Array[] | undefined>): Promise<void> {
    checkPath(path);
    const taken = parts();
    taken.catch(() => {}); // the write below waits for it, and throws
    const result = this.#tail.then(async () => {
      const ready = await taken;
      if (ready) await store(path, ready);
    });
    this.#tail = result.catch(() => {});
    await result;
  }
}

/** Throws unless files can be written there. */
export function checkPath(path: unknown): void {
  const given = (typeof path === "string" && path !== "" && !path.includes("\0")) || isUrl(path);
  if (!given) throw new OptimizerError(`A file is written to a path or a file: URL; got ${shown(path)}.`);
}
