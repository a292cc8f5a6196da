import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isBundle } from "../version.ts";
import { answer, type Look, probe, resolve, short, text } from "./probe.ts";

const here = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** tfjs-node, installed beside this app or in `.tensorflow` by `npm run setup:tensorflow` or `setup:cuda`. */
export const tensorflowFile = (): string | undefined => {
  const own = path.join(root, ".tensorflow", "package.json");
  const from = existsSync(own) ? [here, createRequire(own)] : [here];
  for (const one of from)
    for (const name of ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]) {
      const file = resolve(name, one);
      if (file !== undefined) return file;
    }
  return undefined;
};

/** Repeats `repairTfjsNode` of `@descent/tfjs`, because this runs as plain JavaScript. */
const tensorflowProbe = `
import util from "node:util";
let said;
try {
  util.isNullOrUndefined ??= (value) => value == null;
  const tf = (await import(process.argv[1])).default;
  const [two] = tf.tidy(() => tf.add(tf.ones([1]), 1).dataSync());
  const { isUsingGpuDevice, binding } = tf.backend();
  if (two !== 2) throw new Error("it computes wrongly");
  said = { version: String(binding.TF_Version), gpu: isUsingGpuDevice === true };
} catch (error) {
  said = { error: String(error?.message ?? error) };
}
console.log(JSON.stringify(said));
process.exit(0);
`;

/** tfjs-node: its TensorFlow version and whether it sees a GPU, or why it cannot be used. */
export type Tensorflow =
  | { readonly version: string; readonly gpu: boolean }
  | { readonly trouble: string; readonly installed: boolean };

export async function findTensorflow(): Promise<Tensorflow> {
  const file = tensorflowFile();
  if (file === undefined) return { trouble: "@tensorflow/tfjs-node is not installed", installed: false };
  const ran = await probe(tensorflowProbe, pathToFileURL(file).href);
  const said = answer(ran);
  const version = text(said, "version");
  if (version === undefined) {
    const trouble = `@tensorflow/tfjs-node does not load (${short(text(said, "error") ?? ran.err)})`;
    return { trouble, installed: true };
  }
  return { version, gpu: typeof said === "object" && said !== null && Reflect.get(said, "gpu") === true };
}

/** TensorFlow on the GPU that nvidia-smi lists. */
export function tfjsCuda(nvidia: Look, tensorflow: Tensorflow): Look {
  if (!nvidia.usable) return nvidia;
  const setup = "Install it with `npm run setup:cuda`.";
  if ("trouble" in tensorflow)
    return { usable: false, what: `${nvidia.what} is here, but ${tensorflow.trouble}`, remedy: setup };
  if (!tensorflow.gpu)
    return {
      usable: false,
      what: `${nvidia.what} is here, but TensorFlow ${tensorflow.version} sees no GPU`,
      remedy:
        "It may be without CUDA: `npm run setup:cuda` brings one that has it. The GPU's driver must be for CUDA 12.",
    };
  return { usable: true, what: `${nvidia.what}, TensorFlow ${tensorflow.version}` };
}

/** TensorFlow's kernels if tfjs-node is installed, otherwise tfjs's own in JavaScript. */
export function tfjsCpu(tensorflow: Tensorflow): Look {
  if (!("trouble" in tensorflow)) return { usable: true, what: `native kernels of TensorFlow ${tensorflow.version}` };
  if (!tensorflow.installed)
    return {
      usable: true,
      what: `plain JavaScript, slow${isBundle ? "" : " (native kernels: npm run setup:tensorflow)"}`,
    };
  return { usable: false, what: tensorflow.trouble, remedy: "Install it again: npm run setup:tensorflow." };
}
