import { names, OnnxError } from "../errors.ts";
import { adviceOn } from "../graph/advice.ts";
import type { Dim } from "../graph/dims.ts";
import type { Graph } from "../graph/graph.ts";
import { describe, keyOf, type Node, type Scope, standard, type TensorType } from "../graph/node.ts";
import { captured, copied, sizeOf } from "../graph/subgraphs.ts";
import { isFloat } from "../proto/elem.ts";
import { bodies, type Through } from "./bodies.ts";
import { Budget, TooLarge } from "./bounds.ts";
import { Builder, type Target } from "./builder.ts";
import { lowerings } from "./decompose.ts";
import { expansions } from "./expansions/index.ts";
import { flat, rules } from "./gradients/index.ts";
import { type Lookup, lookedUp } from "./gradients/indexing.ts";
import type { GradientRule, Gradients } from "./gradients/rule.ts";
import { Rounding } from "./rounding.ts";

/** Records the forward pass, and appends the backward pass from it. */
export class Tape {
  readonly graph: Graph;
  readonly b: Builder;
  /** Operators of slope zero, where gradients ended. */
  readonly stopped: Set<string>;
  /** The gradients of values whose makers the backward pass came to, by the value. */
  readonly gradients: Map<string, string> = new Map();
  readonly #nodes: Node[] = [];
  readonly #rounding: Rounding;
  /** The gradients of nodes that are recorded as something else. */
  readonly #special = new Map<Node, GradientRule>();
  readonly #needs: Set<string>;
  readonly #own: Readonly<Record<string, GradientRule>>;
  readonly #budget: Budget;
  /** Values that gradients do not pass through. */
  readonly #ends: ReadonlySet<string>;
  #expanding = 0;

  constructor(
    graph: Graph,
    target: Target,
    needs: Iterable<string>,
    own: Readonly<Record<string, GradientRule>>,
    stopped: Set<string> = new Set(),
    budget: Budget = new Budget(),
    ends: ReadonlySet<string> = new Set(),
  ) {
    this.graph = graph;
    this.b = new Builder(graph, target);
    this.#rounding = new Rounding(graph);
    this.#needs = new Set(needs);
    this.#own = own;
    this.stopped = stopped;
    this.#budget = budget;
    this.#ends = ends;
  }

  #needed(node: Node): boolean {
    return [...node.inputs, ...captured(node)].some((name) => this.#needs.has(name));
  }

  /** Appends a node of the forward pass, in the form that its gradient wants. */
  stage(node: Node): void {
    const { b, graph } = this;
    const rounded = Object.hasOwn(this.#own, keyOf(node)) ? undefined : this.#rounding.append(node, this.#needed(node));
    if (rounded !== undefined) {
      if (rounded === "ends") this.stopped.add(describe(node));
      else if (rounded !== "unneeded") {
        this.#special.set(rounded.node, rounded.rule);
        this.#record(rounded.node);
      }
      return;
    }
    if (!this.#needed(node) || !standard(node) || Object.hasOwn(this.#own, keyOf(node))) {
      // Running statistics move also where no gradient passes.
      const moving = standard(node) && node.op === "BatchNormalization" ? lowerings[node.op] : undefined;
      if (moving?.(b, node) === undefined) graph.add(node);
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

  /** A lookup whose row `padding` is read and not trained. */
  stageLookup(node: Node, padding: number): void {
    const { b, graph } = this;
    const [table = "", rows = ""] = node.inputs;
    const [output = ""] = node.outputs;
    if (!this.#needs.has(table)) {
      this.stage(node);
      return;
    }
    const found = graph.fresh(output);
    this.stage({ ...node, outputs: [found] });
    const kept = graph.fresh(output);
    // Recorded by nobody, so that no gradient passes it.
    graph.add({ op: "Identity", domain: "", name: "", inputs: [found], outputs: [kept], attributes: {} });
    this.build(() => {
      const { elem, shape } = graph.type(rows);
      const padded = b.op("Equal", [rows, graph.constant(padding, elem)]);
      b.named(output, "Where", [b.op("Unsqueeze", [padded, graph.ints([shape?.length ?? 0])]), kept, found]);
    });
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
    if (node.outputs.some((name) => this.#ends.has(name))) {
      this.stopped.add(`${describe(node)} (by \`stopGradient\` or detach())`);
      return;
    }
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

  /**
   * Appends the gradients of some values, given those of others. Those of tables that `byRows` has are put there, lookup by
   * lookup; a table that is read otherwise is refused.
   */
  backward(
    seeds: ReadonlyMap<string, string>,
    wanted: readonly string[],
    byRows: ReadonlyMap<string, Lookup[]> = new Map(),
  ): Map<string, string | undefined> {
    const { b } = this;
    const sums = new Map<string, string[]>();
    const add = (name: string, gradient: string, by?: Node): void => {
      if (byRows.has(name))
        throw new OnnxError(
          `${by ? describe(by) : "The loss"} reads all of \`${name}\`, so its gradient is not one of some rows. Leave it out of \`rows\`.`,
        );
      const all = sums.get(name);
      if (all === undefined) sums.set(name, [gradient]);
      else all.push(gradient);
    };
    const collect = (name: string): string | undefined => {
      const all = name === "" ? undefined : sums.get(name);
      if (all === undefined) return undefined;
      const total = b.total(all);
      sums.set(name, [total]);
      this.gradients.set(name, total);
      return total;
    };
    for (const [name, gradient] of seeds) add(name, gradient);
    for (const node of [...this.#nodes].reverse()) {
      if (!node.outputs.some((name) => sums.has(name) && this.#needs.has(name))) continue;
      const dys = node.outputs.map(collect);
      const lookups = Object.hasOwn(this.#own, keyOf(node)) ? undefined : byRows.get(node.inputs[0] ?? "");
      const lookup = lookups && dys[0] !== undefined ? lookedUp(b, node, dys[0]) : undefined;
      if (lookups && lookup) {
        lookups.push(lookup); // its indices have no gradient
        continue;
      }
      const inside = captured(node).filter((name) => this.#needs.has(name));
      const need = node.inputs.map((name) => this.#needs.has(name));
      const take = (of: readonly string[], all: Gradients, wanted: (i: number) => boolean): void => {
        of.forEach((name, i) => {
          const gradient = all[i];
          if (gradient === undefined || !wanted(i)) return;
          this.#check(node, name, gradient);
          add(name, gradient, node);
        });
      };
      const bodied = standard(node) && Object.hasOwn(bodies, node.op) ? bodies[node.op] : undefined;
      if (bodied !== undefined && !Object.hasOwn(this.#own, keyOf(node))) {
        const through: Through = (...of) => this.#through(...of);
        const gradients = sized(node, () => bodied({ b, node, dys, inside, through }));
        take(node.inputs, gradients.inputs, (i) => need[i]!);
        take(inside, gradients.inside, () => true);
        continue;
      }
      const rule = this.#rule(node, inside);
      const gradients = sized(node, () => rule(b, node, dys, need));
      take(node.inputs, gradients, (i) => need[i]!);
    }
    return new Map(wanted.map((name) => [name, collect(name)]));
  }

  /** Goes back through a body that is repeated in a graph inside this one. */
  #through(
    graph: Graph,
    body: Scope,
    seeds: ReadonlyMap<string, string>,
    wanted: readonly string[],
  ): ReturnType<Tape["backward"]> {
    const tape = new Tape(graph, this.b.target, wanted, this.#own, this.stopped, this.#budget, this.#ends);
    for (const inner of body.nodes) tape.stage(copied(inner, graph));
    return tape.backward(seeds, wanted);
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
    const special = this.#special.get(node);
    if (special !== undefined) return special;
    const key = keyOf(node);
    const own = Object.hasOwn(this.#own, key) ? this.#own[key] : undefined;
    if (own !== undefined) return own;
    const rule = standard(node) && Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
    if (rule !== undefined) return rule;
    const on = [...node.inputs.filter((name) => this.#needs.has(name)), ...inside];
    throw new OnnxError(
      `${describe(node)} has no gradient, and one is needed with respect to ${names(on)}. ` +
        `Freeze the weights before it by leaving them out of \`wrt\`, or give its gradient with \`gradients\`. ${adviceOn(node)}`.trimEnd(),
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
