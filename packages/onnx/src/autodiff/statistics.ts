import type { Graph } from "../graph/graph.ts";
import { int, type Node } from "../graph/node.ts";

/** A running statistic, and the value it has after the step. */
export interface Update {
  readonly name: string;
  readonly next: string;
}

/** Whether a node is a BatchNormalization that normalises by the batch. */
export const trains = (node: Node): boolean =>
  node.op === "BatchNormalization" && node.domain === "" && int(node, "training_mode", 0) === 1;

/** The running means and variances of a model's BatchNormalizations, as the forward pass updates them. */
export class RunningStatistics {
  readonly #source: Graph;
  readonly #graph: Graph;
  readonly #next = new Map<string, string>();

  /** `graph` is the one that the model is repeated in. */
  constructor(source: Graph, graph: Graph) {
    this.#source = source;
    this.#graph = graph;
  }

  get updates(): readonly Update[] {
    return [...this.#next].map(([name, next]) => ({ name, next }));
  }

  /** The node with outputs for what it updates; a layer that is used again goes on from its first use. */
  tracked(node: Node): Node {
    const inputs = [...node.inputs];
    const outputs = [0, 1, 2].map((i) => node.outputs[i] ?? "");
    for (const i of [1, 2]) {
      const name = node.inputs[i + 2]!; // a BatchNormalization has five inputs
      if (!this.#source.initializers.has(name)) continue;
      const before = this.#next.get(name) ?? name;
      if (this.#graph.sampled.has(name)) this.#graph.sampled.add(before);
      inputs[i + 2] = before;
      outputs[i] ||= this.#graph.fresh(`${name}.next`);
    }
    while (outputs.at(-1) === "") outputs.pop();
    return { ...node, inputs, outputs };
  }

  /** Notes the new values of a node that has been appended. */
  note(node: Node, appended: Node): void {
    for (const i of [1, 2]) {
      const name = node.inputs[i + 2]!;
      const next = appended.outputs[i] ?? "";
      if (next !== "" && this.#source.initializers.has(name)) this.#next.set(name, next);
    }
  }
}
