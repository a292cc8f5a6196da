import { optimizer } from "@descent/arrays";
import { clipByGlobalNorm } from "@descent/core";
import { projectHalfSpace, projectL2Ball } from "@descent/regularizers";
import { sgd } from "@descent/sgd";
import { fieldOf, surface } from "@descent/viz/races";
import { choice, lesson, overSurface, range, say } from "../kit/index.ts";

const goal = surface("0.5 * ((x - 2)^2 + 2 * (y - 1)^2)");
const STEPS = 120;

/** A walk in which a projection, if there is one, follows every step of the rule. */
function walkWithin(lr: number, penalty: number, set: "disc" | "plane", project: boolean): [number, number][] {
  const w = new Float32Array([-1.5, -1]);
  const opt = optimizer({ w }, sgd({ lr }));
  const places: [number, number][] = [[w[0]!, w[1]!]];
  for (let step = 0; step < STEPS; step++) {
    const [x, y] = [w[0]!, w[1]!];
    const g = [...goal.gradient(x, y)];
    if (!project) {
      const nearest = within(set, [x, y]);
      g[0]! += penalty * (x - nearest[0]!);
      g[1]! += penalty * (y - nearest[1]!);
    }
    opt.update({ w: Float32Array.from(g) });
    if (project) w.set(within(set, [w[0]!, w[1]!]));
    places.push([w[0]!, w[1]!]);
  }
  opt.dispose();
  return places;
}
const within = (set: string, point: readonly number[]): Float64Array =>
  set === "disc" ? projectL2Ball(point, { radius: 1 }) : projectHalfSpace(point, { normal: [1, 1], offset: 0.5 });

export default lesson({
  number: 4,
  id: "constraints",
  title: "Constraints: project or penalize",
  from: "A",
  question: "How does one descend inside a fence?",
  words: [
    "After each step, go to the nearest allowed point: a projection. The walk then slides along the fence to the best point on it. A penalty instead adds a pull towards the set to the gradient; it ends outside, nearer the larger its weight, and a large weight makes the problem steep.",
    "Gradient clipping is the same projection, applied to `g`: clipping by norm gives the nearest vector in a ball.",
  ],
  claim:
    "A projected walk ends inside the set, a penalized one outside it; clipping by norm is the projection of the gradient onto a ball.",
  knobs: {
    set: choice("Stay in", { disc: "the unit disc", plane: "the half-plane x + y ≤ ½" }),
    penalty: range("Penalty", [0.1, 30], 3, 0.05, true),
    rate: range("Rate", [0.005, 0.5], 0.05, 0.05, true),
  },
  model({ set, penalty, rate }) {
    const which = set === "disc" ? "disc" : "plane";
    const [projected, penalized] = [walkWithin(rate, penalty, which, true), walkWithin(rate, penalty, which, false)];
    const outside = ([x, y]: readonly [number, number]): number => {
      const near = within(set, [x, y]);
      return Math.hypot(x - near[0]!, y - near[1]!);
    };
    // The gradient at the start, clipped by the library's transform and projected by its projection.
    const g = [...goal.gradient(-1.5, -1)];
    const w = new Float32Array([0, 0]);
    const opt = optimizer({ w }, clipByGlobalNorm(sgd({ lr: 1 }), 1));
    opt.update({ w: Float32Array.from(g) });
    opt.dispose();
    const ball = projectL2Ball(g, { radius: 1 });
    const edge = Array.from({ length: 121 }, (_, i) => {
      const t = i / 120;
      return set === "disc"
        ? [Math.cos(2 * Math.PI * t), Math.sin(2 * Math.PI * t)]
        : [-2.2 + 5.2 * t, 0.5 - (-2.2 + 5.2 * t)];
    });
    return {
      projected,
      penalized,
      outside: [outside(projected.at(-1)!), outside(penalized.at(-1)!)] as const,
      clipped: Array.from(w, (v) => -v),
      ball: Array.from(ball),
      edge,
    };
  },
  caption: ({ projected, outside, clipped, ball }, { penalty }) => {
    const [x, y] = projected.at(-1)!;
    return `Projection ends at (${say(x)}, ${say(y)}), ${outside[0] < 1e-6 ? "in the set" : `${say(outside[0])} outside`}; a penalty of ${say(penalty)} ends ${Number.isFinite(outside[1]) ? `${say(outside[1])} outside` : "nowhere, because it diverges"}. The first gradient clipped to norm 1 is (${say(clipped[0]!)}, ${say(clipped[1]!)}); projected onto the unit ball it is (${say(ball[0]!)}, ${say(ball[1]!)}).`;
  },
  key: () => ["projection", "penalty", "the edge of the set@7"],
  figures: ({ projected, penalized, edge }) => [
    overSurface({
      title: "Two ways to stay within a set",
      field: fieldOf(goal, [-2.2, 3], [-2, 2.2], 64, 64),
      ways: [
        { name: "projection", x: projected.map(([x]) => x), y: projected.map(([, y]) => y) },
        { name: "penalty", x: penalized.map(([x]) => x), y: penalized.map(([, y]) => y) },
      ],
      still: [{ name: "edge", x: edge.map(([x]) => x!), y: edge.map(([, y]) => y!), style: 7 }],
      marks: [[2, 1]],
      height: 480,
      id: "fence",
    }),
  ],
});
