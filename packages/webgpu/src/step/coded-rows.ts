import type { Codec } from "@descent/arrays/engine";
import { OptimizerError } from "@descent/core";
import { COMPUTE, type GpuBuffer, type GpuDevice, headsOf, type View } from "../device/gpu.ts";
import { decodingRows, encodingRows, ROW_HEAD } from "../shaders/coded-rows.ts";
import { CODED, STEPPED } from "../shaders/kernel.ts";
import type { Dispatch } from "./stepper.ts";

/** Some rows of a tensor that a codec keeps, and the tensor of their numbers, one row after the other. */
export interface CodedRows {
  /** The tensor that a codec keeps. */
  readonly whole: View;
  /** Which rows, each once. */
  readonly rows: readonly number[];
  /** How many rows there are in all. */
  readonly height: number;
  /** The numbers of the rows. */
  readonly part: View;
}

interface Shader {
  readonly pipeline: unknown;
  readonly layout: unknown;
}
type Way = "decode" | "encode";
const shaders = new WeakMap<object, Map<string, Shader>>();

/** The pipeline of a codec and a way on a device, compiled once. */
function shaderOf(device: GpuDevice, codec: Codec, way: Way): Shader {
  let known = shaders.get(device);
  if (!known) shaders.set(device, (known = new Map()));
  let found = known.get(`${way} ${codec}`);
  if (!found) {
    const label = `descent: ${way} rows, ${codec}`;
    const written = way === "decode" ? 2 : 1;
    const layout = device.createBindGroupLayout({
      label,
      entries: [0, 1, 2].map((binding) => ({
        binding,
        visibility: COMPUTE,
        buffer: { type: binding === written ? "storage" : "read-only-storage" },
      })),
    });
    const code = way === "decode" ? decodingRows(codec) : encodingRows(codec);
    const pipeline = device.createComputePipeline({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ label, code }), entryPoint: "main" },
    });
    known.set(`${way} ${codec}`, (found = { pipeline, layout }));
  }
  return found;
}

/** A tensor's buffer as a shader sees it. A slot that a device can bind at all lies in a buffer that it can bind whole. */
function bound({ limits }: GpuDevice, { buffer }: View): { readonly buffer: GpuBuffer; readonly size: number } {
  const size = buffer.size - (buffer.size % 4);
  const most = limits.maxStorageBufferBindingSize;
  if (size <= most) return { buffer, size };
  throw new OptimizerError(
    `The state of a table takes ${size} bytes, but a shader on this device can bind only ${most} at a time, too few to decode rows. Request the device with requiredLimits: { maxStorageBufferBindingSize: ${size} }.`,
  );
}

function dispatch(
  device: GpuDevice,
  way: Way,
  { whole, rows, height, part }: CodedRows,
  words: (numbers: ArrayBuffer) => GpuBuffer,
): readonly Dispatch[] {
  if (part.length === 0) return [];
  const { codec, seed } = whole.coded!; // the caller's tensors are coded
  const width = whole.length / height;
  const places = rows.map((_, i) => i).sort((a, b) => rows[a]! - rows[b]!);
  const stretches = new Set<number>();
  if (way === "encode")
    for (const row of rows)
      for (let at = Math.floor((row * width) / CODED); at * CODED < (row + 1) * width; at++) stretches.add(at);
  const groups = way === "encode" ? stretches.size : Math.ceil(part.length / STEPPED);
  const first = whole.offset / 4;
  const head = [groups, width, rows.length, whole.length, first, first + headsOf(whole), seed, part.offset / 4];
  const table = new Uint32Array(ROW_HEAD + 2 * rows.length + stretches.size);
  table.set(head);
  table.set(
    places.map((i) => rows[i]!),
    ROW_HEAD,
  );
  table.set(places, ROW_HEAD + rows.length);
  table.set([...stretches], ROW_HEAD + 2 * rows.length);
  const { pipeline, layout } = shaderOf(device, codec, way);
  const group = device.createBindGroup({
    label: "descent: rows",
    layout,
    entries: [{ buffer: words(table.buffer) }, bound(device, whole), bound(device, part)].map((resource, binding) => ({
      binding,
      resource,
    })),
  });
  const x = Math.min(groups, device.limits.maxComputeWorkgroupsPerDimension);
  return [{ pipeline, group, x, y: Math.ceil(groups / x) }];
}

/** The dispatches that decode rows; `words` puts numbers into a buffer of one step. */
export const decodeRows = (
  device: GpuDevice,
  rows: CodedRows,
  words: (numbers: ArrayBuffer) => GpuBuffer,
): readonly Dispatch[] => dispatch(device, "decode", rows, words);

/**
 * The dispatches that encode them again, by the tensor's seed. The others keep their bits, but for those of float8 that share a block
 * with one of these: where that changes the block's scale, they are rounded to it.
 */
export const encodeRows = (
  device: GpuDevice,
  rows: CodedRows,
  words: (numbers: ArrayBuffer) => GpuBuffer,
): readonly Dispatch[] => dispatch(device, "encode", rows, words);
