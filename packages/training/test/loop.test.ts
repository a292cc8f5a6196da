import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { ema } from "@descent/averaging";
import type { Configured } from "@descent/core";
import { accumulate } from "@descent/transforms";
import { expect, test } from "vitest";
import {
  arraysModel,
  type Callback,
  checkpoints,
  columns,
  decodeSaved,
  earlyStopping,
  encodeSaved,
  type FitOptions,
  fit,
  type Logs,
  type Model,
  meanSquaredError,
  type Saved,
  type StepResult,
} from "../src/index.ts";

/* The loop beyond epochs: models that queue their work, numbers that a model logs, orders of one's own, the clock, signals. */

const count = 50;
const x = Float32Array.from({ length: count }, (_, i) => Math.sin(i));
const y = x.map((v, i) => 3 * v - 1 + 0.1 * Math.cos(7 * i));
const data = columns({ x, y });
type Batch = Awaited<ReturnType<typeof data.batch>>;

/** A line through points, with its slope logged. */
function line(rule: Configured = adam({ lr: 0.05 })) {
  const parameters = { w: new Float32Array(1), b: new Float32Array(1) };
  const look = ({ x, y }: Batch) => {
    const [w, b] = [parameters.w[0]!, parameters.b[0]!];
    const scores = Float32Array.from(x.data as Float32Array, (v) => w * v + b);
    const errors = scores.map((s, i) => s - Number(y.data[i]));
    const mean = (of: (e: number, i: number) => number): number =>
      errors.reduce((sum, e, i) => sum + of(e, i), 0) / errors.length;
    const gradients = {
      w: Float32Array.of(mean((e, i) => 2 * e * Number(x.data[i]))),
      b: Float32Array.of(mean((e) => 2 * e)),
    };
    return { loss: mean((e) => e * e), gradients, outputs: { scores }, logs: { slope: w } };
  };
  const model = arraysModel<Batch>({
    parameters,
    optimizer: optimizer(parameters, rule),
    gradients: look,
    evaluate: look,
  });
  return { parameters, model };
}

/** The same, as a GPU has it: a step is queued, and its result read later. `reads` has how many were read at a time. */
function queued() {
  const { parameters, model } = line();
  const reads: number[] = [];
  let waiting: StepResult[] = [];
  const behind: Model<Batch> = {
    ...model,
    async trainStep(batch) {
      waiting.push(await model.trainStep(batch));
      return undefined;
    },
    read() {
      const all = waiting;
      waiting = [];
      reads.push(all.length);
      return all;
    },
  };
  return { parameters, model: behind, reads };
}

const options = (more: Partial<FitOptions<Batch>> = {}): FitOptions<Batch> => ({
  data,
  epochs: 3,
  batchSize: 8,
  metrics: { mse: meanSquaredError() },
  ...more,
});

/** Every line that a callback is told. */
function recorder(): Callback & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    name: "record",
    lines,
    onBatchEnd: (batch, logs, run) => void lines.push(JSON.stringify([run.epoch, batch, run.step, logs, run.means])),
    onEpochEnd: (epoch, logs, run) => void lines.push(JSON.stringify([epoch, run.step, logs])),
  };
}

test("a model that queues its work is read now and then, and every callback sees the same as of one that waits", async () => {
  const [plain, seen] = [line(), recorder()];
  const wanted = await fit(plain.model, options({ callbacks: [seen] }));
  for (const readEvery of [1, 3, 100]) {
    const [other, told] = [queued(), recorder()];
    const found = await fit(other.model, options({ readEvery, callbacks: [told] }));
    expect(found).toEqual(wanted);
    expect(told.lines).toEqual(seen.lines);
    expect(other.parameters).toEqual(plain.parameters);
    expect(other.reads.slice(0, -1).every((n) => n <= readEvery)).toBe(true);
    expect(other.reads.reduce((a, b) => a + b)).toBe(21);
    if (readEvery === 100) expect(other.reads).toEqual([7, 7, 7]); // an epoch ends with its numbers
  }
});

test("updates whose gradients are read, and those that a callback must be told of, are read at once", async () => {
  const { model, reads } = queued();
  const asks: number[] = [];
  const looks: Callback = { name: "looks", reads: (step) => step === 2 };
  const presses: Callback = { name: "presses", due: (step) => asks.push(step) > 0 && step === 5 };
  await fit(model, options({ epochs: 1, readEvery: 4, callbacks: [looks, presses] }));
  expect(reads).toEqual([2, 3, 2]);
  expect(asks).toEqual([1, 2, 3, 4, 5, 6, 7]); // each, once
});

test("a step that returns its result where gradients are read comes after those that were queued before it", async () => {
  const [plain, seen] = [line(), recorder()];
  const looks: Callback = { name: "looks", reads: (step) => step % 5 === 0 };
  const wanted = await fit(plain.model, options({ callbacks: [looks, seen] }));
  const [other, own, told] = [queued(), line(), recorder()];
  const mixed: Model<Batch> = {
    ...own.model,
    read: other.model.read!,
    trainStep: async (batch, ask) => {
      const [result] = [await own.model.trainStep(batch), await other.model.trainStep(batch)];
      if (ask?.gradients !== true) return undefined;
      kept = (await other.model.read!()).slice(0, -1);
      return result;
    },
  };
  let kept: readonly StepResult[] | undefined;
  const reading: Model<Batch> = {
    ...mixed,
    read: () => {
      const all = kept ?? mixed.read!();
      kept = undefined;
      return all;
    },
  };
  expect(await fit(reading, options({ readEvery: 50, callbacks: [looks, told] }))).toEqual(wanted);
  expect(told.lines).toEqual(seen.lines);
});

test("`read` that tells too little, or a step that tells nothing, is an error", async () => {
  const { model } = queued();
  await expect(fit({ ...model, read: () => [] }, options())).rejects.toThrow("must tell the results of the 1 steps");
  await expect(fit({ ...model, read: () => [{ loss: "x" } as never] }, options())).rejects.toThrow(
    "must return { loss }, a number; got",
  );
  const { read: _, ...without } = model;
  await expect(fit(without, options())).rejects.toThrow("must return { loss }, a number; got undefined");
});

test("what a model logs is in the logs of the batch, and its mean over the samples in the epoch's and the validation's", async () => {
  const { model } = line();
  const slopes: number[] = [];
  const see: Callback = { name: "see", onBatchEnd: (_, { slope }) => void slopes.push(slope!) };
  const { history } = await fit(model, options({ epochs: 1, validate: data, callbacks: [see] }));
  const sizes = [8, 8, 8, 8, 8, 8, 2];
  expect(history[0]!.slope).toBeCloseTo(sizes.reduce((sum, n, i) => sum + n * slopes[i]!, 0) / count, 12);
  expect(history[0]!.val_slope).toBeCloseTo((await model.weights()).w![0]!, 6);
  expect(Object.keys(history[0]!)).toEqual(["loss", "slope", "mse", "val_loss", "val_slope", "val_mse"]);
  for (const name of ["loss", "val_x", "mse"]) {
    const logs: Model<Batch> = { trainStep: () => ({ loss: 1, logs: { [name]: 1 } }) };
    await expect(fit(logs, options())).rejects.toThrow(`the model logs \`${name}\`, a name that the logs have already`);
  }
  await expect(fit({ trainStep: () => ({ loss: 1, logs: { a: "b" as never } }) }, options())).rejects.toThrow(
    "must be a number",
  );
});

test("a dataset may have an order of its own, which a resumed run follows too", async () => {
  const places: string[] = [];
  const own = {
    length: 6,
    batch: (samples: Uint32Array) => [...samples],
    order: (seed: number, epoch: number) => Uint32Array.from({ length: 6 }, (_, i) => (i + seed + epoch) % 6),
  };
  const model: Model<number[]> = {
    trainStep: (batch) => ({ loss: 0 * places.push(batch.join("")) }),
    checkpoint: () => null,
    load: () => {},
  };
  let saved: Saved | undefined;
  const keep = checkpoints({ steps: 4, epochs: 9, save: (now) => void (saved = now) });
  await fit(model, { data: own, batchSize: 2, epochs: 2, seed: 1, callbacks: [keep] });
  expect(places).toEqual(["12", "34", "50", "23", "45", "01"]);
  places.length = 0;
  await fit(model, { data: own, batchSize: 2, epochs: 2, seed: 1, callbacks: [keep], from: saved });
  expect(places).toEqual(["45", "01"]);
  places.length = 0;
  await fit(model, { data: own, batchSize: 2, shuffle: false });
  expect(places).toEqual(["01", "23", "45"]);
  for (const order of [
    () => new Uint32Array(5),
    () => Uint32Array.of(0, 1, 2, 3, 4, 6),
    () => [0, 1, 2, 3, 4, 5] as never,
  ])
    await expect(fit(model, { data: { ...own, order } })).rejects.toThrow(
      "`order` must return a Uint32Array of 6 numbers below 6",
    );
});

test("checkpoints by the clock: 0 seconds saves after every batch, once each, and a queue is read for it", async () => {
  for (const { model } of [line(), queued()]) {
    const steps: number[] = [];
    const keep = checkpoints({ seconds: 0, save: ({ step }) => void steps.push(step) });
    await fit(model, options({ epochs: 1, readEvery: 100, callbacks: [keep] }));
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7]); // the last with its epoch
  }
  const { model } = line();
  const rarely: number[] = [];
  await fit(model, options({ callbacks: [checkpoints({ seconds: 1e6, save: ({ step }) => void rarely.push(step) })] }));
  expect(rarely).toEqual([7, 14, 21]);
  expect(() => checkpoints({ save: () => {}, seconds: -1 })).toThrow("seconds");
});

test.each([1, 4])(
  "a run that a signal ends is saved where it ended, and resumes bit for bit; read every %d",
  async (readEvery) => {
    const straight = line();
    const whole = await fit(straight.model, options());
    for (const at of [1, 7, 12]) {
      const controller = new AbortController();
      const first = queued();
      const files: Uint8Array[] = [];
      const cut: Model<Batch> = {
        ...first.model,
        trainStep: (batch) => {
          if (++step === at) controller.abort(new Error("enough"));
          return first.model.trainStep(batch);
        },
      };
      let step = 0;
      const keep = checkpoints({ epochs: 100, save: (now) => void files.push(encodeSaved(now)) });
      const ended = await fit(cut, options({ readEvery, callbacks: [keep], signal: controller.signal }));
      expect(ended).toMatchObject({ status: "aborted", reason: "enough", step: at });
      expect(files).toHaveLength(1);
      const second = queued();
      const rest = await fit(second.model, options({ readEvery, callbacks: [keep], from: decodeSaved(files[0]!) }));
      expect(rest.history).toEqual(whole.history);
      expect(second.parameters).toEqual(straight.parameters);
    }
  },
);

test("gradients are accumulated by the rule over the batches of epochs, and a run resumes within a round", async () => {
  const rule = accumulate(adam({ lr: 0.05 }), { every: 4 });
  const straight = line(rule);
  const saves: Saved[] = [];
  const keep = () => checkpoints({ steps: 1, save: (now) => void saves.push(now) });
  const seen: number[] = [];
  const moves: Callback = { name: "moves", onBatchEnd: () => void seen.push(straight.parameters.w[0]!) };
  const whole = await fit(straight.model, options({ callbacks: [moves, keep()] }));
  expect(seen.slice(0, 3)).toEqual([0, 0, 0]);
  expect(new Set(seen).size).toBe(1 + Math.floor(21 / 4)); // four batches to a step, across the ends of epochs
  const resumed = line(rule);
  const at = saves.find(({ step }) => step === 10)!; // two batches into the third round
  const rest = await fit(resumed.model, options({ callbacks: [{ name: "moves" }, keep()], from: at }));
  expect(rest.history).toEqual(whole.history);
  expect(resumed.parameters).toEqual(straight.parameters);
});

test("a model that never waits lets timers have their turn: a time limit ends it", async () => {
  let steps = 0;
  const endless: Model<number> = { trainStep: () => ({ loss: 0 * steps++ }) };
  const signal = AbortSignal.timeout(30);
  const { status } = await fit(endless, { data: () => (function* () { for (;;) yield 1; })(), signal }); // biome-ignore format: short
  expect(status).toBe("aborted");
  expect(steps).toBeGreaterThan(0);
});

test("the best epoch's average of the weights comes back with its weights", async () => {
  const rule = ema(adam({ lr: 0.05 }), { decay: 0.9 });
  const { model, parameters } = line(rule);
  const losses = [3, 2, 4, 5];
  const seen: (readonly [trained: number, evaluated: number])[] = [];
  const scripted: Model<Batch> = { ...model, evalStep: () => ({ loss: losses[seen.length]! }) };
  const now = () => [parameters.w[0]!, model.withReadout(() => parameters.w[0]!)] as const;
  const note: Callback = { name: "note", onEpochEnd: () => void seen.push(now()) };
  const { metrics: _, ...plain } = options({ epochs: 4, validate: [await data.batch(Uint32Array.of(0))] });
  await fit(scripted, { ...plain, callbacks: [note, earlyStopping({ patience: 1 })] });
  expect(seen).toHaveLength(4);
  expect(new Set(seen.flat()).size).toBe(8);
  expect(now()).toEqual(seen[1]);
});

test("a run that was saved as it stopped early stays stopped, with the best weights; with more patience it goes on", async () => {
  const losses = [3, 2, 2.5, 2.4, 1];
  const scripted = () => {
    const { model, parameters } = line();
    let epoch = 0;
    return {
      parameters,
      model: { ...model, evalStep: () => ({ loss: losses[epoch++]! }) } satisfies Model<Batch>,
      at: (n: number) => void (epoch = n),
    };
  };
  const saves: Saved[] = [];
  const first = scripted();
  const stopper = () => earlyStopping({ patience: 1 });
  const keep = () => checkpoints({ save: (now) => void saves.push(now) });
  const { metrics: _, ...plain } = options({ epochs: 5, validate: [await data.batch(Uint32Array.of(0))] });
  const ended = await fit(first.model, { ...plain, callbacks: [stopper(), keep()] });
  expect(ended).toMatchObject({ status: "stopped", epoch: 4 });
  const again = scripted();
  const stopped = stopper();
  expect(await fit(again.model, { ...plain, callbacks: [stopped, keep()], from: saves.at(-1) })).toEqual(ended);
  expect(again.parameters).toEqual(first.parameters);
  expect(stopped.best).toMatchObject({ epoch: 1, value: 2 });
  const longer = scripted();
  longer.at(4);
  const on = await fit(longer.model, {
    ...plain,
    callbacks: [earlyStopping({ patience: 2 }), keep()],
    from: saves.at(-1),
  });
  expect(on).toMatchObject({ status: "done", epoch: 5 });
  expect((on.history.at(-1) as Logs).val_loss).toBe(1);
});
