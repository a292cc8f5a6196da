import { describe, expect, test } from "vitest";
import { supportedOperators } from "../src/autodiff/index.ts";
import { inferred } from "../src/graph/shapes/infer.ts";
import { understood } from "../src/graph/understood.ts";
import { decodeModel, encodeModel, exportModel, Graph, importModel } from "../src/index.ts";

const operators = [...new Set([...supportedOperators().map(({ op }) => op), ...inferred])]
  // ONNX Runtime has it in ai.onnx, and importing writes it otherwise.
  .filter((op) => op !== "SimplifiedLayerNormalization");

describe("an attribute that is not understood is refused, not left out", () => {
  test.each(operators)("of %s", (op) => {
    expect(understood.has(op), "the table has it").toBe(true);
    expect(() => new Graph(24).op(op, [], { sharpness: 3 })).toThrow(
      new RegExp(`^${op} .* has the attribute \`sharpness\`, which is not understood`),
    );
  });

  test("on import, with the name of the node", () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: [2, 4, 2, 2] });
    g.op("SpaceToDepth", ["x"], { blocksize: 2 }, ["y"]);
    g.output("y");
    const model = decodeModel(exportModel(g));
    const [node] = model.graph?.node ?? [];
    const attribute = [...(node?.attribute ?? []), { name: "mode", type: 3, s: new TextEncoder().encode("CRD") }];
    const changed = { ...model, graph: { ...model.graph, node: [{ ...node, name: "shuffle", attribute }] } };
    expect(() => importModel(encodeModel(changed))).toThrow(
      "SpaceToDepth `shuffle` has the attribute `mode`, which is not understood. Those known here are `blocksize`.",
    );
  });

  test("and so is a text that it may not hold", () => {
    const g = new Graph();
    g.input("x", { elem: "float32", shape: [1, 1, 2, 2] });
    expect(() => g.op("Resize", ["x", "", g.constant([1, 1, 2, 2])], { mode: "lanczos" })).toThrow(
      /^Resize .* has mode "lanczos", which is not understood. It may be "nearest", "linear", "cubic", "bilinear"\.$/,
    );
  });
});
