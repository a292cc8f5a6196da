import { exportModel, Graph } from "@descent/onnx";
import { COPY_DST, COPY_SRC, type GpuBuffer, type GpuDevice, readBack, STORAGE } from "@descent/webgpu/engine";
import { locations } from "../runtime/locations.ts";
import { type ExecutionProvider, providerName, type Runtime, type RuntimeTensor, safely } from "../runtime/runtime.ts";

/** The GPU device that ONNX Runtime computes on, which destroys it with its last session: a session is kept until `release`. */
export class Shared {
  readonly device: GpuDevice;
  readonly #runtime: Runtime;
  readonly #release: () => Promise<void>;

  constructor(runtime: Runtime, device: GpuDevice, release: () => Promise<void>) {
    this.#runtime = runtime;
    this.device = device;
    this.#release = release;
  }

  /** A buffer of zeros that both sides read and write; ONNX Runtime takes sizes by four floats. */
  buffer(floats: number): GpuBuffer {
    const size = Math.max(16, Math.ceil(floats / 4) * 16);
    const usage = STORAGE | COPY_SRC | COPY_DST;
    return this.device.createBuffer({ label: "descent", size, usage, mappedAtCreation: false });
  }

  /** A buffer as ONNX Runtime takes it. Whoever made it must destroy it. */
  tensor(buffer: GpuBuffer, dims: readonly number[]): RuntimeTensor {
    return this.#runtime.Tensor.fromGpuBuffer!(buffer, { dataType: "float32", dims }); // `share` has looked
  }

  write(buffer: GpuBuffer, data: Float32Array): void {
    const own = data.buffer instanceof ArrayBuffer ? (data as Float32Array<ArrayBuffer>) : data.slice(); // by the test
    if (own.length > 0) this.device.queue.writeBuffer(buffer, 0, own);
  }

  /** The first floats of buffers, as they are after all that was submitted before. */
  read(wanted: readonly { readonly buffer: GpuBuffer; readonly length: number }[]): Promise<Float32Array[]> {
    return readBack(
      this.device,
      wanted.map((each) => ({ ...each, offset: 0 })),
    );
  }

  release(): Promise<void> {
    return this.#release();
  }
}

/**
 * The device of a webgpu provider, or why it cannot be shared; after the provider's self-test, by which time it has one.
 * It is seen by doing it: a session reads a buffer that was written here and fills another, which is read here right
 * after the run, as an update will read gradients.
 */
export async function share(runtime: Runtime, providers: readonly ExecutionProvider[]): Promise<Shared | string> {
  const none = "this ONNX Runtime does not hand out its GPU device, as onnxruntime-web does";
  if (typeof runtime.Tensor.fromGpuBuffer !== "function" || !(await deviceOf(runtime, providers))) return none;
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: [5] });
  graph.op("Add", ["x", "x"], {}, ["y"]);
  graph.output("y");
  const session = await runtime.InferenceSession.create(exportModel(graph), {
    logSeverityLevel: 3,
    executionProviders: providers.map(safely),
    ...locations(["y"], graph),
  });
  const why = async (reason: string): Promise<string> => {
    await session.release();
    return reason;
  };
  const device = await deviceOf(runtime, providers); // another one, if the session of the test was the last
  if (!device) return why(none);
  const shared = new Shared(runtime, device, () => session.release());
  try {
    const [x, y] = [shared.buffer(5), shared.buffer(5)];
    const numbers = Float32Array.of(1, -2, 0.5, 3e7, 7);
    shared.write(x, numbers);
    await session.run({ x: shared.tensor(x, [5]) }, { y: shared.tensor(y, [5]) });
    const [got] = await shared.read([{ buffer: y, length: 5 }]);
    x.destroy();
    y.destroy();
    if (numbers.every((v, i) => got![i] === 2 * v)) return shared; // one for one asked for
    return why("what ONNX Runtime wrote into a GPU buffer is not there after its run");
  } catch (error) {
    return why(`ONNX Runtime does not run on GPU buffers handed to it (${(error as Error).message.split("\n")[0]})`);
  }
}

/** The device a webgpu provider was told to use, or the one that onnxruntime-web made for its sessions. */
async function deviceOf({ env }: Runtime, [provider]: readonly ExecutionProvider[]): Promise<GpuDevice | undefined> {
  if (provider === undefined || providerName(provider) !== "webgpu") return undefined;
  const made = await (env?.webgpu as { readonly device?: unknown } | undefined)?.device; // a promise of one in some releases
  const device = (typeof provider === "object" ? provider.device : undefined) ?? made;
  return typeof (device as Partial<GpuDevice> | undefined)?.createBuffer === "function"
    ? (device as GpuDevice) // which is what has buffers here
    : undefined;
}
