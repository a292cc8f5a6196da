import { optimizer } from "@descent/arrays";
import { describe, expect, test } from "vitest";
import { scheduleFreeAdamw, scheduleFreeRadam, scheduleFreeSgd } from "../src/index.ts";

/** Rates by step: one throughout; and none at first, a warm-up, and a fall, where steps count by the largest rate so far. */
const courses = {
  "one rate": [0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05],
  "rates that rise and fall": [0, 0.02, 0.3, 0.1, 0.05, 0.05, 0.2, 0.01],
} as const;
const [beta, beta2, eps, power] = [0.7, 0.9, 1e-3, 1];

type Rate = (step: number) => number;
/** Each rule, what it divides a gradient by, and the factor that it puts on the rate. */
const rules = {
  scheduleFreeAdamw: {
    rule: (lr: Rate) => scheduleFreeAdamw({ lr, beta1: beta, beta2, eps, power }),
    divisor: (v: number, t: number) => Math.sqrt(v / (1 - beta2 ** t)) + eps,
    factor: () => 1,
  },
  scheduleFreeRadam: {
    rule: (lr: Rate) => scheduleFreeRadam({ lr, beta1: beta, beta2, eps, power }),
    divisor: (v: number, t: number) => Math.sqrt(v / (1 - beta2 ** t)) + eps,
    factor: (t: number) => {
      const longest = 2 / (1 - beta2) - 1;
      const rho = longest - (2 * t * beta2 ** t) / (1 - beta2 ** t);
      return rho > 4 ? Math.sqrt(((rho - 4) * (rho - 2) * longest) / ((longest - 4) * (longest - 2) * rho)) : 0;
    },
  },
  scheduleFreeSgd: {
    rule: (lr: Rate) => scheduleFreeSgd({ lr, momentum: beta, power }),
    divisor: () => 1,
    factor: () => 1,
  },
} as const;

/* The average of the iterates, kept in float64 beside the rule, as algorithm 1 of the paper keeps it. */
describe.each(Object.entries(rules))("the readout of %s", (_, { rule, divisor, factor }) =>
  describe.each(Object.entries(courses))("with %s", (_, rates) =>
    test.each(["wasm", "interpreter"] as const)("is the paper's average of the iterates (%s)", (engine) => {
      let largest = 0;
      const w = Float32Array.of(1, -2, 0.5);
      let [x, z, v, weights] = [[...w], [...w], [0, 0, 0], 0];
      const opt = optimizer(
        { w },
        rule((step) => rates[step]!),
        { engine },
      ); // eight of them
      for (let t = 1; t <= 8; t++) {
        const lr = rates[t - 1]! * factor(t); // eight of them
        largest = Math.max(largest, lr);
        const g = Float32Array.from([0, 1, 2], (i) => Math.sin(3 * t + i));
        v = v.map((s, i) => beta2 * s + (1 - beta2) * g[i]! ** 2);
        z = z.map((at, i) => at - (lr * g[i]!) / divisor(v[i]!, t));
        weights += t ** power * largest ** 2;
        const share = weights > 0 ? (t ** power * largest ** 2) / weights : 0;
        x = x.map((at, i) => (1 - share) * at + share * z[i]!);
        opt.update({ w: g });
        const trained = w.slice();
        opt.withReadout(() => {
          // float32 keeps y and z; x is taken from them with a factor of 1 / beta1.
          for (const [i, at] of w.entries()) expect(Math.abs(at - x[i]!)).toBeLessThan(1e-6);
        });
        expect(w).toEqual(trained);
      }
    }),
  ),
);
