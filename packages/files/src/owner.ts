import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Identifies a process, so that another one can tell whether it is still running. A process id alone is not enough: ids are
 * reused, in containers immediately, and mean nothing on another machine.
 */
export interface Owner {
  /** A digest of the host name and, on Linux, the process id namespace. */
  readonly host: string;
  readonly pid: number;
  /** A digest of the boot id and the process's start time; `0` if unknown, as outside Linux. */
  readonly start: string;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // not Linux, or /proc is hidden
  }
}

/** State and start time of a process from /proc; undefined if it does not exist, or without /proc. */
function look(pid: number): { readonly zombie: boolean; readonly start: string } | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  if (stat === undefined || boot === undefined) return undefined;
  // After the program's name, which is in parentheses and may contain anything: field 3 is the state, field 22 the start.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { zombie: fields[0] === "Z" || fields[0] === "X", start: digest(`${boot} ${fields[19]}`) };
}

/** This process. */
export const me: Owner = {
  host: digest(`${hostname()} ${attempt(() => readlinkSync("/proc/self/ns/pid")) ?? ""}`),
  pid: process.pid,
  start: look(process.pid)?.start ?? "0",
};

/** Whether a process is running; undefined if it belongs to another machine. */
export function isAlive({ host, pid, start }: Owner): boolean | undefined {
  if (host !== me.host) return undefined;
  const found = look(pid);
  if (found !== undefined && start !== "0") return !found.zombie && found.start === start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // running, as another user
  }
}

const pattern = /^([0-9a-f]{8})-([1-9]\d{0,9})-([0-9a-f]{1,8})-[0-9a-f]{16}$/;

/** Identifies this process and, by its random part, one use. Valid in a file name. */
export const token = (random: string): string => `${me.host}-${me.pid}-${me.start}-${random}`;

/** The process in a token; undefined if the text is not a token. */
export function ownerOf(text: string): Owner | undefined {
  const [, host, pid, start] = pattern.exec(text) ?? [];
  return host === undefined || start === undefined ? undefined : { host, pid: Number(pid), start };
}
