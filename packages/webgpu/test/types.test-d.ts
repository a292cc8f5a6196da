import { adam } from "@descent/adam";
import { expectTypeOf, test } from "vitest";
import { allocate, type GpuBuffer, type GpuCommandEncoder, type GpuDevice, optimizer } from "../src/index.ts";

declare const device: GPUDevice;
declare const encoder: GPUCommandEncoder;
declare const g: GPUBuffer;

test("the platform's own types fit, and buffers keep theirs", () => {
  expectTypeOf<GPUDevice>().toExtend<GpuDevice<GPUBuffer>>();
  expectTypeOf<GPUBuffer>().toExtend<GpuBuffer>();
  expectTypeOf<GPUCommandEncoder>().toExtend<GpuCommandEncoder>();
  const { gradients } = allocate(device, { w: [2], b: { shape: [3], role: "bias" } });
  expectTypeOf(gradients.w.buffer).toEqualTypeOf<GPUBuffer>();
});

test("a misspelt parameter is a compile error where its gradient is given", () => {
  const opt = optimizer(device, { w: g, b: { buffer: g, offset: 8, role: "bias" } }, adam());
  opt.update({ w: g });
  opt.record(encoder, { w: { buffer: g, offset: 4 }, b: undefined });
  // @ts-expect-error `v` is not a parameter
  opt.update({ v: g });
  // @ts-expect-error gradients are buffers
  opt.update({ w: new Float32Array(2) });
});
