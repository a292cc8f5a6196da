import { adamw } from "@descent/adam";
import { optimizer as arraysOptimizer, type Precision } from "@descent/arrays";
import { expect, test } from "vitest";
import { crossEntropy, Trainer, type TrainerOptions } from "../src/index.ts";
import { perceptron } from "./graphs.ts";

/* State in fewer bytes. The expected bits are those of arrays, given the same gradients. */

const model = perceptron([100, 64, 10]);
const batch = {
  x: { data: Float32Array.from({ length: 4 * 100 }, (_, i) => Math.sin(i)), dims: [4, 100] },
  labels: [1, 5, 9, 0],
};
const made = (options: Partial<TrainerOptions>): Promise<Trainer> =>
  Trainer.create(model, { optimizer: adamw({ lr: 1e-2 }), loss: crossEntropy(), plan: "host", ...options });

test.each<[string, Precision | Record<string, Precision>]>([
  ["bfloat16", "bfloat16"],
  ["float8", "float8"],
  ["m alone in float8", { m: "float8" }],
])("%s: a trainer steps as arrays do, bit for bit, and its checkpoint resumes", async (_, state) => {
  const trainer = await made({ state });
  const start = await trainer.weights();
  const arrays = Object.fromEntries(
    trainer.parameters.map(({ name, shape, role, axes }) => [name, { data: start[name]!.slice(), shape, role, axes }]),
  );
  const other = arraysOptimizer(arrays, adamw({ lr: 1e-2 }), { state });
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    const { loss, gradients } = await trainer.gradients(batch);
    losses.push(loss);
    other.update(gradients);
    await trainer.applyGradients(gradients);
  }
  expect(losses[2]).toBeLessThan(losses[0]!);
  const now = await trainer.weights();
  for (const [name, { data }] of Object.entries(arrays)) expect(now[name]).toEqual(data);
  const saved = await trainer.checkpoint();
  const again = await made({ state });
  await again.load(saved);
  const ends = await Promise.all(
    [trainer, again].map(async (one) => ({ loss: (await one.trainStep(batch)).loss, weights: await one.weights() })),
  );
  expect(ends[1]).toEqual(ends[0]);
  for (const one of [trainer, again]) await one.dispose();
});

test("what keeps no state in fewer bytes refuses by name", async () => {
  await expect(made({ state: "float8", plan: "graph" })).rejects.toThrow(
    '`state` in fewer bytes is kept by the plans "host" and "device", and this trainer\'s plan is "graph".',
  );
  await expect(made({ state: { q: "float8" } })).rejects.toThrow("No rule here has a state `q`");
  await expect(made({ state: "float16" as Precision })).rejects.toThrow("state");
});
