import { sgd } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { DIGITS, lesson, mean, range, say, trainDigits, UNITS } from "../kit/index.ts";

export default lesson({
  number: 11,
  id: "gradient-norm",
  title: "Does the gradient shrink as training goes on?",
  from: "B",
  question: "At a minimum the gradient is zero. Is it, in practice?",
  words: [
    `A network with ${UNITS} hidden units learns ${DIGITS.train} digits of MNIST, at half their size, in this page. Each line is the length of the gradient by one layer’s weights, measured on the batch of each step.`,
    "The loss falls, but the gradient of a batch does not go to zero with it: the samples of a batch pull in different directions, and their pulls only cancel in the mean over all samples. The smaller the batch, the longer the part that does not cancel.",
  ],
  claim:
    "Late in training, the gradients of small batches are longer than those of large ones, though the loss has fallen.",
  knobs: {
    batch: range("Batch", [2, 64], 8, 0.1, true),
    rate: range("Rate", [0.01, 0.5], 0.1, 0.05, true),
  },
  digits: true,
  model({ batch, rate }, digits) {
    const size = Math.max(1, Math.round(batch));
    const run = trainDigits(digits, sgd({ lr: rate }), { steps: 150, batch: size });
    const layer = (l: number): number[] => run.norms.map((norms) => norms[l]!);
    return {
      loss: run.loss,
      layers: [layer(0), layer(1)] as const,
      late: mean(run.norms.slice(-40).map(([a = 0, b = 0]) => Math.hypot(a, b))),
    };
  },
  caption: ({ loss, late }, { batch }) =>
    `With batches of ${Math.max(1, Math.round(batch))} the loss goes from ${say(mean(loss.slice(0, 10)))} (first ten) to ${say(mean(loss.slice(-40)))} (last forty); the gradient’s length over the last forty steps is ${say(late)} in the mean.`,
  key: () => ["first layer", "second layer", "loss"],
  figures: ({ loss, layers }) => [
    lineChart({
      title: "Length of the gradient by layer",
      x: { label: "step" },
      y: { label: "length", log: true },
      series: layers.map((y, l) => ({ name: `layer ${l + 1}`, y })),
      ends: false,
      height: 280,
      id: "norms",
    }),
    lineChart({
      title: "Loss of each batch",
      x: { label: "step" },
      y: { label: "loss" },
      series: [{ name: "loss", y: loss, style: 2 }],
      ends: false,
      height: 200,
      id: "loss",
    }),
  ],
});
