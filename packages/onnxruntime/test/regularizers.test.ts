import { exportModel, Graph } from "@descent/onnx";
import { cutmix, cutout, fgsm, mixup } from "@descent/regularizers";
import { sgd } from "@descent/sgd";
import { expect, onTestFinished, test } from "vitest";
import {
  type Batch,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  meanSquared,
  Trainer,
  type TrainerOptions,
} from "../src/index.ts";

/* Regularizers as nodes of the model: a Dropout that trains drops in steps, and not in `evalStep` and `predict`. */

const [rows, width] = [30, 4];
const wave = (n: number, step: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(1 + i * step));
const weight = wave(width * width, 0.7);
const x = wave(rows * width, 1.3);
const batch: Batch = {
  x: { data: x, dims: [rows, width] },
  labels: { data: wave(rows * width, 0.9), dims: [rows, width] },
};

/** a · b of row-major matrices. */
function times(a: ArrayLike<number>, b: ArrayLike<number>, inner: number): number[] {
  const cols = b.length / inner;
  return Array.from({ length: (a.length / inner) * cols }, (_, k) => {
    const [i, j] = [Math.floor(k / cols), k % cols];
    let sum = 0;
    for (let l = 0; l < inner; l++) sum += a[i * inner + l]! * b[l * cols + j]!;
    return sum;
  });
}
const near = (wanted: ArrayLike<number>) => Array.from(wanted, (v) => expect.closeTo(v, 4));

/** A trainer of a model from `x` to `y` with the weight `w`. */
async function training(build: (graph: Graph) => void, options: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["batch", width] });
  graph.initializer("w", { elem: "float32", dims: [width, width], data: weight });
  build(graph);
  graph.output("y");
  const trainer = await Trainer.create(exportModel(graph), {
    optimizer: sgd({ lr: 0.1 }),
    loss: meanSquared(),
    seed: 7,
    ...options,
  });
  onTestFinished(() => trainer.dispose());
  return trainer;
}
const dropout = (graph: Graph, value: string, rate: number): string =>
  graph.op("Dropout", [value, graph.constant(rate), graph.constant(true, "bool")])[0]!; // one output

test("DropConnect: Dropout of a weight before its product trains those that are left, and others in the next step", async () => {
  const trainer = await training((graph) => void graph.op("MatMul", ["x", dropout(graph, "w", 0.25)], {}, ["y"]));
  const masks: string[] = [];
  for (let step = 0; step < 3; step++) {
    const w = (await trainer.weights()).w!;
    const { gradients, outputs } = await trainer.gradients(batch);
    const kept = Array.from(gradients.w!, (g) => (g === 0 ? 0 : 1 / 0.75));
    expect(Array.from(outputs.y!.data as Float32Array)).toEqual(
      near(
        times(
          x,
          w.map((v, i) => v * kept[i]!),
          width,
        ),
      ),
    );
    masks.push(kept.join());
    const used = (await trainer.predict({ x: batch.x! })).y!;
    expect(Array.from(used.data as Float32Array)).toEqual(near(times(x, w, width)));
    await trainer.applyGradients(gradients);
  }
  expect(new Set(masks).size).toBe(3);
  for (const mask of masks) expect(mask.split(",").filter((k) => k === "0").length).toBeLessThan(width * width);
  expect(masks.join()).toMatch(/(^|,)0(,|$)/);
});

test("stochastic depth: one Dropout of ones per example leaves out its whole branch, which is then not trained by it", async () => {
  const trainer = await training((graph) => {
    const op = (name: string, inputs: readonly string[], attributes = {}): string =>
      graph.op(name, inputs, attributes)[0]!; // one output
    const one = op("ReduceMean", [op("Sub", ["x", "x"]), graph.ints([1])], { keepdims: 1 });
    const depth = dropout(graph, op("Add", [one, graph.constant(1)]), 0.5);
    graph.op("Add", ["x", op("Mul", [op("MatMul", ["x", "w"]), depth])], {}, ["y"]);
  });
  const branch = times(x, weight, width);
  const { gradients, outputs } = await trainer.gradients(batch);
  const y = outputs.y!.data as Float32Array;
  const depth = Array.from({ length: rows }, (_, n) =>
    Math.round((y[n * width]! - x[n * width]!) / branch[n * width]!),
  );
  expect(new Set(depth)).toEqual(new Set([0, 2]));
  expect(Array.from(y)).toEqual(near(branch.map((v, k) => x[k]! + depth[Math.floor(k / width)]! * v)));
  // d/dw of the mean square: the inputs of the branches that are there, times what is wrong with them.
  const wrong = y.map(
    (v, k) =>
      ((2 * (v - (batch.labels as { data: Float32Array }).data[k]!)) / y.length) * depth[Math.floor(k / width)]!,
  );
  const turned = Array.from({ length: x.length }, (_, k) => x[(k % rows) * width + Math.floor(k / rows)]!);
  expect(Array.from(gradients.w!)).toEqual(near(times(turned, wrong, rows)));
  const { outputs: used } = await trainer.evalStep(batch);
  expect(Array.from(used.y!.data as Float32Array)).toEqual(near(branch.map((v, k) => x[k]! + v)));
});

/** Two classes that a large, fragile feature and a small, sound one tell apart. */
const count = 40;
const classes = Float32Array.from({ length: count }, (_, i) => i % 2);
const points = Float32Array.from({ length: 2 * count }, (_, k) => {
  const side = 2 * classes[k >> 1]! - 1;
  return k % 2 === 0 ? side * 1.5 + 0.2 * Math.sin(k) : side * 0.12 + 0.01 * Math.cos(3 * k);
});

/** A logistic regression of `x` + `shift`: the gradient of the shift, which stays 0, is that of the inputs. */
async function logistic(): Promise<Trainer> {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: [count, 2] });
  graph.initializer("shift", { elem: "float32", dims: [count, 2], data: new Float32Array(2 * count) });
  graph.initializer("w", { elem: "float32", dims: [2, 1], data: Float32Array.of(0.1, 4) });
  graph.op("MatMul", [graph.op("Add", ["x", "shift"])[0]!, "w"], {}, ["y"]);
  graph.output("y");
  const trainer = await Trainer.create(exportModel(graph), {
    optimizer: sgd({ lr: 0.5 }),
    loss: binaryCrossEntropyWithLogits(),
  });
  onTestFinished(() => trainer.dispose());
  return trainer;
}
const batchOf = (data: ArrayLike<number>): Batch => ({
  x: { data: Float32Array.from(data), dims: [count, 2] },
  labels: { data: classes, dims: [count, 1] },
});
const radius = 0.3;
const attacked = async (trainer: Trainer): Promise<Float64Array> =>
  fgsm(points, (await trainer.gradients(batchOf(points))).gradients.shift!, { radius });

test("adversarial training by the gradients of a shift of the inputs keeps a model that an attack would turn", async () => {
  const [plain, robust] = [await logistic(), await logistic()];
  const { gradients } = await plain.gradients(batchOf(points));
  // The inputs' gradient by hand: (σ(x·w) − y) w / n.
  const slope = Array.from(points, (_, k) => {
    const at = k >> 1;
    const p = 1 / (1 + Math.exp(-(0.1 * points[2 * at]! + 4 * points[2 * at + 1]!)));
    return ((p - classes[at]!) * [0.1, 4][k % 2]!) / count;
  });
  expect(Array.from(gradients.shift!)).toEqual(Array.from(slope, (v) => expect.closeTo(v, 7)));
  for (let step = 0; step < 60; step++) {
    for (const [trainer, seen] of [
      [plain, points],
      [robust, await attacked(robust)],
    ] as const) {
      const { w } = (await trainer.gradients(batchOf(seen))).gradients;
      await trainer.applyGradients({ w: w! }); // the shift stays 0
    }
  }
  const losses = [];
  for (const trainer of [plain, robust]) losses.push((await trainer.evalStep(batchOf(await attacked(trainer)))).loss);
  expect(losses[1]!).toBeLessThan(0.8 * losses[0]!);
  expect((await robust.weights()).shift).toEqual(new Float32Array(2 * count));
  // The feature that an attack of this size turns round loses its weight; plain training adds to it.
  expect((await robust.weights()).w![1]).toBeLessThan(3.6);
  expect((await plain.weights()).w![1]).toBeGreaterThan(4);
});

test("batches of mixup, cutmix and cutout train with the loss and gradient of their own images and targets", async () => {
  const [n, side, digits] = [12, 3, 2];
  const shape = [n, side, side, 1] as const;
  const images = wave(n * side * side, 1.1);
  const labels = Float32Array.from({ length: n * digits }, (_, k) => Number((k >> 1) % 2 === k % 2));
  const w = Float32Array.from({ length: side * side * digits }, (_, i) => Math.sin(1 + i * i));
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["batch", side * side] });
  graph.initializer("w", { elem: "float32", dims: [side * side, digits], data: w });
  graph.op("MatMul", ["x", "w"], {}, ["y"]);
  graph.output("y");
  const trainer = await Trainer.create(exportModel(graph), {
    optimizer: sgd({ lr: 0.5 }),
    loss: crossEntropy({ probabilities: true }),
  });
  onTestFinished(() => trainer.dispose());
  const batches = {
    mixup: mixup(images, labels, { shape, alpha: 1, seed: 7 }),
    cutmix: cutmix(images, labels, { shape, alpha: 1, seed: 7 }),
    cutout: { images: cutout(images, { shape, size: 2, seed: 3 }), targets: labels },
  };
  for (const [way, { images: seen, targets }] of Object.entries(batches)) {
    expect(seen, way).not.toEqual(images);
    const { loss, gradients } = await trainer.gradients({
      x: { data: seen, dims: [n, side * side] },
      labels: { data: targets, dims: [n, digits] },
    });
    // By hand: the mean of −Σ target · log softmax, whose gradient is xᵀ(softmax − target) / n.
    const logits = times(seen, w, side * side);
    const p = logits.map((z, k) => 1 / (1 + Math.exp(logits[k ^ 1]! - z)));
    expect(loss).toBeCloseTo(-targets.reduce((sum, t, k) => sum + t * Math.log(p[k]!), 0) / n, 5);
    const across = Array.from({ length: seen.length }, (_, k) => seen[(k % n) * side * side + Math.floor(k / n)]!);
    const wrong = p.map((pk, k) => (pk - targets[k]!) / n);
    expect(Array.from(gradients.w!)).toEqual(Array.from(times(across, wrong, n), (v) => expect.closeTo(v, 5)));
  }
  const { mixup: mixed } = batches;
  const batch = {
    x: { data: mixed.images, dims: [n, side * side] },
    labels: { data: mixed.targets, dims: [n, digits] },
  };
  const { loss: before } = await trainer.trainStep(batch);
  for (let step = 0; step < 20; step++) await trainer.trainStep(batch);
  // No loss is below the entropy of the targets.
  const entropy = -mixed.targets.reduce((sum, t) => sum + (t > 0 ? t * Math.log(t) : 0), 0) / n;
  const { loss } = await trainer.evalStep(batch);
  expect(loss).toBeLessThan(before);
  expect(loss).toBeGreaterThan(entropy);
});
