import { type Adapter, adapt, lora, merge } from "@descent/lora";
import { decodeModel, encodeModel, exportModel, Graph } from "@descent/onnx";
import { constantOf, floatsOf, withNumbers } from "@descent/onnx/proto";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";

const wave = (n: number, k: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.cos(k * i + k));
const [rows, inputs, outputs, rank, alpha] = [3, 8, 4, 2, 3];
const x = wave(rows * inputs, 0.7);

/** An adapter of `layer` whose A and B are not zero. */
function adapterOf(model: Uint8Array): Adapter {
  const { method, tensors } = adapt(model, lora({ rank, alpha, targets: "layer" })).adapter();
  const numbers = Object.entries(tensors).map(([name, { shape, data }], k) => [
    name,
    { shape, data: wave(data.length, 0.3 + k) },
  ]);
  return { method, tensors: Object.fromEntries(numbers) };
}

/** s·B(A(x)), by the definition, in double precision. */
function update({ tensors }: Adapter): number[] {
  const { data: a } = tensors["layer.lora_A.weight"]!;
  const { data: b } = tensors["layer.lora_B.weight"]!;
  return Array.from({ length: rows * outputs }, (_, at) => {
    const [row, o] = [Math.floor(at / outputs), at % outputs];
    let sum = 0;
    for (let r = 0; r < rank; r++)
      for (let i = 0; i < inputs; i++) sum += b[o * rank + r]! * a[r * inputs + i]! * x[row * inputs + i]!;
    return (sum * alpha) / rank;
  });
}

async function run(model: Uint8Array): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const { y } = await session.run({ x: new ort.Tensor("float32", x, [rows, inputs]) });
  await session.release();
  return y!.data as Float32Array;
}

const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]!)));

test("a product that is quantized in the run keeps its integers, and gets the update of its floats", async () => {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["n", inputs] });
  const [q = "", scale = "", zero = ""] = g.op("DynamicQuantizeLinear", ["x"], {}, 3);
  const integers = Int8Array.from({ length: inputs * outputs }, (_, i) => ((i * 37) % 255) - 127);
  g.initializer("layer.weight_quantized", { elem: "int8", dims: [inputs, outputs], data: integers });
  const [whole = ""] = g.op("MatMulInteger", [q, "layer.weight_quantized", zero, g.constant(0, "int8")]);
  const [floats = ""] = g.op("Cast", [whole], { to: "float32" });
  const [factor = ""] = g.op("Mul", [scale, g.constant(0.01)]);
  g.op("Mul", [floats, factor], {}, ["y"]);
  g.output("y");
  const model = exportModel(g);
  const adapter = adapterOf(model);
  const adapted = adapt(model, adapter).bytes();
  const sum = (await run(model)).map((v, i) => v + update(adapter)[i]!);
  expect(apart(await run(adapted), sum)).toBeLessThan(1e-5); // float32 of sums below 30
  const stored = decodeModel(adapted).graph?.initializer?.find(({ name }) => name === "layer.weight_quantized");
  expect(constantOf(stored!).data).toEqual(integers);
  expect(() => merge(model, adapter)).toThrow(
    /`layer\.weight_quantized` is quantized\. Use the model it was quantized from/,
  );
});

test("a float16 base gets a float32 adapter, and stays float16 when merged", async () => {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["n", inputs] });
  const weight = wave(inputs * outputs, 0.9);
  g.initializer("layer.weight", { elem: "float16", dims: [inputs, outputs], data: new Uint16Array(inputs * outputs) });
  const [narrow = ""] = g.op("Cast", ["x"], { to: "float16" });
  const [product = ""] = g.op("MatMul", [narrow, "layer.weight"]);
  g.op("Cast", [product], { to: "float32" }, ["y"]);
  g.output("y");
  const zeros = decodeModel(exportModel(g));
  const initializer = zeros.graph?.initializer?.map((t) => (t.name === "layer.weight" ? withNumbers(t, weight) : t));
  const model = encodeModel({ ...zeros, graph: { ...zeros.graph, ...(initializer ? { initializer } : {}) } });
  const adapter = adapterOf(model);
  const adapted = adapt(model, adapter);
  const kinds = adapted.model.graph?.initializer?.map((t) => `${t.name} ${constantOf(t).elem}`);
  expect(kinds).toContain("layer.lora_A.default.weight float32");
  const sum = (await run(model)).map((v, i) => v + update(adapter)[i]!);
  // Eleven bits of numbers below 16, rounded a few times.
  expect(apart(await run(adapted.bytes()), sum)).toBeLessThan(0.03);
  const merged = merge(model, adapter);
  expect(apart(await run(merged), sum)).toBeLessThan(0.03);
  const stored = constantOf(decodeModel(merged).graph!.initializer!.find(({ name }) => name === "layer.weight")!);
  expect(stored.elem).toBe("float16");
  expect(apart(floatsOf(stored), weight)).toBeGreaterThan(0.1);
});
