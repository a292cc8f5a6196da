import { optimizer } from "@descent/arrays";
import { expect, test } from "vitest";
import { asgd } from "../src/index.ts";

/* The mean of the weights from step `start` + 1 on, kept in float64 beside the rule. */
test.each(["wasm", "interpreter"] as const)(
  "the readout of asgd is the mean of the weights after `start` (%s)",
  (engine) => {
    const [lr, lambda, alpha, start] = [0.1, 0.3, 1.5, 3];
    const w = Float32Array.of(1, -2, 0.5);
    const seen: number[][] = [];
    let x = [...w];
    const opt = optimizer({ w }, asgd({ lr, lambda, alpha, start }), { engine });
    for (let t = 1; t <= 8; t++) {
      const g = Float32Array.from([0, 1, 2], (i) => Math.sin(3 * t + i));
      const rate = lr / (1 + lambda * lr * (t - 1)) ** alpha;
      x = x.map((at, i) => (1 - lambda * rate) * at - rate * g[i]!);
      seen.push(x);
      opt.update({ w: g });
      // PyTorch begins the mean with the weights of step start + 2, whose share is 1.
      const since = seen.slice(t > start + 1 ? start + 1 : t - 1);
      opt.withReadout(() => {
        for (const [i, at] of w.entries())
          expect(Math.abs(at - since.reduce((sum, now) => sum + now[i]!, 0) / since.length)).toBeLessThan(1e-6);
      });
    }
  },
);
