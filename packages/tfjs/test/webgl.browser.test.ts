import { rmsprop } from "@descent/adagrad";
import { adam, adamw } from "@descent/adam";
import { type Configured, clipByGlobalNorm } from "@descent/core";
import { configured } from "@descent/core/adapter";
import { momentum, sgd } from "@descent/sgd";
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { long } from "../../../tests/long.ts";
import { describeGpu, oneIn } from "../../../tests/sample.ts";
import { type OptimizerOptions, optimizer } from "../src/index.ts";
import { normal } from "./numbers.ts";
import { describeRefusal } from "./refusal.ts";
import { describeSafety } from "./safety.ts";
import { fewPrograms } from "./software-gpu.ts";
import { tfjs } from "./target.ts";

interface Backend {
  runWebGLProgram(program: { readonly constructor: { readonly name: string } }, ...rest: unknown[]): tf.TensorInfo;
  readonly binaryCache: Readonly<Record<string, unknown>>;
}
const backend = (): Backend => tf.backend() as unknown as Backend; // the webgl backend is used throughout

/** The programs that `act` launches, by their names. */
function launches(act: () => void): string[] {
  const names: string[] = [];
  const gl = backend();
  const run = gl.runWebGLProgram;
  gl.runWebGLProgram = (program, ...rest) => {
    names.push(program.constructor.name);
    return run.call(gl, program, ...rest);
  };
  try {
    act();
  } finally {
    gl.runWebGLProgram = run;
  }
  return names;
}
const UPDATE = "DescentUpdate";
const compiled = (): number => Object.keys(backend().binaryCache).filter((key) => key.startsWith(UPDATE)).length;

/** Variables with gradients that lie packed on the graphics card, as those of dense layers do. */
function model(shapes: readonly (readonly number[])[]): { variables: tf.Variable[]; gradients: tf.NamedTensorMap } {
  const randn = (shape: readonly number[], seed: number): tf.Tensor => tf.tensor(normal(shape, seed), [...shape]);
  const variables = shapes.map((shape, i) => tf.tidy(() => tf.variable(randn(shape, i + 1))));
  const gradients = Object.fromEntries(
    variables.map((v, i) => [v.name, tf.tidy(() => tf.abs(randn(v.shape, i + 50)).mul(0.1))]),
  );
  return { variables, gradients };
}

async function train(rule: Configured, options: OptimizerOptions, shapes: readonly (readonly number[])[], steps = 5) {
  const { variables, gradients } = model(shapes);
  const opt = optimizer(rule, options);
  for (let i = 0; i < steps; i++) opt.applyGradients(gradients);
  const numbers = await Promise.all(variables.map(async (v) => [...(await v.data())]));
  const { execution } = opt;
  opt.dispose();
  tf.dispose([variables, gradients]);
  return { numbers, execution };
}

describe("updates fused on tfjs's webgl backend", () => {
  beforeAll(async () => {
    expect(await tf.setBackend("webgl")).toBe(true);
    await tf.ready();
  });
  fewPrograms();

  // SwiftShader rounds every operation; cos it computes to an absolute error of 2^-11.
  describeGpu(tfjs("tfjs webgl, fused"), {
    turn: 0,
    live: () => tf.memory().numTensors,
    exact: true,
    tolerance: 5e-4,
  });

  describeSafety(tf, { fused: true, other: "cpu", every: 4 });

  describe("gradients that are not finite", () => describeRefusal(tf));

  // The last are longer than a texture is wide, so that they are folded.
  const small = [[], [1], [3], [5, 3], [4, 6], [1, 7], [3, 3, 2, 5], [2, 1, 1, 1, 3, 2], [300], [0, 3]];
  const shapes = [...small, [70001], [3, 40001], [20001, 3, 2]];
  const ends = oneIn(2);
  for (const [name, rule] of Object.entries({ Adam: adam(), momentum: momentum({ lr: 0.1 }) }))
    ends(`${name} ends at the bits of the composed update, whatever the shapes`, async () => {
      const few = tf.env().getBool("WEBGL_USE_SHAPES_UNIFORMS");
      tf.env().set("WEBGL_USE_SHAPES_UNIFORMS", false); // with it the composed update ends at other bits
      try {
        const fused = await train(rule, {}, shapes, 2);
        const composed = await train(rule, { fused: false }, shapes, 2);
        expect(fused.execution).toEqual({ backend: "webgl", fused: shapes.length, composed: 0 });
        expect(composed.execution).toEqual({ backend: "webgl", fused: 0, composed: shapes.length });
        expect(fused.numbers).toEqual(composed.numbers);
      } finally {
        tf.env().set("WEBGL_USE_SHAPES_UNIFORMS", few);
      }
    });

  test("products of matrices, sums by row and by column are tfjs's own, and what reads them is fused", async () => {
    const rule = configured(
      {
        id: "mixed",
        title: "Mixed",
        paper: "",
        hyper: { lr: 0.1 },
        state: { r: { place: "row", init: 1 }, c: { place: "column", init: 1 }, m: 0 },
        update: {
          r: "0.5 * r + rowMean(g^2)",
          c: "0.5 * c + columnMean(g^2)",
          s: "g @ g'", // of another shape than p
          m: "0.9 * m + (0.5 * s + 0.1 * s @ s) @ p - 0.1 * g",
          p: "p - lr * m / (sqrt(r * c) + norm(m))",
        },
      },
      {},
    );
    const matrices = [
      [5, 3],
      [4, 6],
      [3, 3, 2, 5],
      [1, 4],
    ];
    const fused = await train(rule, {}, matrices);
    expect(fused.execution?.fused).toBe(matrices.length);
    const composed = await train(rule, { fused: false }, matrices);
    // Adding and multiplying in turn may be rounded apart in tfjs's programs, and sums taken in another order.
    for (const [i, numbers] of fused.numbers.entries())
      for (const [k, x] of numbers.entries()) expect(x).toBeCloseTo(composed.numbers[i]![k]!, 5);
  });

  test("launch one program for each tensor that a step stores", () => {
    const { variables, gradients } = model([[64, 33], [33]]);
    const programs = (rule: Configured, options?: OptimizerOptions): string[] => {
      const opt = optimizer(rule, { nonFinite: "apply", ...options });
      opt.applyGradients(gradients);
      const names = launches(() => opt.applyGradients(gradients));
      opt.dispose();
      return names;
    };
    expect(programs(adam())).toEqual(Array(6).fill(UPDATE));
    expect(programs(sgd())).toEqual(Array(2).fill(UPDATE));
    expect(programs(adam(), { fused: false }).length).toBeGreaterThan(24);
    // To refuse what is not finite: the gradient of each variable is looked at, the findings are added up, and the number of refused
    // steps is stored.
    expect(programs(adam(), { nonFinite: "throw" }).filter((name) => name === UPDATE)).toHaveLength(6 + 2 + 1 + 1);
    tf.dispose([variables, gradients]);
  });

  test("compile nothing between steps, with other hyper-parameters, or for tensors of other shapes", () => {
    const rule = adamw({ lr: 0.0123 });
    const first = model([[5, 4], [3, 3, 2, 4], [1]]);
    // Where sums are read, tfjs compiles a program for each way in which one number is spread over a tensor: up to four.
    const opt = optimizer(rule, { nonFinite: "apply" });
    opt.applyGradients(first.gradients);
    const before = compiled();
    expect(before).toBeGreaterThan(0);
    for (let i = 0; i < 3; i++) opt.applyGradients(first.gradients);
    opt.set({ lr: 0.5 });
    opt.applyGradients(first.gradients);
    const second = model([[7], [9, 2], [1000, 3], [2, 3, 5, 7], [6, 5, 4, 3, 2], [1, 1]]);
    opt.applyGradients(second.gradients);
    expect(compiled()).toBe(before);
    opt.dispose();
    tf.dispose([first.variables, first.gradients, second.variables, second.gradients]);
  });

  test("read tensors that were never uploaded, that lie unpacked, sliced or reshaped", async () => {
    const numbers = [...normal([6, 5], 3)];
    const wanted = numbers.map((x) => Math.fround(x - Math.fround(0.5 * x)));
    const sources: Readonly<Record<string, () => tf.Tensor>> = {
      "never uploaded": () => tf.tensor(numbers, [6, 5]),
      packed: () => tf.tidy(() => tf.neg(tf.neg(tf.tensor(numbers, [6, 5]).mul(1)))),
      unpacked: () => tf.tidy(() => tf.sum(tf.stack([tf.tensor(numbers, [6, 5]), tf.zeros([6, 5])]), 0)),
      sliced: () =>
        tf.tidy(() => tf.slice(tf.sum(tf.tensor([...normal([2, 5], 9), ...numbers], [1, 8, 5]), 0), [2, 0])),
      reshaped: () => tf.tidy(() => tf.reshape(tf.neg(tf.neg(tf.tensor(numbers, [2, 3, 5]).mul(1))), [6, 5])),
    };
    const held = tf.memory().numTensors;
    const all = Object.entries(sources);
    for (const [i, [p, makeP]] of all.entries())
      for (const [k, [g, makeG]] of all.entries()) {
        if (!long && (i + 2 * k) % all.length !== 0) continue; // each once as a parameter and once as a gradient
        const v = tf.tidy(() => tf.variable(makeP()));
        const gradient = makeG();
        const opt = optimizer(sgd({ lr: 0.5 }));
        opt.applyGradients({ [v.name]: gradient });
        expect([...(await v.data())], `${p} less ${g}`).toEqual(wanted);
        opt.dispose();
        tf.dispose([v, gradient]);
      }
    expect(tf.memory().numTensors).toBe(held);
  });

  test("leave zeros past the edges of what they store, where tfjs's matrix product reads", async () => {
    // Without eps the elements past the edge would be 0 / 0.
    const { variables, gradients } = model([
      [3, 5],
      [5, 3],
    ]);
    const opt = optimizer(adam({ eps: 0 }));
    for (let i = 0; i < 2; i++) opt.applyGradients(gradients);
    const [a, b] = variables as [tf.Variable, tf.Variable];
    const [x, y] = [await a.array(), await b.array()] as number[][][];
    const product = tf.tidy(() => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D));
    const actual = (await product.array()) as number[][];
    for (const i of [0, 1, 2])
      for (const j of [0, 1, 2])
        expect(actual[i]![j]).toBeCloseTo(
          [0, 1, 2, 3, 4].reduce((s, k) => s + x![i]![k]! * y![k]![j]!, 0),
          5,
        );
    tf.dispose([variables, gradients, product]);
    opt.dispose();
  });

  const holds = oneIn(2);
  for (const [name, rule] of Object.entries({
    "Adam clipped by the norm of all gradients": clipByGlobalNorm(adam(), 1),
    Adam: adam(),
  }))
    holds(`${name} holds as many tensors, buffers and bytes after a hundred steps as before`, () => {
      const empty = tf.memory().numTensors;
      const { variables, gradients } = model([[9, 7], [7], []]);
      const opt = optimizer(rule);
      for (let i = 0; i < 3; i++) opt.applyGradients(gradients);
      const before = tf.memory();
      expect(before).toHaveProperty("numBytesInGPU");
      for (let i = 0; i < 100; i++) opt.applyGradients(gradients);
      expect(tf.memory()).toEqual(before);
      opt.dispose();
      tf.dispose([variables, gradients]);
      expect(tf.memory().numTensors).toBe(empty);
    });

  test("a program that does not compile changes nothing", async () => {
    const { variables, gradients } = model([[2, 2], [3]]);
    const opt = optimizer(adam());
    opt.applyGradients(gradients);
    const at = await Promise.all(variables.map(async (v) => [...(await v.data())]));
    const held = tf.memory().numTensors;
    const gl = backend();
    const run = gl.runWebGLProgram;
    let left = 4;
    gl.runWebGLProgram = (...args) => {
      if (args[0].constructor.name === UPDATE && left-- === 0) throw new Error("Failed to compile fragment shader.");
      return run.apply(gl, args);
    };
    try {
      expect(() => opt.applyGradients(gradients)).toThrow("Failed to compile");
    } finally {
      gl.runWebGLProgram = run;
    }
    expect(opt.step).toBe(1);
    expect(await Promise.all(variables.map(async (v) => [...(await v.data())]))).toEqual(at);
    expect(tf.memory().numTensors).toBe(held);
    opt.dispose();
    tf.dispose([variables, gradients]);
  });

  describe("on a device whose textures hold half floats, as many phones have", () => {
    const half = tf.env().getBool("WEBGL_RENDER_FLOAT32_ENABLED");
    beforeEach(() => tf.env().set("WEBGL_RENDER_FLOAT32_ENABLED", false));
    afterEach(() => tf.env().set("WEBGL_RENDER_FLOAT32_ENABLED", half));

    const some = oneIn(4);
    for (const [name, rule] of Object.entries({
      clipped: clipByGlobalNorm(adam({ lr: 0.04 }), 1),
      adam: adam({ lr: 0.04 }),
      adamw: adamw({ lr: 0.04 }),
      rmsprop: rmsprop({ lr: 0.01 }),
    }))
      some(`${name} trains with its defaults, its updates in float32 outside the graphics card`, async () => {
        const x = tf.tensor(normal([64, 6], 7), [64, 6]);
        const y = tf.tidy(() => x.mul(0.5).sum(1, true));
        const { glorotUniform } = tf.initializers;
        const model = tf.sequential({
          layers: [
            tf.layers.dense({
              inputShape: [6],
              units: 8,
              activation: "tanh",
              kernelInitializer: glorotUniform({ seed: 3 }),
            }),
            tf.layers.dense({ units: 1, kernelInitializer: glorotUniform({ seed: 4 }) }),
          ],
        });
        const opt = optimizer(rule);
        model.compile({ optimizer: opt, loss: "meanSquaredError" });
        const { history } = await model.fit(x, y, { epochs: 30, batchSize: 64, shuffle: false, verbose: 0 });
        const loss = history.loss as number[];
        expect(loss.at(-1)!).toBeLessThan(0.1 * loss[0]!);
        expect(opt.execution).toEqual({ backend: "webgl", fused: 4, composed: 0 });
        opt.dispose();
        model.dispose();
        tf.dispose([x, y]);
      });

    test("refuses gradients that are not finite at once, and numbers that half precision turns to zero", async () => {
      const v = tf.tidy(() => tf.variable(tf.ones([3])));
      const opt = optimizer(adam());
      const wrong = tf.tensor1d([1, Number.NaN, 1]);
      expect(() => opt.applyGradients({ [v.name]: wrong })).toThrow(`The gradient of \`${v.name}\` is not finite`);
      const composed = optimizer(adam(), { fused: false });
      expect(() => composed.applyGradients({ [v.name]: tf.ones([3]) })).toThrow(
        "Adam: `eps` = 1e-8 is zero in half precision, the only precision of this device's webgl. Make it 1e-4 or more",
      );
      const wide = optimizer(adam({ eps: 1e-4, lr: 0.1 }), { fused: false });
      wide.applyGradients({ [v.name]: tf.ones([3]) });
      expect([...(await v.data())]).toEqual([0.9, 0.9, 0.9].map((n) => expect.closeTo(n, 3)));
      tf.dispose([v, wrong]);
      for (const each of [opt, composed, wide]) each.dispose();
    });
  });

  test("a rule of more tensors than a shader can read falls apart into programs that can be run", async () => {
    const names = Array.from({ length: 20 }, (_, i) => `s${i}`);
    const rule = configured(
      {
        id: "many",
        title: "Many",
        paper: "",
        hyper: { lr: 0.1 },
        state: Object.fromEntries(names.map((n, i) => [n, i + 1])),
        update: { p: `p - lr * (g + ${names.join(" + ")})` },
      },
      {},
    );
    const fused = await train(rule, {}, [[3, 5]], 2);
    expect(fused.execution?.fused).toBe(1);
    expect(fused.numbers).toEqual((await train(rule, { fused: false }, [[3, 5]], 2)).numbers);
  });
});
