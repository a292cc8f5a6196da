import { check, checkOptions, func, isRecord, texts, model as wantedModel, yesNo } from "../check.ts";
import { names, OnnxError } from "../errors.ts";
import { type Constant, constant } from "../proto/constant.ts";
import { type Elem, elemOf } from "../proto/elem.ts";
import type { External } from "../proto/external.ts";
import {
  type AttributeProto,
  decodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TypeProto,
} from "../proto/model.ts";
import { constantOf, denseOf } from "../proto/tensor.ts";
import { type BatchNorm, BatchNorms, isBatchNorm } from "./batch-norm.ts";
import { rewritten } from "./contrib/index.ts";
import { bind, canonical, type Dim } from "./dims.ts";
import { fold, prune } from "./fold.ts";
import { type Call, Functions, spliced } from "./functions.ts";
import { Graph } from "./graph.ts";
import { type Attribute, describe, keyOf, type Node, type TensorType } from "./node.ts";
import { deciding, fewRounds, unrolled } from "./rounds.ts";
import { Sequences } from "./sequences.ts";
import { stacked } from "./stacked.ts";
import { Detached, markPadding, markStops, paddingIdxOf } from "./stops.ts";
import { moduleOf, tagsOf, trainedBy } from "./tags.ts";
import { upgrade } from "./upgrade.ts";

/** Options of `importModel`. */
export interface ImportOptions {
  /**
   * Sizes of inputs, by name: fixes "batch" (and whatever shares its name), or gives a fixed size a name again. A value inside the
   * model may be named too, where not even its number of dimensions is known.
   */
  readonly shapes?: Readonly<Record<string, readonly Dim[]>>;
  /** Reads the files in which large models store their tensors. */
  readonly external?: External;
  /** Values of inputs that are always the same: `{ sr: 16000n, use_cache_branch: false }`. They are no longer inputs. */
  readonly fixed?: Readonly<Record<string, FixedValue>> | undefined;
  /** Names of values that gradients do not pass through. PyTorch's `detach()` is found where the file shows it. */
  readonly stopGradient?: readonly string[] | undefined;
  /**
   * Rows of embedding tables that lookups do not train, by table. PyTorch's `padding_idx` is found where the file shows it, and so is
   * the one row of zeros of a table; −1 trains all rows.
   */
  readonly paddingIdx?: Readonly<Record<string, number>> | undefined;
  /** Whether to fold values that depend only on constants and sizes, and remove unused ones. Default true. */
  readonly fold?: boolean;
  /**
   * The statistics that BatchNormalizations normalise by while they train: "batch", those of the batch, and running statistics move as in PyTorch;
   * "frozen", by the running statistics as they are; or which of the two by the name of a layer's scale. Default: as in
   * Python where PyTorch's default exporter recorded it (it writes all of them frozen), else as the file has them.
   */
  readonly batchNorm?: BatchNorm | undefined;
  /** Operators of ONNX Runtime's optimizers that stay as they are ("com.microsoft.Gelu"). Default: none, all become standard ones. */
  readonly keep?: readonly string[];
}

/** A number for an input that is a scalar or has one element, or its numbers. */
export type FixedValue = number | bigint | boolean | readonly (number | bigint | boolean)[];

/** The operator set graphs are brought to: the first with every operator the gradients are made of. */
export const targetOpset = 20;

/** The first operator set whose DequantizeLinear has scales for blocks. */
const blockedOpset = 21;

/**
 * A graph from a model: functions inlined, constants lifted out of their nodes, old operators upgraded (opset 20, or the
 * model's own if it is newer), every type inferred, shape arithmetic folded. Weights keep their names and are not folded.
 */
export function importModel(source: Uint8Array | ModelProto, options: ImportOptions = {}): Graph {
  check("What is imported", source, wantedModel);
  checkOptions("importModel", options, {
    shapes: {
      want: 'sizes by input: { images: [8, 3, "height", "width"] }',
      fits: (x) => isRecord(x) && Object.values(x).every((s) => Array.isArray(s) && s.every(isSize)),
    },
    external: func,
    fixed: {
      want: "values by input: { sr: 16000n }",
      fits: (x) => isRecord(x) && Object.values(x).every((v) => (Array.isArray(v) ? v.every(isValue) : isValue(v))),
    },
    stopGradient: texts,
    paddingIdx: {
      want: 'a row by table: { "embed.weight": 0 }',
      fits: (x) => isRecord(x) && Object.values(x).every((row) => Number.isSafeInteger(row) && Number(row) >= -1),
    },
    fold: yesNo,
    keep: texts,
    batchNorm: {
      want: '"batch", "frozen" or one of them by the name of a scale: { "bn1.weight": "batch" }',
      fits: isBatchNorm,
    },
  });
  const model = source instanceof Uint8Array ? decodeModel(source) : source;
  const proto = model.graph;
  if (proto === undefined) throw new OnnxError("The model has no graph.");
  const opsets = new Map(
    (model.opsetImport ?? []).map(({ domain = "", version = 1 }) => [own(domain), Number(version)]),
  );
  const from = opsets.get("") ?? 1;
  const blocks = (proto.node ?? []).some((node) => node.domain === "com.microsoft" && node.opType === "MatMulNBits");
  const graph = new Graph(Math.max(targetOpset, from, blocks ? blockedOpset : 0));
  for (const [domain, version] of opsets) if (domain !== "") graph.domains.set(domain, version);
  graph.tags = tagsOf(model);
  const importer = new Importer(model, options);
  importer.fill(graph, proto, opsets);
  markStops(graph, options.stopGradient ?? []);
  markPadding(graph, options.paddingIdx ?? {});
  if (options.fold ?? true) {
    fold(graph);
    prune(graph);
  }
  return graph;
}

const isValue = (v: unknown): boolean => ["number", "bigint", "boolean"].includes(typeof v);
const isSize = (d: unknown): boolean => typeof d === "string" || (Number.isSafeInteger(d) && Number(d) >= 0);

/** "ai.onnx" is another name of the default domain. */
function own(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

class Importer {
  readonly #options: ImportOptions;
  readonly #functions: Functions;
  readonly #kept: ReadonlySet<string>;
  readonly #sequences = new Sequences();
  readonly #batchNorms: BatchNorms;
  /** Sizes the names of the model stand for, from `shapes`. */
  readonly #sizes: Record<string, Dim> = Object.create(null); // a size may be called "constructor"
  readonly #detached = new Detached();
  /** Values inside the model whose shapes are given, until they are met. */
  readonly #told = new Set<string>();
  /** Whether `shapes` contradicts a size of the model, so that nothing it says of inner shapes can be believed. */
  #reshaped = false;

  constructor(model: ModelProto, options: ImportOptions) {
    this.#functions = new Functions(model.functions ?? []);
    this.#options = options;
    this.#kept = new Set(options.keep);
    this.#batchNorms = new BatchNorms(options.batchNorm, model.producerName === "pytorch");
  }

  /** The whole of the outermost graph. */
  fill(graph: Graph, proto: GraphProto, opsets: ReadonlyMap<string, number>): void {
    this.#initializers(graph, proto);
    this.#inputs(graph, proto);
    this.#nodes(graph, proto, opsets, 0);
    if (this.#told.size > 0)
      throw new OnnxError(
        `\`shapes\` names ${names([...this.#told])}, which the model does not compute; its inputs are ${names([...graph.inputs.keys()])}.`,
      );
    this.#outputs(graph, proto);
    this.#batchNorms.finish();
  }

  #initializers(graph: Graph, proto: GraphProto): void {
    const add = (name: string, value: Constant): void => {
      if (name === "") throw new OnnxError("An initializer has no name.");
      if (graph.initializers.has(name)) throw new OnnxError(`There are two initializers \`${name}\`.`);
      graph.initializer(name, value);
    };
    for (const tensor of proto.initializer ?? []) add(tensor.name ?? "", constantOf(tensor, this.#options.external));
    for (const sparse of proto.sparseInitializer ?? []) {
      add(sparse.values?.name ?? "", denseOf(sparse, this.#options.external));
    }
  }

  #inputs(graph: Graph, proto: GraphProto): void {
    const inputs = (proto.input ?? []).filter(({ name = "" }) => !graph.initializers.has(name));
    const shapes = this.#options.shapes ?? {};
    for (const name of Object.keys(shapes)) if (!inputs.some((input) => input.name === name)) this.#told.add(name);
    const types = inputs.map(({ name = "", type }) => [name, this.#inputType(name, type)] as const);
    for (const [name, { shape }] of types) {
      const given = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
      if (given === undefined || shape === undefined) continue;
      if (given.length !== shape.length) {
        throw new OnnxError(
          `\`${name}\` has ${shape.length} dimensions, and \`shapes\` gives it [${given.join(", ")}].`,
        );
      }
      for (const [i, d] of shape.entries()) {
        const to = given[i] ?? d;
        if (typeof d === "number") this.#reshaped ||= d !== to;
        else if (canonical(d) === d && /^[^\s(),]+$/.test(d)) {
          const before = this.#sizes[d];
          if (before !== undefined && before !== to) {
            throw new OnnxError(`\`shapes\` gives "${d}" the sizes ${before} and ${to} (at \`${name}\`).`);
          }
          this.#sizes[d] = to;
        }
      }
    }
    for (const [name, type] of types) {
      const given = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
      const shape = given ?? type.shape?.map((d) => bind(d, this.#sizes));
      const fixed = this.#options.fixed;
      const value = fixed !== undefined && Object.hasOwn(fixed, name) ? fixed[name] : undefined;
      if (value === undefined) graph.input(name, { elem: type.elem, shape });
      else graph.literal(name, fixedTo(name, value, type.elem, shape));
    }
    const lost = Object.keys(this.#options.fixed ?? {}).filter((name) => !types.some(([input]) => input === name));
    if (lost.length > 0) {
      throw new OnnxError(
        `\`fixed\` names ${names(lost)}; the model's inputs are ${names(types.map(([name]) => name))}.`,
      );
    }
  }

  #inputType(name: string, type: TypeProto | undefined): TensorType {
    const known = tensorType(type, (i) => `${name}.${i}`);
    if (known !== undefined) return known;
    const kind = type?.sequenceType
      ? "a sequence"
      : type?.mapType
        ? "a map"
        : type?.optionalType
          ? "optional"
          : "of no type";
    throw new OnnxError(`Input \`${name}\` is ${kind}; only tensors can be inputs here.`);
  }

  #outputs(graph: Graph, proto: GraphProto): void {
    for (const { name = "", type } of proto.output ?? []) {
      if (!graph.has(name)) throw new OnnxError(`Output \`${name}\` is not produced by any node.`);
      const declared = tensorType(type, () => undefined);
      const known =
        graph.typeOf(name) ?? (this.#reshaped || declared === undefined ? undefined : this.#bound(declared));
      if (known === undefined) {
        graph.type(name); // throws, and tells whose fault it is
      }
      graph.setType(name, known);
      graph.output(name, known);
    }
  }

  #bound({ elem, shape }: TensorType): TensorType {
    return { elem, shape: shape?.map((d) => bind(d, this.#sizes)) };
  }

  #nodes(graph: Graph, proto: GraphProto, opsets: ReadonlyMap<string, number>, depth: number): void {
    graph.name = proto.name === undefined || proto.name === "" ? graph.name : proto.name;
    const declared = new Map<string, TensorType>();
    if (!this.#reshaped) {
      for (const { name = "", type } of [...(proto.valueInfo ?? []), ...(proto.output ?? [])]) {
        const known = tensorType(type, () => undefined);
        if (known !== undefined) declared.set(name, this.#bound(known));
      }
    }
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
        for (const tensor of initializers)
          graph.initializer(tensor.name ?? "", constantOf(tensor, this.#options.external));
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
        for (const output of added.outputs) {
          refine(graph, output, declared);
          if (this.#told.delete(output)) this.#tell(graph, output, declared.get(output)?.elem);
        }
        // The operators that one is written in belong to its module.
        if (added.module === undefined && node.module !== undefined) graph.nodes[i] = { ...added, module: node.module };
      }
    }
  }

  /** A value has the shape that is given for it. */
  #tell(graph: Graph, name: string, declared: Elem | undefined): void {
    const given = (this.#options.shapes?.[name] ?? []).map((d) => bind(d, this.#sizes));
    const known = graph.typeOf(name);
    const elem = known?.elem ?? declared;
    if (elem === undefined)
      throw new OnnxError(
        `\`shapes\` gives \`${name}\` a shape, and its element type is not known. Export the model with the types of its values (value_info).`,
      );
    const clash =
      known?.shape !== undefined &&
      (known.shape.length !== given.length ||
        known.shape.some((d, i) => typeof d === "number" && typeof given[i] === "number" && d !== given[i]));
    if (clash)
      throw new OnnxError(
        `\`${name}\` is [${known?.shape?.join(", ")}], and \`shapes\` gives it [${given.join(", ")}].`,
      );
    graph.setType(name, { elem, shape: given.map((d, i) => (typeof d === "number" ? d : (known?.shape?.[i] ?? d))) });
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
      this.#attribute(graph, { ...head, attributes: {} }, one, call),
    ]);
    const node = { ...head, attributes: Object.fromEntries(attributes) };
    if (node.op !== "Constant" || node.domain !== "") return node;
    const [output] = node.outputs;
    const sparse = proto.attribute?.find((a) => a.name === "sparse_value")?.sparseTensor;
    const value = sparse === undefined ? literal(node) : denseOf(sparse, this.#options.external);
    if (value === undefined || output === undefined) throw new OnnxError(`${describe(node)} has no value.`);
    graph.literal(output, value);
    return undefined;
  }

  #attribute(graph: Graph, node: Node, a: AttributeProto, call: Call): Attribute {
    const text = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const { external } = this.#options;
    switch (a.type ?? kindOf(a)) {
      case 1:
        return { kind: "float", value: a.f ?? 0 };
      case 2:
        return { kind: "int", value: a.i ?? 0 };
      case 3:
        return { kind: "string", value: text(a.s ?? new Uint8Array(0)) };
      case 4:
        return { kind: "tensor", value: constantOf(a.t ?? {}, external) };
      case 5:
        return { kind: "graph", value: this.#subgraph(graph, node, a.g ?? {}, call) };
      case 6:
        return { kind: "floats", value: a.floats ?? [] };
      case 7:
        return { kind: "ints", value: a.ints ?? [] };
      case 8:
        return { kind: "strings", value: (a.strings ?? []).map(text) };
      case 9:
        return { kind: "tensors", value: (a.tensors ?? []).map((t) => constantOf(t, external)) };
      case 10:
        return { kind: "graphs", value: (a.graphs ?? []).map((g) => this.#subgraph(graph, node, g, call)) };
      default:
        return { kind: "other", value: a };
    }
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

/** The value of an input that is fixed, in the input's shape: its open sizes are 1, or together what the numbers fill. */
function fixedTo(name: string, value: FixedValue, elem: Elem, shape: readonly Dim[] | undefined): Constant {
  const list = Array.isArray(value) ? value : [value];
  const open = (shape ?? []).map((d) => (typeof d === "number" ? d : 1));
  const free = (shape ?? []).findIndex((d) => typeof d !== "number");
  const count = open.reduce((a, b) => a * b, 1);
  if (free >= 0 && list.length !== count && list.length % count === 0) open[free] = list.length / count;
  if (open.reduce((a, b) => a * b, 1) !== list.length) {
    throw new OnnxError(
      `\`fixed\` gives \`${name}\` ${list.length} ${list.length === 1 ? "number" : "numbers"}, and it is ${elem} [${(shape ?? []).join(", ")}].`,
    );
  }
  return constant(list, elem, open);
}

/** The value of a Constant node. */
function literal(node: Node): Constant | undefined {
  for (const [name, a] of Object.entries(node.attributes)) {
    if (a.kind === "tensor") return a.value;
    if (name === "value_float" && a.kind === "float") return constant(a.value, "float32");
    if (name === "value_int" && a.kind === "int") return constant(a.value, "int64");
    if (name === "value_floats" && a.kind === "floats") return constant(a.value, "float32");
    if (name === "value_ints" && a.kind === "ints") return constant(a.value, "int64");
    const encoder = new TextEncoder();
    const empty = { elem: "string", data: new Uint8Array(0) } as const;
    if (name === "value_string" && a.kind === "string")
      return { ...empty, dims: [], strings: [encoder.encode(a.value)] };
    if (name === "value_strings" && a.kind === "strings") {
      return { ...empty, dims: [a.value.length], strings: a.value.map((s) => encoder.encode(s)) };
    }
  }
  return undefined;
}

/** Files from before 2017 omit the kind; it follows from the field that is set. */
function kindOf(a: AttributeProto): number {
  if (a.f !== undefined) return 1;
  if (a.i !== undefined) return 2;
  if (a.s !== undefined) return 3;
  if (a.t !== undefined) return 4;
  if (a.g !== undefined) return 5;
  if (a.floats !== undefined) return 6;
  if (a.ints !== undefined) return 7;
  if (a.strings !== undefined) return 8;
  if (a.tensors !== undefined) return 9;
  return a.graphs !== undefined ? 10 : 7;
}

/** The declared type of a value; undefined if it is not a tensor, or has an unknown element type. */
function tensorType(
  type: TypeProto | undefined,
  nameless: (axis: number) => string | undefined,
): TensorType | undefined {
  const elem = elemOf(type?.tensorType?.elemType ?? 0);
  if (elem === undefined) return undefined;
  const dims = type?.tensorType?.shape?.dim;
  const shape = type?.tensorType?.shape === undefined ? undefined : (dims ?? []);
  return {
    elem,
    shape: shape?.map(({ dimValue, dimParam }, i) => {
      if (dimValue !== undefined && dimValue >= 0) return Number(dimValue);
      const name = dimParam === undefined || dimParam === "" ? nameless(i) : dimParam;
      return name === undefined ? "?" : canonical(name);
    }),
  };
}

/** Uses the types declared in the file where inference found none. */
function refine(graph: Graph, name: string, declared: ReadonlyMap<string, TensorType>): void {
  const said = declared.get(name);
  if (said === undefined || name === "") return;
  const known = graph.typeOf(name);
  if (known !== undefined && known.elem !== said.elem) return;
  const given = said.shape?.map((d, i) => (d === "?" ? `?${name}.${i}` : d));
  const merged = known?.shape?.map((d, i) => (typeof d === "string" && d.includes("?") ? (given?.[i] ?? d) : d));
  graph.setType(name, { elem: said.elem, shape: merged ?? given });
}

/** Nodes in an order in which each comes after what it reads; the file's own order if it is one, as it should be. */
function sorted(graph: Graph, calls: readonly Call[]): Call[] {
  const maker = new Map<string, number>();
  for (const [i, { node }] of calls.entries())
    for (const output of node.output ?? []) if (output !== "" && !maker.has(output)) maker.set(output, i);
  const order: Call[] = [];
  const state = new Uint8Array(calls.length); // 1 while what it reads is put in order, 2 when it is in order itself
  for (const start of calls.keys()) {
    // Depth first, without recursion: a chain may be as long as the model.
    const path = [start];
    for (let i = path.at(-1); i !== undefined; i = path.at(-1)) {
      const call = calls[i];
      if (call === undefined || state[i] === 2) {
        path.pop();
        continue;
      }
      const before = call.reads.flatMap((name) => maker.get(name) ?? []).filter((k) => state[k] !== 2);
      if (before.length === 0) {
        state[i] = 2;
        order.push(call);
        path.pop();
        continue;
      }
      if (state[i] === 1) {
        const stuck = before
          .slice(0, 3)
          .map((k) => `${calls[k]?.node.opType} \`${calls[k]?.node.name || calls[k]?.node.output?.[0]}\``);
        throw new OnnxError(`The graph \`${graph.name}\` has a cycle: it goes through ${stuck.join(", ")}.`);
      }
      state[i] = 1;
      for (const k of before.reverse()) path.push(k);
    }
  }
  return order;
}
