import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { digitBytes } from "../src/facts/digits.ts";
import { lessons } from "../src/facts/lessons.ts";
import { digitsOf } from "../src/kit/digits.ts";
import { keyOf } from "../src/kit/key.ts";
import adagrad from "../src/lessons/adagrad.ts";
import adamLesson from "../src/lessons/adam.ts";
import adamFails from "../src/lessons/adam-fails.ts";
import asPrinted from "../src/lessons/as-printed.ts";
import assignment from "../src/lessons/assignment.ts";
import clipping from "../src/lessons/clipping.ts";
import constraints from "../src/lessons/constraints.ts";
import convexity from "../src/lessons/convexity.ts";
import generalization from "../src/lessons/generalization.ts";
import gradientNorm from "../src/lessons/gradient-norm.ts";
import initialization from "../src/lessons/initialization.ts";
import jensen from "../src/lessons/jensen.ts";
import learningRate from "../src/lessons/learning-rate.ts";
import miniBatches from "../src/lessons/mini-batches.ts";
import momentum from "../src/lessons/momentum.ts";
import nesterov from "../src/lessons/nesterov.ts";
import newton from "../src/lessons/newton.ts";
import nonConvex from "../src/lessons/non-convex.ts";
import obstacles from "../src/lessons/obstacles.ts";
import races from "../src/lessons/races.ts";
import radam from "../src/lessons/radam.ts";
import rmspropAdadelta from "../src/lessons/rmsprop-adadelta.ts";
import schedules from "../src/lessons/schedules.ts";
import shuffling from "../src/lessons/shuffling.ts";
import stochasticGradients from "../src/lessons/stochastic-gradients.ts";
import surrogateLoss from "../src/lessons/surrogate-loss.ts";
import vanishingGradients from "../src/lessons/vanishing-gradients.ts";

/* Each lesson's claim, on the numbers that its page shows. */

const digits = digitsOf(digitBytes());
/** The colours of lines and points in markup; paper is behind them. */
const colours = (markup: string): string[] =>
  [...new Set(markup.match(/var\(--viz-(?!paper)\w+\)/g))].sort(); // biome-ignore format: one line

const abs = (list: ArrayLike<number>): number[] => Array.from(list, Math.abs);

/** A test for each lesson, by its number. */
const claims: Readonly<Record<number, () => void>> = {
  1() {
    const { clean, loss, margin, zeroOne } = surrogateLoss.compute();
    expect(clean).toBeGreaterThan(0);
    expect(loss.at(-1)!).toBeLessThan(loss[clean]!);
    expect(margin.at(-1)!).toBeGreaterThan(margin[clean]!);
    expect(new Set(zeroOne.map((e) => Math.round(10 * e))).size).toBeLessThanOrEqual(6); // jumps of one point in ten
  },
  2() {
    for (const f of ["x^2", "exp(x)", "sqrt(x^2 + 0.05)"]) {
      for (const [a, b] of [[-2, 2], [-1.6, 1.2], [0.3, 1.9]] as const) // biome-ignore format: one line
        expect(convexity.compute({ f, a, b }).lowest).toBeGreaterThan(-1e-9);
      expect(convexity.compute({ f }).bend).toBeGreaterThan(0);
    }
    const { lowest, bend } = convexity.compute({ f: "x^4 / 4 - x^2", a: -0.8, b: 0.8 });
    expect(lowest).toBeLessThan(-0.1);
    expect(bend).toBeCloseTo(-2, 6); // 3 x² − 2 at 0
  },
  3() {
    for (const f of ["x^2", "exp(x)", "abs(x)"])
      for (const g of ["x", "sin(3 * x)", "x^3 - x", "tanh(5 * x)"]) {
        const { average, of } = jensen.compute({ f, g });
        expect(average - of).toBeGreaterThanOrEqual(-1e-12);
      }
    const { y, average, of } = jensen.compute({ f: "x^2", g: "x" }); // there the gap is the variance
    const middle = y.reduce((a, b) => a + b, 0) / y.length;
    expect(average - of).toBeCloseTo(y.reduce((s, v) => s + (v - middle) ** 2, 0) / y.length, 10);
  },
  4() {
    for (const set of ["disc", "plane"] as const) {
      const { outside } = constraints.compute({ set });
      expect(outside[0]).toBeLessThan(1e-6);
      expect(outside[1]).toBeGreaterThan(0.05);
    }
    const { clipped, ball, projected } = constraints.compute();
    for (const i of [0, 1]) expect(clipped[i]!).toBeCloseTo(ball[i]!, 6);
    // The best point of the disc solves x − 2 + μx = 0, 2(y − 1) + μy = 0 on the circle: μ = 1.1888…, by bisection.
    const mu = bisect((m) => Math.hypot(2 / (1 + m), 2 / (2 + m)) - 1, 0, 10);
    expect(projected.at(-1)![0]).toBeCloseTo(2 / (1 + mu), 3);
    expect(projected.at(-1)![1]).toBeCloseTo(2 / (2 + mu), 3);
  },
  5() {
    const monotone = learningRate.compute({ rate: 0.4, curvature: 2 }).run.x; // 1/L is 0.5, 2/L is 1
    expect(monotone.every((x, i) => x > 0 && (i === 0 || x < monotone[i - 1]!))).toBe(true);
    const across = learningRate.compute({ rate: 0.9, curvature: 2 }).run.x;
    expect(across.slice(0, 20).every((x, i) => Math.sign(x) === (i % 2 === 0 ? 1 : -1))).toBe(true);
    expect(Math.abs(across.at(-1)!)).toBeLessThan(0.01);
    const away = abs(learningRate.compute({ rate: 1.05, curvature: 2 }).run.x);
    expect(away.every((x, i) => i === 0 || x > away[i - 1]!)).toBe(true);
  },
  6() {
    expect(nonConvex.compute({ start: 1.4 }).end).toBeGreaterThan(0.5);
    expect(nonConvex.compute({ start: -1.4 }).end).toBeLessThan(-0.5);
    const changed = [0.2, 0.6, 1, 1.4, 1.8, 2].filter(
      (start) => nonConvex.compute({ start, rule: "momentum" }).end < 0,
    );
    expect(changed.length).toBeGreaterThan(0);
  },
  7() {
    const { runs } = obstacles.compute({ place: "saddle", rate: 0.01 });
    const last = Object.fromEntries(runs.map(({ name, loss }) => [name, loss.at(-1)!]));
    // It stops at the saddle (0, 0), whose gradient (2x, y³ − 2y) is zero, and Adam leaves ground where the gradient is as short.
    const slow = runs[0]!;
    expect(slow.slope.at(-1)!).toBeCloseTo(Math.hypot(2 * slow.x.at(-1)!, slow.y.at(-1)! ** 3 - 2 * slow.y.at(-1)!), 5);
    expect(last["Gradient descent"]).toBeGreaterThan(-0.5);
    expect(last.Adam).toBeLessThan(-0.8);
    expect(last.RMSProp).toBeLessThan(-0.8);
  },
  8() {
    const { gradient, net } = vanishingGradients.compute({ activation: "sigmoid", depth: 12, scale: 1 });
    for (let l = 0; l < 11; l++) {
      const norm = Math.sqrt(net.weights[`w${l + 1}`]!.reduce((s, w) => s + w * w, 0)); // at least the spectral norm
      expect(gradient[l + 1]!).toBeLessThanOrEqual(
        (l + 2 < gradient.length ? 0.25 : 1) * gradient[l + 2]! * norm + 1e-30,
      );
    }
    expect(gradient[0]!).toBeLessThan(1e-4);
    expect(vanishingGradients.compute({ activation: "relu", scale: 0.7 }).gradient[0]!).toBeLessThan(1e-2);
    expect(vanishingGradients.compute({ activation: "relu", scale: 3 }).gradient[0]!).toBeGreaterThan(1e2);
  },
  9() {
    expect(initialization.compute({ start: "equal" }).apart).toBe(0);
    expect(initialization.compute({ start: "he" }).apart).toBeGreaterThan(0.1);
    const perLayer = (start: "he" | "xavier"): number => {
      const { size } = initialization.compute({ start });
      return (size.at(-1)! / size[1]!) ** (2 / (size.length - 2)); // in variance
    };
    expect(perLayer("he")).toBeGreaterThan(0.8);
    expect(perLayer("he")).toBeLessThan(1.25);
    expect(perLayer("xavier")).toBeGreaterThan(0.4);
    expect(perLayer("xavier")).toBeLessThan(0.62);
  },
  10() {
    for (const rate of [0.1, 0.2, 1]) {
      const { longest } = clipping.compute({ rate, limit: 0.1 });
      expect(longest[1]).toBeLessThanOrEqual(rate * 0.1 * (1 + 1e-4));
      expect(longest[0]).toBeGreaterThan(rate * 0.1);
    }
  },
  11() {
    const [few, many] = [2, 48].map((batch) => gradientNorm.compute({ batch }, digits)) as [
      ReturnType<typeof gradientNorm.compute>,
      ReturnType<typeof gradientNorm.compute>,
    ];
    expect(few.late).toBeGreaterThan(1.3 * many.late);
    expect(many.loss.at(-1)!).toBeLessThan(0.6 * many.loss[0]!);
  },
  12() {
    const { exact, average, sizes, deviation } = stochasticGradients.compute();
    for (const i of [0, 1] as const)
      expect(Math.abs(average[i] - exact[i])).toBeLessThan((4 * deviation[2]!) / Math.sqrt(2000));
    for (const [i, b] of sizes.entries()) {
      const ratio = (deviation[i]! * Math.sqrt(b)) / deviation[0]!;
      expect(ratio).toBeGreaterThan(0.8); // 300 draws of each
      expect(ratio).toBeLessThan(1.25);
    }
  },
  13() {
    expect(shuffling.compute({ order: "sorted" }).swing).toBeGreaterThan(
      3 * shuffling.compute({ order: "shuffled" }).swing,
    );
  },
  14() {
    const runs = miniBatches.compute();
    const last = runs.map(({ losses }) => losses.at(-1)!);
    expect(last[0]).toBeLessThan(last[3]!);
    expect(last[1]).toBeLessThan(last[3]!);
    expect(runs.map(({ seen, size }) => [seen.at(-1), size])).toEqual([1, 4, 16, 64].map((b) => [1600, b]));
  },
  15() {
    for (const kind of ["piecewise", "exponential", "inverse", "cosine"]) {
      const { ends } = schedules.compute({ kind });
      expect(ends[1]).toBeLessThan(ends[0] / 2);
    }
    // On a parabola with noise σ, the stationary loss of two weights is ησ²/(2 − η).
    expect(schedules.compute({ kind: "constant" }).ends[0]).toBeGreaterThan((0.5 * 0.3) / 1.7);
    expect(schedules.compute({ kind: "constant" }).ends[0]).toBeLessThan((2 * 0.3) / 1.7);
  },
  16() {
    const [a, b] = [momentum.compute({ kappa: 16 }).steps, momentum.compute({ kappa: 64 }).steps];
    expect(b[0] / a[0]).toBeGreaterThan(3); // 64/16 is 4
    expect(b[0] / a[0]).toBeLessThan(5);
    expect(b[1] / a[1]).toBeGreaterThan(1.5); // its root is 2
    expect(b[1] / a[1]).toBeLessThan(2.6);
  },
  17() {
    for (const beta of [0.8, 0.9, 0.95]) {
      const { over } = nesterov.compute({ beta });
      expect(over[1]!).toBeLessThan(0.95 * over[0]!);
    }
    // Sutskever et al., 2013, equations 3 and 4, whose gradient is taken at x + βv.
    const { ball, runs } = nesterov.compute({ beta: 0.9, rate: 0.1 });
    let [x, v] = [1, 0];
    for (let t = 0; t < 40; t++) {
      expect(ball[t]!).toBeCloseTo(x, 5);
      expect(runs[1]!.x[t]!).toBeCloseTo(x + 0.9 * v, 5);
      v = 0.9 * v - 0.1 * (x + 0.9 * v);
      x += v;
    }
  },
  18() {
    const { often, seldom, last } = adagrad.compute({ every: 9, rate: 0.2 });
    for (const t of [0, 3, 24, 199]) expect(often[t]!).toBeCloseTo(0.2 / Math.sqrt(t + 1), 5);
    expect(seldom[last]! / often[last]!).toBeCloseTo(3, 3);
  },
  19() {
    const first = (eps: number, gradient: number): number =>
      rmspropAdadelta.compute({ eps, gradient, rho: 0.9 }).adadelta[0]!;
    expect(first(1e-6, 1) / Math.sqrt(1e-6 / 0.1)).toBeCloseTo(1, 3);
    expect(first(1e-4, 1) / first(1e-6, 1)).toBeCloseTo(10, 2);
    expect(first(1e-6, 100) / first(1e-6, 1)).toBeCloseTo(1, 3);
    const { rmsprop, adagrad } = rmspropAdadelta.compute();
    expect(rmsprop.at(-1)!).toBeCloseTo(0.01, 4); // it does not die
    expect(adagrad.at(-1)!).toBeCloseTo(0.01 / Math.sqrt(300), 5);
  },
  20() {
    for (const gradient of [1e-5, 1, 100]) {
      const { corrected, plain } = adamLesson.compute({ gradient });
      expect(corrected[0]!).toBeCloseTo(1, 2);
      if (gradient >= 1) expect(plain[0]!).toBeCloseTo(0.1 / Math.sqrt(0.001), 3);
    }
    const tiny = adamLesson.compute({ gradient: 1e-8 });
    expect(tiny.corrected[0]!).toBeCloseTo(0.5, 2); // |g| = ε
    expect(tiny.inside[0]!).toBeCloseTo(1e-8 / Math.sqrt(1e-16 + 1e-8), 6);
  },
  21() {
    for (const c of [3, 5]) {
      const { adam, amsgrad } = adamFails.compute({ c });
      expect(adam.at(-1)!).toBeGreaterThan(0.9);
      expect(amsgrad.at(-1)!).toBeLessThan(-0.5);
    }
  },
  22() {
    const { factor, middles, swept } = radam.compute();
    for (const t of [10, 100, 1000]) {
      const most = 2 / (1 - 0.999) - 1; // Liu et al., 2020, algorithm 2
      const rho = most - (2 * t * 0.999 ** t) / (1 - 0.999 ** t);
      const r = Math.sqrt(((rho - 4) * (rho - 2) * most) / ((most - 4) * (most - 2) * rho));
      expect(factor[t - 1]! / r).toBeCloseTo(1, 2);
    }
    // A cell of the map is what a race of that rule, rate and seed ends with.
    expect(swept.map(({ name, seed }) => `${name} ${seed}`)).toEqual(
      ["SGD", "Adam", "RAdam"].flatMap((name) => [1, 2, 3].map((seed) => `${name} ${seed}`)),
    );
    const { runs } = radam.compute({ rate: 0.001 });
    for (const { name, y } of runs)
      expect(swept.find((row) => row.name === name && row.seed === 1)!.values[0]).toBe(y.at(-1));
    // Rates of the map are √10 apart.
    for (const { values } of middles) {
      const best = values.indexOf(Math.min(...values));
      for (const off of [best - 3, best + 3].filter((i) => i in values))
        expect(values[off]! / values[best]!).toBeGreaterThan(5);
    }
  },
  23() {
    const [low, high] = [0.001, 0.3].map((rate) => races.compute({ rate, place: "himmelblau" }).ranking);
    expect(low).not.toEqual(high);
    // The lower figure says the same: the line that is lowest at a small rate is not the lowest at a large one.
    const { ends } = races.compute({ place: "himmelblau" });
    const lowest = (i: number): string =>
      ends.reduce((a, b) => ((b.y[i] ?? Infinity) < (a.y[i] ?? Infinity) ? b : a)).name;
    expect(lowest(2)).not.toBe(lowest(10));
    expect(low![0]).not.toBe(high![0]);
  },
  24() {
    const at = (kappa: number) =>
      Object.fromEntries(newton.compute({ kappa }).runs.map(({ name, iterations }) => [name, iterations]));
    const [round, narrow] = [at(3), at(200)];
    expect(round.Newton).toBeLessThanOrEqual(2); // its Hessian is made of differences
    expect(narrow.Newton).toBeLessThanOrEqual(2);
    expect(narrow.BFGS).toBeLessThan(15);
    expect(narrow["Gradient descent"]!).toBeGreaterThan(3 * round["Gradient descent"]!);
  },
  25() {
    const gap = (points: number, decay: number): number => generalization.compute({ points, decay }).gap;
    expect(gap(300, 0.001)).toBeLessThan(0.25 * gap(16, 0.001));
    expect(gap(16, 3)).toBeLessThan(gap(16, 0.001));
    expect(generalization.compute({ points: 16 }).train.at(-1)!).toBeLessThan(0.09); // below the noise
  },
  26() {
    const of = (which: "rmsprop" | "adadelta" | "adam") => asPrinted.compute({ which }).runs;
    const [right, printed] = of("rmsprop");
    expect(right!.stopped).toBeUndefined();
    expect(printed!.stopped?.because).toContain("not a number");
    for (const which of ["adadelta", "adam"] as const) {
      const [a, b] = of(which);
      expect(Math.hypot(a!.x.at(-1)! - b!.x.at(-1)!, a!.y.at(-1)! - b!.y.at(-1)!)).toBeGreaterThan(0.1);
    }
  },
  27() {
    const runs = Object.fromEntries(assignment.compute({}, digits).map((run) => [run.name, run]));
    expect(runs.RAdam!.right).toBeGreaterThan(0.6);
    const early = (name: string): number => runs[name]!.loss.slice(0, 20).reduce((a, b) => a + b, 0);
    expect(early("RAdam")).toBeGreaterThan(early("Adam"));
  },
};

/**
 * The lines of figures as pages open, as SVG has them: how many points each has, and eight of these to the pixel. They hold the drawing still while
 * claims hold the numbers. `DESCENT_WRITE=1 npx vitest run apps/docs/test/lessons.test.ts` writes them; look at the pages before.
 */
type Lines = Readonly<Record<string, { readonly points: number; readonly at: readonly (readonly number[])[] }>>;
const goldenFile = new URL("golden/figures.json", import.meta.url);
const writing = process.env.DESCENT_WRITE === "1";
const golden = (writing ? {} : JSON.parse(readFileSync(goldenFile, "utf8"))) as Record<string, Lines>;
afterAll(() => {
  if (writing) writeFileSync(goldenFile, `${JSON.stringify(golden).replaceAll(/(?<=\}\}?,)(?=")/g, "\n")}\n`);
});

/** The points of each line of a picture, by the picture's id and the line's name. */
function linesIn(svg: string): Lines {
  const id = /<clipPath id="([\w-]+)-clip"/.exec(svg)?.[1] ?? "";
  const lines = [...svg.matchAll(/<g data-series="([^"]*)">(.*?)<\/g>/gs)].map(([, name = "", inside = ""]) => {
    const d = /class="viz-path" d="([^"]*)"|d="([^"]*)" class="viz-path"/.exec(inside);
    const points = [...(d?.[1] ?? d?.[2] ?? "").matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [
      Math.round(Number(x)),
      Math.round(Number(y)),
    ]);
    const some = points.filter((_, i) => i % Math.ceil(points.length / 8) === 0 || i === points.length - 1);
    return [`${id}: ${name}`, { points: points.length, at: some }] as const;
  });
  return Object.fromEntries(lines);
}

function bisect(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  for (let i = 0; i < 80; i++) {
    const middle = (a + b) / 2;
    if (f(middle) > 0) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}

test.each(lessons.map((lesson) => [lesson.number, lesson.id, lesson.claim, lesson] as const))(
  "%i %s: %s",
  (number, _, __, lesson) => {
    claims[number]!(); // a lesson without a test fails here
    const { caption, figures, key } = lesson.show({}, digits);
    expect(caption).not.toMatch(/NaN|undefined/);
    const series = figures.flatMap(({ svg }) => svg.match(/<g data-series="[\s\S]*?<\/g>/g) ?? []);
    expect(colours(keyOf(key))).toEqual(colours(series.join(""))); // the key has every line as it is drawn, and no other
    expect(figures.length).toBeGreaterThan(0);
    for (const { svg } of figures) expect(svg).not.toContain("NaN");
    if (number === 14) return; // its second picture is of this machine's clock
    const drawn = Object.assign({}, ...figures.map(({ svg }) => linesIn(svg))) as Lines;
    expect(Object.keys(drawn).length).toBeGreaterThan(0);
    if (writing) golden[lesson.id] = drawn;
    const known = golden[lesson.id]!; // written once
    expect(Object.keys(drawn)).toEqual(Object.keys(known));
    for (const [name, { points, at }] of Object.entries(drawn)) {
      expect([name, points]).toEqual([name, known[name]!.points]);
      for (const [i, [x, y]] of at.entries())
        expect(Math.hypot(x! - known[name]!.at[i]![0]!, y! - known[name]!.at[i]![1]!)).toBeLessThan(2.3); // roundings
    }
  },
);

test.each(lessons.flatMap((lesson) => (lesson.digits ? [] : [[lesson.id, lesson] as const])))(
  "every knob of %s that is not turned off changes what is seen, and no other does",
  (_, lesson) => {
    const values = Object.fromEntries(Object.entries(lesson.knobs).map(([name, { value }]) => [name, value]));
    const seen = JSON.stringify(lesson.show(values, digits));
    for (const [name, knob] of Object.entries(lesson.knobs)) {
      const value =
        knob.kind === "choice"
          ? knob.options.find(([id]) => id !== knob.value)![0] // a choice has two
          : knob.kind === "text"
            ? knob.examples[1]! // so does a formula
            : knob.value === knob.max
              ? knob.min
              : knob.max;
      const other = JSON.stringify(lesson.show({ ...values, [name]: value }, digits));
      expect([name, other === seen]).toEqual([name, lesson.idle(values).includes(name)]);
    }
  },
);
