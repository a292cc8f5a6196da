import { checkOptions, isRecord, text } from "../check.ts";
import { names, OnnxError } from "../errors.ts";
import type { Constant } from "../proto/constant.ts";
import { elemCode, isFloat } from "../proto/elem.ts";
import {
  type AttributeProto,
  type DimensionProto,
  encodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from "../proto/model.ts";
import { tensorOf } from "../proto/tensor.ts";
import { checkGraph, type Graph } from "./graph.ts";
import type { Attribute, Node, Scope, TensorType } from "./node.ts";

/** Options of `exportModel`. */
export interface ExportOptions {
  /** The name of the producer to store in the file. Default "descent". */
  readonly producer?: string;
  /** Version of the file format. Default: the first that supports the graph's operator set. */
  readonly irVersion?: number;
  /** Metadata to store in the file, besides the graph. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The bytes of a model with this graph. */
export function exportModel(graph: Graph, options: ExportOptions = {}): Uint8Array {
  return encodeModel(modelOf(graph, options));
}

/** The model with this graph, its tensors views of the graph's. */
export function modelOf(graph: Graph, options: ExportOptions = {}): ModelProto {
  checkGraph("What is exported", graph);
  checkOptions("exportModel", options, {
    producer: text,
    irVersion: {
      want: "a whole number from 1 to 100",
      fits: (x) => Number.isSafeInteger(x) && Number(x) >= 1 && Number(x) <= 100,
    },
    metadata: {
      want: "texts by name",
      fits: (x) => isRecord(x) && Object.values(x).every((v) => typeof v === "string"),
    },
  });
  if (graph.outputs.size === 0)
    throw new OnnxError("The graph has no output. Name one before it is exported: graph.output(name).");
  const metadata = Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value }));
  return {
    irVersion: options.irVersion ?? irVersionOf(graph.opset),
    producerName: options.producer ?? "descent",
    opsetImport: [
      { domain: "", version: graph.opset },
      ...[...graph.domains].map(([domain, version]) => ({ domain, version })),
    ],
    graph: graphProto(graph),
    ...(metadata.length === 0 ? {} : { metadataProps: metadata }),
  };
}

/** The file format that came with an operator set (ONNX, docs/Versioning.md). */
function irVersionOf(opset: number): number {
  if (opset >= 25) return 13;
  if (opset >= 24) return 12;
  if (opset >= 23) return 11;
  return opset >= 21 ? 10 : 9;
}

function graphProto(graph: Scope): GraphProto {
  const lost = [...graph.outputs.keys()].filter((name) => !graph.has(name));
  if (lost.length > 0)
    throw new OnnxError(`The outputs ${names(lost)} of graph \`${graph.name}\` are not produced by any node.`);
  const made = new Set([...graph.inputs.keys(), ...graph.initializers.keys()]);
  for (const { op, outputs } of graph.nodes)
    for (const output of outputs) {
      if (output !== "" && made.has(output))
        throw new OnnxError(
          `The graph \`${graph.name}\` makes \`${output}\` twice, the second time by ${op}. Give one of them another name.`,
        );
      made.add(output);
    }
  // In a file a floating initializer may be trained, and what a Constant node makes may not.
  const literal = ([name, { elem }]: readonly [string, Constant]): boolean =>
    isFloat(elem) && graph.literalValue(name) !== undefined;
  const initializers = [...graph.initializers];
  const taken = new Set(graph.nodes.map(({ name }) => name));
  /** Runtimes require a unique name for every node. */
  const fresh = (prefix: string): string => {
    let name = prefix;
    for (let n = 1; taken.has(name); n++) name = `${prefix}.${n}`;
    taken.add(name);
    return name;
  };
  return {
    node: [
      ...initializers.filter(literal).map(([output, value]): NodeProto => {
        const attribute = [attributeProto("value", { kind: "tensor", value })];
        return { output: [output], name: fresh(output), opType: "Constant", attribute };
      }),
      ...graph.nodes.map((node, i) => nodeProto(node, node.name === "" ? fresh(`${node.op}_${i}`) : node.name)),
    ],
    name: graph.name,
    initializer: initializers.filter((one) => !literal(one)).map(([name, value]) => tensorOf(name, value)),
    input: [...graph.inputs].map(([name]) => valueInfo(name, graph.typeOf(name))),
    output: [...graph.outputs].map(([name]) => valueInfo(name, graph.typeOf(name))),
  };
}

function valueInfo(name: string, type: TensorType | undefined): ValueInfoProto {
  if (type === undefined) return { name };
  const dim = type.shape?.map((d): DimensionProto => {
    if (typeof d === "number") return { dimValue: d };
    // A size that nothing is known of has no name in a file either.
    return d.includes("?") ? {} : { dimParam: d };
  });
  return {
    name,
    type: { tensorType: { elemType: elemCode(type.elem), ...(dim === undefined ? {} : { shape: { dim } }) } },
  };
}

function nodeProto(node: Node, name: string): NodeProto {
  const inputs = [...node.inputs];
  while (inputs.at(-1) === "") inputs.pop();
  const attribute = Object.entries(node.attributes).map(([key, value]) => attributeProto(key, value));
  return {
    input: inputs,
    output: node.outputs,
    name,
    opType: node.op,
    attribute,
    ...(node.domain === "" ? {} : { domain: node.domain }),
  };
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  switch (attribute.kind) {
    case "float":
      return { name, type: 1, f: attribute.value };
    case "int":
      return { name, type: 2, i: attribute.value };
    case "string":
      return { name, type: 3, s: bytes(attribute.value) };
    case "tensor":
      return { name, type: 4, t: tensorOf("", attribute.value) };
    case "graph":
      return { name, type: 5, g: graphProto(attribute.value) };
    case "floats":
      return { name, type: 6, floats: attribute.value };
    case "ints":
      return { name, type: 7, ints: attribute.value };
    case "strings":
      return { name, type: 8, strings: attribute.value.map(bytes) };
    case "tensors":
      return { name, type: 9, tensors: attribute.value.map((value) => tensorOf("", value)) };
    case "graphs":
      return { name, type: 10, graphs: attribute.value.map(graphProto) };
    case "other":
      return { ...attribute.value, name };
  }
}
