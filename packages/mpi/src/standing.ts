import { openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";

/** A checkpoint that training can go on from. */
export interface Saved {
  readonly step: number;
  readonly checkpoint: string;
  /** How to go on from it, as a sentence. */
  readonly resume: string | undefined;
}

/** A rank's note in a file for the launcher, which speaks for ranks that cannot any more. */
export interface Trace {
  readonly rank: number;
  readonly size: number;
  readonly host: string;
  readonly pid: number;
  readonly step: number;
  readonly saved: Saved | undefined;
  /** The last checkpoint of which ranks have found since that they were alike. */
  readonly sound: Saved | undefined;
  /** The exit code with which this rank ends all of them; undefined while it runs. */
  readonly code: number | undefined;
}

/** Where ranks leave traces: a folder and its host, as `descent-mpirun` names them to ranks in this variable. */
export const TRACES = "DESCENT_RANKS";

/** The value of the variable. */
export const named = (folder: string): string => `${folder}@${hostname()}`;

/** The folder, where this process is on its host: a rank elsewhere may see another folder of that name. */
export function tracesFolder(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const [, folder, host] = /^(.*)@([^@]*)$/.exec(env[TRACES] ?? "") ?? [];
  return host === hostname() ? folder : undefined;
}

/** Bytes of a trace. Each is written over the one before. */
const TRACE = 2048;

/** The traces that ranks have left in a folder. */
export function tracesIn(folder: string): Trace[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith("rank-"))
    .flatMap((name) => {
      try {
        return [JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Trace]; // a rank wrote it
      } catch {
        return []; // it was killed before it had written it
      }
    });
}

/** "The last checkpoint is of step 20, …", and how to go on; from one of step `until` or before, where that is given. */
export function advice(known: readonly (Saved | undefined)[], until: number = Number.POSITIVE_INFINITY): string {
  const all = known.filter((one) => one !== undefined).sort((a, b) => a.step - b.step);
  const saved = all.findLast(({ step }) => step <= until);
  const last = all.at(-1);
  const older = until > 0 ? `one of step ${until} or before, or from ` : "";
  if (last && !saved)
    return `The last checkpoint, of step ${last.step}, \`${last.checkpoint}\`, is from after that: start again from ${older}the beginning.`;
  if (!saved)
    return "No checkpoint of this run is known: start again from the last one you have, or from the beginning.";
  const { step, checkpoint, resume = "Start again from it, on any number of ranks." } = saved;
  return `The last checkpoint${saved === last ? "" : " from before that"} is of step ${step}, \`${checkpoint}\`. ${resume}`;
}

/** Where the training of this process stands: named in errors, and left for the launcher. */
export class Standing {
  readonly #folder: string | undefined;
  #who: Pick<Trace, "rank" | "size" | "host" | "pid">;
  #step = 0;
  #saved: Saved | undefined;
  #sound: Saved | undefined;
  /** The update after which all ranks were last found alike, and whether they still are. */
  #alike = 0;
  #same = true;
  #code: number | undefined;
  #file: number | undefined;

  constructor(rank: number, size: number, folder: string | undefined) {
    this.#who = { rank, size, host: hostname(), pid: process.pid };
    this.#folder = folder;
    if (folder === undefined) return;
    try {
      this.#file = openSync(path.join(folder, `rank-${rank}`), "w");
    } catch {
      return; // another host than the launcher's
    }
    this.#leave();
  }

  at(step: number): void {
    this.#step = step;
    this.#leave();
  }

  saved(step: number, checkpoint: string, resume: string | undefined): void {
    this.#saved = { step, checkpoint, resume };
    // Writing the same file again replaces that checkpoint.
    if (step <= this.#alike || this.#sound?.checkpoint === checkpoint)
      this.#sound = step <= this.#alike ? this.#saved : undefined;
    this.#leave();
  }

  compared(step: number, same: boolean): void {
    [this.#alike, this.#same] = [step, same];
    if (same) this.#sound = this.#saved;
    this.#leave();
  }

  /** This rank has another number since others are gone. */
  moved(rank: number, size: number): void {
    this.#who = { ...this.#who, rank, size };
    this.#leave();
  }

  /** Says with which code this rank is about to end all of them. */
  ends(code: number): void {
    this.#code = code;
    this.#leave();
  }

  get step(): number {
    return this.#step;
  }

  /** How to go on, from the latest checkpoint that any rank of this host has told of. */
  get advice(): string {
    const others = this.#folder === undefined || this.#file === undefined ? [] : tracesIn(this.#folder);
    const known = [...others, { saved: this.#saved, sound: this.#sound }].flatMap(({ saved, sound }) => [saved, sound]);
    return advice(known, this.#same ? undefined : this.#alike);
  }

  #leave(): void {
    if (this.#file === undefined) return;
    const trace: Trace = { ...this.#who, step: this.#step, saved: this.#saved, sound: this.#sound, code: this.#code };
    writeSync(this.#file, JSON.stringify(trace).padEnd(TRACE), 0);
  }
}
