import { Diagnosis } from "@descent/training";
import { ruleOf } from "../engine/rule-of.ts";
import { at, batches, type Digits, inputsOf, type Mnist, TEST } from "./data.ts";
import { type Learner, starter } from "./learner.ts";
import type { Answered, LayerNorms, Order } from "./messages.ts";
import { CLASSES, parameters, startingWeights, type Weights } from "./net.ts";

/** The updates at the beginning whose weights and gradients are looked at; later the 25th and two of every `EVERY`, as `diagnose` of the library does. */
const [FIRST, SETTLING, EVERY] = [10, 25, 50] as const;
/** Milliseconds between two reports, and updates between two tests. */
const [REPORT, TESTED] = [150, 50] as const;
/** Places of the way that are kept, at most. */
const KEPT = 60;

const looksAt = (step: number): boolean => step <= FIRST || step === SETTLING || step % EVERY <= 1;

/** The mean cross-entropy of logits, and the part that is right. */
export function judged(logits: Float32Array, labels: Uint8Array): { readonly loss: number; readonly right: number } {
  let [loss, right] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const row = logits.subarray(i * CLASSES, (i + 1) * CLASSES);
    const most = Math.max(...row);
    loss += most + Math.log(row.reduce((sum, v) => sum + Math.exp(v - most), 0)) - row[labels[i]!]!; // a digit
    if (row.indexOf(most) === labels[i]) right++;
  }
  return { loss: loss / labels.length, right: right / labels.length };
}

/** One training from its first update to its last, with pauses between updates. */
export class Training {
  readonly learner: Learner;
  /** Weights along the way, evenly spaced, from the start on. */
  readonly way: { readonly step: number; readonly weights: Weights }[] = [];
  readonly #order: Order;
  readonly #test: Digits;
  readonly #train: Digits;
  readonly #tell: (message: Answered) => void;
  #waiting: (() => void) | undefined;
  #paused = false;
  #ended = false;

  private constructor(learner: Learner, order: Order, { train, test }: Mnist, tell: (message: Answered) => void) {
    this.learner = learner;
    this.#order = order;
    this.#train = train;
    this.#test = test;
    this.#tell = tell;
  }

  /** Loads the engine, and puts the net and the optimizer into it. */
  static async prepare(order: Order, mnist: Mnist, tell: (message: Answered) => void): Promise<Training> {
    const [rule, start] = await Promise.all([ruleOf(order.contender), starter(order.engine)]);
    const own = Object.hasOwn(rule.hyper, "lr");
    const lr = own ? (order.contender.lr ?? rule.hyper.lr) : undefined;
    const learner = await start(rule(lr === undefined ? {} : { lr }), startingWeights(order.seed));
    const size = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    tell({ kind: "ready", engine: learner.engine, size, lr });
    return new Training(learner, order, mnist, tell);
  }

  pause(): void {
    this.#paused = true;
  }

  go(): void {
    this.#paused = false;
    this.#waiting?.();
  }

  /** Ends it after the update that is under way. */
  end(): void {
    this.#ended = true;
    this.go();
  }

  /** Trains; `breathe` is awaited between updates, so that messages are heard. */
  async run(breathe: () => Promise<void>): Promise<void> {
    const { batch, steps, seed } = this.#order;
    const next = batches(this.#train.labels.length, batch, seed);
    const diagnosis = new Diagnosis();
    const apart = Math.ceil(steps / (KEPT - 1));
    let losses: number[] = [];
    let [reported, worked] = [performance.now(), 0];
    this.way.push({ step: 0, weights: await this.learner.weights() });
    for (let step = 1; step <= steps && !this.#ended; step++) {
      const began = performance.now();
      const { images, labels } = at(this.#train, next());
      const look = looksAt(step);
      const inputs = inputsOf(images);
      const done = await this.learner.step({ images: inputs, labels }, look);
      losses.push(done.loss);
      const samples = labels.length;
      const seen = look ? { inputs: { data: inputs, samples }, labels: { data: labels, samples } } : {};
      const findings = diagnosis.observe({ step, loss: done.loss, ...seen, ...done.look });
      if (step % apart === 0 || step === steps)
        this.way.push({ step, weights: done.look?.after ?? (await this.learner.weights()) });
      worked += performance.now() - began;
      const now = performance.now();
      if (done.look || findings.length > 0 || now - reported > REPORT || step === steps) {
        const norms = done.look && diagnosis.numbers ? normsOf(diagnosis.numbers.parameters) : undefined;
        this.#tell({ kind: "steps", step, losses, findings: [...findings], ...(norms ? { norms } : {}) });
        [losses, reported] = [[], now];
      }
      if (step % TESTED === 0 || step === steps) await this.#tested(step);
      if (this.#paused) await new Promise<void>((resolve) => (this.#waiting = resolve));
      else await breathe();
      if (step === steps) this.#tell({ kind: "done", step, seconds: worked / 1000 });
    }
  }

  /** The probability of each digit for a picture. */
  async read(image: Uint8Array): Promise<number[]> {
    const logits = await this.learner.logits(inputsOf(image));
    const most = Math.max(...logits);
    const shares = Array.from(logits, (v) => Math.exp(v - most));
    const sum = shares.reduce((a, b) => a + b, 0);
    return shares.map((share) => share / sum);
  }

  async #tested(step: number): Promise<void> {
    const logits = await this.learner.logits(inputsOf(this.#test.images));
    this.#tell({ kind: "tested", step, ...judged(logits, this.#test.labels) });
  }
}

function normsOf(
  all: readonly { readonly name: string; readonly gradient: number | undefined; readonly ratio: number }[],
): LayerNorms[] {
  // biome-ignore format: one line
  return all.flatMap(({ name, gradient, ratio }) =>
    name.endsWith("/kernel") ? [{ layer: name.replace("/kernel", ""), gradient: gradient ?? 0, ratio }] : [],
  );
}

/** The place of a test digit for any whole number. */
export const testPlace = (place: number): number => ((place % TEST) + TEST) % TEST;
