import type { LayerOutput, Weights } from "../model.ts";
import { Depth } from "./depth.ts";
import type { Finding, FindingName, Symptom } from "./finding.ts";
import { brief, mean } from "./finding.ts";
import { Losses } from "./losses.ts";
import { NoiseScale } from "./noise.ts";
import { cosine, numbersOf, type ParameterNumbers } from "./norms.ts";
import { Precision } from "./precision.ts";
import { type SampleRows, Samples } from "./samples.ts";
import { Units } from "./units.ts";

/** All that a training tells of one update. Only the step and the loss are needed; the more there is, the more can be found. */
export interface Observation {
  /** The update; 1 is the first. */
  readonly step: number;
  /** The loss before the update. */
  readonly loss: number;
  /** The weights before the update. */
  readonly before?: Weights | undefined;
  /** The weights after the update. */
  readonly after?: Weights | undefined;
  /** The gradients that the update was computed from. */
  readonly gradients?: Weights | undefined;
  /** The update-to-weight ratio, in updates whose weights are not given. */
  readonly updateRatio?: number | undefined;
  /** The inputs of the batch. */
  readonly inputs?: SampleRows | undefined;
  /** The labels of the batch. */
  readonly labels?: SampleRows | undefined;
  /** Outputs of layers for the batch, by layer. */
  readonly activations?: Readonly<Record<string, LayerOutput>> | undefined;
}

/** The numbers of an update that was looked at. Norms are Euclidean, over all parameters with a gradient. */
export interface Numbers {
  /** The update; 1 is the first. */
  readonly step: number;
  /** The loss before the update. */
  readonly loss: number;
  /** Of the gradient. */
  readonly gradientNorm: number;
  /** Of the change of the weights. */
  readonly updateNorm: number;
  /** Of the weights before the update. */
  readonly parameterNorm: number;
  /** The norm of the update over that of the weights. */
  readonly updateRatio: number;
  /** Between the update and the negative gradient. */
  readonly descent: number;
  /** Between this gradient and that of the update before; undefined where that was not looked at. */
  readonly successive: number | undefined;
  /** The gradient noise scale, in samples. */
  readonly noiseScale: number | undefined;
  /** The same for each parameter. */
  readonly parameters: readonly ParameterNumbers[];
}

/** Causes that explain a loss which does not fall: with one of them, no other explanation is looked for. */
const CAUSES: readonly FindingName[] = [
  "vanishing-gradients",
  "exploding-gradients",
  "frozen",
  "no-gradient",
  "dead-units",
  "saturated-units",
  "rate-too-high",
  "no-warm-up",
  "too-much-decay",
  "half-overflow",
  "not-finite",
  "sorted-data",
  "misaligned-labels",
  "inputs-not-normalized",
];

/** Causes that explain a loss which jumps. */
const UPSETS: readonly FindingName[] = [
  "exploding-gradients",
  "half-overflow",
  "not-finite",
  "sorted-data",
  "inputs-not-normalized",
];

/** Updates after which labels are doubted, where the loss is that of a guess. */
const DOUBTFUL = 60;
/** Updates that are mostly decay, and how much of the weights they have taken. */
const DECAYING = 0.7;
const SHRUNK = 0.8;

/** Follows a training and names what is wrong with it, each thing once. */
export class Diagnosis {
  readonly #depth: Depth;
  readonly #losses = new Losses();
  readonly #noise = new NoiseScale();
  readonly #precision = new Precision();
  readonly #samples = new Samples();
  readonly #units = new Units();
  #norms: { readonly first: number; readonly cosines: number[] } | undefined;
  #found: Finding[] = [];
  #numbers: Numbers | undefined;

  constructor(frozen: readonly string[] = []) {
    this.#depth = new Depth(frozen);
  }

  /** All findings so far. */
  get findings(): readonly Finding[] {
    return this.#found;
  }

  /** The numbers of the last update with gradients. */
  get numbers(): Numbers | undefined {
    return this.#numbers;
  }

  /** Goes on after findings that were reported before. */
  resume(findings: readonly Finding[]): void {
    this.#found = [...findings];
  }

  /** Takes an update, and returns what it newly shows. */
  observe(seen: Observation): readonly Finding[] {
    const { step, loss, inputs, labels, activations = {} } = seen;
    const symptoms: Symptom[] = [];
    if (inputs !== undefined || labels !== undefined) symptoms.push(...this.#samples.add(inputs, labels));
    const outputs = Object.entries(activations);
    symptoms.push(...this.#precision.add(Object.fromEntries(outputs.map(([name, { data }]) => [name, data]))));
    for (const [name, one] of outputs) symptoms.push(...this.#units.add(name, one));
    symptoms.push(...this.#gradients(seen));
    if (seen.updateRatio !== undefined && seen.after === undefined) this.#losses.ratio(step, seen.updateRatio);
    const known = this.#add(step, symptoms);
    const losses = this.#losses.add(loss, this.#samples.entropy);
    const falls = this.#found.some(({ name }) => UPSETS.includes(name)) ? [] : this.#add(step, losses);
    const stands = this.#explained ? [] : this.#add(step, this.#standing(step));
    return [...known, ...falls, ...stands];
  }

  /** Whether the loss is explained. */
  get #explained(): boolean {
    return this.#found.some(({ name }) => CAUSES.includes(name));
  }

  #standing(step: number): Symptom[] {
    const restless = this.#losses.restless();
    if (restless.length > 0) return restless;
    const doubtful = step >= DOUBTFUL && step % 20 === 0 ? this.#samples.misaligned(this.#losses.lately(20)) : [];
    return doubtful.length > 0 ? doubtful : this.#losses.plateau();
  }

  #gradients({ step, loss, before, after, gradients, inputs, labels }: Observation): Symptom[] {
    if (gradients === undefined) return [];
    if (before === undefined || after === undefined) return this.#precision.add(gradients);
    const { parameters, sums, pair, scanned } = numbersOf(before, after, gradients, this.#noise.before(step));
    const odd = this.#precision.read(gradients, scanned);
    this.#noise.add(step, gradients, inputs?.samples ?? labels?.samples ?? 1, pair);
    const [updateNorm, parameterNorm] = [Math.sqrt(sums.uu), Math.sqrt(sums.pp)];
    const updateRatio = sums.uu === 0 ? 0 : updateNorm / parameterNorm;
    this.#numbers = {
      step,
      loss,
      gradientNorm: Math.sqrt(sums.gg),
      updateNorm,
      parameterNorm,
      updateRatio,
      descent: cosine(-sums.gu, sums.gg, sums.uu),
      successive: this.#noise.cosine,
      noiseScale: this.#noise.value,
      parameters,
    };
    this.#losses.ratio(step, updateRatio);
    const depth = this.#depth.add(parameters);
    const decay = this.#decay(
      parameterNorm,
      Math.sqrt(sums.pp + 2 * sums.up + sums.uu),
      cosine(-sums.up, sums.uu, sums.pp),
    );
    return [...odd, ...depth, ...decay];
  }

  #decay(before: number, after: number, decays: number): Symptom[] {
    this.#norms ??= { first: before, cosines: [] };
    const { first, cosines } = this.#norms;
    cosines.push(decays);
    if (cosines.length > 5) cosines.shift();
    const lately = mean(cosines);
    if (cosines.length < 5 || !(lately > DECAYING) || !(after < SHRUNK * first)) return [];
    return [
      {
        name: "too-much-decay",
        evidence: { cosine: lately, first, norm: after },
        text: `the norm of the weights went from ${brief(first)} to ${brief(after)}, and updates point to 0 (cosine ${brief(lately)}): too much weight decay; divide it by ten, and remember that L2 and decoupled decay want different numbers.`,
      },
    ];
  }

  /** Keeps what is new. */
  #add(step: number, symptoms: readonly Symptom[]): Finding[] {
    const fresh: Finding[] = [];
    for (const one of symptoms) {
      if (this.#found.some(({ name, subject }) => name === one.name && subject === one.subject)) continue;
      if (one.name === "no-gradient" && this.#found.some(({ name }) => name === "dead-units")) continue; // they are why
      const finding = { ...one, step };
      this.#found.push(finding);
      fresh.push(finding);
    }
    return fresh;
  }
}
