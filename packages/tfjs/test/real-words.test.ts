import { beforeEach, describe, expect, test } from "vitest";
import { batches, begin, byArrays, wordy } from "../../../tests/real-words.ts";
import { optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";

describe.each(["cpu", "wasm"] as const)("minimize on %s carries out", (backend) => {
  beforeEach(() => use(backend));
  test.each(Object.entries(wordy))("%s", (_, configured) => {
    const w = tf.variable(tf.tensor2d([...begin], [3, 1]), true, "w");
    const opt = optimizer(configured);
    for (const x of batches)
      tf.tidy(() => {
        const row = tf.tensor2d([[...x]]);
        opt.minimize(() => tf.matMul(row, w).square().sum().div(2).asScalar(), false, [w]);
      });
    const { trained, shown } = byArrays(configured);
    for (const [i, v] of w.dataSync().entries()) expect(v).toBeCloseTo(trained[i]!, 5);
    for (const [i, v] of opt.withReadout(() => w.dataSync().slice()).entries()) expect(v).toBeCloseTo(shown[i]!, 5);
    expect([opt.step, opt.midRound]).toEqual([batches.length, false]);
    opt.dispose();
    w.dispose();
  });
});
