import { pathToFileURL } from "node:url";
import { repairTfjsNode } from "@descent/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { DeviceName } from "../devices/device.ts";
import { tensorflowFile } from "../devices/tensorflow.ts";
import { dawnFile } from "../devices/webgpu.ts";
import type { Engine } from "./engine.ts";
import { tfjsEngine } from "./tfjs.ts";

/** Updates per read-back of their numbers on backends where a read waits for the GPU. */
const readRarely = 16;

/** TensorFlow, on a GPU or restricted to the CPU. */
async function tensorflow(file: string, gpu: boolean): Promise<string> {
  repairTfjsNode();
  const { env } = process;
  env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  if (gpu)
    env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true"; // otherwise it reserves all of the GPU's memory at once
  else env.CUDA_VISIBLE_DEVICES = "-1";
  await import(pathToFileURL(file).href); // registers its backend with the engine all copies of tfjs share
  return "tensorflow";
}

async function cuda(): Promise<string> {
  const file = tensorflowFile();
  if (file === undefined) throw new Error("@tensorflow/tfjs-node is not installed");
  return tensorflow(file, true);
}

/** Native kernels if they are installed, as `devices` reports. */
async function cpu(): Promise<string> {
  const file = tensorflowFile();
  return file === undefined ? "cpu" : tensorflow(file, false);
}

async function webgpu(): Promise<string> {
  const file = dawnFile();
  if (file === undefined) throw new Error("the npm package webgpu is not installed");
  const { create, globals } = (await import(pathToFileURL(file).href)) as typeof import("webgpu");
  Object.assign(globalThis, globals);
  const gpu = create([]);
  // Node 21 and later have their own read-only `navigator`.
  if (globalThis.navigator === undefined)
    Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "node" }, configurable: true });
  else Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
  await import("@tensorflow/tfjs-backend-webgpu"); // reads navigator.gpu while it loads
  return "webgpu";
}

async function wasm(): Promise<string> {
  await import("@tensorflow/tfjs-backend-wasm");
  return "wasm";
}

const starters = { cuda, webgpu, wasm, cpu };

/** A convolution and its gradients on a fixed image, as numbers. */
async function sample(): Promise<Float32Array> {
  const out = tf.tidy(() => {
    const wave = (n: number, step: number): Float32Array =>
      Float32Array.from({ length: n }, (_, i) => Math.sin(i * step));
    const image = tf.tensor4d(wave(128, 0.7), [2, 8, 8, 1]);
    const kernel = tf.tensor4d(wave(36, 0.3), [3, 3, 1, 4]);
    const loss = (x: tf.Tensor, w: tf.Tensor): tf.Scalar =>
      tf.mean(tf.square(tf.maxPool(tf.relu(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "valid")), 2, 2, "valid")));
    const { value, grads } = tf.valueAndGrads(loss)([image, kernel]);
    return tf.concat([tf.reshape(value, [1]), ...grads.map((grad) => tf.reshape(grad, [-1]))]);
  });
  const data = await out.data();
  out.dispose();
  return data as Float32Array;
}

/** Throws if a GPU's results differ from plain JavaScript's: a driver that computes wrongly cannot train. */
async function prove(backend: string): Promise<void> {
  const found = await sample();
  await tf.setBackend("cpu");
  const wanted = await sample();
  await tf.setBackend(backend);
  const size = Math.max(...wanted.map(Math.abs));
  // 1e-3: single precision and another summation order give 1e-6, half precision 1e-2.
  const off = wanted.findIndex((value, i) => !(Math.abs(value - found[i]!) <= 1e-3 * size));
  if (off >= 0) throw new Error(`it computes wrongly: ${found[off]} where ${wanted[off]} is right`);
}

/** TensorFlow.js on a device. */
export async function start(device: DeviceName): Promise<Engine> {
  tf.enableProdMode(); // also keeps tfjs from advertising its native add-on
  const backend = await starters[device]();
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs cannot start its backend ${backend}`);
  await tf.ready();
  const queued = device === "cuda" || device === "webgpu";
  if (queued) await prove(backend);
  return tfjsEngine(tf, { readEvery: device === "webgpu" ? readRarely : 1, queued });
}
