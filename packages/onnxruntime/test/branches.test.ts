import { adamw } from "@descent/adam";
import { exportModel, Graph } from "@descent/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { inspectModel, meanSquared, Trainer } from "../src/index.ts";

/** As Silero's detector of speech: a branch for each sampling rate, and the weights in the branches, under the same names. */
function twoRates(kind: "initializer" | "literal"): Uint8Array {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 3] });
  g.input("sr", { elem: "int64", shape: [] });
  const branch = (sign: number): Graph => {
    const b = new Graph(20, g);
    const w = Float32Array.from({ length: 6 }, (_, i) => sign * Math.sin(i + 1));
    b[kind]("w", { elem: "float32", dims: [3, 2], data: w });
    // Squeezes what is one long, as PyTorch's older exporter writes it.
    const [y = ""] = b.op("Unsqueeze", [b.op("MatMul", ["x", "w"])[0]!, b.ints([2])]);
    const [size = ""] = b.op("Gather", [b.op("Shape", [y])[0]!, b.ints([2])]);
    const [one, all] = [new Graph(20, b), new Graph(20, b)];
    one.output(one.op("Squeeze", [y, one.ints([2])])[0]!);
    all.output(all.op("Identity", [y])[0]!);
    const short = b.op("Equal", [size, b.ints([1])])[0]!;
    b.output(b.op("If", [short], { then_branch: one, else_branch: all })[0]!);
    return b;
  };
  const fast = g.op("Equal", ["sr", g.constant(16000n, "int64")])[0]!;
  g.op("If", [fast], { then_branch: branch(1), else_branch: branch(-1) }, ["y"]);
  g.output("y", { elem: "float32", shape: ["batch", 2] });
  return exportModel(g);
}

const x = Float32Array.of(1, 2, 3, -1, 0, 1);
const labels = [0, 1, 2, 3];

describe.each(["initializer", "literal"] as const)("weights that branches hold, stored as %s", (kind) => {
  const model = twoRates(kind);

  test("are trained in the branch that is taken, and written where plain ONNX Runtime reads them", async () => {
    const trainer = await Trainer.create(model, {
      optimizer: adamw({ lr: 0.1 }),
      loss: meanSquared(),
      fixed: { sr: 16000n },
    });
    const before = (await trainer.trainStep({ x, labels })).loss;
    expect((await trainer.evalStep({ x, labels })).loss).toBeLessThan(before);
    const wanted = (await trainer.predict({ x })).y!;
    const session = await InferenceSession.create(await trainer.exportModel());
    const run = async (sr: bigint): Promise<Float32Array> =>
      (await session.run({ x: new Tensor("float32", x, [2, 3]), sr: new Tensor("int64", [sr], []) })).y!
        .data as Float32Array; // float32
    expect(await run(16000n)).toEqual(wanted.data);
    // The other branch has its own.
    const [first = 0] = await run(8000n);
    expect(first).toBeCloseTo(-(Math.sin(1) + 2 * Math.sin(3) + 3 * Math.sin(5)), 5);
    await session.release();
    await trainer.dispose();
  });

  test("are listed, both branches' where the run decides, with the node that holds them", async () => {
    const { weights } = await inspectModel(model);
    expect(weights.map((w) => [w.trained, w.role, w.changed])).toEqual([
      [true, "kernel", expect.stringMatching(/^from inside `If_/)],
      [true, "kernel", expect.stringMatching(/^from inside `If_/)],
    ]);
    expect(new Set(weights.map((w) => w.name)).size).toBe(2);
  });
});
