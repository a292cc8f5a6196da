import { adam, radam } from "@descent/adam";
import { sgd } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { batchNoise, quantile, ratesFrom, surface, surfaces, sweep } from "@descent/viz/races";
import { choice, fed, lesson, range, say } from "../kit/index.ts";

const rules = { SGD: sgd, Adam: adam, RAdam: radam };

export default lesson({
  number: 22,
  id: "radam",
  title: "RAdam warms up by itself. Is the rate now free?",
  from: "A",
  question: "Do we escape the search for a rate?",
  words: [
    "In its first steps Adam divides by a mean of one or two squared gradients, which may be anything. Warm-up hides that: take small steps until the mean has settled. RAdam computes how settled it is, `r_t`, from β₂ and t, and scales the step by it; while the variance is unbounded it takes plain momentum steps.",
    "The lecture asks whether this escapes the search for a rate, and answers: nope. The second picture is the test: the last loss at each rate, over two seeds of noise.",
  ],
  claim:
    "RAdam’s factor rises from 0 to 1 as the paper’s r_t; its best rate still has to be found: rates off by 30 lose by far.",
  knobs: {
    beta2: range("β₂", [0.9, 0.9999], 0.999, 0.0001),
    noise: range("Noise", [0, 5], 1, 0.1),
    place: choice("Surface", { rosenbrock: "Rosenbrock", beale: "Beale", himmelblau: "Himmelblau" }),
  },
  model({ beta2, noise, place }) {
    const known = surfaces.find(({ id }) => id === place)!; // one of the choices
    const on = surface(known.text);
    const [factor = []] = fed(radam({ lr: 1, beta1: 0, beta2 }), [Array.from({ length: 1000 }, () => 1)]);
    const rates = ratesFrom(1e-3, 3, 7);
    const swept = Object.entries(rules).map(([name, make]) => ({
      name,
      points: sweep({
        surface: on,
        start: known.start,
        steps: 120,
        rates,
        seeds: [1, 2],
        rule: (lr, seed) => (noise > 0 ? batchNoise(make({ lr }), { sigma: noise, seed }) : make({ lr })),
      }),
    }));
    const middles = swept.map(({ points }) => points.map(({ losses }) => quantile(losses, 0.5)));
    return { known, rates, factor, swept, middles };
  },
  caption: ({ rates, swept, middles, known, factor }) =>
    `After 10 updates RAdam’s factor is ${say(factor[9]!)}, after 1,000 it is ${say(factor[999]!)}. On ${known.title}, the best of ${rates.length} rates is ${swept
      .map(({ name }, i) => `${say(rates[middles[i]!.indexOf(Math.min(...middles[i]!))]!)} for ${name}`)
      .join(
        ", ",
      )}. For RAdam the median loss goes from ${say(Math.min(...middles[2]!))} at its best rate to ${say(Math.max(...middles[2]!.filter(Number.isFinite)))} at its worst.`,
  key: () => Object.keys(rules),
  figures: ({ factor, rates, swept, middles, known }) => [
    lineChart({
      title: "RAdam’s factor r by update",
      x: { label: "update", log: true },
      y: { label: "step / lr", domain: [0, 1.05] },
      series: [{ name: "RAdam", x: factor.map((_, t) => t + 1), y: factor, style: 2 }],
      ends: false,
      height: 220,
      id: "factor",
    }),
    lineChart({
      title: `The last loss by rate on ${known.title}`,
      x: { label: "rate", log: true },
      y: { label: "loss after 120 steps", log: true },
      series: swept.map(({ name, points }, i) => ({
        name,
        x: rates,
        y: middles[i]!.map((v) => (v < 1e6 ? v - known.least : Number.NaN)),
        band: {
          low: points.map(({ losses }) => Math.min(...losses, 1e6) - known.least),
          high: points.map(({ losses }) => Math.min(Math.max(...losses), 1e6) - known.least),
        },
      })),
      points: true,
      ends: false,
      height: 320,
      id: "sweep",
    }),
  ],
});
