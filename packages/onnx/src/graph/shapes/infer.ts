import { evaluate, moved } from "../evaluate/evaluate.ts";
import type { Node, Scope } from "../node.ts";
import { checkAttributes } from "../understood.ts";
import { Call, type Inference, Unknown } from "./call.ts";
import { control } from "./control.ts";
import { convolution } from "./convolution.ts";
import { elementwise } from "./elementwise.ts";
import { fourier } from "./fourier.ts";
import { indexing } from "./indexing.ts";
import { makers } from "./makers.ts";
import { matrix } from "./matrix.ts";
import { movement } from "./movement.ts";
import { normalization } from "./normalization.ts";
import { sequence } from "./recurrent.ts";
import { reduction } from "./reduction.ts";

const table: Readonly<Record<string, Inference>> = {
  ...elementwise,
  ...matrix,
  ...convolution,
  ...movement,
  ...makers,
  ...reduction,
  ...indexing,
  ...normalization,
  ...sequence,
  ...control,
  ...fourier,
};

/** The operators whose types of outputs can be told. */
export const inferred: readonly string[] = Object.keys(table);

/** Whether the types of this operator's outputs can be told. */
export function hasInference(node: Node): boolean {
  return (node.domain === "" || node.domain === "ai.onnx") && Object.hasOwn(table, node.op);
}

/** Tells the graph the types of a node's outputs, and their values where they follow from sizes and constants. */
export function infer(graph: Scope, node: Node): void {
  checkAttributes(node);
  const call = new Call(graph, node);
  const rule = hasInference(node) ? table[node.op] : undefined;
  if (rule !== undefined) {
    try {
      rule(call);
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      call.types.length = 0;
      call.values.length = 0;
    }
  }
  const constants = evaluate(graph, node, call.types);
  const movedValues = constants === undefined ? moved(graph, node, call.types) : undefined;
  node.outputs.forEach((name, i) => {
    if (name === "") return;
    // Of NonZero and its like the value tells the size.
    const type = call.types[i];
    const value = constants?.[i];
    graph.setType(name, type !== undefined && value !== undefined ? { elem: type.elem, shape: value.dims } : type);
    graph.setValue(name, value ?? movedValues?.[i] ?? call.values[i]);
  });
}
