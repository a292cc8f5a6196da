import { adam, radam } from "@descent/adam";
import { momentum } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { DIGITS, lesson, mean, range, samplesOf, say, trainDigits, UNITS } from "../kit/index.ts";

const rules = { Momentum: momentum, Adam: adam, RAdam: radam };
const [STEPS, BATCH, FIRST] = [160, 16, 20];

export default lesson({
  number: 27,
  id: "assignment",
  title: "The assignment: RAdam on MNIST",
  from: "A",
  question: "Write RAdam, and train a network on digits with it.",
  words: [
    `The lecture ends with an assignment. Here it runs in this page: ${DIGITS.train} digits of MNIST at half their size, ${UNITS} hidden units, batches of ${BATCH}, and ${DIGITS.test} other digits to test. \`npm start\` does the same on all 60,000 with a convolutional network.`,
    "RAdam’s first steps are momentum’s, and then its factor grows: at the same rate it starts more slowly than Adam, and is not thrown off by a rate that is too high for a mean of two squares.",
  ],
  claim: `RAdam reads well over half of the test digits correctly after ${STEPS} steps, and starts more slowly than Adam at the same rate.`,
  knobs: { rate: range("Rate", [0.001, 0.3], 0.02, 0.05, true) },
  digits: true,
  model({ rate }, digits) {
    const test = samplesOf(digits, digits.train, digits.labels.length);
    return Object.entries(rules).map(([name, make]) => {
      const { loss, network } = trainDigits(digits, make({ lr: rate }), { steps: STEPS, batch: BATCH });
      return { name, loss, right: network.look(test, false).right };
    });
  },
  caption: (runs, { rate }) =>
    `At ${say(rate)}, after ${STEPS} steps: ${runs.map(({ name, right, loss }) => `${name} reads ${say(100 * right)} % of the test digits correctly (loss of the first ${FIRST} batches ${say(mean(loss.slice(0, FIRST)))})`).join("; ")}.`,
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
