import { OnnxError } from "../../errors.ts";
import { Graph } from "../../graph/graph.ts";
import { describe, int } from "../../graph/node.ts";
import { positive } from "../axes.ts";
import { type Expansion, name } from "./expansion.ts";

/** Products from one end of an axis on, one factor after the other: a quotient would be wrong where a factor is zero. */
const cumulativeProduct: Expansion = (b, node) => {
  const [x = "", axisInput = ""] = node.inputs;
  const [given] = b.integers(axisInput) ?? [];
  if (given === undefined) throw new OnnxError(`The gradient of ${describe(node)} needs its axis to be a constant.`);
  const axis = positive(given, b.rank(x));
  const sizes = b.sizes(x).filter((_, i) => i !== axis);
  const { elem, shape = [] } = b.graph.type(x);
  const body = new Graph(b.graph.opset, b.graph);
  const part = { elem, shape: shape.filter((_, i) => i !== axis) };
  const before = body.input(body.fresh("before"), part);
  const factor = body.input(body.fresh("factor"), part);
  const [after = ""] = body.op("Mul", [before, factor]);
  body.output(after);
  body.output(body.op("Identity", [int(node, "exclusive", 0) === 1 ? before : after])[0]!);
  const direction = int(node, "reverse", 0);
  name(b, node, 0, () => {
    const attributes = {
      body,
      num_scan_inputs: 1,
      scan_input_axes: [axis],
      scan_input_directions: [direction],
      scan_output_axes: [axis],
      scan_output_directions: [direction],
    };
    return b.ops("Scan", [b.filled(sizes, x, 1), x], attributes, 2)[1]!;
  });
  return true;
};

export const cumulative: Readonly<Record<string, Expansion>> = { CumProd: cumulativeProduct };
