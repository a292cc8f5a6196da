import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { differentiate } from "../src/autodiff/differentiate.ts";
import { crossEntropy } from "../src/autodiff/losses.ts";
import { importModel } from "../src/graph/import/import.ts";
import { session, tensor } from "./check.ts";
import { fixture, fixtures } from "./testdata.ts";

interface Reference {
  readonly loss: number;
  readonly grads: Readonly<Record<string, readonly number[]>>;
  readonly inputs: readonly (readonly number[])[];
  readonly inputShapes: readonly (readonly number[])[];
  readonly inputTypes: readonly string[];
  readonly target: readonly number[];
  readonly targetShape: readonly number[];
}

describe.each(fixtures)("%s, exported by PyTorch", (name) => {
  // Written by test data's own exporter, so of this form.
  const reference = JSON.parse(readFileSync(fixture(name).replace(".onnx", ".json"), "utf8")) as Reference;
  const bytes = new Uint8Array(readFileSync(fixture(name)));
  const shapes = Object.fromEntries(reference.inputShapes.map((s, i) => [`in${i}`, s]));

  for (const target of ["cpu", "webgpu", "cuda"] as const)
    for (const sizes of ["numbers", "names"] as const) {
      test(`loss and every gradient are autograd's: sizes by ${sizes}, as for ${target}`, async () => {
        const model = importModel(bytes, sizes === "numbers" ? { shapes } : {});
        const wanted = Object.keys(reference.grads);
        const { graph, loss, parameters, statistics, labels } = differentiate(model, {
          loss: crossEntropy({ labels: "target" }),
          wrt: wanted,
          target,
        });
        expect(parameters.map((p) => p.name).sort()).toEqual([...wanted].sort());
        const feeds = Object.fromEntries([
          ...reference.inputs.map((data, i) => {
            const elem = reference.inputTypes[i] === "torch.float32" ? "float32" : "int64";
            return [`in${i}`, tensor(elem, data, reference.inputShapes[i]!)];
          }),
          ["target", tensor(labels[0]!.type.elem, reference.target, reference.targetShape)],
          ...[...parameters, ...statistics].map((p) => [p.name, tensor("float32", p.initial.data, p.shape)]),
        ]);
        const run = await session(graph);
        const out = await run.run(feeds);
        await run.release();
        expect(Math.abs(Number(out[loss]!.data[0]) / reference.loss - 1)).toBeLessThan(1e-5);
        const all = Object.values(reference.grads).flat();
        const scale = Math.max(...all.map(Math.abs)) * 1e-4;
        for (const { name: parameter, grad, shape } of parameters) {
          const mine = out[grad]!;
          const theirs = reference.grads[parameter]!;
          expect(mine.dims).toEqual(shape);
          let off = 0;
          let largest = scale; // Gradients that are zero but for rounding are compared with those that are not.
          theirs.forEach((g, i) => {
            off = Math.max(off, Math.abs(g - Number(mine.data[i])));
            largest = Math.max(largest, Math.abs(g));
          });
          // Both sum in float32, in different orders.
          expect(off / largest, parameter).toBeLessThan(1e-5);
        }
      });
    }
});
