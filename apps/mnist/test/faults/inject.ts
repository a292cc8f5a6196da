import fs from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";

/** How a call goes wrong: the process is killed before it, or it fails with a system error. */
export type Way = "kill" | "ENOSPC" | "EIO" | "EMFILE";

/** The call that goes wrong, counted from 1; with `half`, half of a write is done first. */
export interface Fault {
  readonly call: number;
  readonly way: Way;
  readonly half?: boolean;
}

interface Call {
  readonly name: string;
  /** Whether it can be done by half. */
  readonly writes: boolean;
}

const numbers: Readonly<Record<Way, number>> = { kill: 0, ENOSPC: -28, EIO: -5, EMFILE: -24 };

let calls: Call[] = [];
let fault: Fault | undefined;

/** Restarts the count of calls, and arms a fault. */
export function arm(next: Fault | undefined): void {
  calls = [];
  fault = next;
}

/** The calls since `arm`. */
export const counted = (): readonly Call[] => calls;

/** Whether a path is in the current folder, which is the run's; data, program and packages are elsewhere. */
const isOurs = (given: unknown): boolean =>
  (typeof given === "string" || given instanceof URL) &&
  path.resolve(String(given)).startsWith(process.cwd() + path.sep);

/** Counts a call and injects the fault if it is due. `half` does half of a write; `first` is done even if the call fails. */
function pass(name: string, half?: () => void, first?: () => void): void {
  calls.push({ name, writes: half !== undefined });
  if (fault === undefined || calls.length !== fault.call) return;
  if (fault.half === true) half?.();
  if (fault.way === "kill") {
    process.kill(process.pid, "SIGKILL");
    for (;;); // until the signal arrives
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

/** Counts the calls of a file handle. */
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
    // A close that fails still closes the file.
    let closed: unknown;
    pass("handle.close", undefined, () => (closed = real()));
    return closed ?? real();
  });
  return handle;
}

/** Wraps the file-system functions of this process. */
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
    return watched((await real(...args)) as FileHandle); // the result of open
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
