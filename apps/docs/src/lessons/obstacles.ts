import { rmsprop } from "@descent/adagrad";
import { adam } from "@descent/adam";
import { momentum, sgd } from "@descent/sgd";
import { fieldOf, race, surface, surfaces } from "@descent/viz/races";
import { bySteps, choice, lesson, overSurface, range, say } from "../kit/index.ts";

const STEPS = 150;

export default lesson({
  number: 7,
  id: "obstacles",
  title: "Minimum, saddle, plateau, cliff",
  from: "A",
  question: "Who gets stuck where?",
  words: [
    "A gradient can vanish without a minimum: on a saddle, which falls away to both sides, and on a plateau, which falls nowhere. On a cliff it is so long that one step throws the walk far away.",
    "Rules that divide by the size of past gradients (RMSProp, Adam) walk at the same speed over flat and steep ground, so plateaus and saddles hold them less. That does not help on a plateau whose gradient is exactly zero in float32. The lower figure shows the length of the gradient along each walk: a walk that stands still where it is long is held by something other than flat ground.",
  ],
  claim: `Off the saddle’s ridge, Adam and RMSProp leave within ${STEPS} steps at a rate at which gradient descent has hardly moved.`,
  knobs: {
    place: choice("Obstacle", { saddle: "saddle", easom: "plateau", cliff: "cliff", ellipse: "plain minimum" }),
    rate: range("Rate", [0.001, 1], 0.02, 0.05, true),
  },
  model({ place, rate }) {
    const known = surfaces.find(({ id }) => id === place)!; // one of the choices
    const on = surface(known.text);
    const rules = { "Gradient descent": sgd, Momentum: momentum, RMSProp: rmsprop, Adam: adam };
    const runs = Object.entries(rules).map(([name, rule]) => {
      const run = race({ surface: on, rule: rule({ lr: rate }), start: known.start, steps: STEPS });
      const slope = Array.from(run.x, (x, i) => Math.hypot(...on.gradient(x, run.y[i]!))); // as many
      return { name, ...run, slope };
    });
    return { known, field: fieldOf(on, known.x, known.y, 64, 64), runs };
  },
  caption: ({ known, runs }) =>
    `${known.sentence} After ${STEPS} steps: ${runs
      .map(({ name, x, y, loss, stopped }) => {
        const moved = Math.hypot(x.at(-1)! - x[0]!, y.at(-1)! - y[0]!);
        return stopped
          ? `${name} stopped at step ${stopped.step}`
          : `${name} moved ${say(moved, 2)} to a loss of ${say(loss.at(-1)!, 2)}`;
      })
      .join("; ")}.`,
  key: ({ runs }) => runs.map(({ name }) => name),
  figures: ({ known, field, runs }) => [
    overSurface({
      title: known.title,
      field,
      ways: runs,
      marks: known.minima,
      height: 440,
      id: "obstacle",
    }),
    bySteps({
      title: "The length of the gradient under each walk",
      y: { label: "length of the gradient", log: true },
      series: runs.map(({ name, slope }) => ({ name, y: slope.map((s) => (s > 1e-12 ? s : Number.NaN)) })),
      height: 220,
      id: "slopes",
      steps: STEPS,
    }),
  ],
});
