import { readFileSync } from "node:fs";
import { rmspropCenteredMomentum } from "@descent/adagrad";
import { adam, adamw, nadam, radam, yogi } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import {
  type Configured,
  clipByGlobalNorm,
  decodeState,
  decoupledDecay,
  freeze,
  partition,
  schedule,
  withL2,
} from "@descent/core";
import { fromPlain, type Plain, type Role } from "@descent/core/adapter";
import { crossEntropy, Trainer } from "@descent/onnxruntime";
import { cosine, warmup } from "@descent/schedules";
import { momentum, sgd } from "@descent/sgd";
import { describe, expect, onTestFinished, test } from "vitest";

const folder = new URL("fixtures/first-release/", import.meta.url);
const bytes = (name: string): Uint8Array<ArrayBuffer> => Uint8Array.from(readFileSync(new URL(name, folder)));
const json = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as T;
type Numbers = Readonly<Record<string, readonly number[]>>;

const setups: Readonly<Record<string, () => Configured>> = {
  adam: () => adam({ lr: 0.05 }),
  nadam: () => nadam({ lr: 0.05 }),
  radam: () => withL2(radam({ lr: schedule("0.1 / (1 + step)") }), 0.01),
  yogi: () => yogi(),
  rmspropCenteredMomentum: () => rmspropCenteredMomentum({ lr: 0.02, momentum: 0.5 }),
  sgd: () => sgd({ lr: 0.1 }),
  partitioned: () => {
    const heads = adamw({ lr: warmup(3, cosine({ from: 0.1, to: 0, over: 20 })) });
    const rest = decoupledDecay(momentum({ lr: 0.05 }), 0.02);
    return clipByGlobalNorm(freeze(partition({ heads, rest }, { heads: /^head/ }), "base/bias"), 1);
  },
};
const shapes: Readonly<Record<string, readonly number[]>> = {
  "head/kernel": [3, 4],
  "head/bias": [4],
  "base/kernel": [2, 2, 3],
  "base/bias": [3],
};
const gradients = (step: number): Record<string, Float32Array> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], k) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, Float32Array.from({ length: size }, (_, i) => Math.cos(0.7 * i + k + step))];
    }),
  );
const roleOf = (name: string): Role => (name.endsWith("bias") ? "bias" : "kernel");

/** Continues a saved state by three updates and returns the parameters. */
function continued(name: string, configured: Configured): { found: Numbers; expected: Numbers } {
  const { saved, after } = json<Record<string, { saved: Numbers; after: Numbers }>>("states/expected.json")[name]!; // the file has every setup
  const parameters = Object.fromEntries(
    Object.entries(saved).map(([n, v]) => [n, { data: Float32Array.from(v), shape: shapes[n]!, role: roleOf(n) }]),
  );
  const opt = optimizer(parameters, configured);
  opt.load(decodeState(bytes(`states/${name}.safetensors`)));
  for (let step = 4; step < 7; step++) opt.update(gradients(step));
  const found = Object.fromEntries(Object.entries(parameters).map(([n, { data }]) => [n, [...data]]));
  return { found, expected: after };
}

describe("files of the first release still load, and training resumes bit for bit", () => {
  test.each(Object.entries(setups))("the state of %s", (name, make) => {
    const { found, expected } = continued(name, make());
    expect(found).toEqual(expected);
  });

  test.each(Object.keys(setups))("the configuration of %s as JSON", (name) => {
    const { found, expected } = continued(name, fromPlain(json<Plain>(`plain/${name}.json`)));
    expect(found).toEqual(expected);
  });
});

// Another processor's kernels may round a product or two otherwise, so losses of ONNX Runtime agree to 1e-5.
describe("files of the first release still load, and training continues", () => {
  const expected = json<Readonly<Record<string, { readonly losses: readonly number[] }>>>("onnxruntime/expected.json");
  const batch = (s: number) => ({
    x: { data: Float32Array.from({ length: 12 }, (_, i) => Math.cos(i + s)), dims: [4, 3] },
    labels: Int32Array.from([0, 1, 2, s % 3]),
  });
  async function follows(trainer: Trainer, name: string, from: number): Promise<void> {
    onTestFinished(() => trainer.dispose());
    const { losses } = expected[name]!; // the file has every case
    for (const [i, loss] of losses.entries())
      expect((await trainer.trainStep(batch(from + i))).loss).toBeCloseTo(loss, 5);
  }

  test.each([
    ["host", {}],
    ["graph", { plan: "graph" as const }],
    ["accumulated", { accumulate: 2 }],
  ])("a Trainer's checkpoint: %s", async (name, options) => {
    const optimizer = radam({ lr: schedule("0.05 / (1 + step)") });
    const trainer = await Trainer.create(bytes("onnxruntime/model.onnx"), {
      optimizer,
      loss: crossEntropy(),
      ...options,
    });
    await trainer.load(bytes(`onnxruntime/${name}.safetensors`));
    await follows(trainer, name, 5);
  });

  test("a training graph", async () => {
    const trainer = await Trainer.open(bytes("onnxruntime/training-graph.onnx"), { optimizer: adam({ lr: 0.05 }) });
    await follows(trainer, "training-graph", 0);
  });
});
