// npm run setup:cuda [-- onnxruntime]: brings a library for `npm start -- --device cuda`, which no ordinary install does,
// because its install script downloads from a host other than the npm registry. TensorFlow's lands in .cuda/, beside the
// workspace and outside its lockfile, and deleting that folder undoes it; ONNX Runtime's lands beside its other
// libraries in node_modules, and goes with them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { install, pnpm, root } from "./pm.mjs";

const engine = process.argv[2] ?? "tfjs";
if (engine === "onnxruntime") onnxruntime();
else if (engine === "tfjs") tfjs();
else {
  console.error(`There is no engine \`${engine}\`. There are tfjs and onnxruntime.`);
  process.exit(1);
}

function tfjs() {
  const version = "4.22.0";
  const folder = path.join(root, ".cuda");
  const fail = (what) => {
    rmSync(folder, { recursive: true, force: true });
    refuse(`@tensorflow/tfjs-node-gpu ${version} ${what}`, "CUDA 11.2 and cuDNN 8.1");
  };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "cuda-backend", private: true }));
  writeFileSync(
    path.join(folder, "pnpm-workspace.yaml"),
    [
      "packages: []",
      "pmOnFail: ignore",
      "allowBuilds:",
      "  '@tensorflow/tfjs-node-gpu': true",
      "  core-js: false",
      "",
    ].join("\n"),
  );
  if (pnpm("--dir", folder, "add", `@tensorflow/tfjs-node-gpu@${version}`) !== 0) fail("could not be installed");
  const load = "require('@tensorflow/tfjs-node-gpu')";
  const loaded = spawnSync(process.execPath, ["-e", load], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (loaded.status !== 0) fail("was installed, but does not load");
  console.log(`@tensorflow/tfjs-node-gpu ${version} is in .cuda/: npm start -- --engine tfjs --device cuda`);
}

function onnxruntime() {
  const needs = "CUDA 12 and cuDNN 9";
  const everything = existsSync(path.join(root, "node_modules/vitest")); // as scripts/start.mjs does
  const status = everything ? install() : install("--filter=@descent/mnist...", "--prod");
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
