import { Diagnosis, type Finding, type Numbers } from "@descent/training";
import type { Batch, Look } from "../engines/engine.ts";
import type { EpochLine, StepLine } from "./lines.ts";

/** Those who are told; any of them may be left out. */
export interface Told {
  /** A finding, once. */
  finding?(finding: Finding): void;
  /** The numbers of an update whose weights and gradients were looked at. */
  numbers?(numbers: Numbers): void;
  step?(line: StepLine, numbers: Numbers | undefined): Promise<void>;
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

  /** Takes updates in their order, with what was seen of those that it wants. */
  async see(line: StepLine, seen?: { readonly batch: Batch; readonly look: Look }): Promise<void> {
    const { step, loss, updateRatio } = line;
    const found = this.#diagnosis.observe({
      step,
      loss,
      updateRatio,
      ...(seen ? { ...dataOf(seen.batch), ...seen.look } : {}),
    });
    for (const finding of found) this.#told.finding?.(finding);
    const numbers = seen && this.#diagnosis.numbers;
    if (numbers !== undefined) this.#told.numbers?.(numbers);
    await this.#told.step?.(line, numbers);
  }

  async epoch(line: EpochLine): Promise<void> {
    await this.#told.epoch?.(line);
  }
}

/** A batch as the network was given it. */
function dataOf({ images, labels }: Batch) {
  const samples = labels.length;
  return { inputs: { data: images, samples }, labels: { data: labels, samples } };
}
