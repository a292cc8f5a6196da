import type { Node } from "../../graph/node.ts";
import type { Builder } from "../builder.ts";

/** A gradient per input or output; undefined where there is none. */
export type Gradients = readonly (string | undefined)[];

/**
 * The chain rule of an operator: from the gradients `dys` of the outputs it appends what computes those of the inputs, where
 * `need` asks for them. Only standard operators may be appended, so that the result can be differentiated again.
 */
export type GradientRule = (b: Builder, node: Node, dys: Gradients, need: readonly boolean[]) => Gradients;

/** The arguments of a rule for one input and one output. */
export interface Unary {
  readonly b: Builder;
  readonly x: string;
  readonly y: string;
  readonly d: string;
  readonly node: Node;
}

/** An operator of one differentiable input, its first, and one output. */
export function unary(gradient: (of: Unary) => string): GradientRule {
  return (b, node, [d], need) => [
    d !== undefined && need[0] ? gradient({ b, x: node.inputs[0]!, y: node.outputs[0]!, d, node }) : undefined,
  ];
}

export interface Binary extends Omit<Unary, "x"> {
  readonly a: string;
  readonly c: string;
}

/** An operator on two operands that are broadcast against each other. */
export function binary(first: (of: Binary) => string, second: (of: Binary) => string): GradientRule {
  return (b, node, [d], need) => {
    if (d === undefined) return [];
    const [a = "", c = ""] = node.inputs;
    const y = node.outputs[0]!;
    const of = { b, a, c, y, d, node };
    return [need[0] ? b.sumTo(first(of), y, a) : undefined, need[1] ? b.sumTo(second(of), y, c) : undefined];
  };
}
