import { brief, percents, type Symptom } from "./finding.ts";

/** Numbers of a batch, one row per sample. */
export interface SampleRows {
  readonly data: ArrayLike<number | bigint>;
  /** How many samples there are; `data` is a multiple as long. */
  readonly samples: number;
}

/** Inputs larger than this on average were not normalized. */
const LARGE = 10;
/** Batches to see before their order is judged. */
const BATCHES = 8;
/** How much more batches may differ than drawing at random lets them. */
const UNEVEN = 5;
/** Batches whose scale and order are looked at, and the numbers that are read of each. */
const LOOKED = 64;
const READ = 8192;
/** Samples kept to look for neighbours among, and the numbers of each that are compared. */
const KEPT = 256;
const COMPARED = 256;

/** Looks at the data itself: the scale of inputs, the order of samples, and whether labels have to do with inputs. */
export class Samples {
  #seen = 0;
  #square = 0;
  #count = 0;
  readonly #batches: { readonly counts: Map<number, number>; readonly samples: number }[] = [];
  readonly #rows: { readonly x: Float32Array; readonly label: number }[] = [];
  readonly #totals = new Map<number, number>();
  #classes = true;
  /** The result of `#neighbours` for the samples that are kept. */
  #agreement: { readonly agree: number; readonly chance: number } | undefined;

  /** Takes a batch before its order is judged: labels are class numbers or values, one per sample. */
  add(inputs: SampleRows | undefined, labels: SampleRows | undefined): Symptom[] {
    this.#seen++;
    if (labels !== undefined) this.#label(labels);
    if (inputs !== undefined && labels !== undefined) this.#keep(inputs, labels);
    return [...(inputs === undefined ? [] : this.#scale(inputs)), ...this.#order()];
  }

  #scale({ data }: SampleRows): Symptom[] {
    if (this.#seen > LOOKED) return [];
    const step = Math.max(1, Math.floor(data.length / READ) | 1); // odd, so that it meets all columns of even tables
    let square = 0;
    for (let i = 0; i < data.length; i += step) {
      const x = Number(data[i]);
      square += x * x;
      this.#count++;
    }
    this.#square += square;
    const rms = Math.sqrt(this.#square / this.#count);
    if (this.#seen < 3 || !(rms > LARGE)) return [];
    return [
      {
        name: "inputs-not-normalized",
        evidence: { rms },
        text: `inputs have a root mean square of ${brief(rms)}: not normalized; subtract their mean and divide by their standard deviation, or divide pixels by 255.`,
      },
    ];
  }

  #label({ data, samples }: SampleRows): void {
    if (this.#seen > LOOKED) return;
    if (!this.#classes || data.length !== samples) return void (this.#classes = false);
    const counts = new Map<number, number>();
    for (let i = 0; i < data.length; i++) {
      const label = Number(data[i]);
      if (!Number.isInteger(label) || label < 0 || label > 1e5) return void (this.#classes = false);
      counts.set(label, (counts.get(label) ?? 0) + 1);
      this.#totals.set(label, (this.#totals.get(label) ?? 0) + 1);
    }
    this.#batches.push({ counts, samples });
  }

  /** Pearson's statistic of batches against classes over its degrees of freedom: near 1 where samples were drawn at random. */
  #order(): Symptom[] {
    const all = this.#batches;
    if (!this.#classes || all.length < BATCHES || this.#seen > LOOKED) return [];
    const totals = new Map<number, number>();
    let n = 0;
    for (const { counts, samples } of all) {
      n += samples;
      for (const [label, count] of counts) totals.set(label, (totals.get(label) ?? 0) + count);
    }
    if (totals.size < 2) return this.#same(n);
    let sum = 0;
    for (const { counts, samples } of all)
      for (const [label, total] of totals) {
        const expected = (samples * total) / n;
        sum += ((counts.get(label) ?? 0) - expected) ** 2 / expected;
      }
    const uneven = sum / ((totals.size - 1) * (all.length - 1));
    const size = n / all.length;
    // As uneven as it gets is `size`: small batches cannot show it.
    if (!(uneven > Math.min(UNEVEN, Math.max(2.5, size / 2)))) return [];
    return [this.#sorted({ uneven, batches: all.length })];
  }

  /** All labels so far are the same: sorted too, where there are many. */
  #same(n: number): Symptom[] {
    return n < 20 * BATCHES ? [] : [this.#sorted({ uneven: Infinity, batches: this.#batches.length })];
  }

  #sorted(evidence: { readonly uneven: number; readonly batches: number }): Symptom {
    const how = Number.isFinite(evidence.uneven)
      ? `the labels of ${evidence.batches} batches differ ${brief(evidence.uneven)} times as much as by chance`
      : `all labels of ${evidence.batches} batches are the same`;
    return { name: "sorted-data", evidence, text: `${how}: sorted data; shuffle the samples in every epoch.` };
  }

  #keep({ data, samples }: SampleRows, labels: SampleRows): void {
    const size = data.length / samples;
    const step = size <= COMPARED ? 1 : Math.ceil(size / COMPARED) | 1; // odd, so that it meets all columns of even pictures
    for (let i = 0; i < samples && this.#rows.length < KEPT && labels.data.length === samples; i++) {
      const x = new Float32Array(Math.ceil(size / step));
      for (let k = 0; k < x.length; k++) x[k] = Number(data[i * size + k * step]);
      this.#rows.push({ x, label: Number(labels.data[i]) });
      this.#agreement = undefined;
    }
  }

  /** The entropy of the labels in nats: the loss of a classifier that sees no inputs. */
  get entropy(): number | undefined {
    if (!this.#classes || this.#totals.size < 2) return undefined;
    const all = [...this.#totals.values()];
    const n = all.reduce((sum, count) => sum + count, 0);
    return -all.reduce((sum, count) => sum + (count / n) * Math.log(count / n), 0);
  }

  /** Labels that say no more about inputs than chance, at a loss no lower than that of a guess. */
  misaligned(loss: number): Symptom[] {
    const { entropy } = this;
    if (entropy === undefined || this.#rows.length < 100 || loss < 0.95 * entropy || loss > 1.5 * entropy) return [];
    const { agree, chance } = (this.#agreement ??= this.#neighbours());
    const error = Math.sqrt((chance * (1 - chance)) / this.#rows.length);
    if (agree > chance + 3 * error) return [];
    return [
      {
        name: "misaligned-labels",
        evidence: { loss, entropy, agree, chance },
        text: `the loss stays at ${brief(loss)}, where guessing has ${brief(entropy)}, and the most similar inputs share a label in ${percents(agree)} of the cases, by chance ${percents(chance)}: misaligned labels; check that inputs and labels are loaded and shuffled together.`,
      },
    ];
  }

  /** How often the nearest of the other samples has the same label, and how often any would. */
  #neighbours(): { readonly agree: number; readonly chance: number } {
    const rows = this.#rows;
    let agree = 0;
    let same = 0;
    for (const [i, a] of rows.entries()) {
      let best = Infinity;
      let label = Number.NaN;
      for (const [j, b] of rows.entries()) {
        if (i === j) continue;
        same += +(a.label === b.label);
        let far = 0;
        for (let k = 0; k < a.x.length && far < best; k++) far += (a.x[k]! - b.x[k]!) ** 2;
        if (far < best) [best, label] = [far, b.label];
      }
      agree += +(label === a.label);
    }
    return { agree: agree / rows.length, chance: same / (rows.length * (rows.length - 1)) };
  }
}
