import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import { cannotWrite, isCode } from "../errors.ts";

/**
 * Writes a file so that it is there whole or not at all: the bytes go to a new name beside it, reach the disk, and
 * only then take the old file's place. When anything fails, the old file is as it was and the new one is removed.
 */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID().slice(0, 8)}.tmp`);
  let open: number | undefined;
  try {
    open = openSync(temporary, "wx");
    // One call may write less than it was given, for instance what was left of the disk.
    for (let done = 0; done < bytes.length; ) done += writeSync(open, bytes, done);
    fsyncSync(open);
    closeSync(open);
    open = undefined;
    renameSync(temporary, file);
  } catch (error) {
    if (open !== undefined) closeSync(open);
    rmSync(temporary, { force: true });
    throw cannotWrite(file, error);
  }
}

export const writeJson = (file: string, value: unknown): void =>
  writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);

/** Makes a folder and those above it. Node's own recursive mkdir never ends where nothing can be made, as in /proc. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (isCode(error, "EEXIST") && statSync(folder).isDirectory()) return;
    const above = path.dirname(path.resolve(folder));
    if (!isCode(error, "ENOENT") || statSync(above, { throwIfNoEntry: false }) !== undefined) throw error;
    makeFolder(above);
    mkdirSync(folder);
  }
}
