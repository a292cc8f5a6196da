import fs from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";

/** How a call goes wrong: the process is killed before it, or it fails with a code of the system. */
export type Way = "kill" | "ENOSPC" | "EIO" | "EMFILE";

/** The call that goes wrong, counted from 1; a write may be done by half first. */
export interface Fault {
  readonly call: number;
  readonly way: Way;
  readonly half?: boolean;
}

interface Call {
  readonly name: string;
  /** Its bytes can be written by half. */
  readonly writes: boolean;
}

const numbers: Readonly<Record<Way, number>> = { kill: 0, ENOSPC: -28, EIO: -5, EMFILE: -24 };

let calls: Call[] = [];
let fault: Fault | undefined;

/** From here on calls are counted anew, and one of them goes wrong. */
export function arm(next: Fault | undefined): void {
  calls = [];
  fault = next;
}

/** The calls since `arm`. */
export const counted = (): readonly Call[] => calls;

/** True for a path in the current folder, which is the run's; the data, the program and its packages lie elsewhere. */
const isOurs = (given: unknown): boolean =>
  (typeof given === "string" || given instanceof URL) &&
  path.resolve(String(given)).startsWith(process.cwd() + path.sep);

/** Counts a call; where it is the one to go wrong, does so: `half` does half of a write, `first` what happens all the same. */
function pass(name: string, half?: () => void, first?: () => void): void {
  calls.push({ name, writes: half !== undefined });
  if (fault === undefined || calls.length !== fault.call) return;
  if (fault.half === true) half?.();
  if (fault.way === "kill") {
    process.kill(process.pid, "SIGKILL");
    for (;;); // the signal may take a moment, and nothing more is to happen
  }
  first?.();
  const { way } = fault;
  throw Object.assign(new Error(`${way}: injected, ${name}`), { code: way, errno: numbers[way], syscall: name });
}

type Method = (...args: unknown[]) => unknown;

function replace(owner: object, name: string, make: (real: Method) => Method): void {
  const real: unknown = Reflect.get(owner, name);
  if (typeof real !== "function") throw new Error(`There is no ${name} to replace.`);
  Reflect.set(
    owner,
    name,
    make((...args) => Reflect.apply(real, owner, args)),
  );
}

/** A handle of one of our files, each of whose calls counts. */
function watched(handle: FileHandle): FileHandle {
  for (const name of ["sync", "chmod"])
    replace(handle, name, (real) => async (...args) => {
      pass(`handle.${name}`);
      return real(...args);
    });
  replace(handle, "write", (real) => async (...args) => {
    const [bytes, offset, length] = args;
    pass("handle.write", () => {
      if (bytes instanceof Uint8Array) fs.writeSync(handle.fd, bytes, Number(offset), Number(length) >> 1);
    });
    return real(...args);
  });
  replace(handle, "close", (real) => async () => {
    // A close that fails has closed all the same.
    let closed: unknown;
    pass("handle.close", undefined, () => (closed = real()));
    return closed ?? real();
  });
  return handle;
}

/** Puts itself between this process and its files. */
export function install(): void {
  const ours = new Set<unknown>();
  for (const name of ["rename", "rm", "mkdir", "symlink", "lstat", "stat", "readdir", "readlink", "readFile"])
    replace(fs.promises, name, (real) => async (...args) => {
      if (args.slice(0, 2).some(isOurs)) pass(name);
      return real(...args);
    });
  replace(fs.promises, "open", (real) => async (...args) => {
    if (!isOurs(args[0])) return real(...args);
    pass("open");
    return watched((await real(...args)) as FileHandle); // what open gives
  });
  for (const name of ["readdirSync", "statSync", "lstatSync", "rmdirSync", "readFileSync"])
    replace(fs, name, (real) => (...args) => {
      if (isOurs(args[0])) pass(name);
      return real(...args);
    });
  replace(fs, "openSync", (real) => (...args) => {
    if (!isOurs(args[0])) return real(...args);
    pass("openSync");
    const open = real(...args);
    ours.add(open);
    return open;
  });
  for (const name of ["fsyncSync", "ftruncateSync", "fstatSync", "readSync"])
    replace(fs, name, (real) => (...args) => {
      if (ours.has(args[0])) pass(name);
      return real(...args);
    });
  replace(fs, "writeSync", (real) => (...args) => {
    const [open, bytes, offset = 0] = args;
    if (ours.has(open))
      pass("writeSync", () => {
        if (bytes instanceof Uint8Array) real(open, bytes, offset, (bytes.length - Number(offset)) >> 1);
      });
    return real(...args);
  });
  replace(fs, "closeSync", (real) => (...args) => {
    if (ours.delete(args[0])) pass("closeSync", undefined, () => real(...args));
    return real(...args);
  });
  syncBuiltinESMExports();
}
