import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { OptimizerError } from "@descent/core";

const hash = (of: string | Uint8Array): string => createHash("sha256").update(of).digest("hex");

/** Where compiled loops are kept by default. */
export function defaultFolder(): string {
  const { XDG_CACHE_HOME } = process.env;
  const caches =
    XDG_CACHE_HOME !== undefined && path.isAbsolute(XDG_CACHE_HOME)
      ? XDG_CACHE_HOME
      : path.join(homedir(), ...(process.platform === "darwin" ? ["Library", "Caches"] : [".cache"]));
  return path.join(caches, "descent-native");
}

/**
 * Libraries in a folder that nobody but this user can write to, each named after what it was made from and what is in it:
 * one that was changed, or written by somebody else, is not loaded.
 */
export class Cache {
  readonly folder: string;

  /** Makes the folder if it is missing. Throws if others can change what is in it. */
  constructor(folder: string) {
    this.folder = path.resolve(folder);
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new OptimizerError(`The cache folder ${this.folder} cannot be made: ${String(error)}`);
    }
    this.check();
  }

  /** Throws unless the folder is a real one, of this user alone. */
  check(): void {
    const found = lstatSync(this.folder);
    const wrong = (why: string): never => {
      throw new OptimizerError(
        `Machine code is not loaded from ${this.folder}: ${why}. Give a folder of your own: native({ folder }); chmod 700 closes one to others.`,
      );
    };
    if (!found.isDirectory()) wrong("it is not a folder but a link or a file");
    if (!mine(found)) wrong("it belongs to another user");
    if ((found.mode & 0o077) !== 0) wrong("other users may open it");
    for (
      let above = path.dirname(this.folder), before = "";
      above !== before;
      before = above, above = path.dirname(above)
    ) {
      const { mode } = statSync(above);
      if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) wrong(`every user may change ${above}, which it lies in`);
    }
  }

  /** The library made from this, if it is here and is what it was. */
  find(source: string): string | undefined {
    const start = `${hash(source)}-`;
    for (const name of readdirSync(this.folder)) {
      if (!name.startsWith(start) || !name.endsWith(".so")) continue;
      const file = path.join(this.folder, name);
      if (name === `${start}${contentOf(file)}.so`) return file;
      rmSync(file, { force: true }); // it is not what was written: compiled again
    }
    return undefined;
  }

  /** A file to write a library to, which `keep` then gives its name. */
  fresh(): string {
    return path.join(this.folder, `${process.pid}-${crypto.randomUUID()}.tmp`);
  }

  /** Keeps a library under its name; all at once, as other processes may look for it. */
  keep(source: string, file: string): string {
    chmodSync(file, 0o700);
    const made = path.join(this.folder, `${hash(source)}-${contentOf(file)}.so`);
    renameSync(file, made);
    return made;
  }

  /** Removes what was begun. */
  drop(file: string): void {
    rmSync(file, { force: true });
  }
}

const mine = ({ uid }: Stats): boolean => uid === process.getuid?.();

/** The hash of a file of this user's that nobody else can write to; `undefined` for any other. */
function contentOf(file: string): string | undefined {
  if (!lstatSync(file).isFile()) return undefined;
  const opened = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const found = fstatSync(opened);
    if (!found.isFile() || !mine(found) || (found.mode & 0o022) !== 0) return undefined;
    return hash(readFileSync(opened));
  } finally {
    closeSync(opened);
  }
}
