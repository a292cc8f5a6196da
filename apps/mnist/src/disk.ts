import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { type Content, writeFile } from "@descent/files";
import { cannotRead, cannotWrite, isCode, UserError } from "./errors.ts";

/** Writes a file whole or not at all. System errors become UserErrors. */
export async function write(file: string, content: Content): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

export const writeJson = (file: string, value: unknown): Promise<void> =>
  write(file, `${JSON.stringify(value, null, 2)}\n`);

const isThere = (folder: string): Promise<boolean> =>
  stat(folder).then(
    () => true,
    () => false,
  );

/** Makes a folder whose parent exists; false if it existed. */
async function makeOne(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST") && (await stat(folder)).isDirectory()) return false;
    throw error;
  }
}

/**
 * Makes a folder and its parents; false if it existed. Node's recursive mkdir loops forever where nothing can be created,
 * as in /proc.
 */
export async function makeFolder(folder: string): Promise<boolean> {
  try {
    return await makeOne(folder);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
    const above = path.dirname(path.resolve(folder));
    if (!(await isThere(above))) await makeFolder(above);
    return makeOne(folder); // once more also where the parent is there: another run may have just made it
  }
}

/**
 * Reads a file of at most `most` bytes. Folders, pipes and devices are refused, without waiting for a pipe's writer.
 */
export function readBounded(file: string, most: number): Uint8Array {
  let open: number | undefined;
  try {
    open = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // Windows lacks the flag, and FIFOs
    const found = fstatSync(open);
    if (!found.isFile())
      throw new UserError(
        `\`${file}\` is ${found.isDirectory() ? "a folder" : "a device, pipe or socket"}, not a file.`,
      );
    if (found.size > most)
      throw new UserError(
        `\`${file}\` has ${found.size.toLocaleString("en")} bytes; the limit is ${most.toLocaleString("en")}.`,
      );
    const bytes = Buffer.alloc(found.size);
    let length = 0;
    while (length < bytes.length) {
      const got = readSync(open, bytes, length, bytes.length - length, length);
      if (got === 0) break; // the file was truncated
      length += got;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    throw error instanceof UserError ? error : cannotRead(file, error);
  } finally {
    if (open !== undefined) closeSync(open);
  }
}
