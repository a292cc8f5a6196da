import type * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import type { Target } from "../src/autodiff/builder.ts";
import { differentiate } from "../src/autodiff/differentiate.ts";
import { Graph } from "../src/graph/graph.ts";
import { type Feed, Feeds, session, tensor } from "./feeds.ts";

export { type Feed, Feeds, fixed, session, tensor } from "./feeds.ts";

export type Build = (g: Graph, names: Readonly<Record<string, string>>) => string;

export interface Case {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Feed>>;
  /** Appends the operator; the name of the value whose gradient is checked. */
  readonly build: Build;
  /** The formulations that are checked, all of them run on the CPU here. Default: "cpu". */
  readonly targets?: readonly Target[];
  readonly opset?: number;
  /** Shapes with sizes by name: the case is checked with these as well. */
  readonly symbolic?: Readonly<Record<string, readonly (number | string)[]>>;
  /** Only the first derivative is checked, for this reason. */
  readonly once?: string;
  /** The operator computes in float32 also where it takes float64. */
  readonly single?: true;
  /** How far gradients in float32 may be from differences, where more than usual, and why. */
  readonly loose?: readonly [tolerance: number, reason: string];
}

/**
 * Differences of five points agree with float64 gradients to about 1e-10; one that is off by a factor or a sign is off by far more
 * than this.
 */
const double = 1e-6;
/** Sums in float32, of which differences are taken over 0.015, carry an error of some 1e-6 / 0.015 of their size. */
const singleTolerance = 3e-4;

/** Declares the tests of some cases: in float64 where the CPU has every kernel, else in float32. */
export function run(cases: readonly Case[]): void {
  for (const one of cases) {
    const targets = one.targets ?? ["cpu"];
    for (const target of targets) {
      for (const symbolic of one.symbolic === undefined ? [undefined] : [undefined, one.symbolic]) {
        const suffix = [
          targets.length > 1 || target !== "cpu" ? target : "",
          symbolic === undefined ? "" : "sizes by name",
        ].filter((s) => s !== "");
        test(`${one.name}${suffix.length > 0 ? ` (${suffix.join(", ")})` : ""}`, async () => {
          let outcome: Outcome;
          try {
            outcome = await check(one, one.single ? "float32" : "float64", target, symbolic);
          } catch (error) {
            if (
              !/Could not find an implementation|NOT_IMPLEMENTED|is invalid|bound to different types|unsupported data type|not support double/i.test(
                String(error),
              )
            )
              throw error;
            outcome = await check(one, "float32", target, symbolic);
          }
          const tolerance = outcome.elem === "float64" ? double : (one.loose?.[0] ?? singleTolerance);
          expect(outcome.first, `gradient of ${outcome.where} in ${outcome.elem}`).toBeLessThan(tolerance);
          if (outcome.second !== undefined)
            expect(outcome.second, `gradient of the gradient, ${outcome.where} in ${outcome.elem}`).toBeLessThan(
              tolerance * 3,
            );
        });
      }
    }
  }
}

/** Which elements of a tensor are tried: all of a small one, a spread of a large one. */
function tried(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.floor(((i + 0.5) * count) / most));
}

/**
 * The largest difference between gradients and differences of a function, relative to the largest difference. Five points, so
 * that float32 steps can be large enough for rounding not to show.
 */
async function deviation(
  inputs: Readonly<Record<string, Feed>>,
  elem: "float32" | "float64",
  most: number,
  evaluate: (feeds: Record<string, ort.Tensor>) => Promise<number>,
  gradients: Readonly<Record<string, ort.Tensor>>,
): Promise<{ readonly worst: number; readonly where: string }> {
  const step = elem === "float64" ? 2e-4 : 1.5e-2;
  let worst = 0;
  let where = "";
  const base = feedsOf(inputs, elem);
  for (const [name, feed] of Object.entries(inputs)) {
    if (!feed.diff) continue;
    const gradient = gradients[name]!;
    if (String(gradient.dims) !== String(feed.dims)) {
      throw new Error(`The gradient of ${name} has shape [${gradient.dims}], not [${feed.dims}].`);
    }
    const values = base[name]!.data as Float32Array | Float64Array; // by `diff`
    let largest = 1e-2;
    let off = 0;
    let at = 0;
    for (const i of tried(values.length, most)) {
      const x = values[i]!;
      const side = async (k: number): Promise<number> => {
        values[i] = x + k * step;
        return await evaluate(base);
      };
      const [p2, p1, m1, m2] = [await side(2), await side(1), await side(-1), await side(-2)];
      values[i] = x;
      const slope = (m2 - 8 * m1 + 8 * p1 - p2) / (12 * step);
      largest = Math.max(largest, Math.abs(slope));
      const found = Number(gradient.data[i]);
      const difference = Number.isNaN(found) ? Number.POSITIVE_INFINITY : Math.abs(slope - found);
      if (difference > off) [off, at] = [difference, i];
    }
    if (off / largest > worst) [worst, where] = [off / largest, `${name}[${at}]`];
  }
  return { worst, where };
}

function feedsOf(inputs: Readonly<Record<string, Feed>>, elem: "float32" | "float64"): Record<string, ort.Tensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, f]) => [name, tensor(f.elem === "float32" ? elem : f.elem, f.data, f.dims)]),
  );
}

export interface Outcome {
  readonly elem: "float32" | "float64";
  readonly first: number;
  readonly second: number | undefined;
  readonly where: string;
}

/** The gradients of a case against differences, and the gradients of the gradients. */
export async function check(
  test: Case,
  elem: "float32" | "float64",
  target: Target = "cpu",
  symbolic: Case["symbolic"] = {},
): Promise<Outcome> {
  const forward = graphOf(test, elem, {});
  const [y = ""] = forward.outputs.keys();
  const plain = await session(forward, { graphOptimizationLevel: "disabled" });
  const feeds = feedsOf(test.inputs, elem);
  const shape = (await plain.run(feeds))[y]!.dims;
  const weights = new Feeds(99).float(shape.map(Number), 0.3, 1.3).data.map((w, i) => (i % 2 === 0 ? w : -w));
  const dot = (all: ArrayLike<number | bigint>, by: readonly number[]): number =>
    by.reduce((s, w, i) => s + w * Number(all[i]), 0);
  const wrt = Object.entries(test.inputs).flatMap(([name, f]) => (f.diff ? [name] : []));

  const once = differentiate(graphOf(test, elem, symbolic), {
    loss: (g, [out = ""]) => {
      const weighted = g.op("Mul", [out, g.constant(weights, elem, shape.map(Number))]);
      return g.op("ReduceSum", [weighted[0]!], { keepdims: 0 })[0]!;
    },
    inputs: wrt,
    target,
    unreached: "zeros",
  });
  const first = await session(once.graph);
  const gradientsOf = async (f: Record<string, ort.Tensor>): Promise<Record<string, ort.Tensor>> => {
    const out = await first.run(
      f,
      once.inputs.map(({ grad }) => grad),
    );
    return Object.fromEntries(once.inputs.map(({ name, grad }) => [name, out[grad]!]));
  };
  const one = await deviation(
    test.inputs,
    elem,
    32,
    async (f) => dot((await plain.run(f))[y]!.data as Float32Array, weights),
    await gradientsOf(feeds),
  );
  await plain.release();
  if (test.once !== undefined) {
    await first.release();
    return { elem, first: one.worst, second: undefined, where: one.where };
  }
  // The gradient is a graph like another: differentiate a weighted sum of all gradients.
  const mixes = new Map(wrt.map((name, i) => [name, new Feeds(200 + i).float(test.inputs[name]!.dims, 0.3, 1.3).data]));
  const twice = differentiate(once.graph, {
    loss: (g) => {
      const parts = once.inputs.map(({ name, grad }) => {
        const { dims } = test.inputs[name]!;
        const [weighted = ""] = g.op("Mul", [grad, g.constant(mixes.get(name)!, elem, dims)]);
        return g.op("ReduceSum", [weighted], { keepdims: 0 })[0]!;
      });
      return parts.reduce((a, b) => g.op("Add", [a, b])[0]!);
    },
    inputs: wrt,
    outputs: [],
    target,
    unreached: "zeros",
  });
  const second = await session(twice.graph);
  const out = await second.run(
    feeds,
    twice.inputs.map(({ grad }) => grad),
  );
  const two = await deviation(
    test.inputs,
    elem,
    10,
    async (f) => {
      const all = await gradientsOf(f);
      return wrt.reduce((s, name) => s + dot(all[name]!.data as Float32Array, mixes.get(name)!), 0);
    },
    Object.fromEntries(twice.inputs.map(({ name, grad }) => [name, out[grad]!])),
  );
  await first.release();
  await second.release();
  return {
    elem,
    first: one.worst,
    second: two.worst,
    where: two.worst > one.worst ? `second ${two.where}` : one.where,
  };
}

/** The graph of a case; its floats of this type, sizes by name where given. */
export function graphOf(
  test: Case,
  elem: "float32" | "float64",
  symbolic: Readonly<Record<string, readonly (number | string)[]>>,
): Graph {
  const g = new Graph(test.opset ?? 20);
  for (const [name, feed] of Object.entries(test.inputs)) {
    g.input(name, { elem: feed.elem === "float32" ? elem : feed.elem, shape: symbolic[name] ?? feed.dims });
  }
  const names = Object.fromEntries(Object.keys(test.inputs).map((name) => [name, name]));
  g.output(test.build(g, names));
  return g;
}
