// npm run setup:cuda: brings TensorFlow's CUDA library for `npm start -- --device cuda`, which no ordinary install does,
// because its install script downloads from a host other than the npm registry. It lands in .cuda/, beside the workspace
// and outside its lockfile; deleting that folder undoes it.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pnpm, root } from "./pm.mjs";

const version = "4.22.0";
const folder = path.join(root, ".cuda");

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
console.log(`@tensorflow/tfjs-node-gpu ${version} is in .cuda/: npm start -- --device cuda`);

function fail(what) {
  rmSync(folder, { recursive: true, force: true });
  console.error(
    `\n@tensorflow/tfjs-node-gpu ${version} ${what}; it needs the internet, an NVIDIA driver, CUDA 11.2 and cuDNN 8.1. Nothing was changed, and everything else works without it.`,
  );
  process.exit(1);
}
