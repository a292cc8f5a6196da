import { OptimizerError } from "@descent/core";

// Node's modules by name, so that bundlers for browsers leave them alone.
const node = <T>(name: string): Promise<T> => import(/* @vite-ignore */ `node:${name}`) as Promise<T>;
type Fs = typeof import("node:fs/promises");

const isNode = (): boolean => typeof process === "object" && process.versions?.node !== undefined;

/** The bytes of a model or checkpoint: as given, fetched from a URL, or read from a file. */
export async function bytesOf(source: string | URL | Uint8Array | ArrayBuffer, what: string): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  const text = String(source);
  try {
    if (isNode() && !/^https?:/.test(text)) {
      const { readFile } = await node<Fs>("fs/promises");
      return await readFile(/^file:/.test(text) ? new URL(text) : text);
    }
    const answer = await fetch(text);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (cause) {
    throw new OptimizerError(`The ${what} ${text} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Writes a file whole or not at all: to a temporary name beside it, then renamed. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const { open, rename, rm } = await node<Fs>("fs/promises");
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new OptimizerError(
      `${path} could not be written: ${(cause as Error).message}. What was there is untouched.`,
      {
        cause,
      },
    );
  }
}
