import { createRequire } from "node:module";

/** A device of WebGPU, and what it says it is. */
export interface Gpu {
  readonly device: GPUDevice;
  readonly name: string;
  /** Whether a processor plays it. */
  readonly software: boolean;
}

/** Devices work while what has made them is there. */
let instance: GPU | undefined;

/** The device that Dawn finds on this machine, in Node; undefined where it finds none, or is not installed. */
export async function findGpu(): Promise<Gpu | undefined> {
  try {
    // It is installed for the tests of @descent/webgpu.
    const dawn = createRequire(new URL("../packages/webgpu/package.json", import.meta.url)).resolve("webgpu");
    const { create } = (await import(dawn)) as { create(flags: string[]): GPU };
    instance ??= create([]);
    const adapter = await instance.requestAdapter();
    if (!adapter) return undefined;
    const { description, vendor } = adapter.info;
    const name = description || vendor;
    const software = adapter.info.isFallbackAdapter || /swiftshader|llvmpipe/i.test(name);
    return { device: await adapter.requestDevice(), name, software };
  } catch {
    return undefined;
  }
}
