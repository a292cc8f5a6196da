import { expect, test } from "vitest";
import { importModel, mend, notes, survey } from "../src/index.ts";
import { constant, tensorOf } from "../src/proto/index.ts";
import { info, model, node } from "./protos.ts";

/** The kernel of a Fourier transform: windowed cosines, and sines below them. */
const basis = (size: number): Float32Array =>
  Float32Array.from({ length: (size + 2) * size }, (_, i) => {
    const [row, n] = [Math.floor(i / size), i % size];
    const bins = size / 2 + 1;
    const angle = (2 * Math.PI * (row % bins) * n) / size;
    return (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size)) * (row < bins ? Math.cos(angle) : -Math.sin(angle));
  });

test("the kernel of a short-time Fourier transform is not trained: its numbers tell, or its name", () => {
  const kernel = (name: string, f: (i: number) => number) =>
    tensorOf(
      name,
      constant(
        basis(16).map((v, i) => v + f(i)),
        "float32",
        [18, 1, 16],
      ),
    );
  const names = ["stft.weight", "stft.forward_basis_buffer", "conv.weight"];
  const graph = importModel(
    model({
      producerName: "pytorch",
      graph: {
        node: names.map((name, i) => node("Conv", ["x", name], [`y${i}`])),
        initializer: names.map((name, k) => kernel(name, (i) => (k === 0 ? 0 : 1e-2 * Math.sin(i * i)))),
        input: [info("x", [1, 1, 64])],
        output: names.map((_, i) => ({ name: `y${i}` })),
      },
    }),
  );
  expect(survey(graph).map(({ name, trained, because }) => [name, trained, because])).toEqual([
    ["stft.weight", false, "a table of angles"],
    ["stft.forward_basis_buffer", false, "named like a buffer"],
    ["conv.weight", true, "a kernel"],
  ]);
});

test("parameters that are read in a block such as no_grad() are named, since no file says which block it is", () => {
  // As PyTorch 2.13 writes `with torch.no_grad(): target(x)`.
  const call = (n: number, parameter: string, from: string) => ({
    metadataProps: [
      {
        key: "pkg.torch.onnx.fx_node",
        value: `%mm_${n} : [num_users=1] = call_function[target=torch.ops.aten.mm.default](args = (%x, %p_${parameter}), kwargs = {})`,
      },
      { key: "pkg.torch.onnx.stack_trace", value: `File "${from}", line 5, in forward` },
    ],
  });
  const graph = importModel(
    model({
      producerName: "pytorch",
      graph: {
        metadataProps: [
          {
            key: "pkg.torch.export.ExportedProgram.graph_signature",
            value:
              "# inputs\np_online: PARAMETER target='online.weight'\np_target: PARAMETER target='target.weight'\nx: USER_INPUT",
          },
        ],
        node: [
          node("MatMul", ["x", "online.weight"], ["mm_0"], call(0, "online", "model.py")),
          node("MatMul", ["x", "target.weight"], ["mm_1"], call(1, "target", "<eval_with_key>.1248")),
          node("Mul", ["mm_0", "mm_1"], ["y"]),
        ],
        initializer: ["online.weight", "target.weight"].map((name) =>
          tensorOf(name, constant([1, 2, 3, 4], "float32", [2, 2])),
        ),
        input: [info("x", [1, 2])],
        output: [{ name: "y" }],
      },
    }),
  );
  expect(notes(graph)).toEqual([
    expect.stringMatching(
      /^`target\.weight` is read in a block such as torch\.no_grad\(\).*`trainable`.*`stopGradient`/,
    ),
  ]);
});

test("a parameter that was stretched before a product is one tensor, and is stretched in the run", () => {
  const KIND = "pkg.torch.export.graph_signature.InputSpec.kind";
  const tag = (name: string, key: string, value: string) => ({ name, metadataProps: [{ key, value }] });
  const w = [1, 2, 3, 4, 5, 6];
  const repeated = [0, 1, 2].flatMap(() => [...w, ...w]);
  const file = (data: readonly number[]) =>
    model({
      producerName: "pytorch",
      graph: {
        node: [node("MatMul", ["x", "expand"], ["a"]), node("MatMul", ["a", "w"], ["y"])],
        initializer: [
          tensorOf("w", constant(w, "float32", [1, 2, 3])),
          tensorOf("expand", constant(data, "float32", [3, 2, 2, 3])),
        ],
        valueInfo: [
          tag("w", KIND, "PARAMETER"),
          tag("expand", "pkg.onnxscript.optimizer.folded_from", "['val_1', 'w']"),
        ],
        input: [info("x", [3, 2, 4, 2])],
        output: [{ name: "y" }],
      },
    });
  const { model: mended, changes } = mend(file(repeated));
  expect(changes).toEqual([{ kind: "tied", name: "expand", of: "w" }]);
  expect(mended.graph?.node?.[0]).toMatchObject({ opType: "Expand", input: ["w", "expand.shape"], output: ["expand"] });
  expect(mended.graph?.initializer?.map((t) => t.name)).toEqual(["w", "expand.shape"]);
  // One number off: another tensor.
  expect(mend(file(repeated.with(7, 9))).changes).toEqual([]);
});
