import { type FileHandle, lstat, open, rename, rm, stat, symlink } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryName } from "./temporary.ts";

/** The bytes of a file, text as UTF-8. Large content comes in chunks, as they are made. */
export type Content = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** One call writes less than 2 GiB. */
const most = 2 ** 30;

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** One call may write less than it is given, for instance what is left of the disk. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, Math.min(bytes.length - done, most))).bytesWritten;
}

async function* chunks(content: Content): AsyncGenerator<Uint8Array> {
  if (typeof content === "string") yield Buffer.from(content);
  else if (content instanceof Uint8Array) yield content;
  else
    for await (const chunk of content) {
      if (!(chunk instanceof Uint8Array))
        throw new TypeError(`writeFile takes chunks of type Uint8Array; got ${kind(chunk)}.`);
      yield chunk;
    }
}

const kind = (value: unknown): string =>
  value === null ? "null" : typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;

function check(file: unknown, content: unknown): void {
  if (!((typeof file === "string" && file !== "") || file instanceof URL))
    throw new TypeError(`writeFile takes a path or a file: URL; got ${file === "" ? "an empty text" : kind(file)}.`);
  const iterable =
    typeof content === "object" && content !== null && (Symbol.iterator in content || Symbol.asyncIterator in content);
  if (typeof content !== "string" && !iterable)
    throw new TypeError(`writeFile takes a text, a Uint8Array or an iterable of them; got ${kind(content)}.`);
}

/**
 * The permissions of the file to replace, nothing where there is none or a link. A folder, device, pipe or socket is
 * refused, by a link too: a rename would put a file in the place of `/dev/stdout`.
 */
async function modeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch((error: unknown) => {
    if (["ENOENT", "ELOOP"].includes(codeOf(error))) return undefined; // nothing there, or a link that leads nowhere
    throw error;
  });
  if (found === undefined) return undefined;
  if (!found.isFile()) {
    const what = found.isDirectory() ? "a folder" : "a device, pipe or socket";
    throw Object.assign(new Error(`\`${file}\` is ${what}; writeFile replaces nothing but files.`), {
      code: found.isDirectory() ? "EISDIR" : "EINVAL",
      path: file,
    });
  }
  return (await lstat(file)).isSymbolicLink() ? undefined : found.mode & 0o7777;
}

/** A folder, open to be synced; nothing where the platform cannot, as Windows, or does not let this user. */
async function openFolder(folder: string): Promise<FileHandle | undefined> {
  if (process.platform === "win32") return undefined;
  try {
    return await open(folder, "r");
  } catch (error) {
    if (codeOf(error) === "EACCES") return undefined; // a folder that may be written and not read
    throw error;
  }
}

async function syncFolder(folder: FileHandle | undefined): Promise<void> {
  try {
    await folder?.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes(codeOf(error))) throw error; // some network file systems
  }
}

/**
 * Writes a file so that it is there whole or not at all, whatever ends the process and when.
 *
 * The bytes go to a new file of a random name in the same folder, are synced to the disk and renamed over `file`, and
 * the folder is synced too. Overlapping calls do not mix: the last to finish stays. A file that is replaced passes on
 * its permissions; a symbolic link is replaced and not followed; a folder, device, pipe or socket is refused. When
 * anything fails, `chunks` included, the error of the system is thrown as it is, the old file is untouched, and the
 * temporary one is removed. (The one error after the rename is that of syncing the folder: then the new file is in
 * place, and a power cut may undo it.)
 *
 * A killed process leaves its temporary file behind: see {@link cleanTemporaries}.
 */
export async function writeFile(file: string | URL, content: Content): Promise<void> {
  check(file, content);
  const target = typeof file === "string" ? file : fileURLToPath(file);
  const mode = await modeOf(target);
  const folder = await openFolder(path.dirname(target));
  const temporary = path.join(path.dirname(target), temporaryName());
  let made: FileHandle | undefined;
  let placed = false;
  try {
    made = await open(temporary, "wx"); // never an existing file, nor through a link
    if (mode !== undefined) await made.chmod(mode);
    for await (const chunk of chunks(content)) await writeAll(made, chunk);
    await made.sync();
    const closing = made;
    made = undefined;
    await closing.close();
    await rename(temporary, target);
    placed = true;
    await syncFolder(folder);
  } finally {
    // These cannot make it worse, and must not hide what went wrong.
    await made?.close().catch(() => {});
    if (!placed) await rm(temporary, { force: true }).catch(() => {});
    await folder?.close().catch(() => {});
  }
}

/**
 * Makes a symbolic link to `target` at `file`, in place of what is there, in one go: a reader finds the old or the new
 * one. Where links are not allowed, as on Windows by default, the system's error is thrown and nothing has changed.
 */
export async function writeLink(file: string, target: string): Promise<void> {
  const folder = await openFolder(path.dirname(file));
  const temporary = path.join(path.dirname(file), temporaryName());
  let placed = false;
  try {
    await symlink(target, temporary, "dir");
    await rename(temporary, file);
    placed = true;
    await syncFolder(folder);
  } finally {
    if (!placed) await rm(temporary, { force: true }).catch(() => {});
    await folder?.close().catch(() => {});
  }
}
