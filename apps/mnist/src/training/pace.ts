/** Mean seconds per update since the program started, excluding the first, which compiles kernels. */
export interface Pace {
  /** A whole update: batch, forward and backward pass, optimizer, and reading back its numbers. */
  readonly step: number;
  /** The optimizer alone. */
  readonly optimizer: number;
}

interface Sum {
  readonly seconds: number;
  readonly count: number;
}

const plus = ({ seconds, count }: Sum, more: number): Sum => ({ seconds: seconds + more, count: count + 1 });
const mean = ({ seconds, count }: Sum): number => seconds / count;

/** Times updates, for the summary and for the estimate of the time left. */
export class Stopwatch {
  #updates = 0;
  #steps: Sum = { seconds: 0, count: 0 };
  #optimizer: Sum = { seconds: 0, count: 0 };
  #lately = 0;

  /** Records one update, and the optimizer's share of it if that was timed. */
  add(seconds: number, optimizer: number | undefined): void {
    this.#updates++;
    if (this.#updates > 1) {
      this.#steps = plus(this.#steps, seconds);
      if (optimizer !== undefined) this.#optimizer = plus(this.#optimizer, optimizer);
      this.#lately += (seconds - this.#lately) / Math.min(this.#updates - 1, 50);
    }
  }

  /** Seconds per update, averaged over the last 50; NaN until the second update, because the first compiles kernels. */
  get lately(): number {
    return this.#updates > 1 ? this.#lately : Number.NaN;
  }

  /** Undefined after only one update, or when none was timed. */
  get pace(): Pace | undefined {
    if (this.#steps.count === 0 || this.#optimizer.count === 0) return undefined;
    return { step: mean(this.#steps), optimizer: mean(this.#optimizer) };
  }
}
