import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { differentiate } from "../src/autodiff/differentiate.ts";
import { meanSquared } from "../src/autodiff/losses.ts";
import { Graph } from "../src/graph/graph.ts";
import { session, tensor } from "./check.ts";

/*
 * A loss with gradients in it: differentiate once, add what is made of the gradients to the loss, and differentiate that. The
 * second graph is again one of standard operators, whose gradients train the weights.
 */

interface Golden {
  readonly source: string;
  readonly doubleBackpropagation: Penalised;
  readonly gradientNorm: Penalised;
}
interface Penalised {
  readonly value: number;
  readonly gradients: readonly (readonly number[])[];
}
const golden = JSON.parse(readFileSync(new URL("fixtures/gradient_penalties.json", import.meta.url), "utf8")) as Golden; // written by goldens/make.py

let count = 0;
const numbers = (...dims: number[]): { readonly dims: number[]; readonly data: Float32Array } => {
  const size = dims.reduce((a, b) => a * b);
  count += size;
  return { dims, data: Float32Array.from({ length: size }, (_, i) => Math.sin(1.3 * (count - size + i))) };
};
const weights = { w1: numbers(4, 3), b1: numbers(4), w2: numbers(4, 2), b2: numbers(2) };
const feeds = { x: numbers(5, 3), labels: numbers(5, 2) };

/** x [batch, 3] → tanh → y [batch, 2], whose loss has gradients for the weights and for x. */
function once() {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 3] });
  for (const [name, { dims, data }] of Object.entries(weights)) g.initializer(name, { elem: "float32", dims, data });
  const [h = ""] = g.op("Gemm", ["x", "w1", "b1"], { transB: 1 });
  const [m = ""] = g.op("MatMul", [g.op("Tanh", [h])[0]!, "w2"]);
  g.output(g.op("Add", [m, "b2"], {}, ["y"])[0]!);
  return differentiate(g, { loss: meanSquared(), wrt: Object.keys(weights), inputs: ["x"] });
}

/** The loss plus λ · (Σ squares of the gradients named, or the root of that). */
function penalised(grads: readonly string[], strength: number, root: boolean) {
  const { graph, loss } = once();
  return differentiate(graph, {
    loss: (g) => {
      const squares = grads.map((grad) => g.op("ReduceSumSquare", [grad], { keepdims: 0 })[0]!);
      const [total = ""] = g.op("Sum", squares);
      const [penalty = ""] = g.op("Mul", [
        root ? g.op("Sqrt", [total])[0]! : total,
        g.constant([strength], "float32", []),
      ]);
      return g.op("Add", [loss, penalty])[0]!;
    },
    inputs: Object.keys(weights),
    outputs: [],
  });
}

describe("penalties of gradients have torch's gradients", () => {
  test.each([
    [
      "double back-propagation (Drucker and LeCun, 1992): the loss's slope by the input",
      "doubleBackpropagation",
      ["x.grad"],
      1.5,
      false,
    ],
    [
      "the norm of the weights' gradient (Zhao et al., 2022)",
      "gradientNorm",
      Object.keys(weights).map((name) => `${name}.grad`),
      0.7,
      true,
    ],
  ] as const)("%s", async (_, name, grads, strength, root) => {
    const twice = penalised(grads, strength, root);
    const run = await session(twice.graph);
    const all = Object.entries({ ...weights, ...feeds }).map(
      ([name, { data, dims }]) => [name, tensor("float32", data, dims)] as const,
    );
    const out = await run.run(Object.fromEntries(all));
    const { value, gradients } = golden[name];
    expect(Math.abs(Number(out[twice.loss]!.data[0]) - value)).toBeLessThan(1e-5 * value); // float32
    for (const [i, { grad }] of twice.inputs.entries()) {
      const found = Array.from(out[grad]!.data as Float32Array);
      const size = Math.max(...gradients[i]!.map(Math.abs));
      for (const [k, wanted] of gradients[i]!.entries()) expect(Math.abs(found[k]! - wanted)).toBeLessThan(1e-5 * size);
    }
    await run.release();
  });
});
