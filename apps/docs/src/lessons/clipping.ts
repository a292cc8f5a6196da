import { clipByGlobalNorm } from "@descent/core";
import { sgd } from "@descent/sgd";
import { fieldOf, race, surface, surfaces } from "@descent/viz/races";
import { bySteps, lesson, overSurface, range, say } from "../kit/index.ts";

const cliff = surfaces.find(({ id }) => id === "cliff")!; // a known one
const STEPS = 200;
/** Beside the wall, where the walk meets it soon. */
const START = [5.2, -2.2] as const;
export default lesson({
  number: 10,
  id: "clipping",
  title: "Clipping survives the cliff",
  from: "A",
  question: "The loss jumps, and all progress is gone. Why?",
  words: [
    "A recurrent unit applied fifty times has walls in its loss: places where the gradient is thousands of times as long as elsewhere. A step of gradient descent that lands on one is as long as the gradient, and throws the weights far away.",
    "Clipping by norm keeps the direction and bounds the length, so the walk slides down beside the wall. It costs nothing where gradients are short.",
  ],
  claim: "With clipping no step is longer than rate × limit; without it, a step on the wall is.",
  knobs: {
    rate: range("Rate", [0.02, 3], 0.2, 0.05, true),
    limit: range("Clip at norm", [0.01, 2], 0.1, 0.05, true),
  },
  model({ rate, limit }) {
    const on = surface(cliff.text);
    const go = (clip: boolean) =>
      race({
        surface: on,
        rule: clip ? clipByGlobalNorm(sgd({ lr: rate }), limit) : sgd({ lr: rate }),
        start: START,
        steps: STEPS,
      });
    const [plain, clipped] = [go(false), go(true)];
    const longest = ({ x, y }: typeof plain): number =>
      Array.from(x).reduce(
        (most, v, i) => (i === 0 ? 0 : Math.max(most, Math.hypot(v - x[i - 1]!, y[i]! - y[i - 1]!))),
        0,
      );
    return {
      field: fieldOf(on, cliff.x, cliff.y, 72, 72),
      plain,
      clipped,
      longest: [longest(plain), longest(clipped)] as const,
    };
  },
  caption: ({ plain, clipped, longest }) =>
    `Without clipping the longest step is ${say(longest[0])} and the last loss ${say(plain.loss.at(-1)!)}; with it the longest step is ${say(longest[1])} and the last loss ${say(clipped.loss.at(-1)!)}.`,
  key: () => ["gradient descent", "clipped"],
  figures: ({ field, plain, clipped }) => [
    overSurface({
      title: cliff.title,
      field,
      ways: [
        { name: "gradient descent", x: plain.x, y: plain.y },
        { name: "clipped", x: clipped.x, y: clipped.y },
      ],
      height: 400,
      id: "cliff",
    }),
    bySteps({
      title: "Loss by step",
      y: { label: "loss" },
      series: [
        { name: "gradient descent", y: plain.loss },
        { name: "clipped", y: clipped.loss },
      ],
      height: 220,
      id: "spikes",
      steps: clipped.x.length - 1,
    }),
  ],
});
