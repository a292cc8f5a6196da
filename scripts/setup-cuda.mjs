// npm run setup:cuda [-- onnxruntime]: brings a library for `npm start -- --device cuda`, which no ordinary install does,
// because it is not on the npm registry. TensorFlow's goes into .tensorflow/, as setup-tensorflow.mjs says; ONNX Runtime's
// goes beside its other libraries in node_modules, and is deleted with them.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { install, root } from "./pm.mjs";
import { setup } from "./setup-tensorflow.mjs";

const engine = process.argv[2] ?? "tfjs";
if (engine === "onnxruntime") onnxruntime();
else if (engine === "tfjs") setup(true);
else {
  console.error(`Unknown engine \`${engine}\`. Choose tfjs or onnxruntime.`);
  process.exit(1);
}

function onnxruntime() {
  const needs = "CUDA 12 and cuDNN 9";
  const status = install("app");
  if (status !== 0) process.exit(status);
  const folder = path.dirname(
    createRequire(path.join(root, "apps/mnist/package.json")).resolve("onnxruntime-node/package.json"),
  );
  spawnSync(process.execPath, ["script/install.js"], {
    cwd: folder,
    // Not "cuda12", which the script of 1.30 understands and then forgets.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "true" },
    stdio: "inherit",
  });
  const library = path.join(folder, "bin/napi-v6", process.platform, process.arch, "libonnxruntime_providers_cuda.so");
  if (!existsSync(library)) refuse("onnxruntime-node's CUDA library could not be downloaded", `Linux on x64, ${needs}`);
  console.log("onnxruntime-node has its CUDA library: npm start -- --engine onnxruntime --device cuda");
}

function refuse(what, needs) {
  console.error(
    `\n${what}; it needs the internet, an NVIDIA driver, ${needs}. Nothing was changed, and everything else works without it.`,
  );
  process.exit(1);
}
