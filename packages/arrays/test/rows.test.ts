import { readFileSync } from "node:fs";
import { adagrad } from "@descent/adagrad";
import { adam, adamw } from "@descent/adam";
import { allocate, optimizer, type RowGradient } from "@descent/arrays";
import { TOLERANCE } from "@descent/conformance";
import {
  type Configured,
  clipByGlobalNorm,
  clipByNorm,
  decodeState,
  encodeState,
  freeze,
  OptimizerError,
  rule,
} from "@descent/core";
import { momentum, sgd, sgld } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import { describe, expect, test } from "vitest";
import { codecs, codedOptions, expectTranscribed, sparseAdam, table, updates } from "./coded-rows.ts";

interface Golden {
  readonly source: string;
  readonly options: { readonly lr: number; readonly beta1: number; readonly beta2: number; readonly eps: number };
  readonly shape: readonly [number, number];
  readonly start: readonly number[];
  readonly steps: readonly { readonly rows: readonly number[]; readonly data: readonly number[] }[];
  readonly path: readonly (readonly number[])[];
}
const golden = JSON.parse(readFileSync(new URL("golden/sparse-adam.json", import.meta.url), "utf8")) as Golden; // written by goldens/make.py

const [height, width] = golden.shape;
const embedding = (): { data: Float32Array; shape: readonly number[] } => ({
  data: Float32Array.from(golden.start),
  shape: golden.shape,
});
const steps: readonly RowGradient[] = golden.steps.map(({ rows, data }) => ({ rows, data: Float32Array.from(data) }));
const engines = ["wasm", "interpreter"] as const;

test.each(engines)("rows move as torch.optim.SparseAdam moves them (%s)", (engine) => {
  const w = embedding();
  const opt = optimizer({ w }, sparseAdam(golden.options), { engine });
  for (const [k, step] of steps.entries()) {
    opt.update({ w: step });
    const moved = Math.hypot(...golden.path[k]!.map((x, i) => x - golden.start[i]!));
    const off = Math.hypot(...golden.path[k]!.map((x, i) => x - w.data[i]!));
    expect(off, `${golden.source}: step ${k + 1}`).toBeLessThanOrEqual(TOLERANCE * moved);
  }
  expect([...w.data.subarray(0, width)]).toEqual(golden.start.slice(0, width)); // row 0 never came
  expect([...opt.state().tensors["t/w"]!.data]).toEqual(
    Array.from({ length: height }, (_, row) => steps.filter(({ rows }) => Array.from(rows).includes(row)).length),
  );
});

/** Each row as a parameter of its own, which is what a gradient of rows stands for. */
function apart(configured: Configured, updates: readonly RowGradient[]): Float32Array {
  const rows = Array.from({ length: height }, (_, r) =>
    Float32Array.from(golden.start.slice(r * width, (r + 1) * width)),
  );
  const model = Object.fromEntries(rows.map((data, r) => [`row${r}`, { data, shape: [1, width] }]));
  const opt = optimizer(model, configured);
  for (const { rows: names, data } of updates) {
    const sums = new Map<number, Float32Array>();
    for (const [i, r] of Array.from(names).entries()) {
      const g = data.subarray(i * width, (i + 1) * width);
      sums.set(
        r,
        (sums.get(r) ?? new Float32Array(width)).map((x, j) => x + g[j]!),
      );
    }
    opt.update(Object.fromEntries([...sums].map(([r, g]) => [`row${r}`, g])));
  }
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

const perRow = rule({
  id: "acme/per-row",
  title: "PerRow",
  paper: "",
  hyper: { lr: 0.1 },
  state: { s: { place: "row", init: 0 }, z: { place: "tensor", init: "p" } },
  update: { s: "s + rowMean(g^2)", z: "z - lr * g / (sqrt(s) + 1e-3)", p: "0.5 * (p + z)" },
});

describe.each(engines)("every row is stepped as a parameter of its own (%s)", (engine) => {
  test.each<[string, Configured]>([
    ["sgd", sgd({ lr: 0.1 })],
    ["momentum", momentum({ lr: 0.1 })],
    ["adagrad", adagrad({ lr: 0.1 })],
    ["adam", adam({ lr: 0.1 })],
    ["adamw, whose decay acts on rows with a gradient", adamw({ lr: 0.1, weightDecay: 0.1 })],
    ["a rule with sums by row and state that starts as the parameter", perRow()],
  ])("%s", (_, configured) => {
    const w = embedding();
    const opt = optimizer({ w }, configured, { engine });
    for (const step of steps) opt.update({ w: step });
    expect(w.data).toEqual(apart(configured, steps));
  });

  test("of a table that lies beside its state, and of one whose rows are copied whole because they are long", () => {
    const { parameters } = allocate({ w: [height, width] });
    parameters.w.set(golden.start);
    const opt = optimizer({ w: { data: parameters.w, shape: golden.shape } }, adam({ lr: 0.1 }), { engine });
    for (const step of steps) opt.update({ w: step });
    expect([...parameters.w]).toEqual([...apart(adam({ lr: 0.1 }), steps)]);

    const long = 20_000;
    const data = Float32Array.from({ length: 2 * long }, (_, i) => Math.sin(i));
    const [table, alone] = [{ data: data.slice(), shape: [2, long] }, data.slice(long)];
    const [ofRows, ofOne] = [
      optimizer({ table }, adam({ lr: 0.1 }), { engine }),
      optimizer({ alone }, adam({ lr: 0.1 }), { engine }),
    ];
    const g = Float32Array.from({ length: long }, (_, i) => Math.cos(i * i));
    ofRows.update({ table: { rows: [1], data: g } });
    ofOne.update({ alone: g });
    expect(table.data.subarray(long)).toEqual(alone);
    expect(table.data.subarray(0, long)).toEqual(data.subarray(0, long));
  });

  test("beside parameters with whole gradients, in the same update", () => {
    const [w, b] = [embedding(), new Float32Array(3)];
    const opt = optimizer({ w, b }, adam({ lr: 0.1 }), { engine });
    const alone = new Float32Array(3);
    const other = optimizer({ b: alone }, adam({ lr: 0.1 }), { engine });
    for (const step of steps) {
      const g = Float32Array.of(step.data[0]!, 1, -1);
      opt.update({ w: step, b: g });
      other.update({ b: g });
    }
    expect(w.data).toEqual(apart(adam({ lr: 0.1 }), steps));
    expect(b).toEqual(alone);
    expect(opt.step).toBe(steps.length);
  });

  test("a whole gradient steps every row at its own count", () => {
    const w = embedding();
    const opt = optimizer({ w }, adam({ lr: 0.1 }), { engine });
    const all: RowGradient = {
      rows: Array.from({ length: height }, (_, i) => i),
      data: Float32Array.from({ length: height * width }, (_, i) => Math.sin(i)),
    };
    opt.update({ w: all.data });
    for (const step of steps) opt.update({ w: step });
    opt.update({ w: all.data });
    expect(w.data).toEqual(apart(adam({ lr: 0.1 }), [all, ...steps, all]));
  });

  test("a state resumes bit for bit, with the count of every row", () => {
    const whole = embedding();
    const opt = optimizer({ whole }, adam({ lr: 0.1 }), { engine });
    for (const step of steps) opt.update({ whole: step });
    const half = embedding();
    const before = optimizer({ whole: half }, adam({ lr: 0.1 }), { engine });
    for (const step of steps.slice(0, 5)) before.update({ whole: step });
    const after = optimizer({ whole: half }, adam({ lr: 0.1 }), { engine });
    expect(after.load(decodeState(encodeState(before.state()))).unexpected).toEqual([]);
    for (const step of steps.slice(5)) after.update({ whole: step });
    expect(half.data).toEqual(whole.data);
    expect(after.state()).toEqual(opt.state());
  });

  test("a frozen parameter's rows stay", () => {
    const w = embedding();
    const opt = optimizer({ w, b: new Float32Array(2) }, freeze(adam(), "w"), { engine });
    opt.update({ w: steps[0]!, b: Float32Array.of(1, 1) });
    expect([...w.data]).toEqual(golden.start);
  });
});

describe.each(codecs)("rows whose state is %s", (codec) => {
  test.each(engines)("is rounded where a row was stepped, at the row's own count (%s)", async (engine) => {
    const w = table();
    const opt = optimizer({ w }, sparseAdam(codedOptions), { engine, state: codec });
    await expectTranscribed(codec, {
      step: (update) => opt.update({ w: update }),
      numbers: () => w.data,
      tensors: () => opt.state().tensors,
    });
  });

  test("is resumed bit for bit, and one whole gradient steps every row", () => {
    const [whole, half] = [table(), table()];
    const opt = optimizer({ w: whole }, adamw(codedOptions), { state: codec });
    for (const update of updates) opt.update({ w: update });
    const before = optimizer({ w: half }, adamw(codedOptions), { state: codec });
    for (const update of updates.slice(0, 4)) before.update({ w: update });
    const after = optimizer({ w: half }, adamw(codedOptions), { state: codec });
    after.load(decodeState(encodeState(before.state())));
    for (const update of updates.slice(4)) after.update({ w: update });
    for (const one of [opt, after]) one.update({ w: table().data });
    expect(half.data).toEqual(whole.data);
    expect(after.state()).toEqual(opt.state());
  });
});

describe("is refused by name, and changes nothing", () => {
  const row = (): RowGradient => ({ rows: [1], data: new Float32Array(width).fill(1) });
  const nadamLike = rule({
    id: "acme/product",
    title: "Product",
    paper: "",
    hyper: { lr: 0.1 },
    state: { product: { place: "host", init: 1 } },
    update: { product: "0.9 * product", p: "p - lr * product * g" },
  });
  test.each<[string, Configured, string]>([
    ["sums over the tensor", clipByNorm(sgd(), 1), "`w` is trained by SGD, which takes sums over all rows"],
    ["sums over the model", clipByGlobalNorm(adam(), 1), "which takes sums over all rows"],
    ["phases", sam(adam()), "`w` is trained by Adam, which steps in rounds of 2 phases, `climb`, `update`"],
    ["draws", sgld(), "which draws random numbers"],
    ["state of the whole tensor", nadamLike(), "which keeps `product` for all rows together"],
  ])("a rule with %s", (_, configured, message) => {
    const w = embedding();
    const opt = optimizer({ w }, configured);
    expect(() => opt.update({ w: row() })).toThrow(OptimizerError);
    expect(() => opt.update({ w: row() })).toThrow(message);
    expect([...w.data]).toEqual(golden.start);
    do opt.update({ w: new Float32Array(height * width) });
    while (opt.midRound);
    expect(opt.step).toBe(1);
  });
  test.each<[string, unknown, string]>([
    ["a row that is not there", { rows: [6], data: new Float32Array(width) }, "names row 6, and there are rows 0 to 5"],
    ["half a row", { rows: [0.5], data: new Float32Array(width) }, "names row 0.5"],
    ["other data", { rows: [1], data: new Float32Array(width + 1) }, "has 5 numbers for 1 rows of 4"],
    ["no array", { rows: [1], data: [1, 2, 3, 4] }, "has data a list of 4"],
    ["no data", { rows: [1] }, "has data undefined"],
    ["another word", { row: [1], data: new Float32Array(width) }, "has rows undefined"],
    ["integers of 64 bits", { rows: BigInt64Array.of(1n), data: new Float32Array(width) }, "names a row by 1n"],
    ["no rows", { rows: 3, data: new Float32Array(width) }, "has rows 3"],
  ])("%s", (_, g, message) => {
    const w = embedding();
    const opt = optimizer({ w }, adam());
    expect(() => opt.update({ w: g as RowGradient })).toThrow(message);
    expect([...w.data]).toEqual(golden.start);
    expect(opt.step).toBe(0);
    expect(opt.state().tensors).toEqual({});
  });
  test("a vector, and a gradient that is not finite", () => {
    const b = new Float32Array(4);
    expect(() => optimizer({ b }, adam()).update({ b: { rows: [1], data: Float32Array.of(1) } })).toThrow(
      "has the shape [4], without rows",
    );
    const w = embedding();
    const opt = optimizer({ w }, adam(), { nonFinite: "throw" });
    expect(() => opt.update({ w: { rows: [1], data: Float32Array.of(1, 2, Number.NaN, 3) } })).toThrow("`w`");
    expect([...w.data]).toEqual(golden.start);
  });
});
