import { describe } from "vitest";
import { type GoodCall, wrongCalls } from "../../../tests/wrong-calls.ts";
import * as graphs from "../src/graph/index.ts";
import { Graph } from "../src/index.ts";
import * as proto from "../src/proto/index.ts";

const good = (...args: unknown[]): GoodCall => ({ args: () => args });
const node = {
  op: "Op",
  domain: "",
  name: "",
  inputs: [],
  outputs: ["y"],
  attributes: { a: { kind: "int", value: 1n } },
};

/** A call with a node. In ONNX, outputs that are left out all have the empty name. */
const reads = (...args: unknown[]): GoodCall => ({ ...good(node, ...args), repeats: ["outputs"] });

/** The least that can be exported. */
const whole = new Graph();
whole.output(whole.input("x", { elem: "float32", shape: [] }));

describe("@descent/onnx/graph", () => {
  wrongCalls(graphs, {
    bind: good("batch * 2", { batch: 8 }),
    symbols: good("batch * 2"),
    isRewritten: good("com.microsoft.Gelu"),
    modelOf: good(whole, {}),
    fold: good(new Graph()),
    prune: good(new Graph()),
    describe: reads(),
    marked: good(proto.tensorOf("w", proto.constant([1, 2])), true, "default"),
    moduleTag: good("encoder.query"),
    float: reads("b", 1),
    floatList: reads("b"),
    int: reads("a", 1),
    ints: reads("b"),
    string: reads("b", ""),
    strings: reads("b"),
    subgraph: reads("b"),
    tensor: reads("b"),
  });
});

describe("@descent/onnx/proto", () => {
  const tensor: proto.TensorProto = { dims: [2], dataType: 1, rawData: new Uint8Array(8) };
  wrongCalls(proto, {
    constant: good([1, 2], "float32", [2]),
    floatsOf: good(proto.constant([1, 2])),
    withNumbers: good(proto.tensorOf("w", proto.constant([1, 2])), [3, 4]),
    decodeModel: good(proto.encodeModel({ irVersion: 8, graph: {} }), {}),
    encodeModel: good({ irVersion: 8, graph: {} }),
    decodeTensor: good(proto.encodeTensor(tensor), {}),
    encodeTensor: good(tensor),
    constantOf: good(tensor, () => new Uint8Array(8)),
    tensorOf: good("w", proto.constant([1, 2])),
  });
});
