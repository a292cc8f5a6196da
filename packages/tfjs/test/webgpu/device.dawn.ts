import * as adam from "@descent/adam";
import { describeBackend, describeRules, readGoldens } from "@descent/conformance";
import { beforeAll, describe, test } from "vitest";
import { create, globals } from "webgpu";
import { tf, use } from "../backends.ts";
import { scenarios } from "../scenarios.ts";
import { tfjs } from "../target.ts";

beforeAll(async () => {
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, "navigator", { value: { gpu: create([]), userAgent: "node" }, configurable: true });
  await import("@tensorflow/tfjs-backend-webgpu"); // it looks for navigator.gpu while it loads
  await use("webgpu");
});

const { radam, amsgrad } = adam;
const rules = { radam, amsgrad };
const all = await readGoldens(new URL("../../../adam/test/golden/", import.meta.url));
const goldens = [...all.values()].filter(({ rule }) => rule in rules);

describe("on tfjs's webgpu backend", () => {
  const target = tfjs("tfjs webgpu");
  // WGSL allows cos and sin an absolute error of 2^-11; SwiftShader's cos is 1e-4 off, everything else below 1e-5.
  describeBackend(target, { live: () => tf.memory().numTensors, tolerance: 5e-4 });
  describeRules(rules, goldens, { targets: [target] });
  // A software GPU takes seconds for each; names changed by loading are the same on every backend.
  const some = Object.entries(scenarios(10)).filter(([name]) => !name.includes("beside"));
  test.each(some)("%s", (_, scenario) => scenario(tf));
});
