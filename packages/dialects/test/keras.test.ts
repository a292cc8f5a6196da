import { optimizer } from "@descent/arrays";
import { TOLERANCE } from "@descent/conformance";
import type { Configured, Schedule } from "@descent/core";
import { expect, test } from "vitest";
import * as keras from "../src/keras/index.ts";
import { apart, type Golden, golden, off, type Schedules, said } from "./golden.ts";

const made = golden("keras") as Golden & { readonly schedules: Schedules };
const door: Readonly<Record<string, unknown>> = keras;
const call = (name: string, options: object): Configured => (door[name] as (o: object) => Configured)(options);

test.each(made.cases.map((one) => [said(one), one] as const))("%s moves as Keras does", (_, one) => {
  expect(apart(call(one.name, one.options), one, made, { in: [0], out: [1] })).toBeLessThan(TOLERANCE);
});

test.each(made.schedules.cases.map((one) => [`${one.name}(${JSON.stringify(one.options)})`, one] as const))(
  "%s has Keras's values",
  (_, { name, options, values }) => {
    const schedule = (door[name] as (o: unknown) => Schedule)(options);
    expect(off(schedule, made.schedules.steps, values)).toBeLessThan(1e-12);
  },
);

test("Adafactor refuses what Keras factors otherwise", () => {
  const conv = { data: new Float32Array(8), shape: [2, 2, 1, 2] };
  expect(() => optimizer({ conv }, keras.Adafactor())).toThrow(
    "Adafactor: Keras factors the last two dimensions, for each place of a kernel, and `conv` has shape [2, 2, 1, 2]",
  );
});

test("Muon leaves embeddings, vectors and excluded layers to Adam", () => {
  const matrix = (role?: "embedding") => ({ data: new Float32Array(4), shape: [2, 2], ...(role ? { role } : {}) });
  const opt = (given: object) =>
    optimizer(
      { w: matrix(), table: matrix("embedding"), "my_embedding/x": matrix(), head: matrix(), b: new Float32Array(2) },
      keras.Muon(given),
    ).inspect().groups;
  const groups = opt({ exclude_layers: ["^head"] });
  expect(groups.muon?.parameters).toEqual(["w"]);
  expect(groups.adam?.parameters).toEqual(["table", "my_embedding/x", "head", "b"]);
  expect(opt({ exclude_embeddings: false }).adam?.parameters).toEqual(["b"]);
  expect(() => keras.Muon({ exclude_layers: "head" as never })).toThrow("must be a list of patterns");
});

test("a rate set in mid-run is Muon's, and Adam's in its ratio, as in Keras", () => {
  const run = (begun: number, then: number) => {
    const model = {
      w: { data: Float32Array.of(0.3, -0.2, 0.5, 0.1), shape: [2, 2], axes: { in: [0], out: [1] } },
      b: Float32Array.of(0.4, -0.6),
    };
    const opt = optimizer(model, keras.Muon({ learning_rate: begun, adam_lr_ratio: 0.3 }));
    opt.set({ lr: then });
    for (let t = 1; t <= 4; t++)
      opt.update({ w: model.w.data.map((x, i) => Math.sin(t + i) + x), b: model.b.map((x) => x + 0.1 * t) });
    return [model.w.data, model.b];
  };
  expect(run(0.5, 0.02)).toEqual(run(0.02, 0.02));
  expect(run(0.5, 0.02)).not.toEqual(run(0.5, 0.5));
});

test("files that Keras writes by itself are refused, with the Python that writes another", () => {
  const state = optimizer({ w: new Float32Array(2) }, keras.Adam()).state();
  for (const magic of ["\x89HDF\r\n\x1a\n", "PK\x03\x04"])
    expect(() =>
      keras.fromVariables(
        Uint8Array.from(magic, (c) => c.charCodeAt(0)),
        state,
      ),
    ).toThrow('safetensors.numpy.save_file(variables, "optimizer.safetensors")');
});
