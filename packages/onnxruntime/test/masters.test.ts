import { decodeModel, exportModel, Graph } from "@descent/onnx";
import { constantOf, floatsOf } from "@descent/onnx/proto";
import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import { crossEntropy, meanSquared, Trainer } from "../src/index.ts";

/** Weights that float16 holds exactly, up to the tenths. */
const w = [0.5, -0.25, 0.125, 0, 1, 0.75, -0.5, 0.25, -1, 0, 0.5, 0.375];
const b = [0.1, -0.2, 0.3, 0];

/** logits = x·w + b in float16, between float32 inputs and outputs or, as `model.half()` is exported, with both in float16. */
function half({ own = false, all = false } = {}): Uint8Array {
  const g = new Graph();
  g.input("x", { elem: all ? "float16" : "float32", shape: ["batch", 3] });
  const weight = (name: string, data: readonly number[], dims: readonly number[]): string => {
    const { data: bits } = g.initializers.get(g.constant(data, "float16", dims))!; // it was just made
    return g.initializer(name, { elem: "float16", dims, data: bits });
  };
  const [x = ""] = all ? ["x"] : g.op("Cast", ["x"], { to: "float16" });
  const [product = ""] = g.op("MatMul", [x, weight("w", w, [3, 4])]);
  const [sum = ""] = g.op("Add", [product, weight("b", b, [4])], {}, all && !own ? ["logits"] : 1);
  if (own) g.op("ReduceMean", [g.op("Mul", [sum, sum])[0]!], { keepdims: 0 }, ["loss"]);
  else if (!all) g.op("Cast", [sum], { to: "float32" }, ["logits"]);
  g.output(own ? "loss" : "logits");
  return exportModel(g);
}

/**
 * Five steps of PyTorch 2.13 on the same: float32 parameters, rounded by `.half()` where they are read. Products in float16 are rounded to
 * 5e-4 of their size, in another order.
 */
const losses = [3.5077805519104004, 2.545876979827881, 1.7298688888549805, 1.1095561981201172, 0.7257139682769775];
const trained = [
  0.3054870367050171, -0.3575195372104645, 0.568920910358429, -0.14179687201976776, 0.21828603744506836,
  0.7622864246368408, 0.13046877086162567, 0.3890686333179474, 0.38984379172325134, -0.07098999619483948,
  -0.49345704913139343, 0.04929199069738388,
];
const close = 2e-3;

test("float16 weights train as float32 masters, and are written back as float16", async () => {
  await using trainer = await Trainer.create(half(), { optimizer: sgd({ lr: 0.3 }), loss: crossEntropy() });
  expect(trainer.parameters.map(({ name }) => name).sort()).toEqual(["b", "w"]);
  const batch = { x: [1, 0.5, -0.5, 0.25, -1, 2], labels: [2, 0] };
  for (const wanted of losses) expect(Math.abs((await trainer.trainStep(batch)).loss - wanted)).toBeLessThan(close);
  const { w: master } = await trainer.weights();
  expect(Math.max(...master!.map((x, i) => Math.abs(x - trained[i]!)))).toBeLessThan(close);
  // The master keeps more digits than its rounding, which the file has.
  const file = decodeModel(await trainer.exportModel());
  const stored = constantOf(file.graph!.initializer!.find(({ name }) => name === "w")!);
  expect(stored.elem).toBe("float16");
  const rounded = floatsOf(stored);
  const errors = master!.map((x, i) => Math.abs(x - rounded[i]!));
  expect(Math.max(...errors)).toBeGreaterThan(0);
  expect(Math.max(...errors)).toBeLessThan(2 ** -12);
  const again = (await trainer.evalStep(batch)).loss;
  await using other = await Trainer.create(await trainer.exportModel(), { optimizer: sgd(), loss: crossEntropy() });
  expect(Math.abs((await other.evalStep(batch)).loss - again)).toBeLessThan(close);
});

/** The same steps by PyTorch, with `cross_entropy(y.float(), …)`, `mse_loss(y.float(), …)` and `(y * y).mean().float()`. */
const wide = {
  crossEntropy: losses,
  meanSquared: [3.0269432067871094, 1.11600661277771, 0.47600728273391724, 0.2374843955039978, 0.13445279002189636],
  own: [1.86328125, 0.642578125, 0.25048828125, 0.11431884765625, 0.060333251953125],
};

test.each(["crossEntropy", "meanSquared", "own"] as const)(
  "a model whose inputs and outputs are float16 takes and gives float32 numbers, with a loss in float32: %s",
  async (kind) => {
    await using trainer = await Trainer.create(half({ all: true, own: kind === "own" }), {
      optimizer: sgd({ lr: 0.3 }),
      loss: { crossEntropy: crossEntropy(), meanSquared: meanSquared(), own: undefined }[kind],
    });
    const x = [1, 0.5, -0.5, 0.25, -1, 2];
    const labels = { crossEntropy: [2, 0], meanSquared: [1, 0, -1, 2, 0, 0.5, 0.25, -2], own: undefined }[kind];
    const batch = labels === undefined ? { x } : { x, labels };
    for (const wanted of wide[kind])
      expect(Math.abs((await trainer.trainStep(batch)).loss - wanted)).toBeLessThan(close);
    const [given] = Object.values(await trainer.predict({ x }));
    expect(given?.type).toBe("float32");
    expect(given?.data).toBeInstanceOf(Float32Array);
    const { input = [], output = [] } = decodeModel(await trainer.exportModel()).graph!;
    expect([...input, ...output].map((one) => one.type?.tensorType?.elemType)).toEqual([10, 10]); // float16, as in the file
  },
);

test("a loss of one's own in half precision is refused with the cast to write", async () => {
  const creating = Trainer.create(half({ all: true }), {
    optimizer: sgd(),
    loss: (g) => g.op("ReduceMean", [g.op("Cast", ["logits"], { to: "float16" })[0]!], { keepdims: 0 })[0]!,
  });
  await expect(creating).rejects.toThrow(/^The loss is float16, and it is read as float32\. Cast it in `loss`/);
});

/** Five steps of PyTorch 2.13 on the same: float32 parameters, read as `w.bfloat16().float()`; then their bits in bfloat16. */
const brain = {
  losses: [3.507723808288574, 2.54817533493042, 1.730586290359497, 1.1109576225280762, 0.7259043455123901],
  bits: [16028, 48823, 16146, 48657, 15966, 16195, 15877, 16071, 16070, 48530, 48893, 15690],
};

test("bfloat16 weights, which the model reads as float32, train as float32 masters and are written back", async () => {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 3] });
  const weight = (name: string, data: readonly number[], dims: readonly number[]): string => {
    const { data: bits } = g.initializers.get(g.constant(data, "bfloat16", dims))!; // it was just made
    g.initializer(name, { elem: "bfloat16", dims, data: bits });
    return g.op("Cast", [name], { to: "float32" })[0]!;
  };
  const [product = ""] = g.op("MatMul", ["x", weight("w", w, [3, 4])]);
  g.op("Add", [product, weight("b", b, [4])], {}, ["logits"]);
  g.output("logits");
  await using trainer = await Trainer.create(exportModel(g), { optimizer: sgd({ lr: 0.3 }), loss: crossEntropy() });
  const batch = { x: [1, 0.5, -0.5, 0.25, -1, 2], labels: [2, 0] };
  // Equal until a weight lies between two numbers of bfloat16, of which 8 bits are kept.
  for (const [i, wanted] of brain.losses.entries())
    expect(Math.abs((await trainer.trainStep(batch)).loss - wanted)).toBeLessThan(i < 4 ? 1e-6 : 1e-3);
  const file = decodeModel(await trainer.exportModel());
  const stored = constantOf(file.graph!.initializer!.find(({ name }) => name === "w")!);
  expect(stored.elem).toBe("bfloat16");
  for (const [i, bits] of brain.bits.entries()) expect(Math.abs(Number(stored.data[i]) - bits)).toBeLessThanOrEqual(1);
});
