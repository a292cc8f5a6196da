import { bfgs, gradientDescent, lbfgs, minimize, newton } from "@descent/quasi-newton";
import { fieldOf, surface } from "@descent/viz/races";
import { bySteps, choice, lesson, overSurface, range } from "../kit/index.ts";

const methods = { "Gradient descent": gradientDescent, Newton: newton, BFGS: bfgs, "L-BFGS": lbfgs };

export default lesson({
  number: 24,
  id: "newton",
  title: "Newton, BFGS, and the price of a step",
  from: "A",
  question: "If curvature is known, why take small steps?",
  words: [
    "Newton’s step goes straight to the minimum of the parabola that touches the surface here. On a parabola that is one step, however narrow the valley. BFGS learns the same curvature from how the gradient changes from step to step; L-BFGS remembers only the last few changes.",
    "All of them ask a line search how far to go, and that asks for values: count evaluations, not steps. Steepest descent with the same line search still needs steps in proportion to κ.",
  ],
  claim:
    "On an ellipse Newton needs one step, whatever κ is; BFGS needs a handful; steepest descent needs more, the larger κ is.",
  knobs: {
    place: choice("Surface", { ellipse: "ellipse", rosenbrock: "Rosenbrock" }),
    kappa: range("Condition κ of the ellipse", [1, 300], 50, 0.05, true),
  },
  idle: ({ place }) => (place === "rosenbrock" ? ["kappa"] : []),
  model({ place, kappa }) {
    const text = place === "ellipse" ? `0.5 * (x^2 + ${kappa} * y^2)` : "(1 - x)^2 + 100 * (y - x^2)^2";
    const on = surface(text);
    const start = place === "ellipse" ? [-4, 4 / kappa] : [-1.4, 2.2];
    const f = {
      evaluate: ([x = 0, y = 0]: ArrayLike<number> & Iterable<number>) => ({
        value: on.value(x, y),
        gradient: on.gradient(x, y),
      }),
    };
    const runs = Object.entries(methods).map(([name, method]) => {
      const [x, y, loss]: number[][] = [[], [], []];
      const { evaluations, iterations } = minimize(f.evaluate, start, method(), {
        maxIterations: 300,
        gradientTolerance: 1e-6,
        callback: ({ x: at, value }) => {
          const [atX = 0, atY = 0] = at();
          x!.push(atX);
          y!.push(atY);
          loss!.push(value);
        },
      });
      return { name, x: x!, y: y!, loss: loss!, evaluations, iterations };
    });
    const box = place === "ellipse" ? ([[-5, 5], [-2.5, 2.5]] as const) : ([[-2, 2], [-1, 3]] as const); // biome-ignore format: one line
    return { field: fieldOf(on, box[0], box[1], 64, 64), runs, minimum: place === "ellipse" ? [0, 0] : [1, 1] };
  },
  caption: ({ runs }) =>
    `Steps and evaluations: ${runs.map(({ name, iterations, evaluations }) => `${name} ${iterations} and ${evaluations}`).join("; ")}. Without a Hessian of its own, Newton’s is made of differences of gradients, which count.`,
  key: ({ runs }) => runs.map(({ name }) => name),
  figures: ({ field, runs, minimum }) => [
    overSurface({
      title: "Four methods with a line search",
      field,
      ways: runs,
      marks: [[minimum[0]!, minimum[1]!]],
      height: 400,
      id: "methods",
    }),
    bySteps({
      title: "Loss by step",
      y: { label: "loss", log: true },
      series: runs.map(({ name, loss }) => ({ name, y: loss.map((l) => Math.max(l, 1e-16)) })),
      height: 250,
      id: "losses",
      steps: Math.max(...runs.map(({ x }) => x.length)) - 1,
    }),
  ],
});
