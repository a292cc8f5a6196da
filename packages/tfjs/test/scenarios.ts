import { adamw, radam } from "@descent/adam";
import { type Configured, clipByGlobalNorm, freeze, partition, schedule } from "@descent/core";
import { momentum } from "@descent/sgd";
import type * as tfjs from "@tensorflow/tfjs";
import { expect } from "vitest";
import { type DescentOptimizer, optimizer } from "../src/index.ts";
import { normal } from "./numbers.ts";

/** A check that must pass on every backend. */
export type Scenario = (tf: typeof tfjs) => Promise<void>;

/** A small network with its layers named and its weights from fixed numbers. */
export function network(tf: typeof tfjs, prefix = "n"): tfjs.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [6, 6, 1],
        filters: 3,
        kernelSize: 3,
        activation: "relu",
        name: `${prefix}_conv`,
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5, activation: "relu", name: `${prefix}_hidden` }),
      tf.layers.dense({ units: 3, activation: "softmax", name: `${prefix}_out` }),
    ],
  });
  tf.tidy(() =>
    model.setWeights(
      model.getWeights().map((w, i) =>
        tf.tensor(
          normal(w.shape, i + 1).map((x) => 0.5 * x),
          w.shape,
        ),
      ),
    ),
  );
  return model;
}

export function batch(tf: typeof tfjs, seed = 1, size = 8): { xs: tfjs.Tensor; ys: tfjs.Tensor } {
  const x = normal([size, 6, 6, 1], seed);
  const label = Array.from({ length: size }, (_, i) => Math.abs(Math.round(5 * x[36 * i]!)) % 3);
  return {
    xs: tf.tensor(x, [size, 6, 6, 1]),
    ys: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(label, "int32"), 3), "float32")),
  };
}

export const compile = (model: tfjs.LayersModel, opt: DescentOptimizer): void =>
  model.compile({ optimizer: opt, loss: "categoricalCrossentropy" });

export async function train(tf: typeof tfjs, model: tfjs.LayersModel, from: number, to: number): Promise<number> {
  let loss = Number.NaN;
  for (let i = from; i < to; i++) {
    const { xs, ys } = batch(tf, i);
    loss = (await model.trainOnBatch(xs, ys)) as number; // no metrics, so one number
    tf.dispose([xs, ys]);
  }
  return loss;
}

export const weights = async (model: tfjs.LayersModel): Promise<number[][]> =>
  Promise.all(model.getWeights().map(async (w) => [...(await w.data())]));

/** A model as the file it would be: JSON and bytes. */
export async function save(tf: typeof tfjs, model: tfjs.LayersModel): Promise<tfjs.io.ModelArtifacts> {
  let saved: tfjs.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    }),
    { includeOptimizer: true },
  );
  const { weightData, ...json } = saved;
  return { ...JSON.parse(JSON.stringify(json)), weightData };
}
export const load = (tf: typeof tfjs, saved: tfjs.io.ModelArtifacts): Promise<tfjs.LayersModel> =>
  tf.loadLayersModel(tf.io.fromMemory(saved));

const rate = (): ReturnType<typeof schedule> => schedule("0.03 / (1 + 0.1 * step)");
/** Optimizers that between them keep every kind of state. */
export const kinds: Readonly<Record<string, () => Configured>> = {
  "RAdam with a schedule": () => radam({ lr: rate() }),
  "AdamW with decay, clipped": () => clipByGlobalNorm(adamw({ lr: 0.01, weightDecay: 0.1 }), 0.5),
  "two rules and a frozen layer": () =>
    freeze(
      partition(
        { kernels: adamw({ lr: rate() }), rest: momentum({ lr: 0.05 }) },
        { kernels: (p) => p.role === "kernel" },
      ),
      /_hidden\/bias/,
    ),
};

/** Saved in the middle and loaded, a run of that many steps resumes bit for bit. */
export const resumes =
  (configured: () => Configured, together: boolean, steps: number): Scenario =>
  async (tf) => {
    const half = Math.ceil(steps / 2);
    const whole = network(tf);
    compile(whole, optimizer(configured()));
    const wanted = await train(tf, whole, 0, steps);
    const end = await weights(whole);
    whole.optimizer.dispose();
    whole.dispose();

    const first = network(tf);
    compile(first, optimizer(configured()));
    await train(tf, first, 0, half);
    const saved = await save(tf, first);
    // A model loaded while the first is alive gets other variable names.
    const drop = (): void => {
      first.optimizer.dispose();
      first.dispose();
    };
    if (!together) drop();
    const second = await load(tf, saved);
    expect((second.optimizer as DescentOptimizer).step).toBe(half);
    expect(await train(tf, second, half, steps)).toBe(wanted);
    expect(await weights(second)).toEqual(end);
    expect((second.optimizer as DescentOptimizer).step).toBe(steps);
    second.optimizer.dispose();
    second.dispose();
    if (together) drop();
  };

/** Training, saving, loading and disposing leave no tensor behind. */
export const leaksNothing =
  (steps: number): Scenario =>
  async (tf) => {
    const tensors = (): number => tf.memory().numTensors;
    const before = tensors();
    const model = network(tf);
    const opt = optimizer(clipByGlobalNorm(radam({ lr: rate() }), 1));
    compile(model, opt);
    const { xs, ys } = batch(tf, 1);
    await model.trainOnBatch(xs, ys);
    const running = tensors();
    for (let i = 0; i < steps; i++) await model.trainOnBatch(xs, ys);
    expect(tensors(), "after trainOnBatch").toBe(running);
    await model.fit(xs, ys, { batchSize: 4, epochs: 2, verbose: 0 });
    expect(tensors(), "after fit").toBe(running);
    for (let i = 0; i < 3; i++) await save(tf, model);
    expect(tensors(), "after save").toBe(running);
    await opt.state();
    opt.load(await opt.state());
    expect(tensors(), "after state and load").toBe(running);
    const again = await load(tf, await save(tf, model));
    await again.trainOnBatch(xs, ys);
    again.optimizer.dispose();
    again.dispose();
    expect(tensors(), "after loading a model and disposing of it").toBe(running);
    const w = tf.tidy(() => tf.variable(tf.ones([3])));
    const loss = (): tfjs.Scalar => tf.sum(tf.square(w));
    const other = optimizer(radam({ lr: 0.1 }));
    other.minimize(loss, false, [w]);
    const stepping = tensors();
    for (let i = 0; i < steps; i++) other.minimize(loss, false, [w]);
    tf.tidy(() => {
      for (let i = 0; i < 10; i++) other.minimize(loss, false, [w]);
    });
    expect(tensors(), "after minimize").toBe(stepping);
    other.dispose();
    w.dispose();
    opt.dispose();
    model.dispose();
    tf.dispose([xs, ys]);
    expect(tensors(), "after dispose").toBe(before);
  };

/** The same steps through fit, trainOnBatch, minimize and applyGradients end at the same numbers. */
export const everyWayIn =
  (steps: number): Scenario =>
  async (tf) => {
    const { xs, ys } = batch(tf, 3);
    const configured = (): Configured => radam({ lr: 0.02 });
    const ends: Record<string, number[][]> = {};
    const run = async (name: string, go: (model: tfjs.Sequential, opt: DescentOptimizer) => Promise<void>) => {
      const model = network(tf, "way");
      const opt = optimizer(configured());
      compile(model, opt);
      await go(model, opt);
      expect(opt.step, name).toBe(steps);
      ends[name] = await weights(model);
      opt.dispose();
      model.dispose();
    };
    const loss = (model: tfjs.Sequential) => (): tfjs.Scalar =>
      tf.mean(tf.metrics.categoricalCrossentropy(ys, model.apply(xs) as tfjs.Tensor)) as tfjs.Scalar; // one output
    const variables = (model: tfjs.Sequential): tfjs.Variable[] =>
      model.trainableWeights.map((w) => w.read() as tfjs.Variable); // a layer's weight reads as the variable itself
    await run("trainOnBatch", async (model) => {
      for (let i = 0; i < steps; i++) await model.trainOnBatch(xs, ys);
    });
    await run("fit", async (model) => {
      await model.fit(xs, ys, { batchSize: 8, epochs: steps, shuffle: false, verbose: 0 });
    });
    await run("fitDataset", async (model) => {
      const dataset = tf.data.array([0]).mapAsync(async () => ({ xs: xs.clone(), ys: ys.clone() }));
      await model.fitDataset(dataset, { epochs: steps, verbose: 0 });
    });
    await run("minimize", async (model, opt) => {
      for (let i = 0; i < steps; i++) opt.minimize(loss(model), false, variables(model));
    });
    await run("applyGradients", async (model, opt) => {
      for (let i = 0; i < steps; i++) {
        const { value, grads } = opt.computeGradients(loss(model), variables(model));
        opt.applyGradients(grads);
        tf.dispose([value, ...Object.values(grads)]);
      }
    });
    tf.dispose([xs, ys]);
    const { trainOnBatch, ...others } = ends;
    // The paths form the loss by different operators, so gradients differ in their last bits.
    for (const [name, end] of Object.entries(others))
      for (const [i, w] of end.entries())
        for (const [k, x] of w.entries()) expect(Math.abs(x - trainOnBatch![i]![k]!), name).toBeLessThan(2e-5);
  };

/** Every scenario, in `steps` of training; leaks are looked for over `many`. A software GPU takes long for each step. */
export const scenarios = ({ steps = 10, many = 100 } = {}): Readonly<Record<string, Scenario>> => ({
  "fit, fitDataset, trainOnBatch, minimize and applyGradients take the same steps": everyWayIn(steps),
  ...Object.fromEntries(
    Object.entries(kinds).flatMap(([name, configured]) => [
      [`${name}: a model saved and loaded resumes bit for bit`, resumes(configured, false, steps)],
      [`${name}: and beside the model it was saved from, under other names`, resumes(configured, true, steps)],
    ]),
  ),
  [`no tensor is left behind over ${many} steps, saving, loading and disposing`]: leaksNothing(many),
});
