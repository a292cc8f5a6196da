import { adam } from "@descent/adam";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { crossEntropy, Trainer } from "../src/index.ts";
import { perceptron } from "./graphs.ts";

/** Tensors that can still be made; then there is no memory. */
let left = Infinity;
const Tensor = new Proxy(ort.Tensor, {
  construct(target, args, newTarget) {
    if (left-- <= 0) throw new Error("out of memory");
    return Reflect.construct(target, args, newTarget);
  },
});
const runtime = { ...ort, Tensor };

test("a load that runs out of memory at any tensor leaves weights, state and waiting gradients as they were", async () => {
  const make = (): Promise<Trainer> =>
    Trainer.create(perceptron([3, 4, 2]), {
      optimizer: adam(),
      loss: crossEntropy(),
      plan: "graph",
      accumulate: 2,
      runtime,
    });
  const batch = (x: number) => ({ x: [x, 2, 3], labels: [1] });
  const [source, target] = [await make(), await make()];
  for (let i = 0; i < 3; i++) await source.trainStep(batch(i));
  const saved = await source.checkpoint();
  for (let i = 0; i < 5; i++) await target.trainStep(batch(-i));
  const before = await target.checkpoint();
  let failures = 0;
  for (; ; failures++) {
    left = failures;
    const error = await target.load(saved).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    left = Infinity;
    if (error === undefined) break;
    expect(error).toMatchObject({ message: expect.stringContaining("out of memory") });
    expect(await target.checkpoint()).toEqual(before);
  }
  // Each of four weights has a tensor, two slots and a sum.
  expect(failures).toBeGreaterThanOrEqual(16);
  expect(await target.checkpoint()).toEqual(saved);
  for (const trainer of [source, target]) await trainer.trainStep(batch(7));
  expect(await target.weights()).toEqual(await source.weights());
  for (const trainer of [source, target]) await trainer.dispose();
});
