import { type FileHandle, lstat, open, rename, rm, stat, symlink } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { checkPath, kind, temporaryName } from "./temporary.ts";

/** The content of a file: text (written as UTF-8), bytes, or chunks of bytes. */
export type Content = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A `URL`, by structure: its type comes with the DOM's or Node's, which not every project has. */
export interface FileUrl {
  readonly href: string;
  readonly protocol: string;
}

/** Maximum bytes per system call, which is limited to 2 GiB. */
const most = 2 ** 30;

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** Writes all bytes: a single call may write fewer than it is given. */
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

function check(file: unknown, content: unknown): void {
  if (!((typeof file === "string" && file !== "") || file instanceof URL))
    throw new TypeError(`writeFile takes a path or a file: URL; got ${file === "" ? "an empty text" : kind(file)}.`);
  const iterable =
    typeof content === "object" && content !== null && (Symbol.iterator in content || Symbol.asyncIterator in content);
  if (typeof content !== "string" && !iterable)
    throw new TypeError(`writeFile takes a text, a Uint8Array or an iterable of them; got ${kind(content)}.`);
}

/**
 * The permissions of the file to replace; undefined if the file is new or a link. Refuses folders, devices, pipes and
 * sockets, and links to them: a rename would replace `/dev/stdout` by a file.
 */
async function modeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch((error: unknown) => {
    if (["ENOENT", "ELOOP"].includes(codeOf(error))) return undefined; // nothing there, or a dangling link
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

/** Opens a folder for syncing; undefined where that is not possible, as on Windows. */
async function openFolder(folder: string): Promise<FileHandle | undefined> {
  if (process.platform === "win32") return undefined;
  try {
    return await open(folder, "r");
  } catch (error) {
    if (codeOf(error) === "EACCES") return undefined; // writable but not readable
    throw error;
  }
}

async function syncFolder(folder: FileHandle | undefined): Promise<void> {
  try {
    await folder?.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes(codeOf(error))) throw error; // not supported by some network file systems
  }
}

/**
 * Writes a file atomically: it is there whole or not at all, even if the process is killed.
 *
 * The content is written to a new, randomly named file in the same folder, synced to disk and renamed over `file`; then the
 * folder is synced. Of overlapping calls the last to finish wins. A replaced file's permissions are kept; a symbolic link
 * is replaced, not followed; folders, devices, pipes and sockets are refused. If anything fails, including the iteration of
 * chunks, the original error is thrown, the old file is untouched, and the temporary file is removed. The one exception is
 * an error while syncing the folder: the new file is then in place, but a power cut may undo it.
 *
 * A killed process leaves its temporary file behind; see {@link cleanTemporaries}.
 */
export async function writeFile(file: string | FileUrl, content: Content): Promise<void> {
  check(file, content);
  const target = typeof file === "string" ? file : fileURLToPath(file.href);
  const mode = await modeOf(target);
  const folder = await openFolder(path.dirname(target));
  const temporary = path.join(path.dirname(target), temporaryName());
  let made: FileHandle | undefined;
  let placed = false;
  try {
    made = await open(temporary, "wx"); // fails if the file exists, and never follows a link
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
    // Ignore errors of the cleanup, so that they do not hide the original one.
    await made?.close().catch(() => {});
    if (!placed) await rm(temporary, { force: true }).catch(() => {});
    await folder?.close().catch(() => {});
  }
}

/**
 * Atomically replaces `file` by a symbolic link to `target`. Where links are not allowed, as on Windows by default, the
 * system's error is thrown and nothing changes.
 */
export async function writeLink(file: string, target: string): Promise<void> {
  checkPath("writeLink", file);
  checkPath("writeLink", target);
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
