import { OptimizerError } from "@descent/core";
import type { External } from "@descent/onnx";

// Node's modules by name, so that bundlers for browsers leave them alone.
const node = <T>(name: string): Promise<T> => import(/* @vite-ignore */ `node:${name}`) as Promise<T>;

export const isNode = (): boolean => typeof process === "object" && process.versions?.node !== undefined;

/** Whether a name means a file, rather than something to fetch. */
const isFile = (name: string): boolean => isNode() && !/^(https?|data|blob):/.test(name);

/** The bytes of a model or checkpoint: as given, fetched from a URL, or read from a file. */
export async function bytesOf(source: string | URL | Uint8Array | ArrayBuffer, what: string): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  const text = String(source);
  try {
    if (isFile(text)) {
      const { readFile } = await node<typeof import("node:fs/promises")>("fs/promises");
      return await readFile(/^file:/.test(text) ? new URL(text) : text);
    }
    const answer = await fetch(text);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (cause) {
    throw new OptimizerError(`The ${what} ${text} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Reads from the files beside a model that is one itself, where tensors of large models lie. */
export async function beside(model: string): Promise<External | undefined> {
  if (!isFile(model)) return undefined;
  const [fs, path, { fileURLToPath }] = await Promise.all([
    node<typeof import("node:fs")>("fs"),
    node<typeof import("node:path")>("path"),
    node<typeof import("node:url")>("url"),
  ]);
  const folder = path.dirname(/^file:/.test(model) ? fileURLToPath(model) : model);
  const read = new Map<string, Uint8Array>(); // once, for a model is imported for every shape of batches
  return (location, offset, length) => {
    const key = `${offset} ${length} ${location}`;
    let bytes = read.get(key);
    if (!bytes) read.set(key, (bytes = readPart(fs, path.join(folder, location), offset, length)));
    return bytes;
  };
}

/** A part of a file, which may be longer than the 2 GB that one call reads. */
function readPart(fs: typeof import("node:fs"), path: string, offset: number, length: number): Uint8Array {
  let file: number | undefined;
  try {
    file = fs.openSync(path, "r");
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const got = fs.readSync(file, bytes, at, Math.min(length - at, 2 ** 30), offset + at);
      if (got === 0) throw new Error(`it has no ${length} bytes from ${offset} on`);
      at += got;
    }
    return bytes;
  } catch (cause) {
    throw new OptimizerError(`Weights of the model lie in ${path}, which cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

/** Writes a file whole or not at all: to a temporary name beside it, then renamed. */
export async function writeWhole(path: string, ...parts: readonly Uint8Array[]): Promise<void> {
  const { open, rename, rm } = await node<typeof import("node:fs/promises")>("fs/promises");
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      for (const part of parts) await file.writeFile(part); // one after the other
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new OptimizerError(
      `${path} could not be written: ${(cause as Error).message}. What was there is untouched.`,
      { cause },
    );
  }
}

export async function baseName(path: string): Promise<string> {
  return (await node<typeof import("node:path")>("path")).basename(path);
}
