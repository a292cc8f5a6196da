import { lineChart } from "@descent/viz";
import { surface } from "@descent/viz/races";
import { choice, graphOf, lesson, range, say } from "../kit/index.ts";

const functions = {
  "x^2": "x²",
  "exp(x)": "eˣ",
  "sqrt(x^2 + 0.05)": "√(x² + 0.05)",
  "x^4 / 4 - x^2": "x⁴/4 − x²",
  "sin(2 * x)": "sin 2x",
} as const;

export default lesson({
  number: 2,
  id: "convexity",
  title: "Convex: no chord below the graph",
  from: "A",
  question: "Which functions have no wrong valley to fall into?",
  words: [
    "Take two points of a graph and join them. If no such chord ever lies below the graph, the function is convex, and every local minimum is the global one: from any other point the chord to the minimum leads straight down.",
    "For a smooth function, curvature says the same: the second derivative is nowhere negative. Drag the ends of the chord and look for a chord that dips below.",
  ],
  claim: "No chord of a convex function lies below its graph; a function that curves down somewhere has one that does.",
  knobs: {
    f: choice("Function", functions),
    a: range("From", [-2, 2], -1.6, 0.05),
    b: range("To", [-2, 2], 1.2, 0.05),
  },
  model({ f, a, b }) {
    const on = surface(f);
    const graph = graphOf(f, -2, 2);
    const chord = Array.from({ length: 41 }, (_, i) => {
      const share = i / 40;
      const x = a + share * (b - a);
      const y = (1 - share) * on.value(a, 0) + share * on.value(b, 0);
      return { x, y, gap: y - on.value(x, 0) };
    });
    const curvature = graph.x.map((x) => on.curvature(x, 0)[0]);
    return { graph, chord, lowest: Math.min(...chord.map(({ gap }) => gap)), bend: Math.min(...curvature) };
  },
  caption: ({ lowest, bend }, { a, b }) =>
    `From ${say(a)} to ${say(b)} the chord is ${lowest < -1e-9 ? `up to ${say(-lowest)} below the graph, so the function is not convex` : "nowhere below the graph"}. The least second derivative in view is ${say(bend)}${bend < 0 ? ", which is negative: there is such a chord" : ": no chord can be"}.`,
  key: () => ["graph", "chord"],
  figures: ({ graph, chord }, { a, b }) => [
    {
      ...lineChart({
        title: "A function and one of its chords",
        x: { label: "x" },
        y: { label: "f(x)" },
        series: [
          { name: "graph", x: graph.x, y: graph.y },
          { name: "chord", x: chord.map(({ x }) => x), y: chord.map(({ y }) => y) },
        ],
        height: 380,
        id: "chord",
      }),
      handles: [
        { at: [a, chord[0]!.y], x: "a" }, // a chord has two ends
        { at: [b, chord.at(-1)!.y], x: "b" },
      ],
    },
  ],
});
