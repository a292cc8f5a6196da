import { names, OnnxError } from "../errors.ts";
import type { Dim } from "../graph/dims.ts";
import { prune } from "../graph/fold.ts";
import { Graph } from "../graph/graph.ts";
import { describe, keyOf, type Node, standard, subgraph, type TensorType } from "../graph/node.ts";
import { captured, copied, renamedCopy, sizeOf } from "../graph/subgraphs.ts";
import { isFloat } from "../proto/elem.ts";
import { Budget, TooLarge } from "./bounds.ts";
import { Builder, type Target } from "./builder.ts";
import { lowerings } from "./decompose.ts";
import { expansions } from "./expansions/index.ts";
import { flat, rounding, rules } from "./gradients/index.ts";
import type { GradientRule, Gradients } from "./gradients/rule.ts";

/** Records the forward pass, and appends the backward pass from it. */
export class Tape {
  readonly graph: Graph;
  readonly b: Builder;
  /** Operators of slope zero, where gradients ended. */
  readonly stopped: Set<string>;
  readonly #nodes: Node[] = [];
  readonly #needs: Set<string>;
  readonly #own: Readonly<Record<string, GradientRule>>;
  readonly #budget: Budget;
  #expanding = 0;

  constructor(
    graph: Graph,
    target: Target,
    needs: Iterable<string>,
    own: Readonly<Record<string, GradientRule>>,
    stopped: Set<string> = new Set(),
    budget: Budget = new Budget(),
  ) {
    this.graph = graph;
    this.b = new Builder(graph, target);
    this.#needs = new Set(needs);
    this.#own = own;
    this.stopped = stopped;
    this.#budget = budget;
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
    if (expand !== undefined && sized(node, () => expand(b, node))) {
      if (++this.#expanding > 64) throw new OnnxError(`${describe(node)} expands without end.`);
      const parts = graph.nodes.splice(start);
      sized(node, () => this.#budget.take(sizeOf({ nodes: parts })));
      for (const part of parts) this.stage(part);
      this.#expanding--;
      return;
    }
    const lower = Object.hasOwn(lowerings, node.op) ? lowerings[node.op] : undefined;
    const lowered = lower === undefined ? undefined : sized(node, () => lower(b, node));
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

  /** Appends the gradients of some values, given those of others. */
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
      const rule = this.#rule(node, inside);
      const gradients = sized(node, () => rule(b, node, dys, need));
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
      const tape = new Tape(graph, this.b.target, wanted, this.#own, this.stopped, this.#budget);
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

  #rule(node: Node, inside: readonly string[]): GradientRule {
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

/** Names the node at which a gradient would become too large. */
function sized<T>(node: Node, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    throw new OnnxError(
      `${describe(node)} ${error.message}. Freeze the weights that it depends on, or make its sizes smaller.`,
    );
  }
}

const shown = ({ elem, shape }: TensorType): string => `${elem} [${shape?.join(", ") ?? "?"}]`;

/** Names may say the same size differently; numbers must agree. */
const agrees = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i] || typeof d === "string" || typeof b[i] === "string");
