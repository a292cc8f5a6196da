import { randomBytes } from "node:crypto";
import { lstat, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { isAlive, ownerOf, token } from "./owner.ts";

const prefix = ".descent-";
const suffix = ".tmp";

/** An unguessable name of fixed length, so that it fits however long the final name is. */
export const temporaryName = (): string => `${prefix}${token(randomBytes(8).toString("hex"))}${suffix}`;

/** Throws unless it is a path. `call` is what was given it. */
export function checkPath(call: string, given: unknown): asserts given is string {
  if (typeof given !== "string" || given === "" || given.includes("\0"))
    throw new TypeError(
      `${call} takes a path; got ${given === "" ? "an empty text" : typeof given === "string" ? JSON.stringify(given) : kind(given)}.`,
    );
}

/** A value's kind in a word, for an error. */
export const kind = (value: unknown): string =>
  value === null ? "null" : typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;

/** How long another machine's temporary file must be untouched before it is removed. */
const day = 24 * 60 * 60 * 1000;

/**
 * Removes the temporary files that `writeFile` and `writeLink` left in a folder because its process was killed. Those of running
 * processes stay, and so do those of other machines for a day. Returns the names removed.
 */
export async function cleanTemporaries(folder: string): Promise<readonly string[]> {
  checkPath("cleanTemporaries", folder);
  const removed: string[] = [];
  for (const name of await readdir(folder)) {
    if (!(name.startsWith(prefix) && name.endsWith(suffix))) continue;
    const owner = ownerOf(name.slice(prefix.length, -suffix.length));
    if (owner === undefined) continue;
    const alive = isAlive(owner);
    if (alive === true) continue;
    const file = path.join(folder, name);
    const stat = await lstat(file).catch(() => undefined); // another process may be cleaning too
    if (stat === undefined || !(stat.isFile() || stat.isSymbolicLink())) continue;
    if (alive === undefined && Date.now() - stat.mtimeMs < day) continue;
    await rm(file, { force: true });
    removed.push(name);
  }
  return removed;
}
