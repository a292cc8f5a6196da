import { adam, radam } from "@descent/adam";
import { momentum } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { lesson, mean, range, samplesOf, say, trainDigits } from "../kit/index.ts";

const rules = { Momentum: momentum, Adam: adam, RAdam: radam };
const STEPS = 160;

export default lesson({
  number: 27,
  id: "assignment",
  title: "The assignment: RAdam on MNIST",
  from: "A",
  question: "Write RAdam, and train a network on digits with it.",
  words: [
    "The lecture ends with an assignment. Here it runs in this page: 1,000 digits of MNIST at half their size, 16 hidden units, batches of 16, and 400 other digits to test. `npm start` does the same on all 60,000 with a convolutional network.",
    "RAdam’s first steps are momentum’s, and then its factor grows: at the same rate it starts more slowly than Adam, and is not thrown off by a rate that is too high for a mean of two squares.",
  ],
  claim:
    "RAdam reads well over half of the test digits right after 160 steps, and starts more slowly than Adam at the same rate.",
  knobs: { rate: range("Rate", [0.001, 0.3], 0.02, 0.05, true) },
  digits: true,
  model({ rate }, digits) {
    const test = samplesOf(digits, digits.train, digits.labels.length);
    return Object.entries(rules).map(([name, make]) => {
      const { loss, network } = trainDigits(digits, make({ lr: rate }), { steps: STEPS, batch: 16 });
      return { name, loss, right: network.look(test, false).right };
    });
  },
  caption: (runs, { rate }) =>
    `At ${say(rate)}, after ${STEPS} steps: ${runs.map(({ name, right, loss }) => `${name} reads ${say(100 * right)} % of the test digits right (loss of the first 20 batches ${say(mean(loss.slice(0, 20)))})`).join("; ")}.`,
  key: () => Object.keys(rules),
  figures: (runs) => [
    lineChart({
      title: "Loss of the batches, a mean of eight",
      x: { label: "step" },
      y: { label: "loss" },
      series: runs.map(({ name, loss: list }) => ({
        name,
        y: list.map((_, i) => mean(list.slice(Math.max(0, i - 7), i + 1))),
      })),
      ends: false,
      height: 380,
      id: "losses",
    }),
  ],
});
