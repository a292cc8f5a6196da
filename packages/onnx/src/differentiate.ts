import { lowerings } from "./decompose.ts";
import type { Dim } from "./dims.ts";
import { product } from "./dims.ts";
import { isFloat } from "./elem.ts";
import { names, OnnxError } from "./errors.ts";
import { expansions } from "./expand.ts";
import { prune } from "./fold.ts";
import { Builder, type Target } from "./gradients/builder.ts";
import { flat, rounding, rules } from "./gradients/index.ts";
import type { Gradients, Rule } from "./gradients/rule.ts";
import { type Constant, describe, Graph, int, type Node, subgraph, type TensorType } from "./graph.ts";
import { importModel } from "./import.ts";
import type { BuiltLoss, LabelInput, Loss, LossFunction } from "./losses.ts";
import { type Trainable, trainables } from "./parameters.ts";
import { captured, copied, renamedCopy } from "./subgraphs.ts";

export type { Target } from "./gradients/builder.ts";

/** Which weights are trained: their names, a pattern, or a choice. */
export type Wanted = readonly string[] | RegExp | ((parameter: Trainable) => boolean);

export interface DifferentiateOptions {
  /** What is made small. Default: the model's first output, which then is a scalar. */
  readonly loss?: Loss | LossFunction | undefined;
  /** The weights that are trained; they become inputs. The others stay in the graph and cost no gradient. Default: all `trainables`. */
  readonly wrt?: Wanted | undefined;
  /** Inputs whose gradients are wanted as well. */
  readonly inputs?: readonly string[] | undefined;
  /** Where the graph is to run: chooses among formulations that give the same numbers. Default "cpu". */
  readonly target?: Target | undefined;
  /** What is done about a weight that the loss does not depend on. Default "error". */
  readonly unreached?: "error" | "zeros" | undefined;
  /** The model's outputs that stay outputs. Default: all. */
  readonly outputs?: readonly string[] | undefined;
  /** Gradients of operators that have none here, or other ones, by name ("Op" or "domain.Op"). */
  readonly gradients?: Readonly<Record<string, Rule>> | undefined;
}

/** A trained weight of the graph: an input now, with its gradient an output. */
export interface TrainedParameter extends Trainable {
  /** The name of the output that is its gradient. */
  readonly grad: string;
}

/** Running statistics of a BatchNormalization that trains: an input, and the output that is its value after the step. */
export interface Statistic {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: Constant;
  readonly next: string;
}

export interface Differentiated {
  /** Inputs: the model's, the labels, the parameters, running statistics. Outputs: the loss, the model's, the gradients, statistics. */
  readonly graph: Graph;
  /** The name of the output that is the loss, a scalar. */
  readonly loss: string;
  /** The inputs that the loss added. */
  readonly labels: readonly LabelInput[];
  /** The outputs that are the model's. */
  readonly outputs: readonly string[];
  readonly parameters: readonly TrainedParameter[];
  /** The gradients of inputs that were asked for. */
  readonly inputs: readonly { readonly name: string; readonly grad: string }[];
  readonly statistics: readonly Statistic[];
}

/**
 * The graph of a model, its loss and the gradients of its weights, in standard operators, by reverse accumulation. The model
 * stays as it is.
 */
export function differentiate(model: Graph | Uint8Array, options: DifferentiateOptions = {}): Differentiated {
  const source = model instanceof Graph ? model : importModel(model);
  const chosen = choose(source, options.wrt, (options.inputs ?? []).length > 0);
  const wanted = [...chosen.map((p) => p.name), ...(options.inputs ?? [])];
  const graph = started(source, wanted);
  const tape = new Tape(graph, options.target ?? "cpu", wanted, options.gradients ?? {});
  const { b } = tape;
  const updates: { readonly name: string; readonly next: string }[] = [];
  for (const node of source.nodes) {
    tape.stage(copied(trains(node) ? tracked(node, source, graph, updates) : node, graph));
    // What an operator of another domain makes, only the model may say.
    for (const name of node.outputs)
      if (name !== "" && graph.typeOf(name) === undefined) graph.setType(name, source.typeOf(name));
  }
  const built = tape.build(() => lossOf(b, options.loss, [...source.outputs.keys()]));
  const { elem, shape } = graph.type(built.loss);
  if (!isFloat(elem) || shape === undefined || product(shape) !== 1) {
    const how = options.loss === undefined ? "Give a `loss`." : "Reduce it with ReduceMean or ReduceSum.";
    throw new OnnxError(`The loss is ${elem} [${shape?.join(", ") ?? "?"}] and must be one floating number. ${how}`);
  }
  const one = b.array(
    [1],
    elem,
    shape.map(() => 1),
  );
  const gradients = tape.backward(new Map([[built.loss, one]]), wanted);

  const missing = wanted.filter((name) => gradients.get(name) === undefined);
  if (missing.length > 0 && options.unreached !== "zeros") {
    const ends = [...tape.stopped].slice(0, 3).join(", ");
    const stopped = ends === "" ? "" : ` Gradients end at ${ends}, whose slope is zero.`;
    throw new OnnxError(
      `The loss does not depend on ${names(missing)}, so there is nothing to train.${stopped} ` +
        'Leave them out of `wrt`, or ask for zeros with `unreached: "zeros"`.',
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
  const parameters = chosen.map((p) => ({ ...p, grad: gradientOf(p.name) }));
  const inputs = (options.inputs ?? []).map((name) => ({ name, grad: gradientOf(name) }));
  const statistics = updates.map(({ name, next }): Statistic => {
    const initial = source.initializers.get(name)!;
    graph.output(next, { elem: initial.elem, shape: initial.dims });
    return { name, shape: initial.dims, initial, next };
  });
  order(graph, [...source.inputs.keys(), ...built.labels.map((l) => l.name), ...chosen.map((p) => p.name)]);
  prune(graph);
  return { graph, loss, labels: built.labels, outputs, parameters, inputs, statistics };
}

/** A graph with the inputs and weights of another; the weights that are trained or updated are inputs. */
function started(source: Graph, wanted: readonly string[]): Graph {
  const graph = new Graph(source.opset);
  graph.name = source.name;
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

/** A BatchNormalization that updates its statistics, with names for the new ones. */
function tracked(
  node: Node,
  source: Graph,
  graph: Graph,
  updates: { readonly name: string; readonly next: string }[],
): Node {
  const outputs = [node.outputs[0]!, node.outputs[1] ?? "", node.outputs[2] ?? ""];
  for (const i of [1, 2]) {
    const name = node.inputs[i + 2]!;
    if (!source.initializers.has(name) || updates.some((s) => s.name === name)) continue;
    outputs[i] ||= graph.fresh(`${name}.next`);
    updates.push({ name, next: outputs[i]! });
  }
  while (outputs.at(-1) === "") outputs.pop();
  return { ...node, outputs };
}

/** Appends the loss. */
function lossOf(b: Builder, loss: Loss | LossFunction | undefined, outputs: readonly string[]): BuiltLoss {
  const { graph } = b;
  if (loss === undefined) {
    const [first] = outputs;
    if (first === undefined) throw new OnnxError("The model has no output, so there is no loss.");
    return { loss: first, labels: [] };
  }
  if (typeof loss !== "function") return loss.build(b, outputs);
  const before = new Set(graph.inputs.keys());
  const name = loss(graph, outputs);
  if (!graph.has(name)) throw new OnnxError(`The loss is \`${name}\`, which is not in the graph.`);
  return {
    loss: name,
    labels: [...graph.inputs].filter(([n]) => !before.has(n)).map(([n, type]) => ({ name: n, type })),
  };
}

/** The weights that `wrt` means. */
function choose(graph: Graph, wanted: Wanted | undefined, forInputs: boolean): Trainable[] {
  const all = trainables(graph);
  let chosen: Trainable[];
  if (wanted === undefined) chosen = forInputs ? [] : all;
  else if (Array.isArray(wanted)) {
    chosen = (wanted as readonly string[]).map((name) => {
      const known = all.find((p) => p.name === name);
      if (known !== undefined) return known;
      const initial = graph.initializers.get(name);
      const what = graph.inputs.has(name)
        ? "is an input of the model. Its gradient is had with `inputs`."
        : initial === undefined
          ? `is not in the model. Its weights are ${names(all.map((p) => p.name))}.`
          : "";
      if (initial === undefined) throw new OnnxError(`\`wrt\` names \`${name}\`, which ${what}`);
      if (!isFloat(initial.elem)) {
        throw new OnnxError(
          `\`${name}\` is ${initial.elem} and cannot be trained: only floating tensors have gradients.`,
        );
      }
      return { name, shape: initial.dims, elem: initial.elem, initial };
    });
  } else if (wanted instanceof RegExp) {
    const { source, flags } = wanted;
    // A pattern with the flag g would remember where it stopped.
    const pattern = new RegExp(source, flags.replace(/[gy]/g, ""));
    chosen = all.filter((p) => pattern.test(p.name));
  } else chosen = all.filter(wanted as (parameter: Trainable) => boolean);
  if (chosen.length === 0 && !forInputs) {
    throw new OnnxError(
      all.length === 0
        ? "The model has no floating weights, so there is nothing to train."
        : `\`wrt\` chooses none of the model's weights, which are ${names(all.map((p) => p.name))}.`,
    );
  }
  return chosen;
}

/** The forward pass as it is written down, and its way back. */
class Tape {
  readonly graph: Graph;
  readonly b: Builder;
  /** Operators at which a gradient that was wanted ended. */
  readonly stopped: Set<string>;
  readonly #nodes: Node[] = [];
  readonly #needs: Set<string>;
  readonly #own: Readonly<Record<string, Rule>>;
  #expanding = 0;

  constructor(
    graph: Graph,
    target: Target,
    needs: Iterable<string>,
    own: Readonly<Record<string, Rule>>,
    stopped = new Set<string>(),
  ) {
    this.graph = graph;
    this.b = new Builder(graph, target);
    this.#needs = new Set(needs);
    this.#own = own;
    this.stopped = stopped;
  }

  #needed(node: Node): boolean {
    return [...node.inputs, ...captured(node)].some((name) => this.#needs.has(name));
  }

  /** Appends a node of the forward pass, in the form that its gradient wants. */
  stage(node: Node): void {
    const { b, graph } = this;
    if (!this.#needed(node) || !standard(node) || Object.hasOwn(this.#own, keyOf(node))) {
      graph.add(node);
      this.#record(node);
      return;
    }
    const start = graph.nodes.length;
    const expand = Object.hasOwn(expansions, node.op) ? expansions[node.op] : undefined;
    if (expand?.(b, node)) {
      if (++this.#expanding > 64) throw new OnnxError(`${describe(node)} expands without end.`);
      for (const part of graph.nodes.splice(start)) this.stage(part);
      this.#expanding--;
      return;
    }
    const lower = Object.hasOwn(lowerings, node.op) ? lowerings[node.op] : undefined;
    const lowered = lower?.(b, node);
    if (lowered === undefined) graph.add(node);
    this.#record(lowered ?? node);
  }

  /** Stages what `build` appends. */
  build<T>(build: () => T): T {
    const start = this.graph.nodes.length;
    const built = build();
    for (const node of this.graph.nodes.splice(start)) this.stage(node);
    return built;
  }

  #record(node: Node): void {
    if (!this.#needed(node)) return;
    if (flat.has(node.op) && standard(node) && !Object.hasOwn(this.#own, keyOf(node))) {
      this.stopped.add(describe(node));
      return;
    }
    this.#nodes.push(node);
    let carried = false;
    for (const output of node.outputs) {
      const type = output === "" ? undefined : this.graph.typeOf(output);
      if (output === "" || (type !== undefined && !isFloat(type.elem))) continue;
      this.#needs.add(output);
      carried = true;
    }
    if (!carried) this.stopped.add(describe(node));
  }

  /** Appends the gradients, from those of some values to those of others. */
  backward(seeds: ReadonlyMap<string, string>, wanted: readonly string[]): Map<string, string | undefined> {
    const { b } = this;
    const sums = new Map<string, string[]>();
    const add = (name: string, gradient: string): void => {
      const all = sums.get(name);
      if (all === undefined) sums.set(name, [gradient]);
      else all.push(gradient);
    };
    const collect = (name: string): string | undefined => {
      const all = name === "" ? undefined : sums.get(name);
      if (all === undefined) return undefined;
      const total = b.total(all);
      sums.set(name, [total]);
      return total;
    };
    for (const [name, gradient] of seeds) add(name, gradient);
    for (const node of [...this.#nodes].reverse()) {
      if (!node.outputs.some((name) => sums.has(name) && this.#needs.has(name))) continue;
      const dys = node.outputs.map(collect);
      const inside = captured(node).filter((name) => this.#needs.has(name));
      if (inside.length > 0 && standard(node) && node.op === "If") {
        this.#branches(node, dys, inside).forEach((gradient, i) => {
          add(inside[i]!, gradient);
        });
        continue;
      }
      const need = node.inputs.map((name) => this.#needs.has(name));
      const gradients = this.#rule(node, inside)(b, node, dys, need);
      node.inputs.forEach((name, i) => {
        const gradient = gradients[i];
        if (gradient === undefined || !need[i]) return;
        this.#check(node, name, gradient);
        add(name, gradient);
      });
    }
    return new Map(wanted.map((name) => [name, collect(name)]));
  }

  /** The gradient of an If is an If, each branch of which repeats the branch and goes back through it. */
  #branches(node: Node, dys: Gradients, wanted: readonly string[]): string[] {
    const branch = (which: string): Graph => {
      const given = subgraph(node, which);
      if (given === undefined) throw new OnnxError(`${describe(node)} has no ${which}.`);
      const body = renamedCopy(given, new Map(), this.graph);
      const graph = new Graph(this.graph.opset, this.graph);
      for (const [name, value] of body.initializers) {
        if (body.literalValue(name) !== undefined) graph.literal(name, value);
        else graph.initializer(name, value);
      }
      const tape = new Tape(graph, this.b.target, wanted, this.#own, this.stopped);
      for (const inner of body.nodes) tape.stage(copied(inner, graph));
      const seeds = [...body.outputs.keys()].flatMap((name, i): [string, string][] => {
        const d = dys[i];
        return d === undefined ? [] : [[name, d]];
      });
      const gradients = tape.backward(new Map(seeds), wanted);
      for (const name of wanted) {
        const as = graph.fresh(`${name}.grad`);
        tape.b.named(as, "Identity", [gradients.get(name) ?? tape.b.zerosLike(name)]);
        graph.output(as);
      }
      prune(graph);
      return graph;
    };
    const branches = { then_branch: branch("then_branch"), else_branch: branch("else_branch") };
    const made = this.b.ops("If", [node.inputs[0]!], branches, wanted.length);
    made.forEach((gradient, i) => {
      this.#check(node, wanted[i]!, gradient);
    });
    return made;
  }

  /** A gradient has the type of what it is the gradient of, also where inference cannot tell. */
  #check(node: Node, name: string, gradient: string): void {
    const wanted = this.graph.type(name);
    const type = this.graph.typeOf(gradient);
    const vague = type?.shape === undefined || type.shape.some((d) => typeof d === "string" && d.startsWith("?"));
    if (vague) this.graph.setType(gradient, wanted);
    else if (type.elem !== wanted.elem || (wanted.shape !== undefined && !agrees(type.shape!, wanted.shape))) {
      throw new OnnxError(
        `The gradient of ${describe(node)} with respect to \`${name}\` is ${shown(type)} and should be ${shown(wanted)}.`,
      );
    }
  }

  #rule(node: Node, inside: readonly string[]): Rule {
    const key = keyOf(node);
    const own = Object.hasOwn(this.#own, key) ? this.#own[key] : undefined;
    if (own !== undefined) return own;
    const rule = standard(node) && Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
    if (rule !== undefined) return rule;
    const on = [...node.inputs.filter((name) => this.#needs.has(name)), ...inside];
    const why = rounding.has(node.op) && standard(node) ? "rounds, so its gradient is zero" : "has no gradient";
    throw new OnnxError(
      `${describe(node)} ${why}, and one is needed with respect to ${names(on)}. ` +
        "Freeze the weights before it by leaving them out of `wrt`, or give its gradient with `gradients`.",
    );
  }
}

const standard = (node: Node): boolean => node.domain === "" || node.domain === "ai.onnx";

const keyOf = (node: Node): string =>
  node.domain === "" || node.domain === "ai.onnx" ? node.op : `${node.domain}.${node.op}`;

const trains = (node: Node): boolean =>
  node.op === "BatchNormalization" && node.domain === "" && int(node, "training_mode", 0) === 1;

const shown = ({ elem, shape }: TensorType): string => `${elem} [${shape?.join(", ") ?? "?"}]`;

/** Names may say the same size differently; numbers must agree. */
const agrees = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i] || typeof d === "string" || typeof b[i] === "string");

/** Every name in a graph and the graphs inside it. */
function valuesOf(graph: Graph): Set<string> {
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

export type { Rule, Trainable };
