import { adamw } from "@descent/adam";
import { optimizer as arraysOptimizer, type Precision } from "@descent/arrays";
import { lookahead } from "@descent/averaging";
import { decodeState, encodeState } from "@descent/core";
import { muon } from "@descent/orthogonal";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { codecs, codedOptions, expectTranscribed, sparseAdam, table, updates } from "../../arrays/test/coded-rows.ts";
import { optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";

/* State in fewer bytes. The expected bits are those of arrays, whose precision tests hold the codecs to float32. */

const shapes = { w: [70, 80], long: [9001], small: [10] } as const;
type Name = keyof typeof shapes;
const names = Object.keys(shapes) as Name[];
const sizeOf = (name: Name): number => shapes[name].reduce((n: number, side) => n * side, 1);
/** Of many sizes, with zeros among them and, from step 3 on, signs that differ within blocks. */
const gradient = (name: Name, step: number): Float32Array =>
  Float32Array.from({ length: sizeOf(name) }, (_, i) =>
    i % 11 === 3 ? 0 : Math.sin(i * i + step) * 10 ** (-(i % 7) / (step > 3 ? 1 : 3)),
  );

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  let variables: Record<Name, import("@tensorflow/tfjs").Variable>;
  const make = (): typeof variables =>
    Object.fromEntries(
      names.map((name) => [name, tf.variable(tf.fill([...shapes[name]], 0.5), true, name)]),
    ) as typeof variables; // one for each name
  beforeEach(async () => {
    await use(backend);
    variables = make();
  });
  afterEach(() => tf.disposeVariables());

  const step = (opt: ReturnType<typeof optimizer>, k: number): void =>
    tf.tidy(() =>
      opt.applyGradients(
        Object.fromEntries(names.map((name) => [name, tf.tensor(gradient(name, k), [...shapes[name]])])),
      ),
    );

  test.each<[string, Precision | Record<string, Precision>]>([
    ["bfloat16", "bfloat16"],
    ["float8", "float8"],
    ["m in float8 and v in bfloat16", { m: "float8", v: "bfloat16" }],
  ])("%s steps and saves as arrays do, bit for bit, also while its state is being read", async (_, state) => {
    const opt = optimizer(adamw({ lr: 0.01 }), { state });
    const flat = (name: Name): { data: Float32Array; shape: readonly number[] } => ({
      data: new Float32Array(sizeOf(name)).fill(0.5),
      shape: shapes[name],
    });
    const arrays = { w: flat("w"), long: flat("long"), small: flat("small") };
    const expected = arraysOptimizer(arrays, adamw({ lr: 0.01 }), { state });
    for (let k = 1; k <= 6; k++) {
      const reading = k === 4 ? opt.state() : undefined; // its slots are shared meanwhile
      const before = reading && expected.state();
      step(opt, k);
      expected.update(Object.fromEntries(names.map((name) => [name, gradient(name, k)])));
      if (reading) expect((await reading).tensors).toEqual(before!.tensors);
      for (const name of names) expect(variables[name].dataSync()).toEqual(arrays[name].data);
    }
    expect((await opt.state()).tensors).toEqual(expected.state().tensors);
    expect(opt.execution).toEqual({ backend, fused: 3, composed: 0 });
    opt.dispose();
  });

  test("takes as many bytes as it says, and gives them back", () => {
    const before = tf.memory().numBytes;
    const opt = optimizer(adamw(), { state: "float8" });
    step(opt, 1);
    const whole = [5600, 9001].map((n) => 256 * Math.ceil(n / 256));
    // Two moments: codes, and heads of two bytes per 256; what is too small stays float32.
    const codes = whole.reduce((bytes, n) => bytes + 2 * 4 * Math.ceil((n + (2 * n) / 256) / 4), 0);
    expect(tf.memory().numBytes - before).toBe(codes + 2 * 4 * 10);
    opt.dispose();
    expect(tf.memory().numBytes).toBe(before);
  });

  test("resumes exactly, and its state loads into any precision", async () => {
    const whole = optimizer(adamw({ lr: 0.01 }), { state: "float8" });
    for (let k = 1; k <= 6; k++) step(whole, k);
    const expected = names.map((name) => variables[name].dataSync().slice());
    whole.dispose();
    tf.disposeVariables();
    variables = make();
    const before = optimizer(adamw({ lr: 0.01 }), { state: "float8" });
    for (let k = 1; k <= 3; k++) step(before, k);
    const saved = decodeState(encodeState(await before.state()));
    before.dispose();
    const after = optimizer(adamw({ lr: 0.01 }), { state: "float8" });
    after.load(saved, { variables: Object.values(variables) });
    expect((await after.state()).tensors).toEqual(saved.tensors);
    for (let k = 4; k <= 6; k++) step(after, k);
    expect(names.map((name) => variables[name].dataSync())).toEqual(expected);
    const wide = optimizer(adamw({ lr: 0.01 }));
    wide.load(saved, { variables: Object.values(variables) });
    expect((await wide.state()).tensors).toEqual(saved.tensors);
  });

  test("keeps float32 what must be exact: slots that are put back, and matrices that are multiplied", async () => {
    const opt = optimizer(lookahead(adamw({ lr: 0.01 })), { state: "bfloat16" });
    for (let k = 1; k <= 3; k++) step(opt, k);
    const held = variables.w.dataSync().slice();
    opt.withReadout(() => undefined);
    expect(variables.w.dataSync()).toEqual(held);
    opt.dispose();

    const g = tf.tensor2d(gradient("w", 1), [70, 80]);
    const before = tf.memory().numBytes;
    const products = optimizer(muon({ lr: 0.01 }), { state: "float8" });
    products.applyGradients({ w: g });
    expect(tf.memory().numBytes - before).toBe(4 * sizeOf("w"));
    products.dispose();
    g.dispose();
  });

  test("moves to the other backend with its variables", async () => {
    const opt = optimizer(adamw({ lr: 0.01 }), { state: "float8" });
    step(opt, 1);
    const { tensors } = await opt.state();
    await use(backend === "cpu" ? "wasm" : "cpu");
    expect((await opt.state()).tensors).toEqual(tensors);
    step(opt, 2);
    await use(backend);
    opt.dispose();
  });

  test.each(codecs)("of rows it is rounded where a row was stepped, at the row's own count: %s", async (codec) => {
    tf.disposeVariables();
    const { data, shape } = table();
    const w = tf.tidy(() => tf.variable(tf.tensor(data, [...shape]), true, "w"));
    const opt = optimizer(sparseAdam(codedOptions), { state: codec });
    let tensors = 0;
    await expectTranscribed(codec, {
      step: (update) => {
        opt.applyGradients({ w: update });
        tensors ||= tf.memory().numTensors;
      },
      numbers: () => w.dataSync(),
      tensors: async () => (await opt.state()).tensors,
    });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(opt.execution?.composed).toBe(0);
    opt.dispose();
  });

  test.each(codecs)(
    "of rows it resumes, is read meanwhile, and takes a whole gradient, as arrays do: %s",
    async (state) => {
      tf.disposeVariables();
      const expected = table();
      const shape = [...expected.shape];
      const w = tf.tidy(() => tf.variable(tf.tensor(expected.data, shape), true, "w"));
      const other = arraysOptimizer({ w: expected }, adamw(codedOptions), { state });
      let opt = optimizer(adamw(codedOptions), { state });
      for (const [k, update] of updates.entries()) {
        const reading = k === 3 ? opt.state() : undefined; // its slots are shared meanwhile
        const before = other.state();
        opt.applyGradients({ w: update });
        other.update({ w: update });
        if (reading) expect((await reading).tensors).toEqual(before.tensors);
        if (k === 5) {
          const saved = decodeState(encodeState(await opt.state()));
          opt.dispose();
          opt = optimizer(adamw(codedOptions), { state });
          opt.load(saved, { variables: [w] });
        }
      }
      tf.tidy(() => opt.applyGradients({ w: tf.tensor(table().data, shape) }));
      other.update({ w: table().data });
      expect((await opt.state()).tensors).toEqual(other.state().tensors);
      expect(w.dataSync()).toEqual(expected.data);
      opt.dispose();
    },
  );

  test("is refused by name where it cannot be: without fused loops, of a slot that no rule has", () => {
    tf.registerBackend("other", () => tf.findBackendFactory("cpu")());
    tf.setBackend("other");
    const elsewhere = optimizer(adamw(), { state: "float8" });
    const g = tf.tensor(gradient("w", 1), [...shapes.w]);
    expect(() => elsewhere.applyGradients({ w: g })).toThrow(
      "State in fewer bytes is stepped on the cpu, wasm and webgpu backends, and this is tfjs's `other`. Use tf.setBackend",
    );
    g.dispose();
    elsewhere.dispose();
    tf.setBackend(backend);
    tf.removeBackend("other");
    expect(() => optimizer(adamw(), { state: "float8", fused: false })).toThrow("Leave out `fused: false`");
    expect(() => optimizer(adamw(), { state: { n: "float8" } })).toThrow("No rule here has a state `n`");
    expect(() => optimizer(adamw(), { state: "float4" as never })).toThrow("state");
  });
});
