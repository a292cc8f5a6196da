import { brief, mean, median, type Symptom } from "./finding.ts";

/** Losses at most that are kept. */
const KEPT = 1000;
/** How far above the first loss it has risen. */
const RISEN = 2;
/** The updates at the beginning that a warm-up would cover, and when it is known whether the loss came back. */
const EARLY = 10;
const SETTLED = 30;
/** The part of the first loss, or of that of a guess, below which it has come back. */
const RETURNED = 0.8;
/** Updates that move the weights by more than this part of them are large. */
const LARGE = 0.1;
/** The updates whose losses a plateau compares, twice. */
const WINDOW = 50;

/** Follows the loss of every update, with the update-to-weight ratio where that is known. */
export class Losses {
  readonly #losses: number[] = [];
  #first: number | undefined;
  #step = 0;
  /** The highest loss of the first updates, and when. */
  #peak: { readonly loss: number; readonly step: number } | undefined;
  #bumped = false;
  readonly #ratios: { readonly step: number; readonly ratio: number }[] = [];

  /** Takes the ratio of the update that comes with the next loss. */
  ratio(step: number, ratio: number): void {
    this.#ratios.push({ step, ratio });
    if (this.#ratios.length > 100) this.#ratios.splice(20, 1); // those of the beginning stay
  }

  /** Takes the loss of the next update; `guess` is that of a model which sees no inputs, where it is known. */
  add(loss: number, guess: number | undefined): Symptom[] {
    this.#step++;
    this.#first ??= loss;
    const before = this.#losses.slice(-20);
    this.#losses.push(loss);
    if (this.#losses.length > KEPT) this.#losses.shift();
    if (this.#step <= EARLY && Number.isFinite(loss) && loss > (this.#peak?.loss ?? -Infinity))
      this.#peak = { loss, step: this.#step };
    return [
      ...this.#risen(this.#first, loss),
      ...this.#early(this.#first, guess),
      ...this.#spike(this.#first, loss, before),
    ];
  }

  /** The mean of the last losses. */
  lately(count: number): number {
    return mean(this.#losses.slice(-count));
  }

  #risen(first: number, loss: number): Symptom[] {
    const lately = this.lately(3);
    const ratio = Math.max(0, ...this.#ratios.map((one) => one.ratio).filter(Number.isFinite));
    const evidence = { first, loss: lately, ratio };
    if (Number.isFinite(loss) && (this.#step <= SETTLED || !(lately > RISEN * Math.max(first, 1e-3)))) return [];
    if (ratio > LARGE)
      return [
        {
          name: "rate-too-high",
          evidence,
          text: `the loss went from ${brief(first)} to ${brief(Number.isFinite(loss) ? lately : loss)}, and an update moved the weights by ${brief(ratio)} of their norm: the rate is too high; divide it by ten, or clip gradients by their norm.`,
        },
      ];
    return [
      {
        name: "divergence",
        evidence,
        text: `the loss went from ${brief(first)} to ${brief(Number.isFinite(loss) ? lately : loss)}: divergence; lower the rate, and look for samples with extreme values.`,
      },
    ];
  }

  /** A loss that rose at once: it comes back where only a warm-up is missing, and stays where the rate is too high. */
  #early(first: number, guess = first): Symptom[] {
    const peak = this.#peak;
    if (this.#step !== SETTLED || peak === undefined || !(peak.loss > RISEN * first)) return [];
    const [begun, now] = [this.#largest(1, EARLY), this.#largest(EARLY + 1, SETTLED)];
    const lately = this.lately(5);
    const evidence = { first, peak: peak.loss, loss: lately, ratio: begun ?? 0, later: now ?? 0 };
    const rose = `the loss rose from ${brief(first)} to ${brief(peak.loss)} by update ${peak.step}`;
    if (lately < RETURNED * Math.min(first, guess) && (now === undefined || now < LARGE))
      return [
        {
          name: "no-warm-up",
          evidence,
          text: `${rose} and is ${brief(lately)} now${begun === undefined || now === undefined ? "" : `, with updates of up to ${brief(begun)} of the weights at first and ${brief(now)} later`}: the first updates were too large; warm the rate up over some hundred updates, or use RAdam.`,
        },
      ];
    if (begun === undefined || begun > LARGE)
      return [
        {
          name: "rate-too-high",
          evidence,
          text: `${rose} and is ${brief(lately)} now${now === undefined ? "" : `, with updates of up to ${brief(now)} of the weights`}: the rate is too high; divide it by ten, or clip gradients by their norm.`,
        },
      ];
    return [];
  }

  #largest(from: number, to: number): number | undefined {
    const all = this.#ratios.filter(({ step, ratio }) => step >= from && step <= to && Number.isFinite(ratio));
    return all.length === 0 ? undefined : Math.max(...all.map(({ ratio }) => ratio));
  }

  /** Updates that stay large for a loss that gets nowhere. */
  restless(): Symptom[] {
    const lately = this.#ratios.slice(-8);
    if (this.#first === undefined || this.#step < SETTLED || lately.length < 8) return [];
    const ratio = median(lately.map((one) => one.ratio));
    const loss = this.lately(10);
    if (!(ratio > LARGE) || !(loss > 0.9 * this.#first)) return [];
    return [
      {
        name: "rate-too-high",
        evidence: { first: this.#first, loss, ratio },
        text: `updates move the weights by ${brief(ratio)} of their norm, and the loss is ${brief(loss)} after ${brief(this.#first)} at first: the rate is too high; divide it by ten.`,
      },
    ];
  }

  #spike(first: number, loss: number, before: readonly number[]): Symptom[] {
    if (before.length < 20 || this.#step <= SETTLED || !Number.isFinite(loss)) return [];
    const middle = median(before);
    const high = loss > 0.5 * first && loss > 3 * middle && loss > 2 * Math.max(...before);
    if (!high || this.#bumped) return [];
    this.#bumped = true;
    return [
      {
        name: "loss-spike",
        evidence: { loss, median: middle },
        text: `the loss is ${brief(loss)}, and its median over the ${before.length} updates before is ${brief(middle)}: a spike; clip gradients by their norm, and look at the samples of this batch.`,
      },
    ];
  }

  /** A loss that has stopped falling, not far below where it began. */
  plateau(): Symptom[] {
    const all = this.#losses;
    if (this.#first === undefined || all.length < 2 * WINDOW) return [];
    const [then, now] = [mean(all.slice(-2 * WINDOW, -WINDOW)), this.lately(WINDOW)];
    if (!(now > 0.5 * this.#first) || !(now > 0.995 * then)) return [];
    return [
      {
        name: "plateau",
        evidence: { first: this.#first, before: then, loss: now },
        text: `the loss is ${brief(now)} over ${WINDOW} updates, ${brief(then)} over the ${WINDOW} before and ${brief(this.#first)} at first: a plateau; try another rate, by \`findRate()\`, say, and check that the model can learn a single batch by heart.`,
      },
    ];
  }
}
