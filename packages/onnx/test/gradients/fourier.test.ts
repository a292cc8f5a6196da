import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { Graph } from "../../src/graph/graph.ts";
import { type Case, Feeds, run, session, tensor } from "../check.ts";

const f = new Feeds(12);
type Attributes = Readonly<Record<string, number>>;
const squared = (g: Graph, x: string): string => g.op("Mul", [x, x])[0]!;

function dft(
  name: string,
  shape: readonly number[],
  attributes: Attributes,
  { length, axis, symbolic }: { length?: number; axis?: number; symbolic?: readonly (number | string)[] } = {},
): Case {
  return {
    name: `DFT, ${name}`,
    inputs: { x: f.float(shape) },
    ...(symbolic === undefined ? {} : { symbolic: { x: symbolic } }),
    build: (g) => {
      const scalar = (n: number | undefined): string => (n === undefined ? "" : g.constant(n, "int64", []));
      return squared(g, g.op("DFT", ["x", scalar(length), scalar(axis)], attributes)[0]!);
    },
  };
}

function stft(
  name: string,
  shape: readonly number[],
  form: { window?: boolean; length?: number; attributes?: Attributes; symbolic?: readonly (number | string)[] },
): Case {
  const { window, length, attributes = {}, symbolic } = form;
  return {
    name: `STFT, ${name}`,
    inputs: { x: f.float(shape), ...(window ? { w: f.float([4]) } : {}) },
    ...(symbolic === undefined ? {} : { symbolic: { x: symbolic } }),
    build: (g) => {
      const inputs = ["x", g.constant(3, "int64", []), window ? "w" : ""];
      if (length !== undefined) inputs.push(g.constant(length, "int64", []));
      return squared(g, g.op("STFT", inputs, attributes)[0]!);
    },
  };
}

describe("Fourier transforms", () => {
  run([
    dft("real", [2, 5, 1], {}, { symbolic: ["batch", "time", 1] }),
    dft("complex", [2, 5, 2], {}, { symbolic: ["batch", "time", 2] }),
    dft("complex, back", [2, 5, 2], { inverse: 1 }, { symbolic: ["batch", "time", 2] }),
    dft("real, back", [2, 4, 1], { inverse: 1 }),
    dft("along another axis", [4, 3, 2], {}, { axis: 0 }),
    dft("padded", [2, 3, 2], {}, { length: 5, symbolic: ["batch", "time", 2] }),
    dft("cut", [2, 5, 2], { inverse: 1 }, { length: 3, symbolic: ["batch", "time", 2] }),
    ...[4, 5].flatMap((n) => [
      dft(`half the spectrum of ${n}`, [2, n, 1], { onesided: 1 }, { symbolic: ["batch", "time", 1] }),
      dft(`half the spectrum of ${n}, cut`, [2, 6, 1], { onesided: 1 }, { length: n }),
      dft(`a signal of ${n} from half its spectrum`, [2, 3, 2], { onesided: 1, inverse: 1 }, { length: n }),
    ]),
    dft("a signal from half its spectrum", [2, 3, 2], { onesided: 1, inverse: 1 }, { symbolic: ["batch", "bins", 2] }),
    stft("a window", [2, 11, 1], { window: true, symbolic: ["batch", "time", 1] }),
    stft("a length", [1, 9, 1], { length: 5 }),
    // Without a window: ONNX Runtime 1.30 multiplies complex numbers by the wrong ones of it.
    stft("the whole spectrum of complex numbers", [1, 8, 2], { length: 4, attributes: { onesided: 0 } }),
  ]);

  test("STFT of complex numbers with a window computes its formula", async () => {
    const [x, w] = [new Feeds(13).float([1, 8, 2]).data, [1, 2, 3, 4]];
    const g = new Graph(20);
    g.input("x", { elem: "float64", shape: [1, 8, 2] });
    const window = g.constant(w, "float64", [4]);
    g.output(g.op("STFT", ["x", g.constant(3, "int64", []), window], { onesided: 0 })[0]!);
    const { graph, outputs } = differentiate(g, {
      loss: (h, [y = ""]) => h.op("ReduceSum", [y], { keepdims: 0 })[0]!,
      inputs: ["x"],
    });
    const s = await session(graph);
    const y = (await s.run({ x: tensor("float64", x, [1, 8, 2]) }))[outputs[0]!]!.data as Float64Array;
    await s.release();
    let i = 0;
    for (const first of [0, 3])
      for (let k = 0; k < 4; k++) {
        let [re, im] = [0, 0];
        for (let n = 0; n < 4; n++) {
          const [a, b] = [x[2 * (first + n)]! * w[n]!, x[2 * (first + n) + 1]! * w[n]!];
          const t = (-2 * Math.PI * k * n) / 4;
          re += a * Math.cos(t) - b * Math.sin(t);
          im += a * Math.sin(t) + b * Math.cos(t);
        }
        expect(y[i++]).toBeCloseTo(re, 10);
        expect(y[i++]).toBeCloseTo(im, 10);
      }
  });
});
