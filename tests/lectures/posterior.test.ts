import { optimizer } from "@descent/arrays";
import { ensemble } from "@descent/regularizers";
import { sgld } from "@descent/sgd";
import { expect, test } from "vitest";

/* The posterior of a mean under data of variance 1 and a flat prior is normal, with the data's mean and variance 1/n. */
const data = [1.2, -0.4, 0.7, 2.1, 0.9, 0.1, 1.5, 0.3];
const n = data.length;
const mean = data.reduce((a, b) => a + b) / n;

test("SGLD's weights are samples of the posterior: their ensemble has its mean and its uncertainty", () => {
  const chains = 500;
  const lr = 0.02;
  const x = new Float32Array(chains);
  const opt = optimizer({ x }, sgld({ lr, seed: 3 }));
  const samples = ensemble();
  for (let step = 0; step < 260; step++) {
    opt.update({ x: x.map((v) => n * (v - mean)) });
    if (step >= 60 && step % 10 === 0) for (const v of x) samples.add([v]);
  }
  // Steps of finite length spread the samples a little further: the stationary variance is 1 / (n (1 − n lr / 2)).
  const deviation = 1 / Math.sqrt(n * (1 - (n * lr) / 2));
  // 10,000 samples, of which neighbours in a chain are correlated by (1 − n lr)^10 = 0.17
  expect(Math.abs(samples.mean()[0]! - mean)).toBeLessThan(5 * (deviation / Math.sqrt(samples.count)));
  expect(Math.abs(samples.deviation()[0]! / deviation - 1)).toBeLessThan(0.03);
});
