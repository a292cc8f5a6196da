import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { type Content, writeFile } from "@descent/files";
import { cannotRead, cannotWrite, isCode, UserError } from "./errors.ts";

/** Writes a file whole or not at all; what the system refuses is a UserError. */
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

/**
 * Makes a folder and those above it; false where it was there already. Node's own recursive mkdir never ends where
 * nothing can be made, as in /proc.
 */
export async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST") && (await stat(folder)).isDirectory()) return false;
    const above = path.dirname(path.resolve(folder));
    if (!isCode(error, "ENOENT") || (await isThere(above))) throw error;
    await makeFolder(above);
    return makeFolder(folder); // another run may be making the same
  }
}

/**
 * The bytes of a file of at most `most` bytes. A pipe, a device or a folder is refused, without waiting for what a pipe
 * may bring.
 */
export function readBounded(file: string, most: number): Uint8Array {
  let open: number | undefined;
  try {
    open = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // Windows has no such flag, and no pipes by name
    const found = fstatSync(open);
    if (!found.isFile())
      throw new UserError(
        `\`${file}\` is ${found.isDirectory() ? "a folder" : "a device, pipe or socket"}, not a file.`,
      );
    if (found.size > most)
      throw new UserError(
        `\`${file}\` has ${found.size.toLocaleString("en")} bytes, and may have ${most.toLocaleString("en")}.`,
      );
    const bytes = Buffer.alloc(found.size);
    let length = 0;
    while (length < bytes.length) {
      const got = readSync(open, bytes, length, bytes.length - length, length);
      if (got === 0) break; // it has become shorter
      length += got;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    throw error instanceof UserError ? error : cannotRead(file, error);
  } finally {
    if (open !== undefined) closeSync(open);
  }
}
