import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { refusing, wholes } from "@descent/conformance";
import { describeBackend } from "@descent/conformance/vitest";
import { beforeAll, describe, expect, test } from "vitest";
import { scenarios } from "./scenarios.ts";
import { tfjs } from "./target.ts";

// tfjs's two backends for graphics cards, on Chromium's software one.
describe.each(["webgl", "webgpu"] as const)("in a browser, on tfjs's %s backend", (backend) => {
  beforeAll(async () => {
    expect(await tf.setBackend(backend)).toBe(true);
    await tf.ready();
  });
  // GPUs compute cos and sin to an absolute error of 2^-11.
  const lacking = backend === "webgpu" ? wholes.filter((formula) => !formula.startsWith("eye")) : [];
  const refuses = refusing(lacking, "its tensors cannot be read within a step");
  describeBackend(tfjs(`tfjs ${backend}`), { live: () => tf.memory().numTensors, tolerance: 5e-4, refuses });
  describeBackend(tfjs(`tfjs ${backend}, composed`, { fused: false }), { tolerance: 5e-4, refuses });
  const some = Object.entries(scenarios(10)).filter(([name]) => !name.includes("beside"));
  test.each(some)("%s", (_, scenario) => scenario(tf));
});
