import { OptimizerError } from "@descent/core";
import { exportModel, Graph } from "@descent/onnx";
import { sgd } from "@descent/sgd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { binaryCrossEntropyWithLogits, crossEntropy, Trainer, type TrainerOptions } from "../src/index.ts";

/** A table of four rows that is looked up by numbers of this type. */
function table(elem: "int32" | "int64" | "uint8"): Uint8Array {
  const g = new Graph();
  g.input("ids", { elem, shape: ["batch"] });
  const [index] = elem === "uint8" ? g.op("Cast", ["ids"], { to: 7 }) : ["ids"];
  g.initializer("w", { elem: "float32", dims: [4, 3], data: new Float32Array(12) });
  g.op("Gather", ["w", index!], {}, ["logits"]);
  g.output("logits");
  return exportModel(g);
}
function linear(): Uint8Array {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 2] });
  g.initializer("w", { elem: "float32", dims: [2, 3], data: new Float32Array(6).fill(0.1) });
  g.op("MatMul", ["x", "w"], {}, ["logits"]);
  g.output("logits");
  return exportModel(g);
}
const trainers: Trainer[] = [];
async function made(model: Uint8Array, options: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const trainer = await Trainer.create(model, { optimizer: sgd(), loss: crossEntropy(), ...options });
  trainers.push(trainer);
  return trainer;
}
afterAll(async () => {
  for (const one of trainers) await one.dispose();
});

describe.each([
  ["int32", [0.5, 2 ** 31, -(2 ** 31) - 1, Number.NaN, Infinity], "-2147483648 to 2147483647"],
  ["int64", [0.5, 2 ** 63, Number.NaN, 2n ** 63n], "-9223372036854775808 to 9223372036854775807"],
  ["uint8", [1.5, 256, -1, Number.NaN], "0 to 255"],
] as const)("an input of %s", (elem, wrong, range) => {
  let trainer: Trainer;
  beforeAll(async () => {
    trainer = await made(table(elem));
  });

  test("takes whole numbers of any kind", async () => {
    for (const ids of [[3], [3n], new Float32Array([3]), new Uint8Array([3]), new BigInt64Array([3n])])
      expect((await trainer.predict({ ids: ids as number[] })).logits!.dims).toEqual([1, 3]);
  });

  test("takes no number that the type would round or wrap around", async () => {
    for (const x of wrong)
      await expect(trainer.predict({ ids: [1, x] as number[] })).rejects.toThrow(
        `\`ids\` must be ${elem}, whole numbers from ${range}; it holds ${x}${typeof x === "bigint" ? "n" : ""} at place 1.`,
      );
    await expect(trainer.predict({ ids: new Float32Array([1.5]) })).rejects.toThrow("it holds 1.5 at place 0");
  });
});

test("what ONNX Runtime refuses is told as an error of the trainer, which goes on", async () => {
  const trainer = await made(table("int32"));
  const beyond = trainer.trainStep({ ids: [4], labels: [0] });
  await expect(beyond).rejects.toThrow(OptimizerError);
  await expect(beyond).rejects.toThrow(/^ONNX Runtime could not run the model: .*idx=4/);
  const options = made(table("int32"), { sessionOptions: { intraOpNumThreads: "two" } });
  await expect(options.then((t) => t.predict({ ids: [1] }))).rejects.toThrow(
    /^ONNX Runtime could not make a session: .*intraOpNumThreads/,
  );
  expect((await trainer.trainStep({ ids: [3], labels: [0] })).updated).toBe(true);
});

test("a loss that is NaN because of the batch says so, and where", async () => {
  const trainer = await made(linear());
  for (const [x, shown] of [
    [Number.NaN, "NaN"],
    [1e39, "1e+39"],
  ] as const)
    await expect(trainer.trainStep({ x: [1, x], labels: [0] })).rejects.toThrow(
      `The loss is NaN at step 0, and the step was not applied. The batch is the cause: \`x\` holds ${shown} at place 1.`,
    );
});

test("losses of probabilities take labels from 0 to 1", async () => {
  for (const loss of [binaryCrossEntropyWithLogits(), crossEntropy({ probabilities: true })]) {
    const trainer = await made(linear(), { loss });
    await expect(trainer.trainStep({ x: [1, 0], labels: [1, -1, 0] })).rejects.toThrow(
      "`labels` holds -1 at place 1. The loss takes probabilities, from 0 to 1.",
    );
    await expect(trainer.evalStep({ x: [1, 0], labels: [1, 2, 0] })).rejects.toThrow("`labels` holds 2 at place 1.");
    expect((await trainer.trainStep({ x: [1, 0], labels: [0.5, 0.5, 0] })).updated).toBe(true);
    const again = await Trainer.open(await trainer.trainingGraph(), { optimizer: sgd() });
    await expect(again.trainStep({ x: [1, 0], labels: [1, -1, 0] })).rejects.toThrow("`labels` holds -1 at place 1.");
    await again.dispose();
  }
});

test("a loss that was not called is told so", async () => {
  await expect(made(linear(), { loss: crossEntropy as never })).rejects.toThrow(
    "`crossEntropy` makes a loss, and was not called. Write crossEntropy().",
  );
});
