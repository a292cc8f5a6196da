import { adamw, radam, yogi } from "@descent/adam";
import { goldens, readGoldens } from "@descent/conformance";
import { configured, type RuleSpec } from "@descent/core/adapter";
import { hostFunction, trace } from "@descent/core/graph";
import { emit } from "@descent/dialects/emit";
import { expect, test } from "vitest";
import { whole } from "./device.ts";

const device = await whole();
const known = await readGoldens(goldens("adam"));
/** GPUBufferUsage's STORAGE | COPY_SRC | COPY_DST, UNIFORM | COPY_DST and MAP_READ | COPY_DST. */
const [STORAGE, UNIFORM, READ] = [0x8c, 0x48, 9];

test.each<[string, RuleSpec]>([
  ["radam", radam],
  ["adamw", adamw],
  ["yogi", yogi],
])("the shader that is printed for %s moves as its golden does", async (name, rule) => {
  const setting = known.get(name)!.settings[0]!; // every rule has one
  const { shape, start } = setting.parameters.w!;
  const program = trace(rule);
  const { hyper } = configured(rule, setting.options);
  const host = hostFunction(program.scalars);
  const buffer = (size: number, usage: number): ReturnType<typeof device.createBuffer> =>
    device.createBuffer({ size, usage });
  const n = start.length;
  const tensors = [...new Set(["p", ...program.inputs, ...program.kept])];
  const buffers = Object.fromEntries(tensors.map((tensor) => [tensor, buffer(4 * n, STORAGE)]));
  const uniform = buffer(16 * Math.ceil(program.scalars.length / 4), UNIFORM);
  device.queue.writeBuffer(buffers.p!, 0, Float32Array.from(start));
  for (const [slot, { init }] of Object.entries(program.slots)) {
    const value = typeof init === "number" ? init : Number(hyper[init]);
    device.queue.writeBuffer(buffers[slot]!, 0, new Float32Array(n).fill(value));
  }
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: emit(rule, "wgsl") }), entryPoint: "main" },
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [
      { binding: 0, resource: { buffer: uniform } },
      ...tensors.map((tensor, i) => ({ binding: i + 1, resource: { buffer: buffers[tensor]! } })),
    ],
  });
  for (const [k, gradient] of setting.gradients.entries()) {
    device.queue.writeBuffer(buffers.g!, 0, Float32Array.from(gradient.w!));
    const numbers = Object.fromEntries(Object.entries(hyper).map(([option, value]) => [option, Number(value)]));
    const facts = { t: k + 1, rows: shape[0]!, cols: shape[1]!, size: n, ndim: 2, decays: 1, count: n };
    device.queue.writeBuffer(uniform, 0, Float32Array.from(host({ ...numbers, ...facts })));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(1, 1);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }
  const back = buffer(4 * n, READ);
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffers.p!, 0, back, 0, 4 * n);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(1);
  const p = new Float32Array(back.getMappedRange().slice(0));
  const golden = setting.path.at(-1)!.w!;
  const moved = Math.hypot(...golden.map((x, i) => x - start[i]!));
  expect(Math.hypot(...golden.map((x, i) => x - p[i]!)) / moved).toBeLessThan(1e-5);
});
