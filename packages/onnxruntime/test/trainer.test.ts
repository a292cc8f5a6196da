import { adam, adamw } from "@descent/adam";
import { clipByGlobalNorm, freeze, partition, schedule } from "@descent/core";
import { encodeSafetensors } from "@descent/core/adapter";
import { momentum, sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { type Batch, decodeCheckpoint, encodeCheckpoint, Trainer } from "../src/index.ts";
import { apart, batchOf, fixture, train, trained } from "./models.ts";

describe.each(["lenet", "resnet", "gpt_o17"])("%s, exported by PyTorch", (name) => {
  test("has PyTorch's loss and every one of its gradients", async () => {
    const expected = fixture(name);
    const trainer = await train(name, { trainable: Object.keys(expected.grads) });
    const { loss, gradients } = await trainer.gradients(batchOf(expected));
    expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(1e-5); // float32 sums in another order
    for (const [key, grad] of Object.entries(expected.grads)) {
      const norm = Math.hypot(...grad);
      const error = Math.hypot(...grad.map((g, i) => g - gradients[key]![i]!));
      expect(error, key).toBeLessThanOrEqual(1e-5 * norm + 1e-8); // the same, and gradients that are zero but for rounding
    }
    await trainer.dispose();
  });

  test("moves alike whether the update is on the host or in the graph", async () => {
    const optimizer = clipByGlobalNorm(adamw({ lr: schedule("1e-3 / (1 + step)"), eps: 1e-4 }), 1);
    const start = await trained(name, {}, 0);
    const host = await trained(name, { optimizer, plan: "host" }, 5);
    const graph = await trained(name, { optimizer, plan: "graph" }, 5);
    // reductions and rounding differ in order; a larger eps keeps Adam from magnifying gradients near zero
    expect(apart(graph, host, start)).toBeLessThan(2e-3);
  });
});

describe("a trainer", () => {
  const lenet = fixture("lenet");
  const batch = batchOf(lenet);

  test("learns a batch by heart", async () => {
    const trainer = await train("lenet");
    const first = await trainer.trainStep(batch);
    for (let i = 0; i < 30; i++) await trainer.trainStep(batch);
    const last = await trainer.trainStep(batch);
    expect(first.loss).toBeGreaterThan(2);
    expect(last.loss).toBeLessThan(0.05);
    expect([trainer.step, last.updated]).toEqual([32, true]);
    await trainer.dispose();
  });

  test.each(["host", "graph"] as const)("saved and loaded continues exactly (%s)", async (plan) => {
    const make = (): Promise<Trainer> =>
      train("resnet", { plan, optimizer: adamw({ lr: schedule("1e-2 / (1 + step)") }) });
    const b = batchOf(fixture("resnet"));
    const whole = await make();
    for (let i = 0; i < 3; i++) await whole.trainStep(b);
    const bytes = encodeCheckpoint(await whole.checkpoint());
    const resumed = await make();
    await resumed.load(decodeCheckpoint(bytes));
    const losses = [];
    for (const t of [whole, resumed]) losses.push([(await t.trainStep(b)).loss, (await t.trainStep(b)).loss]);
    expect(losses[1]).toEqual(losses[0]);
    expect(await resumed.weights()).toEqual(await whole.weights());
    expect(await resumed.checkpoint()).toEqual(await whole.checkpoint());
    for (const t of [whole, resumed]) await t.dispose();
  });

  test("loads on the graph plan what the host plan saved", async () => {
    const host = await train("lenet", { plan: "host" });
    await host.trainStep(batch);
    const graph = await train("lenet", { plan: "graph" });
    await graph.load(await host.checkpoint());
    expect(await graph.checkpoint()).toEqual(await host.checkpoint());
    for (const t of [host, graph]) await t.dispose();
  });

  test.each(["host", "graph"] as const)("accumulates: two halves step as one whole (%s)", async (plan) => {
    const half = (from: number): Batch => ({
      in0: { data: lenet.inputs[0]!.slice(from * 784, (from + 2) * 784), dims: [2, 1, 28, 28] },
      labels: lenet.target.slice(from, from + 2),
    });
    const options = { plan, optimizer: momentum({ lr: 0.1 }) };
    const start = await trained("lenet", options, 0);
    const whole = await trained("lenet", options, 2);
    const trainer = await train("lenet", { ...options, accumulate: 2 });
    const updated = [];
    for (let i = 0; i < 2; i++) for (const from of [0, 2]) updated.push((await trainer.trainStep(half(from))).updated);
    expect(updated).toEqual([false, true, false, true]);
    expect(trainer.step).toBe(2);
    expect(apart(await trainer.weights(), whole, start)).toBeLessThan(1e-5); // one sum of two float32 means
    await trainer.dispose();
  });

  test("takes batches of any size, and keeps a session for each", async () => {
    const trainer = await train("lenet");
    for (const n of [1, 4, 2, 4])
      await trainer.trainStep({ in0: lenet.inputs[0]!.slice(0, n * 784), labels: lenet.target.slice(0, n) });
    expect(trainer.step).toBe(4);
    await trainer.dispose();
  });

  test("trains what is chosen: the rest keeps its bits and costs no gradient", async () => {
    const start = await trained("lenet", {}, 0);
    const trainer = await train("lenet", { trainable: /^f3\./ });
    await trainer.trainStep(batch);
    expect(trainer.parameters.map((p) => p.name)).toEqual(["f3.weight", "f3.bias"]);
    expect(Object.keys((await trainer.gradients(batch)).gradients)).toEqual(["f3.weight", "f3.bias"]);
    await trainer.dispose();
    const frozen = await train("lenet", { optimizer: freeze(adam(), /^c/) });
    expect(frozen.parameters.map((p) => p.name)).not.toContain("c1.weight");
    await frozen.dispose();
    const groups = partition({ fast: sgd({ lr: 1 }), slow: sgd({ lr: 0 }) }, { fast: "f3.bias" });
    const moved = await trained("lenet", { optimizer: groups }, 1);
    const changed = Object.keys(moved).filter((name) => moved[name]!.some((v, i) => v !== start[name]![i]));
    expect(changed).toEqual(["f3.bias"]);
  });

  test("steps by gradients of one's own, on both plans, and leaves what has none", async () => {
    for (const plan of ["host", "graph"] as const) {
      const trainer = await train("lenet", { plan, optimizer: sgd({ lr: 0.5 }) });
      const before = await trainer.weights();
      const { gradients } = await trainer.gradients(batch);
      await trainer.applyGradients({ "f3.bias": gradients["f3.bias"]! });
      const after = await trainer.weights();
      expect(after["f3.bias"]).toEqual(
        before["f3.bias"]!.map((v, i) => v - Math.fround(0.5 * gradients["f3.bias"]![i]!)),
      );
      expect(after["f3.weight"]).toEqual(before["f3.weight"]);
      const twoOfThem = { "f3.bias": gradients["f3.bias"]!, "f3.wieght": new Float32Array(1) };
      await expect(trainer.applyGradients(twoOfThem)).rejects.toThrow(/`f3\.wieght`, which is not a .*`f3\.weight`\?/);
      await expect(trainer.applyGradients({ "f3.bias": new Float32Array(3) })).rejects.toThrow("3 gradients for 10");
      expect(await trainer.weights()).toEqual(after);
      await trainer.dispose();
    }
  });

  test("evaluates and predicts by the running statistics, which training moves", async () => {
    const b = batchOf(fixture("resnet"));
    const trainer = await train("resnet", { optimizer: sgd({ lr: 0 }) });
    const statistics = Object.keys(await trainer.weights()).filter(
      (n) => !trainer.parameters.some((p) => p.name === n),
    );
    expect(statistics.length).toBeGreaterThan(0);
    const before = await trainer.weights();
    const evaluated = await trainer.evalStep(b);
    const { loss } = await trainer.trainStep(b);
    expect(loss).not.toBe(evaluated.loss);
    const after = await trainer.weights();
    for (const name of statistics) expect(after[name]).not.toEqual(before[name]);
    const { labels: _, ...inputs } = b;
    const outputs = await trainer.predict(inputs);
    expect(outputs).toHaveProperty("out");
    expect((await trainer.evalStep(b)).outputs.out!.data).toEqual(outputs.out!.data);
    await trainer.dispose();
  });

  test("gives its weights in one array and takes them back", async () => {
    const trainer = await train("lenet");
    const all = await trainer.contiguousWeights();
    expect(all.length).toBe(trainer.size);
    await trainer.setContiguousWeights(all.map((x) => x * 2));
    expect(await trainer.contiguousWeights()).toEqual(all.map((x) => x * 2));
    await expect(trainer.setContiguousWeights(all.subarray(1))).rejects.toThrow(
      `The weights are ${trainer.size} numbers`,
    );
    await trainer.dispose();
  });

  test("carries out calls that overlap one after the other", async () => {
    const one = await trained("lenet", {}, 3);
    const trainer = await train("lenet");
    const [, , , weights] = await Promise.all([...[1, 2, 3].map(() => trainer.trainStep(batch)), trainer.weights()]);
    expect(weights).toEqual(one);
    await trainer.dispose();
  });
});

test.each([false, true])(
  "using and await using dispose of a trainer at the end of the block (worker: %s)",
  async (worker) => {
    const left: Trainer[] = [];
    {
      await using waited = await train("lenet", { worker });
      using started = await train("lenet", { worker });
      left.push(waited, started);
    }
    for (const trainer of left) await expect(trainer.weights()).rejects.toThrow("was disposed of");
  },
);

describe("what is wrong is said, and nothing is half done", () => {
  const lenet = fixture("lenet");
  const batch = batchOf(lenet);
  const images = lenet.inputs[0]!;

  test("in a batch", async () => {
    const trainer = await train("lenet");
    const before = await trainer.weights();
    const wrong: readonly [Batch, string][] = [
      [{ in0: images, labels: [0, 1, 2, 10] }, "`labels` holds 10 at place 3. Labels are whole numbers from 0 to 9."],
      [{ in0: images, labels: [0, 1, 2] }, "`labels` has 3"],
      [{ in0: images }, "The batch lacks `labels`"],
      [{ in0: images, labels: [0, 1, 2, 3], mask: [1] }, "The batch has `mask`, which the model does not take"],
      [{ in0: images.slice(1), labels: [0, 1, 2, 3] }, "from which its shape"],
      [
        { in0: { data: images, dims: [4, 28, 28] }, labels: [0, 1, 2, 3] },
        "`in0` has shape [4,28,28]; the model takes",
      ],
      [
        { in0: { data: images, dims: [4, 1, 28, 27] }, labels: [0, 1, 2, 3] },
        "should hold 3024 numbers and holds 3136",
      ],
      [{ in0: images, labels: [0, 1, 2, 0.5] }, "`labels` holds 0.5 at place 3"],
    ];
    for (const [b, why] of wrong) await expect(trainer.trainStep(b)).rejects.toThrow(why);
    expect(await trainer.weights()).toEqual(before);
    expect((await trainer.trainStep(batch)).updated).toBe(true);
    await trainer.dispose();
    await expect(trainer.trainStep(batch)).rejects.toThrow("was disposed of");
  });

  test("in a model or in what is asked of it", async () => {
    await expect(Trainer.create("nowhere.onnx", { optimizer: adam() })).rejects.toThrow(
      "The model nowhere.onnx cannot be read: no such file or folder.",
    );
    const json = new TextEncoder().encode('{"format":"layers-model"}');
    await expect(Trainer.create(json, { optimizer: adam() })).rejects.toThrow("is JSON text. Give an ONNX file.");
    const weights = [
      [encodeSafetensors({ w: { dtype: "F32", shape: [1], data: new Float32Array(1) } }), "a safetensors file"],
      [Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), "a ZIP archive, as torch.save() writes it"],
      [Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10), "an HDF5 file, as Keras writes it"],
    ] as const;
    for (const [bytes, kind] of weights)
      await expect(Trainer.create(bytes, { optimizer: adam() })).rejects.toThrow(
        `The model is ${kind}, which has weights and not the operators that read them. Give an ONNX file`,
      );
    await expect(Trainer.create(new Uint8Array([8, 1, 99]), { optimizer: adam() })).rejects.toThrow(/byte/);
    await expect(train("lenet", { trainable: ["f9.weight"] })).rejects.toThrow("`trainable` names `f9.weight`");
    await expect(train("lenet", { trainable: /nothing/ })).rejects.toThrow("`trainable` chooses none of `c1.weight`");
    await expect(train("lenet", { optimizer: freeze(adam(), /./) })).rejects.toThrow(
      "The optimizer freezes all of `c1.weight`",
    );
    await expect(train("lenet", { loss: undefined })).rejects.toThrow("Give a `loss`");
    await expect(train("lenet", { accumulate: 0 })).rejects.toThrow(
      "`Trainer.create`: `accumulate` must be a whole number of batches, at least 1; got 0",
    );
    await expect(train("lenet", { executionProviders: ["quantum"] })).rejects.toThrow('no working provider "quantum"');
  });

  test.each(["host", "graph"] as const)("in a loss that is not finite: the step is not applied (%s)", async (plan) => {
    const bad = { in0: images.map((x, i) => (i === 0 ? Number.NaN : x)), labels: lenet.target };
    const trainer = await train("lenet", { plan });
    await trainer.trainStep(batch);
    const before = await trainer.checkpoint();
    await expect(trainer.trainStep(bad)).rejects.toThrow("The loss is NaN at step 1, and the step was not applied");
    expect(await trainer.checkpoint()).toEqual(before);
    await trainer.dispose();
    const skipping = await train("lenet", { plan, nonFinite: "skip" });
    expect(await skipping.trainStep(bad)).toMatchObject({ updated: false });
    expect(skipping.step).toBe(0);
    expect((await skipping.trainStep(batch)).updated).toBe(true);
    await skipping.dispose();
    const applying = await train("lenet", { plan, nonFinite: "apply" });
    expect(await applying.trainStep(bad)).toMatchObject({ loss: Number.NaN, updated: true });
    expect((await applying.weights())["f3.bias"]![0]).toBeNaN();
    await applying.dispose();
  });

  test("in a checkpoint of another model or rule: nothing is loaded", async () => {
    const other = await train("resnet");
    const resnet = await other.checkpoint();
    const trainer = await train("lenet");
    const before = await trainer.checkpoint();
    await expect(trainer.load(resnet)).rejects.toThrow("The checkpoint is of another model");
    const byMomentum = await train("lenet", { optimizer: momentum() });
    await byMomentum.trainStep(batch);
    await expect(trainer.load(await byMomentum.checkpoint())).rejects.toThrow(
      "was trained by momentum and now has adam",
    );
    expect(await trainer.checkpoint()).toEqual(before);
    for (const t of [other, trainer, byMomentum]) await t.dispose();
  });
});
