import { OptimizerError } from "@descent/core";
import type { External } from "@descent/onnx";
import { isFile, node } from "./read.ts";

type FileSystem = typeof import("node:fs");
type Path = typeof import("node:path");

/**
 * Reads from the files beside a model that is one itself, where tensors of large models lie. A link may lead elsewhere within the
 * model's folder, or within `root` if given: models are downloaded, and a link out of their folder could read any file into
 * weights, which are saved and shared.
 */
export async function beside(model: string, root?: string): Promise<External | undefined> {
  if (!isFile(model)) return undefined;
  const [fs, path, { fileURLToPath }] = await Promise.all([
    node<FileSystem>("fs"),
    node<Path>("path"),
    node<typeof import("node:url")>("url"),
  ]);
  const local = (name: string): string => (/^file:/.test(name) ? fileURLToPath(name) : name);
  const folder = path.dirname(local(model));
  const roots = [folder, ...(root === undefined ? [] : [local(root)])];
  const read = new Map<string, Uint8Array>(); // once, because a model is imported for every shape of batches
  return (location, offset, length) => {
    const key = `${offset} ${length} ${location}`;
    let bytes = read.get(key);
    if (!bytes) {
      const file = path.join(folder, location);
      try {
        bytes = readPart(fs, resolved(fs, path, file, roots), offset, length);
      } catch (cause) {
        const { message } = cause as Error;
        throw new OptimizerError(`Weights of the model lie in ${file}, which cannot be read: ${message}`, { cause });
      }
      read.set(key, bytes);
    }
    return bytes;
  };
}

/** The file that a path leads to, links followed, if it lies in one of the folders. */
function resolved(fs: FileSystem, path: Path, file: string, roots: readonly string[]): string {
  const real = fs.realpathSync(file);
  for (const root of roots) {
    const inside = path.relative(fs.realpathSync(root), real);
    if (inside !== "" && inside.split(path.sep)[0] !== ".." && !path.isAbsolute(inside)) return real;
  }
  throw new Error(
    `it is a link that leads out of the model's folder, to ${real}. ` +
      `If you trust the model, allow a folder around that: \`externalRoot: ${JSON.stringify(path.dirname(real))}\`.`,
  );
}

/** A part of a file, which may be longer than the 2 GB that one call reads. */
function readPart(fs: FileSystem, path: string, offset: number, length: number): Uint8Array {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  // Links have been followed; a pipe without a writer would otherwise be waited for, for ever.
  const file = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const status = fs.fstatSync(file);
    if (!status.isFile()) throw new Error("it must be an ordinary file, not a folder, pipe or device");
    // Asked before the memory is taken: a few bytes of model can claim any length.
    if (status.size < offset + length) throw new Error(`it has no ${length} bytes from ${offset} on`);
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const got = fs.readSync(file, bytes, at, Math.min(length - at, 2 ** 30), offset + at);
      if (got === 0) throw new Error(`it has no ${length} bytes from ${offset} on`);
      at += got;
    }
    return bytes;
  } finally {
    fs.closeSync(file);
  }
}
