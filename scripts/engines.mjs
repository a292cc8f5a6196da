// Which engines a run needs. ONNX Runtime's native kernels are always there; the others make up most of the download.
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { root } from "./pm.mjs";

/** The installation that these arguments of the app need: the default engine alone (`app`), or all of them. */
export function needed(args, machine = thisMachine) {
  const engine = option(args, "engine");
  const device = option(args, "device");
  const help = args.some((arg) => ["--help", "-h", "help", "--version"].includes(arg));
  if (help) return "app";
  // Without a driver there is nothing to install for: the app says so.
  if (device === "cuda" && !machine.nvidia()) return "app";
  if (engine === "tfjs" || device === "wasm" || device === "webgpu") return "engines";
  if (device === "cuda" && engine !== "onnxruntime") return "engines";
  // Asked for by name, the default engine runs where it was told to.
  if (device === "cpu" || device === "cuda") return "app";
  return machine.gpu() || machine.tensorflow() ? "engines" : "app";
}

/** The value of `--name value` or `--name=value`; the last one counts. */
export function option(args, name) {
  let found;
  for (const [i, arg] of args.entries()) {
    if (arg === `--${name}`) found = args[i + 1];
    else if (arg.startsWith(`--${name}=`)) found = arg.slice(name.length + 3);
  }
  return found;
}

const thisMachine = {
  /** Whether there may be an NVIDIA GPU: its driver's devices, on Linux and under WSL. Elsewhere only the app can tell. */
  nvidia({ platform = process.platform, exists = existsSync, list = names } = {}) {
    if (platform === "darwin") return false;
    if (platform !== "linux") return true;
    return list("/dev").some((name) => /^nvidia(ctl|\d+)$/.test(name)) || exists("/dev/dxg");
  },
  /** Whether there may be a GPU: a driver and what WebGPU or CUDA reach it by. The app looks closer. */
  gpu({ platform = process.platform, exists = existsSync, list = names } = {}) {
    // Metal is part of every macOS.
    if (platform === "darwin") return true;
    if (platform === "win32")
      return exists(path.join(process.env.SystemRoot ?? "C:\\Windows", "System32", "d3d12.dll"));
    if (thisMachine.nvidia({ platform, exists, list })) return true;
    const card = list("/dev/dri").some((name) => name.startsWith("renderD"));
    return card && vulkanFolders.some((folder) => list(folder).some((name) => name.startsWith("libvulkan.so.1")));
  },
  /** Whether `npm run setup:tensorflow` or `setup:cuda` brought TensorFlow's kernels. */
  tensorflow: () => existsSync(path.join(root, ".tensorflow")),
};

/** Where Linux keeps the Vulkan loader, by distribution. */
const vulkanFolders = [
  "/usr/lib",
  "/usr/lib64",
  `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`,
];

function names(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export const { gpu, nvidia } = thisMachine;
