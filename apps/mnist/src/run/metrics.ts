import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { readBounded, write } from "../disk.ts";
import { cannotWrite, isCode, UserError } from "../errors.ts";
import type { EpochLine, StepLine } from "../training/lines.ts";

export interface Metrics {
  readonly steps: readonly StepLine[];
  readonly epochs: readonly EpochLine[];
  /** The number of unreadable lines. */
  readonly damaged: number;
}

/** metrics.jsonl, open for appending. Lines are written whole or not at all. */
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

  /** Syncs the lines so far to disk, before a checkpoint that relies on them. */
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
    // JSON.stringify writes the NaN or infinity of a diverged run as null
    return JSON.parse(line, (_, value: unknown) => (value === null ? Number.NaN : value));
  } catch {
    return undefined;
  }
}

/** About five million updates. */
const longest = 1024 * 1024 * 1024;

/** Reads the metrics so far. Unreadable lines are counted and skipped; a missing file counts as empty. */
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

/** Drops lines after a checkpoint, which the resumed run writes again, and damaged ones. */
export async function rewindMetrics(file: string, step: number, epoch: number): Promise<Metrics> {
  const found = readMetrics(file);
  const steps = found.steps.filter((line) => line.step <= step);
  const epochs = found.epochs.filter((line) => line.epoch <= epoch);
  const kept = [...steps, ...epochs].sort((a, b) => a.step - b.step); // stable: an epoch's line stays after its last step's
  await write(file, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return { steps, epochs, damaged: found.damaged };
}
