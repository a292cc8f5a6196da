import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { adam } from "@descent/adam";
import { optimizer as arraysOptimizer } from "@descent/arrays";
import { refusing, wholes } from "@descent/conformance";
import { beforeAll, describe, expect, test } from "vitest";
import { long } from "../../../tests/long.ts";
import { describeGpu, oneIn } from "../../../tests/sample.ts";
import { optimizer } from "../src/index.ts";
import { scenarios } from "./scenarios.ts";
import { fewPrograms, fewThreads } from "./software-gpu.ts";
import { tfjs } from "./target.ts";

// tfjs's two backends for graphics cards, on Chromium's software one, which takes long for each formula. Fused updates pass all
// checks in webgl.browser.test.ts and webgpu/device.dawn.ts; here are a share of them and of the composed updates'.
describe.each([
  { backend: "webgl", part: 1 },
  { backend: "webgpu", part: 2 },
])("in a browser, on tfjs's $backend backend", ({ backend, part }) => {
  beforeAll(async () => {
    expect(await tf.setBackend(backend)).toBe(true);
    await tf.ready();
  });
  fewThreads(); // the tests on Dawn in Node multiply as tfjs chooses
  fewPrograms();
  // GPUs compute cos and sin to an absolute error of 2^-11.
  const tolerance = 5e-4;
  const lacking = backend === "webgpu" ? wholes.filter((formula) => !formula.startsWith("eye")) : [];
  const refuses = refusing(lacking, "its tensors cannot be read within a step");
  const share = (turn: number) => ({ turn, share: { part: turn, of: long ? 3 : 6 } });
  const composed = tfjs(`tfjs ${backend}, composed`, { fused: false });
  describeGpu(composed, { tolerance, refuses, ...share(part) });
  if (backend === "webgpu")
    describeGpu(tfjs("tfjs webgpu"), {
      live: () => tf.memory().numTensors,
      tolerance,
      refuses,
      ...share(0),
    });

  test("minimize steps the rows that the loss looked up, or says why it cannot", async () => {
    const start = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i));
    const table = tf.variable(tf.tensor(start, [6, 5]), true, `table on ${backend}`);
    const opt = optimizer(adam({ lr: 0.1 }), { rows: ({ name }) => name === table.name });
    if (backend === "webgpu") {
      const loss = (): tf.Scalar =>
        tf
          .gather(table, tf.tensor1d([1], "int32"))
          .sum()
          .asScalar();
      expect(() => tf.tidy(() => void opt.minimize(loss, false, [table]))).toThrow('use tf.setBackend("wasm")');
      return;
    }
    const expected = { data: start.slice(), shape: [6, 5] };
    const other = arraysOptimizer({ table: expected }, adam({ lr: 0.1 }));
    for (const rows of [[4, 4, 0], [5], [0, 5]]) {
      const c = Float32Array.from({ length: 5 * rows.length }, (_, i) => Math.cos(i + rows[0]!));
      const loss = (): tf.Scalar =>
        tf
          .gather(table, tf.tensor1d(rows, "int32"))
          .mul(tf.tensor(c, [rows.length, 5]))
          .sum()
          .asScalar();
      tf.tidy(() => void opt.minimize(loss, false, [table]));
      other.update({ table: { rows, data: c } });
    }
    const now = await table.data();
    for (const [i, x] of now.entries()) expect(x).toBeCloseTo(expected.data[i]!, 5);
    expect([...now].slice(5, 20)).toEqual([...start].slice(5, 20)); // rows 1 to 3
    opt.dispose();
    table.dispose();
  });

  const some = Object.entries(scenarios({ steps: 4, many: 5 })).filter(([name]) => !name.includes("beside"));
  const declare = oneIn(backend === "webgl" ? 3 : 1); // one on webgl takes ten times as long
  for (const [name, scenario] of some.reverse()) declare(name, () => scenario(tf)); // the last is the shortest
});
