import { exportModel, Graph } from "@descent/onnx";
import { expect, test } from "vitest";
import { batches, begin, byArrays, wordy } from "../../../tests/real-words.ts";
import { Trainer } from "../src/index.ts";

/** (x · w)² / 2 of one row x; the prediction is x · w. */
function square(): Uint8Array {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: [1, 3] });
  graph.initializer("w", { elem: "float32", dims: [3, 1], data: Float32Array.from(begin) });
  const y = graph.op("MatMul", ["x", "w"])[0]!;
  const half = graph.op("Mul", [graph.op("Mul", [y, y])[0]!, graph.constant(0.5)])[0]!;
  graph.op("ReduceSum", [half], { keepdims: 0 }, ["loss"]);
  graph.output("loss");
  return exportModel(graph);
}

test.each(Object.entries(wordy))("trainStep carries out %s, and evalStep uses its readout", async (_, optimizer) => {
  const trainer = await Trainer.create(square(), { optimizer, trainable: ["w"], plan: "host" });
  for (const x of batches) await trainer.trainStep({ x: [...x] });
  const { trained, shown } = byArrays(optimizer);
  for (const [i, v] of (await trainer.contiguousWeights()).entries()) expect(v).toBeCloseTo(trained[i]!, 5);
  for (const [i, v] of shown.entries()) {
    const unit = [0, 0, 0];
    unit[i] = 1;
    expect((await trainer.evalStep({ x: unit })).loss).toBeCloseTo(v ** 2 / 2, 4);
  }
  expect(trainer.step).toBe(batches.length);
  await trainer.dispose();
});
