import { lineChart } from "@descent/viz";
import { surface } from "@descent/viz/races";
import { choice, formula, lesson, mean, normals, range, say } from "../kit/index.ts";

const SAMPLES = 400;

export default lesson({
  number: 3,
  id: "jensen",
  title: "Jensen: the mean of f is above f of the mean",
  from: "A",
  question: "What does a convex loss do to the average of many samples?",
  words: [
    "Send random numbers through a convex `f`. The average of the results is never less than `f` of the average: `E[f(Y)] ≥ f(E[Y])`. For a loss this means that averaging predictions is never worse than the average prediction.",
    "Only `f` must be convex. `Y` may be any function `g` of anything, as bent as you like: Jensen’s inequality looks at the distribution of `Y` and not at where it came from. Type a `g` of your own and watch the gap.",
  ],
  claim: "The gap E[f(g(X))] − f(E[g(X)]) is at least 0 for every g, convex or not, as long as f is convex.",
  knobs: {
    f: choice("Convex f", { "x^2": "y²", "exp(x)": "eʸ", "abs(x)": "|y|" }),
    g: formula("Any g(x)", "sin(3 * x)", "x", "x^3 - x", "tanh(5 * x)"),
    spread: range("Spread of x", [0, 1.5], 0.8, 0.05),
  },
  model({ f, g, spread }) {
    const draw = normals(7);
    const [outer, inner] = [surface(f), surface(g)];
    const y = Array.from({ length: SAMPLES }, () => inner.value(0.3 + spread * draw(), 0));
    const values = y.map((v) => outer.value(v, 0));
    const middle = mean(y);
    const [low, high] = [Math.min(...y, middle - 0.5), Math.max(...y, middle + 0.5)];
    const x = Array.from({ length: 101 }, (_, i) => low + (i / 100) * (high - low));
    const graph = { x, y: x.map((v) => outer.value(v, 0)) };
    return { graph, y, values, middle, of: outer.value(middle, 0), average: mean(values) };
  },
  caption: ({ middle, of, average }) =>
    `E[Y] = ${say(middle)}. f of that is ${say(of)}; the mean of f(Y) over ${SAMPLES} samples is ${say(average)}, ${average - of < 1e-9 ? "the same: Y hardly varies, or f is straight where it does" : `${say(average - of)} higher`}.`,
  key: () => ["f", "samples of Y, lying on f", "the mean of f(Y) at E[Y]"],
  figures: ({ graph, y, values, middle, of, average }) => {
    const order = y.map((_, i) => i).sort((i, j) => y[i]! - y[j]!);
    return [
      lineChart({
        title: "f, the samples on it, and the gap at their mean",
        x: { label: "y" },
        y: { label: "f(y)" },
        series: [
          { name: "f", x: graph.x, y: graph.y },
          {
            name: "samples",
            x: order.flatMap((i) => [y[i]!, y[i]!]),
            y: order.flatMap((i) => [values[i]!, Number.NaN]),
            points: true,
          },
          { name: "gap", x: [middle, middle], y: [of, average], points: true },
        ],
        height: 380,
        id: "jensen",
      }),
    ];
  },
});
