import { optimizer as arraysOptimizer, type Precision } from "@descent/arrays";
import { ema } from "@descent/averaging";
import { decodeState, encodeState } from "@descent/core";
import { configured } from "@descent/core/adapter";
import { sgd } from "@descent/sgd";
import { afterEach, beforeAll, expect, test } from "vitest";
import {
  codecs,
  codedOptions,
  expectTranscribed,
  sparseAdam,
  table,
  updates,
} from "../../../arrays/test/coded-rows.ts";
import { optimizer } from "../../src/index.ts";
import { tf } from "../backends.ts";
import { start } from "./start.ts";

/* State in fewer bytes on the device. Where no operation but a sum rounds, the bits are those of arrays. */

beforeAll(start);
afterEach(() => tf.disposeVariables());

const exact = configured(
  {
    id: "exact",
    title: "Exact",
    paper: "",
    hyper: {},
    state: { m: 0, v: 0, half: { init: 0.5 } },
    update: { m: "0.5 * m + g", v: "0.5 * v + g^2", half: "half + 0.25 * g", p: "p - 0.25 * m" },
  },
  {},
);
const [shape, length] = [[70, 90], 6300] as const;
const gradient = (k: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => (((i * 37 + 11 * k) % 255) - 127) * 2 ** (((i + k) % 13) - 9));

test.each<[string, Precision | Record<string, Precision>]>([
  ["bfloat16", "bfloat16"],
  ["float8", "float8"],
  ["each its own", { m: "float8", v: "bfloat16" }],
])("%s steps, saves and resumes as arrays do, bit for bit, and a refused step changes no code", async (_, state) => {
  const w = tf.variable(tf.fill([...shape], 0.5), true, "w");
  const flat = { data: new Float32Array(length).fill(0.5), shape };
  const opt = optimizer(exact, { state, nonFinite: "skip" });
  const expected = arraysOptimizer({ w: flat }, exact, { state, nonFinite: "skip" });
  for (let k = 0; k < 5; k++) {
    const g = gradient(k);
    tf.tidy(() => opt.applyGradients({ w: tf.tensor(g, [...shape]) }));
    expected.update({ w: g });
    if (k === 3) {
      const saved = decodeState(encodeState(await opt.state()));
      expect(saved.tensors).toEqual(expected.state().tensors);
      opt.load(saved);
    }
    expect(opt.execution?.fused).toBe(1);
  }
  expect(await w.data()).toEqual(flat.data);
  expect((await opt.state()).tensors).toEqual(expected.state().tensors);
  tf.tidy(() => opt.applyGradients({ w: tf.fill([...shape], Number.NaN) }));
  expect((await opt.state()).tensors).toEqual(expected.state().tensors);
  expect(await w.data()).toEqual(flat.data);
  opt.dispose();
  w.dispose();
});

test("takes as many bytes as it says, and a slot that begins as the variable is refused by name", () => {
  const w = tf.variable(tf.fill([...shape], 0.5), true, "w");
  const g = tf.tensor(gradient(1), [...shape]);
  const before = tf.memory().numBytes;
  const opt = optimizer(exact, { state: "float8", nonFinite: "apply" });
  opt.applyGradients({ w: g });
  const blocks = Math.ceil(length / 256);
  expect(tf.memory().numBytes - before).toBe(3 * 4 * Math.ceil((258 * blocks) / 4));
  opt.dispose();
  const shadow = optimizer(ema(sgd()), { state: "bfloat16" });
  expect(() => shadow.applyGradients({ w: g })).toThrow("begins as a copy");
  shadow.dispose();
  for (const one of [w, g]) one.dispose();
});

test.each(codecs)("of rows it is rounded where a row was stepped, at the row's own count: %s", async (codec) => {
  const { data, shape } = table();
  const w = tf.tidy(() => tf.variable(tf.tensor(data, [...shape]), true, "w"));
  const opt = optimizer(sparseAdam(codedOptions), { state: codec, nonFinite: "skip" });
  await expectTranscribed(codec, {
    step: (update) => opt.applyGradients({ w: update }),
    numbers: () => w.data(),
    tensors: async () => (await opt.state()).tensors,
  });
  const [now, there] = [await opt.state(), await w.data()];
  const [first] = updates;
  opt.applyGradients({ w: { rows: first!.rows, data: first!.data.map((x, i) => (i === 70 ? Number.NaN : x)) } });
  const { "t/w": _, ...after } = (await opt.state()).tensors;
  expect({ ...after, "t/w": now.tensors["t/w"] }).toEqual(now.tensors); // a refused step changes no code
  expect(await w.data()).toEqual(there);
  opt.dispose();
  w.dispose();
});

test.each(codecs)("of rows it is also stepped while it is read, and leaves no tensor behind: %s", async (state) => {
  const expected = table();
  const w = tf.tidy(() => tf.variable(tf.tensor(expected.data, [...expected.shape]), true, "w"));
  const opt = optimizer(sparseAdam(codedOptions), { state, nonFinite: "apply" });
  const other = arraysOptimizer({ w: expected }, sparseAdam(codedOptions), { state });
  let tensors = 0;
  for (const update of updates) {
    const [reading, before] = [opt.state(), other.state()];
    opt.applyGradients({ w: update });
    other.update({ w: update });
    expect((await reading).tensors).toEqual(before.tensors);
    tensors ||= tf.memory().numTensors;
  }
  expect(tf.memory().numTensors).toBe(tensors);
  expect((await opt.state()).tensors).toEqual(other.state().tensors);
  opt.dispose();
  w.dispose();
});
