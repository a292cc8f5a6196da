import { OnnxError } from "../../errors.ts";
import { type Constant, constant } from "../../proto/constant.ts";
import type { External } from "../../proto/external.ts";
import type { GraphProto, ModelProto, NodeProto } from "../../proto/model.ts";
import { constantOf, denseOf } from "../../proto/tensor.ts";
import { BatchNorms } from "../batch-norm.ts";
import { rewritten } from "../contrib/index.ts";
import { type Call, Functions, spliced } from "../functions.ts";
import { Graph } from "../graph.ts";
import { type Attribute, describe, keyOf, type Node } from "../node.ts";
import { deciding, fewRounds, unrolled } from "../rounds.ts";
import { Sequences } from "../sequences.ts";
import { stacked } from "../stacked.ts";
import { Detached, paddingIdxOf } from "../stops.ts";
import { moduleOf, trainedBy } from "../tags.ts";
import { upgrade } from "../upgrade.ts";
import { attributeOf, literal, own } from "./attributes.ts";
import { tensorType } from "./declared.ts";
import { Inputs } from "./inputs.ts";
import type { ImportOptions } from "./options.ts";
import { sorted } from "./order.ts";

/** Fills a graph with the tensors, inputs, nodes and outputs of a file. */
export class Importer {
  readonly #external: External | undefined;
  readonly #inputs: Inputs;
  readonly #functions: Functions;
  readonly #kept: ReadonlySet<string>;
  readonly #sequences = new Sequences();
  readonly #batchNorms: BatchNorms;
  readonly #detached = new Detached();

  constructor(model: ModelProto, options: ImportOptions) {
    this.#functions = new Functions(model.functions ?? []);
    this.#external = options.external;
    this.#inputs = new Inputs(options);
    this.#kept = new Set(options.keep);
    this.#batchNorms = new BatchNorms(options.batchNorm, model.producerName === "pytorch");
  }

  /** The whole of the outermost graph. */
  fill(graph: Graph, proto: GraphProto, opsets: ReadonlyMap<string, number>): void {
    this.#initializers(graph, proto);
    this.#inputs.add(graph, proto);
    this.#nodes(graph, proto, opsets, 0);
    this.#inputs.finish(graph);
    this.#outputs(graph, proto);
    this.#batchNorms.finish();
  }

  #initializers(graph: Graph, proto: GraphProto): void {
    const add = (name: string, value: Constant): void => {
      if (name === "") throw new OnnxError("An initializer has no name.");
      if (graph.initializers.has(name)) throw new OnnxError(`There are two initializers \`${name}\`.`);
      graph.initializer(name, value);
    };
    for (const tensor of proto.initializer ?? []) add(tensor.name ?? "", constantOf(tensor, this.#external));
    for (const sparse of proto.sparseInitializer ?? []) {
      add(sparse.values?.name ?? "", denseOf(sparse, this.#external));
    }
  }

  #outputs(graph: Graph, proto: GraphProto): void {
    for (const { name = "", type } of proto.output ?? []) {
      if (!graph.has(name)) throw new OnnxError(`Output \`${name}\` is not produced by any node.`);
      const known = graph.typeOf(name) ?? this.#inputs.typed(type);
      if (known === undefined) {
        graph.type(name); // throws, and tells whose fault it is
      }
      graph.setType(name, known);
      graph.output(name, known);
    }
  }

  #nodes(graph: Graph, proto: GraphProto, opsets: ReadonlyMap<string, number>, depth: number): void {
    graph.name = proto.name === undefined || proto.name === "" ? graph.name : proto.name;
    const declared = this.#inputs.declared(proto);
    const fresh = (name: string): string => graph.fresh(name);
    const outputs = new Set((proto.output ?? []).map(({ name = "" }) => name));
    const calls = stacked(this.#functions.inlined(proto.node ?? [], opsets, depth, fresh), outputs, fresh);
    // The last first, so that what a branch consists of can take its place.
    const waiting = sorted(graph, calls).reverse();
    for (let call = waiting.pop(); call !== undefined; call = waiting.pop()) {
      const { node: protoNode, opsets: at, depth: level } = call;
      const start = graph.nodes.length;
      const branch = chosen(graph, protoNode);
      const inside = branch === undefined ? this.#rounds(graph, call) : spliced(branch, protoNode.output ?? [], fresh);
      if (inside !== undefined) {
        const { nodes, initializers } = inside;
        for (const tensor of initializers) graph.initializer(tensor.name ?? "", constantOf(tensor, this.#external));
        for (const inner of this.#functions.inlined(nodes, at, level, fresh).reverse()) waiting.push(inner);
        continue;
      }
      const made = this.#node(graph, call);
      if (made === undefined) continue;
      const node = this.#detached.cut(graph, protoNode, made);
      const row = paddingIdxOf(graph, protoNode);
      if (row !== undefined) graph.paddingRows.set(node.inputs[0] ?? "", row);
      for (const output of node.outputs) {
        if (output !== "" && graph.has(output) && !(graph.outer?.has(output) ?? false)) {
          throw new OnnxError(`\`${output}\` is produced twice, the second time by ${describe(node)}.`);
        }
      }
      const done = this.#sequences.resolve(graph, node) || (!this.#kept.has(keyOf(node)) && rewritten(graph, node));
      if (done) {
        // Written in standard operators on tensors.
      } else if (node.domain === "") upgrade(graph, node, at.get("") ?? 1);
      else {
        if (!graph.domains.has(node.domain)) graph.domains.set(node.domain, at.get(node.domain) ?? 1);
        graph.add(node);
      }
      const last = graph.nodes.at(-1);
      if (last?.op === "BatchNormalization" && last.domain === "" && graph.nodes.length > start) {
        graph.nodes[graph.nodes.length - 1] = this.#batchNorms.normalized(
          graph,
          last,
          trainedBy(protoNode) ? "batch" : undefined,
        );
      }
      for (let i = start; i < graph.nodes.length; i++) {
        const added = graph.nodes[i];
        if (added === undefined) continue;
        for (const output of added.outputs) this.#inputs.met(graph, output, declared);
        // The operators that one is written in belong to its module.
        if (added.module === undefined && node.module !== undefined) graph.nodes[i] = { ...added, module: node.module };
      }
    }
  }

  /** The rounds of a loop without a number of them, where what ends it is known now. */
  #rounds(graph: Graph, { node, opsets, depth }: Call): ReturnType<typeof unrolled> {
    if (node.opType !== "Loop" || own(node.domain ?? "") !== "") return undefined;
    const [most = "", on = "", ...initial] = node.input ?? [];
    const body = node.attribute?.find(({ name }) => name === "body")?.g;
    const known = (name: string): boolean => graph.literalValue(name) !== undefined;
    const size = (body?.node ?? []).length;
    if (most !== "" || body === undefined || body.sparseInitializer !== undefined || (on !== "" && !known(on)))
      return undefined;
    const part = deciding(body, known, initial);
    if (part === undefined) return undefined;
    const [count = "", again = "", ...inputs] = (body.input ?? []).map(({ name = "" }) => name);
    const [goes = "", ...outputs] = (body.output ?? []).map(({ name = "" }) => name);
    let state = part.carried.map((i) => graph.literalValue(initial[i] ?? ""));
    let more = on === "" || Number(graph.literalValue(on)?.data[0] ?? 0) !== 0;
    let rounds = 0;
    for (; more; rounds++) {
      if (!fewRounds(rounds + 1, size)) return undefined;
      const trial = new Graph(graph.opset, graph);
      this.#initializers(trial, body);
      trial.literal(count, constant(rounds, "int64"));
      trial.literal(again, constant(true, "bool"));
      for (const [k, i] of part.carried.entries()) trial.literal(inputs[i] ?? "", state[k] ?? constant(0, "int64"));
      this.#nodes(trial, { node: part.nodes }, opsets, depth);
      const next = trial.literalValue(goes)?.data[0];
      state = part.carried.map((i) => trial.literalValue(outputs[i] ?? ""));
      if (next === undefined || state.includes(undefined)) return undefined;
      more = Number(next) !== 0;
    }
    return unrolled(node, body, rounds, (name) => graph.fresh(name));
  }

  /** A node as the graph has it; undefined for a constant, which becomes a literal at once. */
  #node(graph: Graph, call: Call): Node | undefined {
    const { node: proto } = call;
    const head = {
      op: proto.opType ?? "",
      domain: own(proto.domain ?? ""),
      name: proto.name ?? "",
      inputs: proto.input ?? [],
      outputs: proto.output ?? [],
      module: moduleOf(proto),
    };
    const attributes = (proto.attribute ?? []).map((one): [string, Attribute] => [
      one.name ?? "",
      attributeOf(one, this.#external, (g) => this.#subgraph(graph, { ...head, attributes: {} }, g, call)),
    ]);
    const node = { ...head, attributes: Object.fromEntries(attributes) };
    if (node.op !== "Constant" || node.domain !== "") return node;
    const [output] = node.outputs;
    const sparse = proto.attribute?.find((a) => a.name === "sparse_value")?.sparseTensor;
    const value = sparse === undefined ? literal(node) : denseOf(sparse, this.#external);
    if (value === undefined || output === undefined) throw new OnnxError(`${describe(node)} has no value.`);
    graph.literal(output, value);
    return undefined;
  }

  #subgraph(outer: Graph, node: Node, proto: GraphProto, { opsets, depth }: Call): Graph {
    const graph = new Graph(outer.opset, outer);
    for (const { name = "" } of proto.input ?? []) graph.reserve(name);
    this.#initializers(graph, proto);
    for (const { name = "", type } of proto.input ?? []) {
      const known = tensorType(type, (i) => `${name}.${i}`);
      graph.input(name, known ?? { elem: "float32", shape: undefined });
      if (known === undefined) graph.setType(name, undefined);
    }
    this.#nodes(graph, proto, opsets, depth);
    for (const { name = "", type } of proto.output ?? []) {
      if (!graph.has(name))
        throw new OnnxError(`Output \`${name}\` of a subgraph of ${describe(node)} is not produced by any node.`);
      const known = graph.typeOf(name) ?? tensorType(type, () => undefined);
      graph.output(name, known ?? { elem: "float32", shape: undefined });
    }
    return graph;
  }
}

/** The branch that an If takes, where that is known now: the other one need not even be valid for these shapes. */
function chosen(graph: Graph, node: NodeProto): GraphProto | undefined {
  if (node.opType !== "If" || own(node.domain ?? "") !== "") return undefined;
  const condition = graph.literalValue(node.input?.[0] ?? "")?.data[0];
  if (condition === undefined) return undefined;
  const branch = node.attribute?.find(
    ({ name }) => name === (Number(condition) === 0 ? "else_branch" : "then_branch"),
  )?.g;
  return branch?.sparseInitializer === undefined ? branch : undefined;
}
