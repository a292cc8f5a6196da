import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { cannotRead, cannotWrite, isCode, UserError } from "../errors.ts";
import { makeFolder, writeWhole } from "./files.ts";

export const runs = "runs";

/** The names of what a run leaves behind. */
export const names = {
  checkpoint: "checkpoint.safetensors",
  model: "model.safetensors",
  metrics: "metrics.jsonl",
  summary: "summary.json",
  report: "report.html",
} as const;

const pad = (n: number): string => String(n).padStart(2, "0");

/** Local time as a name that sorts: 2026-11-22T09-05-00. */
export const stamp = (now: Date): string =>
  `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}T${pad(now.getHours())}-${pad(now.getMinutes())}-${pad(now.getSeconds())}`;

/**
 * Makes the folder of a new run: `out` where it is given, which must be new or empty, else `runs/<time>-<what>`, which
 * `runs/latest` then names.
 */
export function newRun(out: string | undefined, what: string, now = new Date()): string {
  if (out !== undefined) {
    try {
      makeFolder(out);
      if (readdirSync(out).length > 0) {
        throw new UserError(
          `--out \`${out}\` is not empty, and a run overwrites nothing. Choose a new folder, or continue that run with --resume ${out}.`,
        );
      }
    } catch (error) {
      throw error instanceof UserError ? error : cannotWrite(out, error);
    }
    return out;
  }
  const wanted = path.join(runs, `${stamp(now)}-${what}`);
  try {
    makeFolder(runs);
    for (let n = 1; ; n++) {
      const folder = n === 1 ? wanted : `${wanted}-${n}`; // two runs may start within one second
      try {
        mkdirSync(folder);
      } catch (error) {
        if (isCode(error, "EEXIST")) continue;
        throw error;
      }
      return folder;
    }
  } catch (error) {
    throw cannotWrite(wanted, error);
  }
}

/** Makes `latest`, beside the run, name it: a link, or a text file with its name where links are not allowed. */
export function nameLatest(folder: string): void {
  const latest = path.join(path.dirname(folder), "latest");
  const link = `${latest}.${process.pid}.tmp`;
  try {
    symlinkSync(path.basename(folder), link, "dir");
    renameSync(link, latest); // takes the old one's place in one go, be it a link or a text file
  } catch {
    rmSync(link, { force: true });
    writeWhole(latest, `${path.basename(folder)}\n`);
  }
}

/** The file that `given` means: itself, or in the run folder that it names; without it, in `runs/latest`. */
export function fileOf(given: string | undefined, file: string): string {
  const start = given ?? path.join(runs, "latest");
  try {
    const stat = statSync(start);
    if (stat.isDirectory()) return path.join(start, file);
    // A small text file named `latest` says where the newest run is.
    if (path.basename(start) === "latest")
      return path.join(path.dirname(start), readFileSync(start, "utf8").trim(), file);
    return start;
  } catch (error) {
    if (given === undefined && isCode(error, "ENOENT")) {
      throw new UserError(
        "There is no run to continue here: `runs/latest` does not exist. Name a run folder or a checkpoint file.",
      );
    }
    throw cannotRead(start, error);
  }
}

/** The bytes of a file a run left behind. */
export function readRunFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw existsSync(path.dirname(file)) && isCode(error, "ENOENT")
      ? new UserError(
          `\`${path.dirname(file)}\` holds no ${path.basename(file)}: that run saved none, or it is no run folder.`,
        )
      : cannotRead(file, error);
  }
}
