import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * A process, so that another one can tell whether it still runs. A process id alone does not say: ids are used again,
 * in containers at once, and mean nothing on another machine.
 */
export interface Owner {
  /** A digest of the machine and, on Linux, the namespace that process ids count in. */
  readonly host: string;
  readonly pid: number;
  /** A digest of the boot and the tick at which the process started; `0` where the system does not say (not Linux). */
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

/** What /proc says of a process: state and start. Nothing where there is no such process, or no /proc. */
function look(pid: number): { readonly zombie: boolean; readonly start: string } | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  if (stat === undefined || boot === undefined) return undefined;
  // After the program's name, which stands in brackets and may hold anything: field 3 is the state, field 22 the start.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { zombie: fields[0] === "Z" || fields[0] === "X", start: digest(`${boot} ${fields[19]}`) };
}

/** This process. */
export const me: Owner = {
  host: digest(`${hostname()} ${attempt(() => readlinkSync("/proc/self/ns/pid")) ?? ""}`),
  pid: process.pid,
  start: look(process.pid)?.start ?? "0",
};

/** Whether a process still runs; nothing where it belongs to another machine, which cannot be asked. */
export function isAlive({ host, pid, start }: Owner): boolean | undefined {
  if (host !== me.host) return undefined;
  const found = look(pid);
  if (found !== undefined && start !== "0") return !found.zombie && found.start === start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // it runs, as somebody else
  }
}

const pattern = /^([0-9a-f]{8})-([1-9]\d{0,9})-([0-9a-f]{1,8})-[0-9a-f]{16}$/;

/** A word that names this process and, by its random end, one thing of it. It fits into a file name. */
export const token = (random: string): string => `${me.host}-${me.pid}-${me.start}-${random}`;

/** The process that made a token. */
export function ownerOf(text: string): Owner | undefined {
  const [, host, pid, start] = pattern.exec(text) ?? [];
  return host === undefined || start === undefined ? undefined : { host, pid: Number(pid), start };
}
