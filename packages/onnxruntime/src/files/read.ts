import { OptimizerError } from "@descent/core";
import { isRecord, shown } from "@descent/core/adapter";
import type { FileUrl } from "@descent/files";
import type { ModelProto } from "@descent/onnx";

/** A module of Node's own. Bundlers for browsers must leave the import alone; each has its own words for that. */
export const node = <T>(name: string): Promise<T> =>
  import(/* @vite-ignore */ /* webpackIgnore: true */ `node:${name}`) as Promise<T>;

export const isNode = (): boolean => typeof process === "object" && process.versions?.node !== undefined;

/** Whether a name means a file, rather than something to fetch. */
export const isFile = (name: string): boolean => isNode() && !/^(https?|data|blob):/.test(name);

/** Whether something is a URL object. */
export const isUrl = (x: unknown): x is FileUrl => x instanceof URL;

/** A file as callers have it: its bytes, a `File` or `Blob`, a path (in Node) or a URL. */
export type FileSource = string | FileUrl | Uint8Array | ArrayBuffer | FileLike;

/** A model as callers have it: a file, or what `decodeModel()` and `adapt()` return, which costs no copy of the weights. */
export type ModelInput = FileSource | ModelProto;

/** Whether a model was decoded already. */
export const isDecoded = (x: unknown): x is ModelProto => isRecord(x) && "graph" in x && isRecord(x.graph);

/** The part of a `File` or `Blob` that is used here. */
export interface FileLike {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

const isFileLike = (x: unknown): x is FileLike =>
  typeof x === "object" && x !== null && "size" in x && "arrayBuffer" in x && typeof x.arrayBuffer === "function";

/** The bytes of a model or checkpoint: as given, fetched from a URL, or read from a file. */
export async function bytesOf(source: FileSource, what: string): Promise<Uint8Array> {
  const given: unknown = source;
  if (given instanceof Uint8Array) return looked(given, what, "");
  if (given instanceof ArrayBuffer) return looked(new Uint8Array(given), what, "");
  if (isFileLike(given)) return looked(new Uint8Array(await given.arrayBuffer()), what, "");
  if (typeof given !== "string" && !isUrl(given))
    throw new OptimizerError(
      `The ${what} must be a path, a URL, bytes (Uint8Array or ArrayBuffer) or a File; got ${shown(given)}.`,
    );
  const text = String(given);
  let bytes: Uint8Array;
  try {
    if (isFile(text)) {
      const { readFile } = await node<typeof import("node:fs/promises")>("fs/promises");
      bytes = await readFile(/^file:/.test(text) ? new URL(text) : text);
    } else {
      const answer = await fetch(text);
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      bytes = new Uint8Array(await answer.arrayBuffer());
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "no such file or folder." : message;
    throw new OptimizerError(`The ${what} ${text} cannot be read: ${why}`, { cause });
  }
  return looked(bytes, what, ` ${text}`);
}

/** Refuses what servers and repositories often give in place of a file, and the text formats of other libraries. */
function looked(bytes: Uint8Array, what: string, name: string): Uint8Array {
  const start = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart().toLowerCase();
  if (start.startsWith("<!doctype") || start.startsWith("<html"))
    throw new OptimizerError(
      `The ${what}${name} is an HTML page. A server answers with its page where a file is missing: look at the address.`,
    );
  if (/^\{\s*["}]/.test(start))
    throw new OptimizerError(
      `The ${what}${name} is JSON text. Give ${what === "checkpoint" ? "a safetensors file, as `save` writes it" : "an ONNX file"}.`,
    );
  if (start.startsWith("version https://git-lfs"))
    throw new OptimizerError(`The ${what}${name} is a pointer of Git LFS. Fetch the file itself: git lfs pull.`);
  const weights = what === "model" ? weightsAlone(bytes) : undefined;
  if (weights !== undefined)
    throw new OptimizerError(
      `The ${what}${name} is ${weights}, which has weights and not the operators that read them. Give an ONNX file, as torch.onnx.export() writes it.`,
    );
  return bytes;
}

/** The format of a file that people have beside their ONNX file, by its first bytes. */
function weightsAlone(bytes: Uint8Array): string | undefined {
  const at = (from: number, ...wanted: readonly number[]): boolean => wanted.every((v, i) => bytes[from + i] === v);
  if (at(0, 0x50, 0x4b, 3, 4)) return "a ZIP archive, as torch.save() writes it"; // "PK"
  if (at(0, 0x89, 0x48, 0x44, 0x46)) return "an HDF5 file, as Keras writes it"; // "\x89HDF"
  // The length of a header, in eight bytes, and the header, JSON.
  return at(5, 0, 0, 0, 0x7b, 0x22) ? "a safetensors file" : undefined;
}

/** The last part of a path or URL. */
export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
