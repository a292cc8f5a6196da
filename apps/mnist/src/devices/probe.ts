import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { oneLine } from "../errors.ts";
import { isBundle, program } from "../version.ts";
import type { Found, Place } from "./device.ts";

/** The result of a probe. */
export type Look = Omit<Found, keyof Place>;

const here = createRequire(import.meta.url);

/** The file this app would import for a package; undefined if it is not installed. */
export const resolve = (name: string, from: NodeJS.Require = here): string | undefined => {
  try {
    return from.resolve(name);
  } catch {
    return undefined;
  }
};

/** An engine that is not installed, with the command that installs it. */
export const notInstalled = (name: string, { device, engine }: Place): Look => ({
  usable: false,
  what: isBundle
    ? `${name} is not in this bundle`
    : `${name} is not installed: ${program} --engine ${engine} --device ${device} installs it`,
});

export interface Ran {
  readonly ok: boolean;
  readonly out: string;
  readonly err: string;
}

export const run = (file: string, args: readonly string[]): Promise<Ran> =>
  new Promise((done) => {
    execFile(file, args, { timeout: 60_000, windowsHide: true }, (error, out, err) =>
      done({ ok: error === null, out, err: err || (error?.message ?? "") }),
    );
  });

/** Runs JavaScript in a separate process, to contain drivers that crash or print. */
export const probe = (code: string, ...args: readonly string[]): Promise<Ran> =>
  run(process.execPath, ["--input-type=module", "--eval", code, ...args]);

/** The last line of a process's output as JSON; native libraries may print before it. */
export const answer = (ran: Ran): unknown => {
  try {
    return JSON.parse(ran.out.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
};

/** A string property of an unknown value. */
export const text = (from: unknown, key: string): string | undefined => {
  const value: unknown = typeof from === "object" && from !== null ? Reflect.get(from, key) : undefined;
  return typeof value === "string" ? value : undefined;
};

/** A message shortened to fit in a line. */
export const short = (message: string): string => oneLine(new Error(message)).slice(0, 120);
