import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { readBounded, write } from "../disk.ts";
import { cannotWrite, isCode, UserError } from "../errors.ts";
import type { EpochLine, StepLine } from "../training/lines.ts";

export interface Metrics {
  readonly steps: readonly StepLine[];
  readonly epochs: readonly EpochLine[];
  /** The lines that could not be read: a crash or the disk damaged them. */
  readonly damaged: number;
}

/** metrics.jsonl, open for writing: a line is there whole or not at all. */
export class MetricsLog {
  readonly #file: string;
  readonly #open: number;

  constructor(file: string) {
    this.#file = file;
    try {
      this.#open = openSync(file, "a");
    } catch (error) {
      throw cannotWrite(file, error);
    }
  }

  write(lines: readonly (StepLine | EpochLine)[]): void {
    if (lines.length === 0) return;
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    try {
      const before = fstatSync(this.#open).size;
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(this.#open, bytes, done);
      } catch (error) {
        ftruncateSync(this.#open, before);
        throw error;
      }
    } catch (error) {
      throw cannotWrite(this.#file, error);
    }
  }

  /** Brings the lines so far to the disk: before a checkpoint that counts on them. */
  sync(): void {
    try {
      fsyncSync(this.#open);
    } catch (error) {
      throw cannotWrite(this.#file, error);
    }
  }

  close(): void {
    closeSync(this.#open);
  }
}

const stepKeys = ["step", "epoch", "loss", "accuracy", "lr", "gradNorm", "updateRatio"] as const;
const epochKeys = ["step", "epoch", "trainLoss", "trainAccuracy", "testLoss", "testAccuracy", "seconds"] as const;

function holds<K extends string>(line: unknown, keys: readonly K[]): line is Readonly<Record<K, number>> {
  if (typeof line !== "object" || line === null) return false;
  return keys.every((key) => typeof Reflect.get(line, key) === "number");
}

function parse(line: string): unknown {
  try {
    // null is what JSON makes of the NaN or infinity of a run that diverged
    return JSON.parse(line, (_, value: unknown) => (value === null ? Number.NaN : value));
  } catch {
    return undefined;
  }
}

/** Some five million updates. */
const longest = 1024 * 1024 * 1024;

/** What a run has written so far. Lines that cannot be read are counted and left out, as are all of a missing file. */
export function readMetrics(file: string): Metrics {
  let text: string;
  try {
    text = Buffer.from(readBounded(file, longest)).toString();
  } catch (error) {
    if (!(error instanceof UserError && isCode(error.cause, "ENOENT"))) throw error;
    text = "";
  }
  const steps: StepLine[] = [];
  const epochs: EpochLine[] = [];
  let damaged = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const one = parse(line);
    if (holds(one, epochKeys)) epochs.push(one);
    else if (holds(one, stepKeys)) steps.push(one);
    else damaged++;
  }
  return { steps, epochs, damaged };
}

/** Drops the lines after a checkpoint, which the resumed run will write again, and those that are damaged. */
export async function rewindMetrics(file: string, step: number, epoch: number): Promise<Metrics> {
  const found = readMetrics(file);
  const steps = found.steps.filter((line) => line.step <= step);
  const epochs = found.epochs.filter((line) => line.epoch <= epoch);
  const kept = [...steps, ...epochs].sort((a, b) => a.step - b.step); // stable: an epoch's line stays after its last step's
  await write(file, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return { steps, epochs, damaged: found.damaged };
}
