import { adam } from "@descent/adam";
import { freeze, partition } from "@descent/core";
import { exportModel, Graph } from "@descent/onnx";
import { describe, expect, test } from "vitest";
import { crossEntropy, decodeCheckpoint, encodeCheckpoint, Trainer } from "../src/index.ts";

const strange = ["__proto__", "constructor", "toString", "hasOwnProperty", "a/b"];

/** x·w + b, whose weights, input and output have these names. */
function linear(w: string, b: string, x = "x", y = "y"): Uint8Array {
  const graph = new Graph();
  graph.input(x, { elem: "float32", shape: [x, 3] });
  graph.initializer(w, { elem: "float32", dims: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  graph.initializer(b, { elem: "float32", dims: [2], data: new Float32Array(2) });
  graph.op("Gemm", [x, w, b], {}, [y]);
  graph.output(y);
  return exportModel(graph);
}
const batch = { x: [1, 2, 3], labels: [1] };

describe("a weight's name may be one that every object has", () => {
  test.each(strange)("%s trains, is saved and resumes as any other", async (name) => {
    for (const plan of ["host", "graph"] as const) {
      const make = (w: string) =>
        Trainer.create(linear(w, "b"), { optimizer: adam(), loss: crossEntropy(), plan, accumulate: 2 });
      const [named, plain] = [await make(name), await make("w")];
      for (let i = 0; i < 3; i++) for (const trainer of [named, plain]) await trainer.trainStep(batch);
      const of = (record: Readonly<Record<string, Float32Array>>, key: string): Float32Array | undefined =>
        Object.entries(record).find(([own]) => own === key)?.[1];
      const weights = await named.weights();
      expect(of(weights, name)).toEqual((await plain.weights()).w);
      expect(Object.keys((await named.gradients(batch)).gradients)).toContain(name);
      const resumed = await make(name);
      await resumed.load(decodeCheckpoint(encodeCheckpoint(await named.checkpoint())));
      for (const trainer of [named, resumed]) await trainer.trainStep(batch);
      expect(of(await resumed.weights(), name)).toEqual(of(await named.weights(), name));
      await resumed.setWeights(Object.fromEntries([[name, new Float32Array(6)]]));
      expect(of(await resumed.weights(), name)).toEqual(new Float32Array(6));
      const opened = await Trainer.open(await named.trainingGraph(), { optimizer: adam() });
      await opened.trainStep(batch);
      expect((await opened.exportModel()).length).toBeGreaterThan(0);
      for (const trainer of [named, plain, resumed, opened]) await trainer.dispose();
    }
  });

  test.each(strange)("%s may name an output, or is refused where ONNX Runtime loses it", async (name) => {
    const made = Trainer.create(linear("w", "b", "x", name), { optimizer: adam(), loss: crossEntropy() });
    const trainer = await made;
    if (name === "__proto__")
      await expect(trainer.trainStep(batch)).rejects.toThrow("ONNX Runtime loses an output named `__proto__`. Rename");
    else expect(Object.keys((await trainer.trainStep(batch)).outputs)).toEqual([name]);
    await trainer.dispose();
  });

  test.each(strange)("%s may name an input and a size", async (name) => {
    const trainer = await Trainer.create(linear("w", "b", name, `${name}y`), {
      optimizer: adam(),
      loss: crossEntropy(),
      shapes: Object.fromEntries([[name, [2, 3]]]),
    });
    const x = Object.fromEntries([[name, [1, 2, 3, 4, 5, 6]]]);
    const { outputs } = await trainer.trainStep({ ...x, labels: [1, 0] });
    expect(Object.keys(outputs)).toEqual([`${name}y`]);
    expect(Object.keys(await trainer.predict(x))).toEqual([`${name}y`]);
    await trainer.dispose();
  });
});

describe("a group that no weight is in", () => {
  test.each([
    ["freeze", freeze(adam(), "ww"), 'freeze: "ww" selects nothing; there are `w`, `b`. Did you mean `w`?'],
    [
      "partition",
      partition({ a: adam(), rest: adam() }, { a: /^conv/ }),
      "partition, group `a`: /^conv/ selects nothing; there are `w`, `b`.",
    ],
  ])("is an error of %s, on either plan", async (_, optimizer, why) => {
    for (const plan of ["host", "graph"] as const)
      await expect(Trainer.create(linear("w", "b"), { optimizer, loss: crossEntropy(), plan })).rejects.toThrow(why);
  });

  test("is not trained if `trainable` leaves its weights out, or the graph does not train them", async () => {
    const optimizer = freeze(adam(), "b");
    const trainer = await Trainer.create(linear("w", "b"), { optimizer, loss: crossEntropy(), trainable: ["w"] });
    const opened = await Trainer.open(await trainer.trainingGraph(), { optimizer });
    expect(opened.parameters.map(({ name }) => name)).toEqual(["w"]);
    for (const one of [trainer, opened]) await one.dispose();
  });
});
