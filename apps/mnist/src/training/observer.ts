import { Diagnosis, type Finding, type Numbers } from "@descent/training";
import type { Look } from "../engines/engine.ts";
import type { EpochLine, StepLine } from "./lines.ts";

/** A batch as the network was given it. */
interface Shown {
  readonly images: Float32Array;
  readonly labels: Uint8Array;
}

/** Those who are told; any of them may be left out. */
export interface Told {
  /** A finding, once. */
  finding?(finding: Finding): void;
  /** The numbers of an update whose weights and gradients were looked at. */
  numbers?(numbers: Numbers): void;
  steps?(lines: readonly StepLine[], numbers: Numbers | undefined): Promise<void>;
  epoch?(line: EpochLine): Promise<void>;
}

/** The updates at the beginning that are all looked at; later one more, as `diagnose` does, and two of every `EVERY`. */
const FIRST = 10;
const SETTLING = 25;
const EVERY = 50;

/** Follows a run, says what is wrong with it, and passes its numbers on. It changes nothing. */
export class Observer {
  readonly #diagnosis = new Diagnosis();
  readonly #told: Told;

  /** `before` are the updates of a resumed run so far, with what was found in them. */
  constructor(told: Told, before: { readonly steps: readonly StepLine[]; readonly findings: readonly Finding[] }) {
    this.#told = told;
    this.#diagnosis.resume(before.findings);
    for (const { step, loss, updateRatio } of before.steps) this.#diagnosis.observe({ step, loss, updateRatio });
    this.#diagnosis.resume(before.findings); // what those updates show was told
  }

  /** Whether to look at weights and gradients of an update; 1 is the first. */
  wants(step: number): boolean {
    return step <= FIRST || step === SETTLING || step % EVERY <= 1;
  }

  /** Takes updates in their order; `look` and `batch` belong to the last of them. */
  async see(lines: readonly StepLine[], look?: Look, batch?: Shown): Promise<void> {
    let numbers: Numbers | undefined;
    for (const [i, { step, loss, updateRatio }] of lines.entries()) {
      const last = i === lines.length - 1;
      const samples = batch?.labels.length ?? 0;
      const seen = last && batch ? { inputs: { data: batch.images, samples }, labels: { data: batch.labels, samples } } : {}; // biome-ignore format: one line
      const found = this.#diagnosis.observe({ step, loss, updateRatio, ...seen, ...(last ? look : {}) });
      for (const finding of found) this.#told.finding?.(finding);
      if (last && look) numbers = this.#diagnosis.numbers;
    }
    if (numbers !== undefined) this.#told.numbers?.(numbers);
    await this.#told.steps?.(lines, numbers);
  }

  async epoch(line: EpochLine): Promise<void> {
    await this.#told.epoch?.(line);
  }
}
