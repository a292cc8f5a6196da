import { randomBytes } from "node:crypto";
import { readdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { LockedError } from "./locked.ts";
import { isAlive, ownerOf, token } from "./owner.ts";
import { checkPath } from "./temporary.ts";

export { LockedError } from "./locked.ts";

/** A lock on a folder. */
export interface Lock {
  /** Releases the folder. Further calls do nothing. */
  release(): Promise<void>;
}

const name = ".lock";

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/**
 * Creates `file` with `text`; false if it exists. A symbolic link is created together with its text, atomically; where links
 * are not allowed, a regular file gets its text a moment after it is created.
 */
async function claim(file: string, text: string): Promise<boolean> {
  try {
    await symlink(text, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    if (!["EPERM", "EACCES", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EINVAL"].includes(codeOf(error))) throw error;
  }
  try {
    await writeFile(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** The text of a claim; undefined if the file does not exist. */
async function read(file: string): Promise<string | undefined> {
  try {
    return await readlink(file).catch((error: unknown) => {
      if (!["EINVAL", "UNKNOWN"].includes(codeOf(error))) throw error;
      return readFile(file, "utf8");
    });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

interface Claim {
  readonly file: string;
  readonly text: string;
}

const tokenOf = (text: string): string => text.split(" ", 1)[0] ?? "";

/**
 * The claims on a folder, as a chain. Each claim's text names its process. The claim of the process that takes over from a
 * dead one has the dead one's token in its file name, so only one process can take over from each; the last one holds.
 */
async function claims(folder: string): Promise<Claim[]> {
  const out: Claim[] = [];
  let file = path.join(folder, name);
  for (let text = await read(file); text !== undefined; text = await read(file)) {
    out.push({ file, text });
    if (ownerOf(tokenOf(text)) === undefined) break; // not written by this package
    file = path.join(folder, `${name}.${tokenOf(text)}`);
  }
  return out;
}

function held({ file, text }: Claim, folder: string): LockedError {
  const owner = ownerOf(tokenOf(text));
  const advice = `If nothing uses it any more, remove \`${file}\`.`;
  if (owner === undefined) return new LockedError(`\`${folder}\` is locked by \`${file}\`. ${advice}`, file);
  const by = `process ${owner.pid} on ${text.slice(text.indexOf(" ") + 1)}`;
  return isAlive(owner) === true
    ? new LockedError(`\`${folder}\` is in use by ${by}. Wait until that has ended.`, file)
    : new LockedError(`\`${folder}\` is in use by ${by}, which cannot be asked from here. ${advice}`, file);
}

/** Removes leftover claims; the first one last, because that is where others start reading. */
async function clear(folder: string, withFirst: boolean): Promise<void> {
  for (const one of await readdir(folder))
    if (one.startsWith(`${name}.`) && ownerOf(one.slice(name.length + 1)) !== undefined)
      await rm(path.join(folder, one), { force: true });
  if (withFirst) await rm(path.join(folder, name), { force: true });
}

/**
 * Locks a folder for this process, or throws a `LockedError` that names the holder. The lock of a dead process is taken over
 * (on Linux even if its process id is in use again). A lock of another machine is respected, and the error says which file
 * to remove by hand. The lock is `.lock` in the folder; `release` removes it.
 */
export async function lock(folder: string): Promise<Lock> {
  checkPath("lock", folder);
  const own = token(randomBytes(8).toString("hex"));
  const text = `${own} ${hostname()}`;
  const first = path.join(folder, name);
  for (;;) {
    const found = await claims(folder);
    const last = found.at(-1);
    const owner = last === undefined ? undefined : ownerOf(tokenOf(last.text));
    if (last !== undefined && (owner === undefined || isAlive(owner) !== false)) throw held(last, folder);
    const next = last === undefined ? first : path.join(folder, `${name}.${tokenOf(last.text)}`);
    if (!(await claim(next, text))) continue; // another process was faster
    // The chain may have changed meanwhile: another process may have taken over, and released.
    if ((await claims(folder)).at(-1)?.text !== text) {
      await rm(next, { force: true });
      continue;
    }
    if (next !== first) {
      try {
        await rename(next, first);
      } catch (error) {
        await rm(next, { force: true }).catch(() => {});
        throw error;
      }
      await clear(folder, false).catch(() => {}); // leftovers are unreachable and harmless
    }
    let released = false;
    return {
      release: async () => {
        if (released) return;
        released = true;
        await clear(folder, true);
      },
    };
  }
}
