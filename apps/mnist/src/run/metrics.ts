import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { cannotRead, cannotWrite, UserError } from "../errors.ts";
import { writeWhole } from "./files.ts";

/** One update, a line of metrics.jsonl. */
export interface StepLine {
  readonly step: number;
  /** Epochs done after it, with their fraction. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly lr: number;
  readonly gradNorm: number;
  readonly updateRatio: number;
}

/** The end of an epoch, a line of metrics.jsonl. */
export interface EpochLine {
  readonly step: number;
  readonly epoch: number;
  /** Means over the epoch, each batch seen before its update. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  readonly seconds: number;
}

export interface Metrics {
  readonly steps: readonly StepLine[];
  readonly epochs: readonly EpochLine[];
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
    const before = fstatSync(this.#open).size;
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#open, bytes, done);
    } catch (error) {
      ftruncateSync(this.#open, before);
      throw cannotWrite(this.#file, error);
    }
  }

  close(): void {
    closeSync(this.#open);
  }
}

/** What a run has written so far. The last line may be half there after a crash, and is left out then. */
export function readMetrics(file: string): Metrics {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw cannotRead(file, error);
  }
  const steps: StepLine[] = [];
  const epochs: EpochLine[] = [];
  const lines = text.split("\n");
  lines.forEach((line, i) => {
    if (line === "") return;
    try {
      const one = JSON.parse(line) as StepLine | EpochLine; // written by MetricsLog
      if ("testLoss" in one) epochs.push(one);
      else steps.push(one);
    } catch (error) {
      if (i < lines.length - 1) throw new UserError(`\`${file}\` is damaged at line ${i + 1}.`, { cause: error });
    }
  });
  return { steps, epochs };
}

/** Drops the lines after a checkpoint, which the resumed run will write again. */
export function rewindMetrics(file: string, step: number, epoch: number): void {
  const { steps, epochs } = readMetrics(file);
  const kept = [...steps.filter((line) => line.step <= step), ...epochs.filter((line) => line.epoch <= epoch)];
  kept.sort((a, b) => a.step - b.step); // stable: an epoch's line stays after its last step's
  writeWhole(file, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
