import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { refusing, wholes } from "@descent/conformance";
import { describeBackend } from "@descent/conformance/vitest";
import { beforeAll, describe, expect, test } from "vitest";
import { scenarios } from "./scenarios.ts";
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
  // GPUs compute cos and sin to an absolute error of 2^-11.
  const tolerance = 5e-4;
  const lacking = backend === "webgpu" ? wholes.filter((formula) => !formula.startsWith("eye")) : [];
  const refuses = refusing(lacking, "its tensors cannot be read within a step");
  describeBackend(tfjs(`tfjs ${backend}, composed`, { fused: false }), { tolerance, refuses, share: { part, of: 3 } });
  if (backend === "webgpu")
    describeBackend(tfjs("tfjs webgpu"), {
      live: () => tf.memory().numTensors,
      tolerance,
      refuses,
      share: { part: 0, of: 3 },
    });
  const some = Object.entries(scenarios({ steps: 4, many: 5 })).filter(([name]) => !name.includes("beside"));
  test.each(some)("%s", (_, scenario) => scenario(tf));
});
