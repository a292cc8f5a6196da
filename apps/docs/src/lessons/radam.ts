import { adam, radam } from "@descent/adam";
import type { Configured } from "@descent/core";
import { sgd } from "@descent/sgd";
import { heatChart, lineChart } from "@descent/viz";
import { batchNoise, quantile, race, ratesFrom, surface, surfaces, sweep } from "@descent/viz/races";
import { bySteps, choice, fed, lesson, once, range, say } from "../kit/index.ts";

const rules = { SGD: sgd, Adam: adam, RAdam: radam };
const STEPS = 120;
const rates = ratesFrom(1e-3, 1, 7);
const seeds = [1, 2, 3];

const surfaceOf = (place: string) => surfaces.find(({ id }) => id === place)!; // one of the choices
const noisy = (rule: Configured, sigma: number, seed: number): Configured =>
  sigma > 0 ? batchNoise(rule, { sigma, seed }) : rule;

/** How far above the minimum each rule ends with each seed, at each rate; Infinity where it diverged. */
const ends = once((place: string, noise: number) => {
  const known = surfaceOf(place);
  const on = surface(known.text);
  return Object.entries(rules).flatMap(([name, make]) => {
    const rule = (lr: number, seed: number): Configured => noisy(make({ lr }), noise, seed);
    const points = sweep({ surface: on, start: known.start, steps: STEPS, rates, seeds, rule });
    return seeds.map((seed, k) => ({
      name,
      seed,
      values: points.map(({ losses }) => {
        const above = losses[k]! - known.least; // one loss per seed
        return above < 1e6 ? Math.max(above, 1e-9) : Infinity;
      }),
    }));
  });
});

export default lesson({
  number: 22,
  id: "radam",
  title: "RAdam warms up by itself. Is the rate now free?",
  from: "A",
  question: "Do we escape the search for a rate?",
  words: [
    "In its first steps Adam divides by a mean of one or two squared gradients, which may be anything. Warm-up hides that: take small steps until the mean has settled. RAdam computes how settled it is, `r_t`, from β₂ and t, and scales the step by it; while the variance is unbounded it takes plain momentum steps.",
    "The lecture asks whether this escapes the search for a rate, and answers: nope. The map is the test: where each rule ends, at each rate, for three seeds of noise. If the rate were free, a rule’s rows would have one colour from left to right. A frame marks the best rate of each row; a cross, a run that diverged.",
  ],
  claim:
    "RAdam’s factor rises from 0 to 1 as the paper’s `r_t`; its best rate still has to be found: rates off by 30 lose by far.",
  knobs: {
    beta2: range("β₂", [0.9, 0.9999], 0.999, 0.0001),
    rate: range("Rate", [0.001, 1], 0.03, 0.05, true),
    noise: range("Noise", [0, 5], 1, 0.1),
    place: choice("Surface", { himmelblau: "Himmelblau", beale: "Beale", rosenbrock: "Rosenbrock" }),
  },
  model({ beta2, rate, noise, place }) {
    const known = surfaceOf(place);
    const on = surface(known.text);
    const [factor = []] = fed(radam({ lr: 1, beta1: 0, beta2 }), [Array.from({ length: 1000 }, () => 1)]);
    const runs = Object.entries(rules).map(([name, make]) => {
      const { loss } = race({
        surface: on,
        rule: noisy(make({ lr: rate }), noise, seeds[0]!), // there are some
        start: known.start,
        steps: STEPS,
      });
      return {
        name,
        y: Array.from(loss, (l) => (l - known.least < 1e6 ? Math.max(l - known.least, 1e-9) : Number.NaN)),
      };
    });
    const swept = ends(place, noise);
    const middles = Object.keys(rules).map((name) => {
      const own = swept.filter((row) => row.name === name);
      return {
        name,
        values: rates.map((_, i) =>
          quantile(
            own.map(({ values }) => values[i]!),
            0.5,
          ),
        ),
      }; // one per rate
    });
    return { known, factor, runs, swept, middles };
  },
  caption: ({ middles, known, factor, runs }, { rate }) => {
    const best = middles.map(({ name, values }) => `${say(rates[values.indexOf(Math.min(...values))]!)} for ${name}`);
    const own = middles.find(({ name }) => name === "RAdam")!.values.filter(Number.isFinite);
    const last = runs.find(({ name }) => name === "RAdam")!.y.at(-1)!; // one of the rules
    return `After 10 updates RAdam’s factor is ${say(factor[9]!)}, after 1,000 it is ${say(factor[999]!)}. On ${known.title}, the best of ${rates.length} rates is ${best.join(", ")}, by the median of ${seeds.length} seeds. RAdam ends ${say(Math.min(...own), 2)} above the minimum at its best rate and ${say(Math.max(...own), 2)} at its worst that did not diverge. At ${say(rate)} it ${Number.isFinite(last) ? `ends at ${say(last, 2)}` : "diverges"}.`;
  },
  key: () => Object.keys(rules),
  figures: ({ factor, runs, swept, known }, { rate }) => [
    lineChart({
      title: "RAdam’s factor r by update",
      x: { label: "update", log: true },
      y: { label: "step / lr", domain: [0, 1.05] },
      series: [{ name: "RAdam", x: factor.map((_, t) => t + 1), y: factor, style: 2 }],
      ends: false,
      height: 190,
      id: "factor",
    }),
    bySteps({
      title: `Loss above the minimum by step, at rate ${say(rate)}`,
      y: { label: "loss above the minimum", log: true },
      series: runs,
      ends: false,
      steps: STEPS,
      height: 220,
      id: "losses",
    }),
    heatChart({
      title: `Loss above the minimum after ${STEPS} steps on ${known.title}, by rule, seed and rate`,
      columns: { label: "rate", names: rates.map((one) => say(one)) },
      rows: swept.map(({ name, seed, values }) => ({ name: `${name} · ${seed}`, values })),
      log: true,
      width: 620,
      id: "map",
    }),
  ],
});
