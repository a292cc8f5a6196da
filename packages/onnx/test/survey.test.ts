import { describe, expect, test } from "vitest";
import { importModel, mend, notes, survey } from "../src/index.ts";
import { constant, type NodeProto, type StringStringEntryProto, tensorOf } from "../src/proto/index.ts";
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

test("a fresh table that was looked up at places which the file does not have is not trained, and the note says so", () => {
  const traced =
    "%add : [num_users=1] = call_function[target=torch.ops.aten.add.Tensor](args = (%x, %index), kwargs = {})";
  const found = (data: readonly number[]) => {
    const { model: mended, changes } = mend(
      model({
        producerName: "pytorch",
        graph: {
          metadataProps: [
            {
              key: "pkg.torch.export.ExportedProgram.graph_signature",
              value: "p_biases: PARAMETER target='attn.biases'\nb_places: BUFFER target='attn.places'",
            },
          ],
          node: [
            node("Add", ["x", "index"], ["add"], { metadataProps: [{ key: "pkg.torch.onnx.fx_node", value: traced }] }),
          ],
          initializer: [tensorOf("index", constant(data, "float32", [2, 2, 2]))],
          valueInfo: [
            {
              name: "index",
              metadataProps: [
                { key: "pkg.onnxscript.optimizer.folded_from", value: "['attn.places', 'attn.biases', 'val_1']" },
              ],
            },
          ],
          input: [info("x", [2, 2, 2])],
          output: [{ name: "add" }],
        },
      }),
    );
    const graph = importModel(mended);
    return {
      changes,
      weights: survey(graph).map(({ name, trained, because }) => [name, trained, because]),
      said: notes(graph),
    };
  };
  expect(found([0, 0, 0, 0, 0, 0, 0, 0])).toEqual({
    changes: [],
    weights: [["index", false, "computed from `attn.places` and `attn.biases`, which is not in the file"]],
    said: [expect.stringMatching(/^The exporter computed `index` from `attn\.places`, `attn\.biases`.*optimize=False/)],
  });
  // Once it was trained, equal numbers are one.
  expect(found([1, 2, 2, 1, 3, 4, 4, 3]).changes).toEqual([{ kind: "gathered", name: "attn.biases", of: "index" }]);
});

describe("rows of one parameter that were equal", () => {
  const SIGNATURE = "pkg.torch.export.ExportedProgram.graph_signature";
  /** x · scale[0] · scale[1], where these modules multiply. */
  const mended = (modules: readonly string[], signature = "p_scale: PARAMETER target='scale'") =>
    mend(
      model({
        producerName: "pytorch",
        graph: {
          metadataProps: [{ key: SIGNATURE, value: signature }],
          node: modules.map((module, i) => {
            const [from, piece] = [i === 0 ? "x" : `mul_${i - 1}`, i === 0 ? "getitem" : `getitem_${i}`];
            const args = `args = (%${from}, %${piece}), kwargs = {}`;
            return node("Mul", [from, "getitem"], [`mul_${i}`], {
              metadataProps: [
                { key: "pkg.torch.onnx.name_scopes", value: `['', '${module}', 'mul_${i}']` },
                {
                  key: "pkg.torch.onnx.fx_node",
                  value: `%mul_${i} : [num_users=1] = call_function[target=torch.ops.aten.mul.Tensor](${args})`,
                },
              ],
            });
          }),
          initializer: [tensorOf("getitem", constant([0.5, 0.5], "float32", [2]))],
          valueInfo: [
            {
              name: "getitem",
              metadataProps: [{ key: "pkg.onnxscript.optimizer.folded_from", value: "['scale', 'val_0', 'val_1']" }],
            },
          ],
          input: [info("x", [3, 2])],
          output: [{ name: `mul_${modules.length - 1}` }],
        },
      }),
    );

  test("and became one tensor are apart again, each with the numbers that it had", () => {
    const { model: file, changes } = mended(["layer", "layer", "layer"]);
    expect(changes).toEqual([
      { kind: "untied", name: "getitem_1", of: "getitem" },
      { kind: "untied", name: "getitem_2", of: "getitem" },
    ]);
    const found = survey(importModel(file));
    expect(found.map(({ name, trained, sources }) => [name, trained, sources])).toEqual(
      ["getitem", "getitem_1", "getitem_2"].map((name) => [name, true, ["scale"]]),
    );
  });

  test("stay one where a module is called again, and are another parameter's if no tensor holds that", () => {
    expect(mended(["layer", "layer_1"]).changes).toEqual([]);
    const other = "p_scale: PARAMETER target='scale'\np_shift: PARAMETER target='shift'";
    expect(mended(["", ""], other).changes).toEqual([{ kind: "untied", name: "shift/getitem", of: "getitem" }]);
  });
});

test("the label smoothing that PyTorch's exporter leaves out is noted", () => {
  const call = (smoothing: string) =>
    `%loss : [num_users=1] = call_function[target=torch.ops.aten.cross_entropy_loss.default](args = (%x, %c, None, 1, -100${smoothing}), kwargs = {})`;
  const said = (smoothing: string): string[] =>
    notes(
      importModel(
        model({
          producerName: "pytorch",
          graph: {
            metadataProps: [
              {
                key: "pkg.torch.export.ExportedProgram.graph_signature",
                value: "p_weight: PARAMETER target='weight'",
              },
            ],
            node: [
              node("MatMul", ["x", "weight"], ["h"]),
              node("SoftmaxCrossEntropyLoss", ["h", "c"], ["loss"], {
                metadataProps: [{ key: "pkg.torch.onnx.fx_node", value: call(smoothing) }],
              }),
            ],
            initializer: [tensorOf("weight", constant([1, 2, 3, 4], "float32", [2, 2]))],
            input: [info("x", [3, 2]), info("c", [3], "int64")],
            output: [{ name: "loss" }],
          },
        }),
      ),
    );
  expect(said(", 0.1").filter((note) => note.includes("smoothing"))).toEqual([
    "PyTorch's exporter leaves out the label smoothing of a cross-entropy, 0.1, so that the loss differs. " +
      "Leave the loss out of the model, and use crossEntropy({ smoothing: 0.1 }).",
  ]);
  expect(said("").join()).not.toMatch(/smoothing/);
});

/** Numbers in which nothing repeats. */
const mixed = (length: number): number[] => Array.from({ length }, (_, i) => Math.sin(1 + i * i));

describe("a kernel's place in a file that does not say what was a parameter", () => {
  /** Two products and a convolution of PyTorch's older exporter, with these tensors in them. */
  const verdicts = (tensors: Readonly<Record<string, readonly [dims: readonly number[], data: readonly number[]]>>) => {
    const graph = importModel(
      model({
        producerName: "pytorch",
        graph: {
          node: Object.entries(tensors).flatMap(([name, [dims]], i) =>
            dims.length === 1
              ? [node("Add", ["y0", name], [`y${i}`])]
              : dims.length === 2
                ? [node("MatMul", ["x", name], [`y${i}`])]
                : [node("Conv", ["image", name], [`y${i}`], { attribute: [{ name: "group", type: 2, i: 3n }] })],
          ),
          initializer: Object.entries(tensors).map(([name, [dims, data]]) =>
            tensorOf(name, constant(data, "float32", dims)),
          ),
          input: [info("x", [2, 4]), info("image", [1, 3, 8, 8])],
          output: Object.keys(tensors).map((_, i) => ({ name: `y${i}` })),
        },
      }),
    );
    return {
      reasons: Object.fromEntries(survey(graph).map((w) => [w.name, `${w.trained ? "trained" : "-"}: ${w.because}`])),
      notes: notes(graph).filter((note) => note.includes("place in an operator alone")),
    };
  };

  test("speaks for it where a layer's name or a layer's bias does too", () => {
    const found = verdicts({
      "onnx::MatMul_9": [[4, 4], mixed(16)],
      "layer.bias": [[4], mixed(4)],
      "head.weight": [[4, 4], mixed(16)],
    });
    expect(found.reasons).toEqual({
      "onnx::MatMul_9": "trained: a kernel",
      "layer.bias": "trained: a bias",
      "head.weight": "trained: a kernel",
    });
    expect(found.notes).toEqual([]);
  });

  test("is said to be all that speaks for it elsewhere, with how to hold buffers back", () => {
    const { reasons, notes: said } = verdicts({ "onnx::MatMul_9": [[4, 4], mixed(16)], basis: [[4, 3], mixed(12)] });
    expect(reasons).toEqual({
      "onnx::MatMul_9": "trained: a kernel, by its place alone",
      basis: "trained: a kernel, by its place alone",
    });
    expect(said).toEqual([
      "`onnx::MatMul_9`, `basis` are trained for their place in an operator alone: a buffer there looks the same. Leave buffers out with " +
        "`trainable` or freeze(), or export with dynamo=True, which records what was a parameter.",
    ]);
  });

  test("does not make a weight of numbers that nobody learns, unless a name says so", () => {
    const smooth = [0, 1, 2].flatMap(() => [1, 2, 1, 2, 4, 2, 1, 2, 1]);
    const [w] = [mixed(16)];
    const even = w!.map((_, i) => w![Math.max(i % 4, i >> 2) * 4 + Math.min(i % 4, i >> 2)]!);
    const few = mixed(16).map((v, i) => (i % 4 === 1 ? v : 0));
    const eye = mixed(16).map((_, i) => (i % 5 === 0 ? 1 : 0));
    expect(
      verdicts({
        "blur.filter": [[3, 1, 3, 3], smooth],
        laplacian: [[4, 4], even],
        mesh: [[4, 4], few],
        "onnx::MatMul_9": [[4, 4], few],
        "onnx::MatMul_10": [[4, 4], eye],
        start: [[4, 4], eye],
        "pruned.weight": [[4, 4], few],
        "blur.weight": [[3, 1, 3, 3], smooth],
        random: [[4, 4], mixed(16)],
      }).reasons,
    ).toEqual({
      "blur.filter": "-: the same filter for every channel",
      laplacian: "-: a symmetric matrix",
      mesh: "-: zeros for the most part",
      "onnx::MatMul_9": "trained: a kernel, by its place alone",
      "onnx::MatMul_10": "trained: a kernel, by its place alone",
      start: "trained: a kernel, by its place alone",
      "pruned.weight": "trained: a kernel",
      "blur.weight": "trained: a kernel",
      random: "trained: a kernel, by its place alone",
    });
  });
});

describe("x + (q − x) without a record of detach()", () => {
  /** The sum of a product and what `way` gives of it, in a file of this exporter. */
  const graphOf = (way: readonly NodeProto[], producerName = "pytorch", metadataProps?: StringStringEntryProto[]) =>
    importModel(
      model({
        producerName,
        graph: {
          ...(metadataProps ? { metadataProps } : {}),
          node: [node("MatMul", ["h", "layer.weight"], ["x"]), ...way],
          initializer: [
            tensorOf("layer.weight", constant(mixed(9), "float32", [3, 3])),
            tensorOf("book", constant(mixed(9), "float32", [3, 3])),
          ],
          input: [info("h", [2, 3])],
          output: [{ name: "y" }],
        },
      }),
    );
  const rounded = [node("Round", ["x"], ["q"]), node("Sub", ["q", "x"], ["d"]), node("Add", ["x", "d"], ["y"])];
  const ways: Readonly<Record<string, readonly NodeProto[]>> = {
    rounded,
    "rounded, the difference first": [...rounded.slice(0, 2), node("Add", ["d", "x"], ["y"])],
    "beside other summands": [...rounded.slice(0, 2), node("Add", ["x", "h"], ["s"]), node("Add", ["d", "s"], ["y"])],
    "looked up": [
      node("ArgMax", ["x"], ["places"], {
        attribute: [
          { name: "axis", type: 2, i: 1n },
          { name: "keepdims", type: 2, i: 0n },
        ],
      }),
      node("Gather", ["book", "places"], ["q"]),
      node("Sub", ["q", "x"], ["d"]),
      node("Add", ["x", "d"], ["y"]),
    ],
  };

  test.each(Object.entries(ways))("is a straight-through estimate where q has no slope: %s", (_, way) => {
    const graph = graphOf(way);
    expect([...graph.stops]).toEqual(["d"]);
    expect(notes(graph)[0]).toMatch(/^`d` is taken for the detached part of straight-through estimates, .*dynamo=True/);
  });

  test("is what it says where x reaches q by slopes, where nothing adds x again, and in files that record detach()", () => {
    const tanh = [node("Tanh", ["x"], ["q"]), ...rounded.slice(1)];
    const twice = [...rounded.slice(0, 2), node("Add", ["h", "d"], ["y"])];
    for (const way of [tanh, twice]) {
      expect([...graphOf(way).stops]).toEqual([]);
      expect(notes(graphOf(way)).join()).not.toMatch(/straight-through/);
    }
    const signature = [
      { key: "pkg.torch.export.ExportedProgram.graph_signature", value: "p_w: PARAMETER target='layer.weight'" },
    ];
    expect([...graphOf(rounded, "pytorch", signature).stops]).toEqual([]);
    expect([...graphOf(rounded, "descent").stops]).toEqual([]);
    expect([...graphOf(rounded, "tf2onnx").stops]).toEqual(["d"]);
  });
});
