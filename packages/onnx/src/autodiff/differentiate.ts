import { checkOptions, distinct, isFunction, isRecord, oneOf, shown } from "../check.ts";
import { names, OnnxError } from "../errors.ts";
import { product } from "../graph/dims.ts";
import { prune } from "../graph/fold.ts";
import { Graph, isGraph } from "../graph/graph.ts";
import { importModel } from "../graph/import/import.ts";
import type { Scope } from "../graph/node.ts";
import { copied } from "../graph/subgraphs.ts";
import type { Constant } from "../proto/constant.ts";
import { isFloat } from "../proto/elem.ts";
import type { Trainable } from "../weights/survey.ts";
import { arrange } from "./arrange.ts";
import type { Builder, Target } from "./builder.ts";
import type { Lookup } from "./gradients/indexing.ts";
import type { GradientRule } from "./gradients/rule.ts";
import type { BuiltLoss, LabelInput, Loss, LossFunction } from "./losses.ts";
import { recompute } from "./recompute.ts";
import { RunningStatistics, trains } from "./statistics.ts";
import { Tape } from "./tape.ts";
import { choose, type Wanted } from "./wanted.ts";

/** Options of `differentiate`. */
export interface DifferentiateOptions {
  /** The quantity to minimise. Default: the model's first output, which must then be a scalar. */
  readonly loss?: Loss | LossFunction | undefined;
  /** The weights to train; they become inputs. The others stay in the graph and cost no gradient. Default: all `trainables`. */
  readonly wrt?: Wanted | undefined;
  /** Inputs whose gradients to compute as well. */
  readonly inputs?: readonly string[] | undefined;
  /** Where the graph will run: chooses among formulations that give the same numbers. Default "cpu". */
  readonly target?: Target | undefined;
  /** How to treat a weight that the loss does not depend on: "leave" does not train it. Default "error". */
  readonly unreached?: "error" | "zeros" | "leave" | undefined;
  /** The model's outputs to keep. Default: all. */
  readonly outputs?: readonly string[] | undefined;
  /**
   * Weights, read by Gather alone, whose gradients to give as the rows that were looked up instead of a table that is zero
   * elsewhere. Default: none.
   */
  readonly rows?: readonly string[] | undefined;
  /**
   * "blocks": the backward pass computes blocks of the model again, each from the one value that it begins with, instead of keeping
   * what the forward pass made in them; about one more forward pass, for much less memory, and the same numbers up to rounding. Default: none.
   */
  readonly checkpoint?: "blocks" | undefined;
  /** Gradients of operators that have none here, or replacements for those that do, by name ("Op" or "domain.Op"). */
  readonly gradients?: Readonly<Record<string, GradientRule>> | undefined;
}

/** A trained weight of the graph: an input now, with its gradient an output. */
export interface TrainedParameter extends Trainable {
  /** The name of the output that is its gradient. */
  readonly grad: string;
  /** The name of the output that says which rows `grad` is of, int64 (int32 for webgpu), where it is of some. A row may come several times. */
  readonly rows?: string | undefined;
  /** The row among them that is not trained. */
  readonly padding?: number | undefined;
}

/** Running statistics of a BatchNormalization that trains: an input, and the output that is its value after the step. */
export interface Statistic {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its value in the file. */
  readonly initial: Constant;
  /** The output that holds it after the step. */
  readonly next: string;
}

/** The names that `differentiate` added to the graph. */
export interface Differentiated {
  /** Inputs: the model's, the labels, the parameters, running statistics. Outputs: the loss, the model's, the gradients, statistics. */
  readonly graph: Graph;
  /** The name of the output that is the loss, a scalar. */
  readonly loss: string;
  /** The inputs that the loss added. */
  readonly labels: readonly LabelInput[];
  /** The outputs that are the model's. */
  readonly outputs: readonly string[];
  /** The inputs that are trained, each with the output that is its gradient. */
  readonly parameters: readonly TrainedParameter[];
  /** The gradients of the inputs named in `inputs`. */
  readonly inputs: readonly { readonly name: string; readonly grad: string }[];
  readonly statistics: readonly Statistic[];
}

/**
 * The graph of a model, its loss and the gradients of its weights, in standard operators, by reverse accumulation. The model
 * stays as it is.
 */
export function differentiate(model: Graph | Uint8Array, options: DifferentiateOptions = {}): Differentiated {
  checkOptions("differentiate", options, {
    loss: {
      want: "a loss such as crossEntropy(), or a function (graph, outputs) => name",
      fits: (x) => isFunction(x) || (isRecord(x) && isFunction(x.build)),
    },
    wrt: {
      want: "a list of names, each once, a pattern such as /^head/, or a function (parameter) => boolean",
      fits: (x) => distinct.fits(x) || x instanceof RegExp || isFunction(x),
    },
    inputs: distinct,
    target: oneOf("cpu", "wasm", "cuda", "webgpu"),
    unreached: oneOf("error", "zeros", "leave"),
    checkpoint: oneOf("blocks"),
    outputs: distinct,
    rows: distinct,
    gradients: {
      want: 'functions by operator: { "com.example.Op": (b, node, dys, need) => … }',
      fits: (x) => isRecord(x) && Object.values(x).every(isFunction),
    },
  });
  const source = isGraph(model) ? model : importModel(model);
  let chosen = choose(source, options.wrt, (options.inputs ?? []).length > 0);
  const wanted = [...chosen.map((p) => p.name), ...(options.inputs ?? [])];
  const byRows = new Map((options.rows ?? []).map((name): [string, Lookup[]] => [name, []]));
  for (const name of byRows.keys())
    if (!chosen.some((p) => p.name === name))
      throw new OnnxError(
        `\`rows\` names \`${name}\`, which is not trained. The trained weights are ${names(chosen.map((p) => p.name))}.`,
      );
  const graph = started(source, wanted);
  const { stops } = source;
  const tape = new Tape(graph, options.target ?? "cpu", wanted, options.gradients ?? {}, undefined, undefined, stops);
  const { b } = tape;
  const running = new RunningStatistics(source, graph);
  for (const node of source.nodes) {
    const padding = node.op === "Gather" ? source.paddingRows.get(node.inputs[0] ?? "") : undefined;
    if (trains(node)) {
      const tracked = running.tracked(node);
      tape.stage(tracked);
      running.note(node, tracked);
    } else if (padding === undefined) tape.stage(copied(node, graph));
    else tape.stageLookup(copied(node, graph), padding);
    // Only the model can tell the types of outputs of operators from other domains.
    for (const name of node.outputs)
      if (name !== "" && graph.typeOf(name) === undefined) graph.setType(name, source.typeOf(name));
  }
  const built = tape.build(() => lossOf(b, options.loss, [...source.outputs.keys()]));
  const forward = new Set(graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== ""));
  const { elem, shape } = graph.type(built.loss);
  if (!isFloat(elem) || shape === undefined || product(shape) !== 1) {
    const how = options.loss === undefined ? "Give a `loss`." : "Reduce it with ReduceMean or ReduceSum.";
    throw new OnnxError(
      `The loss is ${elem} [${shape?.join(", ") ?? "?"}] and must be a single floating-point number. ${how}`,
    );
  }
  const one = b.array(
    [1],
    elem,
    shape.map(() => 1),
  );
  const gradients = tape.backward(new Map([[built.loss, one]]), wanted, byRows);

  let missing = wanted.filter((name) => gradients.get(name) === undefined && !byRows.get(name)?.length);
  if (options.unreached === "leave" && missing.length < wanted.length) {
    const left = new Set(missing);
    for (const { name, initial } of chosen) if (left.has(name)) graph.initializer(name, initial);
    for (const { name } of chosen) if (left.has(name)) graph.inputs.delete(name);
    chosen = chosen.filter(({ name }) => !left.has(name));
    missing = missing.filter((name) => source.inputs.has(name));
  }
  if (missing.length > 0 && options.unreached !== "zeros") {
    const ends = [...tape.stopped].slice(0, 3).join(", ");
    const stopped =
      ends === "" ? "" : ` Gradients end at ${ends}${ends.includes("stopGradient") ? "" : ", whose slope is zero"}.`;
    throw new OnnxError(
      `The loss does not depend on ${names(missing)}, so they cannot be trained.${stopped} ` +
        'Leave them out of `wrt`, or get zero gradients with `unreached: "zeros"`.',
    );
  }
  /** An output of this name, or one like it, that has the value of `value`. */
  const output = (name: string, value: string): string => {
    const as = graph.has(name) ? graph.fresh(name) : name;
    b.named(as, "Identity", [value]);
    return graph.output(as);
  };
  graph.outputs.clear();
  const loss = built.loss === "loss" ? graph.output("loss") : output("loss", built.loss);
  const outputs = (options.outputs ?? [...source.outputs.keys()]).filter((name) => name !== loss);
  for (const name of outputs) {
    if (!graph.has(name)) throw new OnnxError(`\`outputs\` names \`${name}\`, and the model has no such value.`);
    graph.output(name, source.outputs.get(name) ?? graph.type(name));
  }
  const gradientOf = (name: string): string => {
    const type = graph.type(name);
    const found = gradients.get(name) ?? b.zerosLike(name);
    const as = output(`${name}.grad`, found);
    graph.setType(as, type);
    return graph.output(as, type);
  };
  const parameters = chosen.map((p): TrainedParameter => {
    const lookups = byRows.get(p.name) ?? [];
    if (lookups.length === 0) return { ...p, grad: gradientOf(p.name) };
    const one = (part: keyof Lookup): string =>
      b.concat(
        lookups.map((lookup) => lookup[part]),
        0,
      );
    const [rows, grad] = [output(`${p.name}.rows`, one("rows")), output(`${p.name}.grad`, one("data"))];
    return { ...p, grad, rows, padding: source.paddingRows.get(p.name) };
  });
  const inputs = (options.inputs ?? []).map((name) => ({ name, grad: gradientOf(name) }));
  const statistics = running.updates.map(({ name, next }): Statistic => {
    const initial = source.initializers.get(name)!;
    graph.output(next, { elem: initial.elem, shape: initial.dims });
    return { name, shape: initial.dims, initial, next };
  });
  order(graph, [...source.inputs.keys(), ...built.labels.map((l) => l.name), ...chosen.map((p) => p.name)]);
  prune(graph);
  if (options.checkpoint !== undefined) {
    const batch = [...source.inputs.keys(), ...built.labels.map((l) => l.name)];
    recompute(b, { graph, forward, batch, gradients: tape.gradients, weights: wanted });
    prune(graph);
  }
  arrange(graph, forward, tape.gradients.values());
  return { graph, loss, labels: built.labels, outputs, parameters, inputs, statistics };
}

/** A graph with the inputs and weights of another; the weights that are trained or updated are inputs. */
function started(source: Graph, wanted: readonly string[]): Graph {
  const graph = new Graph(source.opset);
  graph.name = source.name;
  for (const name of source.sampled) graph.sampled.add(name);
  for (const [domain, version] of source.domains) graph.domains.set(domain, version);
  for (const name of valuesOf(source)) graph.reserve(name);
  for (const [name, type] of source.inputs) graph.input(name, type);
  const updated = source.nodes.flatMap((n) => (trains(n) ? n.inputs.slice(3, 5) : []));
  const inputs = new Set([...wanted, ...updated]);
  for (const name of wanted) {
    const type = source.inputs.get(name);
    if (type === undefined && !source.initializers.has(name)) {
      throw new OnnxError(`\`inputs\` names \`${name}\`. The model's inputs are ${names(source.inputs.keys())}.`);
    }
    if (type !== undefined && !isFloat(type.elem)) {
      throw new OnnxError(`The input \`${name}\` is ${type.elem}: only floating tensors have gradients.`);
    }
  }
  for (const [name, value] of source.initializers) {
    if (inputs.has(name)) graph.input(name, { elem: value.elem, shape: value.dims });
    else if (source.literalValue(name) !== undefined) graph.literal(name, value);
    else graph.initializer(name, value);
  }
  return graph;
}

const isBuilt = (x: unknown): x is BuiltLoss => isRecord(x) && typeof x.loss === "string" && Array.isArray(x.labels);

/** Appends the loss. */
function lossOf(b: Builder, loss: Loss | LossFunction | undefined, outputs: readonly string[]): BuiltLoss {
  const { graph } = b;
  if (loss === undefined) {
    const [first] = outputs;
    if (first === undefined) throw new OnnxError("The model has no output, so there is no loss.");
    return { loss: first, labels: [] };
  }
  if (typeof loss !== "function") {
    const built: unknown = loss.build(b, outputs);
    if (!isBuilt(built) || !graph.has(built.loss))
      throw new OnnxError(
        `The \`build\` of a loss must return { loss, labels }, with \`loss\` the name of a value of the graph; got ${isBuilt(built) ? `the name ${shown(built.loss)}` : shown(built)}.`,
      );
    return built;
  }
  const before = new Set(graph.inputs.keys());
  const name: unknown = loss(graph, outputs);
  if (typeof name !== "string")
    throw new OnnxError(
      `The loss is a function and must return the name of a value, which \`graph.op(…)\` gives in a list; got ${shown(name)}.`,
    );
  if (!graph.has(name)) throw new OnnxError(`The loss must name a value of the graph; got \`${name}\`.`);
  return {
    loss: name,
    labels: [...graph.inputs].filter(([n]) => !before.has(n)).map(([n, type]) => ({ name: n, type })),
  };
}

/** Every name in a graph and the graphs inside it. */
function valuesOf(graph: Scope): Set<string> {
  const all = new Set([...graph.inputs.keys(), ...graph.initializers.keys(), ...graph.outputs.keys()]);
  for (const node of graph.nodes) {
    for (const name of node.outputs) if (name !== "") all.add(name);
    for (const attribute of Object.values(node.attributes)) {
      if (attribute.kind === "graph") for (const name of valuesOf(attribute.value)) all.add(name);
      if (attribute.kind === "graphs") for (const g of attribute.value) for (const name of valuesOf(g)) all.add(name);
    }
  }
  return all;
}

/** Puts the inputs into this order, those not named last. */
function order(graph: Graph, first: readonly string[]): void {
  const all = new Map(graph.inputs);
  graph.inputs.clear();
  for (const name of [...first, ...all.keys()]) {
    const type = all.get(name);
    if (type !== undefined) graph.inputs.set(name, type);
  }
}
