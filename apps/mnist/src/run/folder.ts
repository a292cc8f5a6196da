import { lstatSync, readdirSync, readFileSync, realpathSync, rmdirSync, statSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { cleanTemporaries, type Lock, LockedError, lock, writeLink } from "@descent/files";
import { makeFolder, readBounded, write } from "../disk.ts";
import { cannotRead, cannotWrite, isCode, UserError } from "../errors.ts";
import { program } from "../version.ts";

export const runs = "runs";

/** The files of a run. */
export const names = {
  checkpoint: "checkpoint.safetensors",
  model: "model.safetensors",
  metrics: "metrics.jsonl",
  findings: "findings.jsonl",
  summary: "summary.json",
  report: "report.html",
} as const;

/** A run's folder, locked against other processes until it is closed. */
export interface RunFolder {
  readonly path: string;
  close(): Promise<void>;
  /** Closes it, and removes it if this run created it and it is still empty. */
  discard(): Promise<void>;
}

const pad = (n: number): string => String(n).padStart(2, "0");

/** Local time as a sortable name: 2026-11-22T09-05-00. */
export const stamp = (now: Date): string =>
  `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}T${pad(now.getHours())}-${pad(now.getMinutes())}-${pad(now.getSeconds())}`;

async function open(folder: string, isNew: boolean): Promise<RunFolder> {
  let held: Lock;
  try {
    held = await lock(folder);
    await cleanTemporaries(folder); // left by a run that was killed
    if (path.dirname(folder) === runs) await cleanTemporaries(runs); // a link `latest` that was not in place yet
  } catch (error) {
    throw error instanceof LockedError ? new UserError(error.message, { cause: error }) : cannotWrite(folder, error);
  }
  // A lock that cannot be removed becomes stale when this process exits.
  const close = (): Promise<void> => held.release().catch(() => {});
  return {
    path: folder,
    close,
    async discard() {
      await close();
      try {
        if (isNew) rmdirSync(folder);
      } catch {} // it is not empty
    },
  };
}

/**
 * Opens the folder of a run to resume, by its real name: `latest` may point to another run before this one ends.
 */
export async function openRun(folder: string): Promise<RunFolder> {
  try {
    const own = realpathSync(folder);
    const near = path.relative(realpathSync("."), own);
    return await open(near === "" || near.startsWith("..") ? own : near, false);
  } catch (error) {
    throw error instanceof UserError ? error : cannotRead(folder, error);
  }
}

/** Claims the folder given by `--out`. Of two runs that want it at once, exactly one gets it. */
async function claim(out: string): Promise<RunFolder> {
  let made: boolean;
  try {
    made = await makeFolder(out);
  } catch (error) {
    throw cannotWrite(out, error);
  }
  const folder = await open(out, made);
  try {
    if ((await readdir(out)).some((name) => name !== ".lock"))
      throw new UserError(
        `--out \`${out}\` is not empty, and runs never overwrite files. Choose a new folder, or resume that run with --resume ${out}.`,
      );
    return folder;
  } catch (error) {
    await folder.close();
    throw error instanceof UserError ? error : cannotWrite(out, error);
  }
}

/** Creates the folder of a new run: `out` if given, which must be new or empty, otherwise `runs/<time>-<what>`. */
export async function newRun(out: string | undefined, what: string, now = new Date()): Promise<RunFolder> {
  if (out !== undefined) return claim(out);
  const wanted = path.join(runs, `${stamp(now)}-${what}`);
  try {
    await makeFolder(runs);
    for (let n = 1; ; n++) {
      const folder = n === 1 ? wanted : `${wanted}-${n}`; // two runs may start within one second
      try {
        await mkdir(folder);
      } catch (error) {
        if (isCode(error, "EEXIST")) continue;
        throw error;
      }
      return await open(folder, true);
    }
  } catch (error) {
    throw error instanceof UserError ? error : cannotWrite(wanted, error);
  }
}

/** Points `latest`, beside the run, to it: a symbolic link, or a text file where links are not allowed. */
export async function nameLatest(folder: string): Promise<void> {
  const latest = path.join(path.dirname(folder), "latest");
  const name = path.basename(folder);
  try {
    await writeLink(latest, name);
  } catch (error) {
    if (!isCode(error, "EPERM", "EACCES", "ENOSYS", "ENOTSUP", "EOPNOTSUPP")) throw cannotWrite(latest, error);
    await write(latest, `${name}\n`);
  }
}

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true;

/** The newest run in `runs` that has a checkpoint. */
function newest(): string | undefined {
  let all: string[];
  try {
    all = readdirSync(runs);
  } catch {
    return undefined;
  }
  const stamped = all.filter((name) => /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-/.test(name)).sort();
  return stamped.map((name) => path.join(runs, name)).findLast((folder) => isFile(path.join(folder, names.checkpoint)));
}

/** The file `given` refers to: `given` itself, or `file` in the run folder it names. */
export function fileOf(given: string, file: string): string {
  try {
    const stat = statSync(given);
    if (stat.isDirectory()) return path.join(given, file);
    // Where links are not allowed, `latest` is a text file with the run's name.
    if (path.basename(given) === "latest" && stat.isFile() && stat.size < 1000)
      return path.join(path.dirname(given), readFileSync(given, "utf8").trim(), file);
    return given;
  } catch (error) {
    throw cannotRead(given, error);
  }
}

/** The newest run's checkpoint: that of `runs/latest`, otherwise of the newest run that has one. */
function newestCheckpoint(): string | undefined {
  const latest = path.join(runs, "latest");
  try {
    if (lstatSync(latest, { throwIfNoEntry: false }) !== undefined) {
      const file = fileOf(latest, names.checkpoint);
      if (isFile(file)) return file;
    }
  } catch {} // a dangling link
  const found = newest();
  return found && path.join(found, names.checkpoint);
}

/** The checkpoint to resume by default. */
export function latestCheckpoint(): string {
  const found = newestCheckpoint();
  if (found !== undefined) return found;
  throw new UserError("Nothing to resume: `runs` contains no checkpoint. Name a run folder or a checkpoint file.");
}

/** The newest trained network: the model of its run, or where that was interrupted its checkpoint. */
export function latestModel(): string {
  const found = newestCheckpoint();
  if (found === undefined)
    throw new UserError(`There is no trained network yet: run \`${program} train\`, or name one with --checkpoint.`);
  const file = path.join(path.dirname(found), names.model);
  return isFile(file) ? file : found;
}

/** Maximum size of a checkpoint or model file. */
const longest = 256 * 1024 * 1024;

/** Reads a checkpoint or model file. */
export function readRunFile(file: string): Uint8Array {
  try {
    return readBounded(file, longest);
  } catch (error) {
    const missing = error instanceof UserError && isCode(error.cause, "ENOENT");
    if (!missing || statSync(path.dirname(file), { throwIfNoEntry: false }) === undefined) throw error;
    throw new UserError(
      `\`${path.dirname(file)}\` contains no ${path.basename(file)}: that run did not save one, or it is not a run folder.`,
      { cause: error },
    );
  }
}
