import { optimizer } from "@descent/arrays";
import { type Configured, OptimizerError, type Transform, transform } from "@descent/core";
import { checkConfigured, isRecord, takes, whole } from "@descent/core/adapter";
import { type Batch, seenBy } from "./mini-batches.ts";
import type { Surface } from "./surface.ts";

/** Options of `race`. */
export interface RaceOptions {
  /** The function to minimise. */
  readonly surface: Surface;
  /** Any rule with its options: `adam({ lr: 0.1 })`. */
  readonly rule: Configured;
  /** The point to start from, x and y. */
  readonly start: readonly [number, number];
  /** 1 to 100,000. */
  readonly steps: number;
  /** Steps see mini-batches: some of the terms that the formula adds up. Heights are the whole's. */
  readonly batch?: Batch | undefined;
}

/** The way of an optimizer over a surface. */
export interface Run {
  /** The place after each step, from the start on: the one to evaluate at, where a rule has such. */
  readonly x: Float32Array;
  /** As many as there are of `x`. */
  readonly y: Float32Array;
  /** The height at each place. */
  readonly loss: Float64Array;
  /** Gradients asked for in all; more than steps where a rule takes several per step. */
  readonly gradients: number;
  /** Why it ended before the last step; absent where it did not. */
  readonly stopped?: { readonly step: number; readonly because: string };
}

/**
 * Lets a rule walk over a surface: two numbers in float32, stepped by `@descent/arrays` with the exact gradient, so that a browser and Node go the same
 * way to the bit. A rule that needs a matrix sees one of one row. It ends early where a place, a loss or a gradient is not finite, and says which.
 */
export function race(options: RaceOptions): Run {
  takes("race", "{ surface, rule, start, steps }", options, isRecord(options));
  const { surface, rule, start, steps, batch } = options;
  takes(
    "race",
    "`surface`: from surface(…)",
    surface,
    isRecord(surface) &&
      typeof surface.gradient === "function" &&
      typeof surface.value === "function" &&
      typeof surface.curvature === "function",
  );
  checkConfigured(rule, "race");
  takes(
    "race",
    "`start`: two finite numbers",
    start,
    Array.isArray(start) && start.length === 2 && start.every(Number.isFinite),
  );
  whole("race", { steps });
  takes("race", "1 to 100,000 `steps`", steps, steps >= 1 && steps <= 100_000);
  const seen = seenBy("race", surface, batch);
  const w = Float32Array.from(start);
  const opt = optimizer({ w: { data: w, shape: needsMatrix(rule) ? [1, 2] : [2] } }, rule);
  if (opt.reads("sampled"))
    throw new OptimizerError("`race`: the rule reads gradients of sampled labels, and a surface has no labels.");
  const [x, y, loss] = [new Float32Array(steps + 1), new Float32Array(steps + 1), new Float64Array(steps + 1)];
  const asks = { loss: opt.reads("loss"), h: opt.reads("h") };
  const g = new Float32Array(2);
  const h = new Float32Array(2);
  let gradients = 0;
  const at = (): readonly [number, number] => [w[0]!, w[1]!]; // it has two
  const record = (i: number): void => {
    [x[i], y[i]] = i === 0 ? at() : opt.withReadout(at);
    loss[i] = surface.value(x[i]!, y[i]!); // just put there
  };
  record(0);
  const end = (step: number, because: string): Run => {
    opt.dispose();
    return {
      x: x.slice(0, step + 1),
      y: y.slice(0, step + 1),
      loss: loss.slice(0, step + 1),
      gradients,
      stopped: { step, because },
    };
  };
  for (let step = 1; step <= steps; step++) {
    const on = seen(step);
    do {
      const here = at();
      const [gx, gy] = on.gradient(...here);
      gradients++;
      g[0] = gx;
      g[1] = gy;
      if (!Number.isFinite(g[0]) || !Number.isFinite(g[1]))
        return end(
          step - 1,
          `The gradient by ${Number.isFinite(g[0]) ? "y" : "x"} was ${said(Number.isFinite(g[0]) ? gy : gx)} at step ${step}.`,
        );
      if (asks.h) h.set(on.curvature(...here));
      opt.update({ w: g }, { ...(asks.loss ? { loss: on.value(...here) } : {}), ...(asks.h ? { h: { w: h } } : {}) });
    } while (opt.midRound);
    record(step);
    const broken = (
      [
        ["x", x[step]!],
        ["y", y[step]!],
        ["the loss", loss[step]!],
      ] as const
    ).find(([, v]) => !Number.isFinite(v));
    if (broken) return end(step, `After step ${step} ${broken[0]} was ${said(broken[1])}.`);
  }
  opt.dispose();
  return { x, y, loss, gradients };
}

const said = (value: number): string =>
  Number.isNaN(value) ? "not a number" : Number.isFinite(value) ? "too large for float32" : "infinite";

const needsMatrix = (rule: Configured): boolean => rule.kind === "rule" && rule.rule.needs === "matrix";

/**
 * Adds normal noise to the gradient, the same deviation `sigma` in every step, as small batches do. It depends on the seed and the step alone, so all
 * rules of a race meet the same noise.
 */
export const batchNoise: Transform<{ readonly sigma: number; readonly seed: number }> = transform({
  id: "batch-noise",
  title: "Batch noise",
  hyper: { sigma: 1, seed: 0 },
  ranges: { sigma: [0, Infinity] },
  before: { g: "g + sigma * normal(seed)" },
});
