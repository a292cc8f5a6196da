import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { ema } from "@descent/averaging";
import type { Configured } from "@descent/core";
import { cosine } from "@descent/schedules";
import { momentum, sgd } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import { expect, test } from "vitest";
import {
  accuracy,
  arraysModel,
  type Callback,
  checkpoints,
  columns,
  csv,
  decodeSaved,
  earlyStopping,
  encodeSaved,
  evaluate,
  type FitOptions,
  findRate,
  fit,
  jsonLines,
  type Logs,
  type Model,
  meanSquaredError,
  reduceOnPlateau,
  type Saved,
} from "../src/index.ts";

/** Points in the plane, and on which side of a line they lie. */
const points = 96;
const x = Float32Array.from({ length: 2 * points }, (_, i) => Math.sin(12.9 * i + 0.3 * i * i));
const labels = Int32Array.from({ length: points }, (_, i) => +(x[2 * i]! + 2 * x[2 * i + 1]! > 0.2));
const data = columns({ x: { data: x, shape: [2] }, labels });
type Batch = Awaited<ReturnType<typeof data.batch>>;

/** Logistic regression, its gradients by hand. */
function logistic(rule: Configured = momentum({ lr: 0.5 })) {
  const parameters = { w: Float32Array.of(0.1, -0.1), b: Float32Array.of(0) };
  const look = ({ x, labels }: Batch) => {
    const n = labels.data.length;
    const [w, b] = [new Float32Array(2), new Float32Array(1)];
    const scores = new Float32Array(n);
    let loss = 0;
    for (let i = 0; i < n; i++) {
      const [p, q, y] = [x.data[2 * i] as number, x.data[2 * i + 1] as number, labels.data[i] as number];
      const z = parameters.w[0]! * p + parameters.w[1]! * q + parameters.b[0]!;
      scores[i] = 1 / (1 + Math.exp(-z));
      loss += Math.log1p(Math.exp(y === 1 ? -z : z)) / n;
      const slope = (scores[i]! - y) / n;
      w[0]! += slope * p;
      w[1]! += slope * q;
      b[0]! += slope;
    }
    return { loss, gradients: { w, b }, outputs: { probability: scores } };
  };
  const opt = optimizer(parameters, rule);
  return {
    parameters,
    opt,
    model: arraysModel<Batch>({ parameters, optimizer: opt, gradients: look, evaluate: look }),
  };
}
const options = (more: Partial<FitOptions<Batch>> = {}): FitOptions<Batch> => ({
  data,
  epochs: 4,
  batchSize: 20,
  validate: data,
  metrics: { accuracy: accuracy() },
  ...more,
});

test("trains, validates and measures: the logs of an epoch are means over its samples", async () => {
  const { model } = logistic();
  const seen: Logs[] = [];
  const { status, history, epoch, step } = await fit(
    model,
    options({ callbacks: [{ name: "see", onBatchEnd: (_, logs) => void seen.push(logs) }] }),
  );
  expect({ status, epoch, step }).toEqual({ status: "done", epoch: 4, step: 20 });
  expect(Object.keys(history[0]!)).toEqual(["loss", "accuracy", "val_loss", "val_accuracy"]);
  const sizes = [20, 20, 20, 20, 16];
  const first = sizes.reduce((sum, n, i) => sum + n * seen[i]!.loss!, 0) / points;
  expect(history[0]!.loss).toBeCloseTo(first, 12);
  expect(history[3]!.val_loss!).toBeLessThan(history[0]!.val_loss!);
  expect(history[3]!.val_accuracy!).toBeGreaterThan(0.9);
  const alone = await evaluate(model, { data, batchSize: 7, metrics: { accuracy: accuracy() } });
  expect(alone.loss).toBeCloseTo(history[3]!.val_loss!, 6);
  expect(alone.accuracy).toBe(history[3]!.val_accuracy);
});

test("each epoch has every sample once, in an order of its own that the seed decides", async () => {
  const orders: string[][] = [];
  const watched = (seed: number) =>
    fit<number[]>(
      { trainStep: (samples) => ({ loss: 0 * orders.at(-1)!.push(samples.join()) }) },
      {
        data: { length: 10, batch: (samples) => [...samples] },
        batchSize: 4,
        epochs: 2,
        seed,
        callbacks: [{ name: "new", onEpochBegin: () => void orders.push([]) }],
      },
    );
  await watched(1);
  await watched(1);
  await watched(2);
  const [a, b, again, , other] = orders;
  for (const one of orders)
    expect(
      one
        .join()
        .split(",")
        .map(Number)
        .sort((p, q) => p - q),
    ).toEqual([...Array(10).keys()]);
  expect(again).toEqual(a);
  expect(b).not.toEqual(a);
  expect(other).not.toEqual(a);
});

const everything = (): Callback[] => [
  earlyStopping({ patience: 50 }),
  reduceOnPlateau({ monitor: "loss", patience: 0, threshold: 0.2 }),
];

test.each([
  ["momentum", momentum({ lr: 0.5 })],
  ["Adam, a schedule and an average", ema(adam({ lr: 0.05 }), { decay: 0.9 })],
  ["SAM", sam(sgd({ lr: 0.4 }), { rho: 0.1 })],
] as const)(
  "%s: a run that was killed in mid-epoch goes on as if nothing had happened, through a file",
  async (_, rule) => {
    const straight = logistic(rule);
    const whole = await fit(straight.model, options({ callbacks: everything() }));
    const files: Uint8Array[] = [];
    const killed = logistic(rule);
    const keep = checkpoints({ steps: 1, save: (saved) => void files.push(encodeSaved(saved)) });
    const cut = { name: "cut", onBatchEnd: (_: number, __: Logs, run: { step: number }) => { if (run.step === 13) throw new Error("killed"); } }; // biome-ignore format: short
    await expect(fit(killed.model, options({ callbacks: [...everything(), keep, cut] }))).rejects.toThrow("killed");
    const from = decodeSaved(files.at(-1)!);
    expect(from).toMatchObject({ epoch: 2, batch: 2, step: 12 });
    delete (from.callbacks as Record<string, unknown>).checkpoints;
    const resumed = logistic(rule);
    const rest = await fit(resumed.model, options({ callbacks: everything(), from }));
    expect(resumed.parameters).toEqual(straight.parameters);
    expect(resumed.opt.state()).toEqual(straight.opt.state());
    expect(rest.history).toEqual(whole.history);
  },
);

test("early stopping ends the run and puts the best weights back", async () => {
  const { model, parameters } = logistic(sgd({ lr: 1 }));
  const losses = [3, 2, 2.5, 2.4, 1];
  const kept: number[] = [];
  let epoch = 0;
  const scripted: Model<Batch> = { ...model, evalStep: () => ({ loss: losses[epoch]! }) };
  const after: Callback = {
    name: "after",
    onEpochEnd: () => {
      kept.push(parameters.w[0]!);
      epoch++;
    },
  };
  const { metrics: _, ...plain } = options({ epochs: 5, callbacks: [earlyStopping({ patience: 1 }), after] });
  const { status, reason } = await fit(scripted, plain);
  expect(status).toBe("stopped");
  expect(reason).toBe("val_loss has been no better than 2.00000, of epoch 2, for 2 epochs");
  expect(kept.length).toBe(4);
  expect(parameters.w[0]).toBe(kept[1]);
});

test("validation sees the weights to evaluate with, and training goes on with its own", async () => {
  const { model, opt, parameters } = logistic(ema(sgd({ lr: 1 }), { decay: 0.5 }));
  const seen: number[] = [];
  const watching: Model<Batch> = {
    ...model,
    evalStep: (batch) => {
      seen.push(parameters.w[0]!);
      return model.evalStep!(batch);
    },
  };
  await fit(watching, options({ epochs: 1 }));
  expect(seen[0]).not.toBe(parameters.w[0]);
  expect(seen[0]).toBe(opt.withReadout(() => parameters.w[0]));
});

test("a signal ends the run after the batch under way", async () => {
  const controller = new AbortController();
  const { model } = logistic();
  const stop: Callback = { name: "stop", onBatchEnd: (_, __, run) => { if (run.step === 3) controller.abort(new Error("enough")); } }; // biome-ignore format: short
  const { status, reason, step, history } = await fit(model, options({ signal: controller.signal, callbacks: [stop] }));
  expect({ status, reason, step, history }).toEqual({ status: "aborted", reason: "enough", step: 3, history: [] });
});

test("batches may come from generators, one after the other while training waits for none", async () => {
  const events: string[] = [];
  async function* source(epoch: number): AsyncGenerator<number> {
    for (let i = 0; i < 3; i++) {
      events.push(`load ${epoch}.${i}`);
      yield i;
    }
    events.push(`end ${epoch}`);
  }
  const model: Model<number> = {
    async trainStep(batch) {
      events.push(`train ${batch}`);
      return { loss: batch };
    },
  };
  const { history } = await fit(model, { data: source, epochs: 1, prefetch: 2 });
  expect(history).toEqual([{ loss: 1 }]);
  expect(events.indexOf("load 0.2")).toBeLessThan(events.indexOf("train 1"));
  await expect(fit(model, { data: (function* () { yield 1; })(), epochs: 2 })).rejects.toThrow("a generator, which runs once"); // biome-ignore format: short
  await expect(fit(model, { data: [] })).rejects.toThrow("epoch 1 has no batches");
});

test("a loss that is not finite is an error, a stop, or nothing, as asked", async () => {
  const model = (): Model<number> => ({ trainStep: (batch) => ({ loss: batch === 2 ? Number.NaN : 1 }) });
  const run = (nonFinite?: "stop" | "ignore") => fit(model(), { data: [1, 2, 3], nonFinite });
  await expect(run()).rejects.toThrow("the loss is NaN in batch 2 of epoch 1");
  expect(await run("stop")).toMatchObject({ status: "stopped", step: 2 });
  expect(await run("ignore")).toMatchObject({ status: "done", step: 3 });
});

test("the rate falls where the loss stalls, and the range test finds a rate and changes no weight", async () => {
  const { model, opt } = logistic(sgd({ lr: 0.4 }));
  const { metrics: _, ...plain } = options({ epochs: 3 });
  await fit(
    { ...model, evalStep: () => ({ loss: 1 }) },
    { ...plain, callbacks: [reduceOnPlateau({ factor: 0.5, patience: 0 })] },
  );
  expect(opt.inspect().groups[""]!.hyper.lr).toBe(0.1);
  const fresh = logistic(sgd());
  const before = fresh.parameters.w.slice();
  const finder = findRate({ from: 1e-4, to: 100, over: 60 });
  const { status } = await fit(fresh.model, { data, batchSize: 16, epochs: 20, callbacks: [finder] });
  expect(status).toBe("stopped");
  expect(fresh.parameters.w).toEqual(before);
  const rate = finder.finder.suggestion()!;
  expect(rate).toBeGreaterThan(0.01);
  expect(rate).toBeLessThan(100);
});

test("logs as JSON lines and as CSV have every epoch, its rate and its numbers", async () => {
  const { model } = logistic(sgd({ lr: cosine({ from: 0.5, to: 0, over: 20 }) }));
  const [lines, table]: [string[], string[]] = [[], []];
  await fit(
    model,
    options({
      epochs: 2,
      callbacks: [jsonLines((line) => void lines.push(line)), csv((text) => void table.push(text))],
    }),
  );
  const read = lines.map((line) => JSON.parse(line));
  expect(read.map(({ epoch, step, lr }) => [epoch, step, +lr.toFixed(4)])).toEqual([
    [0, 5, 0.4268],
    [1, 10, 0.25],
  ]);
  const rows = table
    .join("")
    .trimEnd()
    .split("\n")
    .map((row) => row.split(","));
  expect(rows[0]).toEqual(["epoch", "step", "loss", "accuracy", "val_loss", "val_accuracy", "lr"]);
  expect(rows.slice(1).map((row) => row.map(Number))).toEqual(read.map((one) => Object.values(one)));
});

test("says what a model, a callback or a checkpoint lacks, before anything is trained", async () => {
  const { model } = logistic();
  const bare: Model<Batch> = { trainStep: (batch) => model.trainStep(batch) };
  await expect(fit(bare, options())).rejects.toThrow("`evalStep`, which this model does not have");
  const { validate: _, ...plain } = options();
  await expect(fit(bare, { ...plain, callbacks: [reduceOnPlateau({ monitor: "loss" })] })).rejects.toThrow(
    "does not tell its rate",
  );
  const watching = [earlyStopping(), reduceOnPlateau(), checkpoints({ save: () => {}, monitor: "val_loss" })];
  for (const callback of watching)
    await expect(fit(model, { ...plain, callbacks: [callback] })).rejects.toThrow(
      `\`${callback.name}\` watches \`val_loss\`, and nothing is validated`,
    );
  const unread = { name: "mine", onEpochend: () => {} };
  await expect(fit(model, { ...plain, callbacks: [unread] })).rejects.toThrow(
    /never calls `onEpochend` of the callback `mine`; .*Did you mean `onEpochEnd`/,
  );
  await expect(fit(model, { ...plain, callbacks: [{ name: "mine", onEpochEnd: 3 as never }] })).rejects.toThrow(
    "`onEpochEnd` of the callback `mine` must be a function; got 3",
  );
  await expect(fit(model, { ...plain, signal: new AbortController() as never })).rejects.toThrow("controller.signal");
  const { batchSize, ...listed } = { ...plain, data: [await data.batch(Uint32Array.of(0, 1))] };
  for (const idle of [{ batchSize }, { shuffle: true }, { seed: 1 }])
    await expect(fit(model, { ...listed, ...idle })).rejects.toThrow(`\`${Object.keys(idle)}\` would do nothing`);
  expect(model.inspect!()).toMatchObject({ step: 0 });
  await expect(fit(model, { ...plain, callbacks: [csv(() => {}), csv(() => {})] })).rejects.toThrow(
    "two callbacks named `csv`",
  );
  let saved: Saved | undefined;
  await fit(model, { ...plain, epochs: 1, callbacks: [checkpoints({ save: (one) => void (saved = one) })] });
  await expect(fit(model, { ...plain, batchSize: 10, from: saved })).rejects.toThrow("saved with batchSize 20");
  await expect(fit(model, { ...plain, from: saved })).rejects.toThrow("saved with the callback `checkpoints`");
  await expect(
    fit(model, { ...plain, metrics: { mse: { metric: meanSquaredError(), scores: "logits" } } }),
  ).rejects.toThrow("reads the output `logits`; there are `probability`");
  expect(() => columns({ a: new Float32Array(3), b: new Float32Array(4) })).toThrow("`a` has 3 rows and `b` has 4");
});

test("callbacks that watch a validation leave out the epochs that had none", async () => {
  const { model } = logistic();
  const bests: number[] = [];
  const early = earlyStopping({ patience: 1, minDelta: 10 }); // nothing gets better by so much
  const save = (one: Saved, which: string): void => void (which === "best" && bests.push(one.epoch));
  const { history, reason } = await fit(
    model,
    options({
      epochs: 12,
      validateEvery: 2,
      callbacks: [early, reduceOnPlateau({ patience: 0 }), checkpoints({ save, monitor: "val_loss" })],
    }),
  );
  expect(history.map((logs) => "val_loss" in logs)).toEqual([false, true, false, true, false, true]);
  expect(reason).toMatch(/of epoch 2, for 2 epochs/);
  expect(bests).toEqual([2, 4, 6]);
});
