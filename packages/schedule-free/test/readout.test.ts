import { optimizer } from "@descent/arrays";
import { expect, test } from "vitest";
import { scheduleFreeAdamw } from "../src/index.ts";

/* The average of the iterates, kept in float64 beside the rule, as algorithm 1 of the paper keeps it. */
test.each(["wasm", "interpreter"] as const)("the readout is the paper's average of the iterates (%s)", (engine) => {
  const [lr, beta1, beta2, eps, power] = [0.05, 0.7, 0.9, 1e-3, 1];
  const w = Float32Array.of(1, -2, 0.5);
  let [x, z, v, weights] = [[...w], [...w], [0, 0, 0], 0];
  const opt = optimizer({ w }, scheduleFreeAdamw({ lr, beta1, beta2, eps, power }), { engine });
  for (let t = 1; t <= 8; t++) {
    const g = Float32Array.from([0, 1, 2], (i) => Math.sin(3 * t + i));
    v = v.map((s, i) => beta2 * s + (1 - beta2) * g[i]! ** 2);
    z = z.map((at, i) => at - (lr * g[i]!) / (Math.sqrt(v[i]! / (1 - beta2 ** t)) + eps));
    weights += t ** power * lr ** 2;
    const share = (t ** power * lr ** 2) / weights;
    x = x.map((at, i) => (1 - share) * at + share * z[i]!);
    opt.update({ w: g });
    const trained = w.slice();
    opt.withReadout(() => {
      // float32 keeps y and z; x is taken from them with a factor of 1 / beta1.
      for (const [i, at] of w.entries()) expect(Math.abs(at - x[i]!)).toBeLessThan(1e-6);
    });
    expect(w).toEqual(trained);
  }
});
