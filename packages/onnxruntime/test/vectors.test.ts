import { exportModel, Graph } from "@descent/onnx";
import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import { Trainer } from "../src/index.ts";

const W = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i * 1.7));
const u = Float32Array.from({ length: 4 }, (_, i) => Math.cos(i));
/** Wᵀ u, in float64. */
const product = [0, 1, 2].map((j) => [0, 1, 2, 3].reduce((sum, i) => sum + W[i * 3 + j]! * u[i]!, 0));
const summed = (g: Graph, [y = ""]: readonly string[]): string => g.op("ReduceSum", [y], { keepdims: 0 })[0]!;

function close(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [i, w] of wanted.entries()) expect(found[i]).toBeCloseTo(w, 5);
}

test("a transposed weight times a vector, which ONNX Runtime joins wrongly, is what it should be", async () => {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: [4] });
  g.initializer("W", { elem: "float32", dims: [4, 3], data: W });
  const [turned = ""] = g.op("Transpose", ["W"], { perm: [1, 0] });
  g.op("MatMul", [turned, "x"], {}, ["y"]);
  g.output("y");
  const trainer = await Trainer.create(exportModel(g), { optimizer: sgd({ lr: 0 }), loss: summed });
  const x = { data: u, dims: [4] };
  close((await trainer.predict({ x })).y!.data as Float32Array, product);
  const { loss, gradients } = await trainer.gradients({ x });
  expect(loss).toBeCloseTo(
    product.reduce((a, b) => a + b),
    5,
  );
  close(
    gradients.W!,
    Array.from(W, (_, i) => u[Math.floor(i / 3)]!),
  );
  await trainer.dispose();
});

test("also in the body of a loop", async () => {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: [3] });
  g.input("n", { elem: "int64", shape: [] });
  g.initializer("W", { elem: "float32", dims: [3, 3], data: W.slice(0, 9) });
  const body = new Graph(g.opset, g);
  body.input("i", { elem: "int64", shape: [] });
  body.input("on", { elem: "bool", shape: [] });
  body.input("v", { elem: "float32", shape: [3] });
  body.output(body.op("Identity", ["on"])[0]!);
  const [turned = ""] = body.op("Transpose", ["W"], { perm: [1, 0] });
  body.output(body.op("MatMul", [turned, "v"])[0]!);
  g.op("Loop", ["n", "", "x"], { body }, ["y"]);
  g.output("y");
  const trainer = await Trainer.create(exportModel(g), { optimizer: sgd({ lr: 0 }), loss: summed });
  let v = [1, -0.5, 0.25];
  const n = { data: BigInt64Array.of(2n), dims: [] };
  const { y } = await trainer.predict({ x: { data: v, dims: [3] }, n });
  for (let round = 0; round < 2; round++)
    v = [0, 1, 2].map((j) => [0, 1, 2].reduce((sum, i) => sum + W[i * 3 + j]! * v[i]!, 0));
  close(y!.data as Float32Array, v);
  await trainer.dispose();
});
