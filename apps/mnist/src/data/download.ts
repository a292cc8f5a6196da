import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { cleanTemporaries, writeFile } from "@descent/files";
import { makeFolder, readBounded } from "../disk.ts";
import { reason, UserError } from "../errors.ts";
import { readImages, readLabels } from "./idx.ts";
import { type Fetch, largest, unpack } from "./source.ts";

/** The cache for downloads: one folder per address in the user's cache folder. */
const cacheFolder = (address: string): string =>
  path.join(
    process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"),
    "descent-mnist",
    createHash("sha256").update(address).digest("hex").slice(0, 16),
  );

async function keep(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await makeFolder(path.dirname(file));
    await cleanTemporaries(path.dirname(file));
    await writeFile(file, bytes);
  } catch (error) {
    throw new UserError(
      `Cannot cache a download as \`${file}\`: ${reason(error)}. Set XDG_CACHE_HOME to another folder.`,
      {
        cause: error,
      },
    );
  }
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;

/** The body of a response. Throws as soon as it exceeds the limit, also when it was compressed in transit. */
async function bodyOf(response: Response, file: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > largest)
      throw new UserError(
        `Cannot download \`${file}\`: it is larger than ${megabytes(largest)}, and the largest MNIST file has 45 MiB.`,
      );
  }
  return Buffer.concat(parts, length);
}

/** Reads the files at an http(s) address; each is downloaded once and cached. */
export function fromAddress(base: string): Fetch {
  const address = base.endsWith("/") ? base : `${base}/`;
  const cache = cacheFolder(address);
  return async (name) => {
    const kept = path.join(cache, name);
    if (existsSync(kept)) return { bytes: readBounded(kept, largest), file: kept };
    let status = "";
    for (const spelling of [`${name}.gz`, name]) {
      const file = new URL(spelling, address).href;
      let bytes: Uint8Array;
      try {
        const response = await fetch(file, { signal: AbortSignal.timeout(120_000) });
        status = `${response.status} ${response.statusText}`.trim();
        if (!response.ok) continue;
        bytes = await bodyOf(response, file);
      } catch (error) {
        if (error instanceof UserError) throw error;
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        throw new UserError(`Cannot download \`${file}\`: ${reason(cause)}.`, { cause: error });
      }
      const plain = unpack(bytes, file);
      // Cache only valid files, so that a broken response is requested again next time.
      if (name.includes("images")) readImages(plain, file);
      else readLabels(plain, file);
      await keep(kept, plain);
      return { bytes: plain, file };
    }
    throw new UserError(`Cannot download \`${new URL(`${name}.gz`, address).href}\`: the server answers ${status}.`);
  };
}
