import { sgd } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { iris } from "@descent/viz/races";
import { irisLoss, irisWalk, lesson, range, say, uniforms } from "../kit/index.ts";

const loss = irisLoss();
const SAMPLES = 1600;
const sizes = [1, 4, 16, 64];

export default lesson({
  number: 14,
  id: "mini-batches",
  title: "Mini-batches: the price of a step",
  from: "A",
  question: "If one sample is enough for a step, why take 64?",
  words: [
    `Each size of batch sees the same ${SAMPLES} flowers. Counted in flowers, small batches win: they take more steps. But each step also costs something that does not depend on the batch. On this machine that is measured below, while you watch.`,
    "So batches are as large as the step’s own cost demands, and as small as the noise allows. Rates grow with the batch: a quieter gradient can be trusted further.",
  ],
  claim: "Per sample, small batches get further; the cost of a sample falls as the batch grows.",
  knobs: { rate: range("Rate", [0.05, 5], 0.5, 0.05, true) },
  model({ rate }) {
    return sizes.map((size) => {
      const next = uniforms(4);
      const batches = Array.from({ length: SAMPLES / size }, () =>
        Array.from({ length: size }, () => Math.floor(next() * iris.length)),
      );
      irisWalk(sgd({ lr: rate }), batches.slice(0, 20), [-1, -1]); // compiles the step
      const before = performance.now();
      const { x, y } = irisWalk(sgd({ lr: rate }), batches, [-1, -1]);
      const micros = ((performance.now() - before) * 1000) / SAMPLES;
      return { size, seen: x.map((_, i) => i * size), losses: x.map((v, i) => loss.value(v, y[i]!)), micros };
    });
  },
  caption: (runs) =>
    `After ${SAMPLES} samples the losses are ${runs.map(({ size, losses }) => `${say(losses.at(-1)!)} with batches of ${size}`).join(", ")}. On this machine a sample cost ${runs.map(({ size, micros }) => `${say(micros, 2)} µs (${size})`).join(", ")}.`,
  key: (runs) => runs.map(({ size }) => `batches of ${size}`),
  figures: (runs) => [
    lineChart({
      title: "Loss by samples seen",
      x: { label: "samples" },
      y: { label: "loss" },
      series: runs.map(({ size, seen, losses }) => ({ name: `batches of ${size}`, x: seen, y: losses })),
      height: 280,
      id: "seen",
    }),
    lineChart({
      title: "Loss by time on this machine",
      x: { label: "milliseconds" },
      y: { label: "loss" },
      series: runs.map(({ size, seen, losses, micros }) => ({
        name: `batches of ${size}`,
        x: seen.map((n) => (n * micros) / 1000),
        y: losses,
      })),
      height: 240,
      id: "time",
    }),
  ],
});
