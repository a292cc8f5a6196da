import { adamw } from "@descent/adam";
import { optimizer as arrays } from "@descent/arrays";
import { refusing, wholes } from "@descent/conformance";
import { clipByGlobalNorm } from "@descent/core";
import { expect, test } from "vitest";
import { describeGpu } from "../../../tests/sample.ts";
import { allocate, optimizer } from "../src/index.ts";
import { numbers, webgpu } from "./target.ts";

const adapter = await navigator.gpu.requestAdapter();
const device = await adapter!.requestDevice();

// The same shaders pass all checks on Dawn in Node, with tensors that lie apart.
describeGpu(webgpu(device, "webgpu in a browser", "together"), {
  turn: 0,
  exact: true,
  refuses: refusing(wholes, "the host computes them"),
  share: { part: 0, of: 2 },
});

test("a browser steps buffers as arrays are stepped, clipped by a norm that never leaves the device", async () => {
  const start = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i));
  const { parameters, gradients } = allocate(device, { w: [5000] });
  const rule = clipByGlobalNorm(adamw({ lr: 0.01 }), 1);
  const w = start.slice();
  const [here, there] = [optimizer(device, parameters, rule), arrays({ w }, rule)];
  device.queue.writeBuffer(parameters.w.buffer, 0, start);
  for (let k = 1; k < 4; k++) {
    const g = start.map((x) => x * k);
    device.queue.writeBuffer(gradients.w.buffer, 0, g);
    here.update(gradients);
    there.update({ w: g });
  }
  const now = await numbers(device, parameters.w.buffer, 0, 5000);
  // The norm is a float32 here and a float64 there.
  for (const [i, x] of w.entries()) expect(Math.abs(now[i]! - x)).toBeLessThan(1e-6);
});
