/** Mean seconds of the updates since the program started, without the first, which compiles kernels. */
export interface Pace {
  /** Of a whole update: its batch, both passes through the network, the optimizer, and the reading of its numbers. */
  readonly step: number;
  /** Of the optimizer's part of it. */
  readonly optimizer: number;
}

interface Sum {
  readonly seconds: number;
  readonly count: number;
}

const plus = ({ seconds, count }: Sum, more: number): Sum => ({ seconds: seconds + more, count: count + 1 });
const mean = ({ seconds, count }: Sum): number => seconds / count;

/** Measures updates: for the summary, and for the guess at the time left. */
export class Stopwatch {
  #updates = 0;
  #steps: Sum = { seconds: 0, count: 0 };
  #optimizer: Sum = { seconds: 0, count: 0 };
  #lately = 0;

  /** One update, and the optimizer's part of it where that was timed. */
  add(seconds: number, optimizer: number | undefined): void {
    this.#updates++;
    if (this.#updates > 1) {
      this.#steps = plus(this.#steps, seconds);
      if (optimizer !== undefined) this.#optimizer = plus(this.#optimizer, optimizer);
    }
    this.#lately += (seconds - this.#lately) / Math.min(Math.max(1, this.#updates - 1), 50);
  }

  /** Seconds per update, lately. */
  get lately(): number {
    return this.#lately;
  }

  /** Nothing where there was but the first update, or none was timed. */
  get pace(): Pace | undefined {
    if (this.#steps.count === 0 || this.#optimizer.count === 0) return undefined;
    return { step: mean(this.#steps), optimizer: mean(this.#optimizer) };
  }
}
