import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { oneLine, UserError } from "./errors.ts";

export type DeviceName = "cuda" | "webgpu" | "wasm" | "cpu";
/** Best first. */
export const deviceNames: readonly DeviceName[] = ["cuda", "webgpu", "wasm", "cpu"];

/** What a look at the machine gave, before anything was started. */
export interface Found {
  readonly device: DeviceName;
  readonly usable: boolean;
  /** What it is, where it is there; why it cannot be used, where it is not. */
  readonly what: string;
  /** It computes on the CPU while it pretends to be a GPU. */
  readonly software?: boolean | undefined;
  /** What would make it usable. */
  readonly remedy?: string | undefined;
}

export interface Choice {
  readonly device: DeviceName;
  readonly what: string;
  /** Each better candidate, with the reason. */
  readonly passedOver: readonly { readonly device: DeviceName; readonly why: string }[];
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|software|\bwarp\b|basic render/i;

export const isSoftware = (adapter: string): boolean => softwareNames.test(adapter);

/**
 * Which device to run on. `auto` takes the best that is real; one asked for by name is taken or refused with what to
 * install, and nothing else is tried in its place.
 */
export function choose(asked: DeviceName | "auto", found: readonly Found[], allowSoftware = false): Choice {
  if (asked !== "auto") {
    const one = found.find(({ device }) => device === asked);
    if (one?.usable === true) return { device: asked, what: named(one), passedOver: [] };
    throw new UserError(
      `--device ${asked} cannot be used: ${one?.what ?? "unknown"}.${one?.remedy === undefined ? "" : ` ${one.remedy}`}`,
    );
  }
  const passedOver: { device: DeviceName; why: string }[] = [];
  for (const device of deviceNames) {
    const one = found.find((candidate) => candidate.device === device);
    if (one === undefined) continue;
    if (!one.usable) passedOver.push({ device, why: one.what });
    else if (one.software === true && !allowSoftware)
      passedOver.push({ device, why: `only a software GPU (${one.what}), slower than wasm` });
    else return { device, what: named(one), passedOver };
  }
  throw new UserError(`No device can be used: ${passedOver.map(({ device, why }) => `${device}: ${why}`).join("; ")}.`);
}

const named = ({ what, software }: Found): string => (software === true ? `${what} (a software GPU)` : what);

/** The one honest line. */
export function deviceLine({ device, what, passedOver }: Choice, engine: string): string {
  const others = passedOver.map((one) => `${one.device} (${one.why})`).join(", ");
  return `Running on ${device}: ${what}, by ${engine}.${others === "" ? "" : ` Passed over: ${others}.`}`;
}

const here = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../../..", import.meta.url));

const resolve = (name: string, from: NodeJS.Require = here): string | undefined => {
  try {
    return from.resolve(name);
  } catch {
    return undefined;
  }
};

/** tfjs-node-gpu as installed beside this app, or by `npm run setup:cuda` into `.cuda`. */
const cudaPackage = (): string | undefined => {
  const name = "@tensorflow/tfjs-node-gpu";
  const own = path.join(root, ".cuda", "package.json");
  return resolve(name) ?? (existsSync(own) ? resolve(name, createRequire(own)) : undefined);
};

interface Ran {
  readonly ok: boolean;
  readonly out: string;
  readonly err: string;
}

const run = (file: string, args: readonly string[]): Promise<Ran> =>
  new Promise((done) => {
    execFile(file, args, { timeout: 60_000, windowsHide: true }, (error, out, err) =>
      done({ ok: error === null, out, err: err || (error?.message ?? "") }),
    );
  });

/** Runs a piece of JavaScript in a process of its own: a driver that crashes or prints does it there. */
const probe = (code: string, ...args: readonly string[]): Promise<Ran> =>
  run(process.execPath, ["--input-type=module", "--eval", code, ...args]);

/** The last line of a process's output, which may follow chatter of native libraries. */
const answer = (ran: Ran): unknown => {
  try {
    return JSON.parse(ran.out.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
};

const adapterProbe = `
const { create, globals } = await import(process.argv[1]);
Object.assign(globalThis, globals);
const adapter = await create([]).requestAdapter({ powerPreference: "high-performance" });
const info = adapter?.info ?? {};
const words = [info.vendor, info.architecture, info.device, info.description].filter((word) => word);
console.log(JSON.stringify(adapter === null ? null : { label: [...new Set(words)].join(" "), fallback: info.isFallbackAdapter === true }));
process.exit(0);
`;

const driver = "Install the GPU's driver and, on Linux, the Vulkan loader (Debian and Ubuntu: apt install libvulkan1).";

async function findWebgpu(): Promise<Found> {
  const device = "webgpu";
  const dawn = resolve("webgpu");
  if (dawn === undefined)
    return {
      device,
      usable: false,
      what: "the npm package webgpu is not installed",
      remedy: "Install it: npm install webgpu.",
    };
  const ran = await probe(adapterProbe, pathToFileURL(dawn).href);
  const adapter = answer(ran);
  if (typeof adapter === "object" && adapter !== null && "label" in adapter && typeof adapter.label === "string") {
    const what = adapter.label || "unnamed adapter";
    return {
      device,
      usable: true,
      what,
      software: isSoftware(what) || ("fallback" in adapter && adapter.fallback === true),
    };
  }
  if (adapter === null) {
    const loader = /libvulkan\S*(?=: cannot open)/.exec(ran.err)?.[0];
    return {
      device,
      usable: false,
      what: loader === undefined ? "no GPU adapter found" : `no GPU adapter found, ${loader} is missing`,
      remedy: driver,
    };
  }
  return { device, usable: false, what: `Dawn does not start (${oneLine(ran.err).slice(0, 120)})`, remedy: driver };
}

const cudaProbe = `
import util from "node:util";
util.isNullOrUndefined ??= (value) => value == null;
const tf = (await import(process.argv[1])).default;
await tf.ready();
tf.tidy(() => tf.add(tf.ones([2]), 1).dataSync());
console.log(JSON.stringify({ gpu: tf.backend().isUsingGpuDevice === true }));
process.exit(0);
`;

async function findCuda(): Promise<Found> {
  const device = "cuda";
  const setup = "Install it with `npm run setup:cuda`, and CUDA 11.2 with cuDNN 8.1.";
  const smi = await run("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]);
  const gpu = smi.ok ? smi.out.trim().split("\n", 1)[0] || undefined : undefined;
  const file = cudaPackage();
  if (gpu === undefined) {
    return {
      device,
      usable: false,
      what: "no NVIDIA GPU found",
      remedy: `nvidia-smi must list one; then @tensorflow/tfjs-node-gpu is needed. ${setup}`,
    };
  }
  if (file === undefined)
    return {
      device,
      usable: false,
      what: `${gpu} is here, but @tensorflow/tfjs-node-gpu is not installed`,
      remedy: setup,
    };
  const found = answer(await probe(cudaProbe, pathToFileURL(file).href));
  if (typeof found !== "object" || found === null || !("gpu" in found)) {
    return { device, usable: false, what: "@tensorflow/tfjs-node-gpu does not load", remedy: setup };
  }
  if (found.gpu !== true) {
    return {
      device,
      usable: false,
      what: "@tensorflow/tfjs-node-gpu loads, but TensorFlow sees no GPU",
      remedy: "It needs CUDA 11.2 and cuDNN 8.1.",
    };
  }
  return { device, usable: true, what: gpu };
}

const findWasm = async (): Promise<Found> =>
  resolve("@tensorflow/tfjs-backend-wasm") === undefined || typeof WebAssembly === "undefined"
    ? {
        device: "wasm",
        usable: false,
        what: "@tensorflow/tfjs-backend-wasm is not installed",
        remedy: "Install it: npm install @tensorflow/tfjs-backend-wasm.",
      }
    : { device: "wasm", usable: true, what: "WebAssembly on the CPU, one thread" };

const findCpu = async (): Promise<Found> => ({
  device: "cpu",
  usable: true,
  what: "plain JavaScript on the CPU, slow",
});

const finders: Readonly<Record<DeviceName, () => Promise<Found>>> = {
  cuda: findCuda,
  webgpu: findWebgpu,
  wasm: findWasm,
  cpu: findCpu,
};

/** Looks for the devices named, all at once; nothing is started in this process. */
export const findDevices = (names: readonly DeviceName[] = deviceNames): Promise<Found[]> =>
  Promise.all(names.map((name) => finders[name]()));

export const cudaFile = cudaPackage;
export const dawnFile = (): string | undefined => resolve("webgpu");
