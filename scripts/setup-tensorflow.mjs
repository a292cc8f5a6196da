// npm run setup:tensorflow: TensorFlow's own kernels for tfjs, on the CPU; npm run setup:cuda: on an NVIDIA GPU too.
// @tensorflow/tfjs-node is installed without its install script, which fetches a TensorFlow of 2022 for CUDA 11.2. On Linux
// its unchanged addon is compiled here instead, against the TensorFlow of Python's registry, which brings its own CUDA 12
// and cuDNN 9. Elsewhere the install script does run. Everything goes into .tensorflow/, beside the workspace and outside
// its lockfile; deleting that folder undoes it.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pnpm, root } from "./pm.mjs";

const addon = "4.22.0";
const headers = "1.9.0";
const whole = path.join(root, ".tensorflow");
const folder = `${whole}.part`; // so that an interrupted set-up is never taken for a finished one
const linux = process.platform === "linux";

/** Fills .tensorflow/, for a GPU if `cuda`. Where that fails, it ends the process and says what is missing. */
export function setup(cuda) {
  const needs = linux
    ? `the internet, a C++ compiler, and Python 3.10 to 3.13 with pip${cuda ? ", and to run a driver for CUDA 12" : ""}`
    : `the internet${cuda ? ", CUDA 11.2 and cuDNN 8.1" : ""}`;
  const fail = (what) => {
    rmSync(folder, { recursive: true, force: true });
    console.error(`\n${what} It needs ${needs}. Nothing was changed, and everything else works without it.`);
    process.exit(1);
  };
  rmSync(folder, { recursive: true, force: true });
  if (cuda && process.platform === "darwin") fail("macOS has no CUDA; use --device webgpu.");
  // The two packages differ in the library that their install script fetches, and in nothing else.
  const name = cuda && !linux ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
  mkdirSync(folder);
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "tensorflow-backend", private: true }));
  writeFileSync(
    path.join(folder, "pnpm-workspace.yaml"),
    [
      "packages: []",
      "managePackageManagerVersions: false",
      "allowBuilds:",
      `  '${name}': ${!linux}`,
      "  core-js: false",
      "",
    ].join("\n"),
  );
  const wanted = [`${name}@${addon}`, ...(linux ? [`node-api-headers@${headers}`] : [])];
  if (pnpm("--dir", folder, "add", ...wanted) !== 0) fail(`${name} ${addon} could not be installed.`);
  if (linux) compile(path.join(folder, "node_modules", name), cuda, fail);
  const code = `const tf = require("${name}"); console.log(tf.backend().isUsingGpuDevice ? "sees the GPU" : "sees no GPU, and runs on the CPU")`;
  const loaded = spawnSync(process.execPath, ["-e", code], {
    cwd: folder,
    env: { TF_CPP_MIN_LOG_LEVEL: "2", ...process.env },
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (loaded.status !== 0) fail(`${name} ${addon} was installed, but does not load.`);
  rmSync(whole, { recursive: true, force: true });
  renameSync(folder, whole);
  console.log(
    `${name} ${addon} is in .tensorflow/ and ${loaded.stdout.trim().split("\n").at(-1)}: npm start -- devices`,
  );
}

/** Builds the addon of tfjs-node against the TensorFlow in a Python package. */
function compile(link, cuda, fail) {
  const python = path.join(folder, "python");
  const library = path.join(python, "tensorflow");
  // The wheel with the library is enough for the CPU; on x64 there is a smaller one.
  const wanted = cuda ? "tensorflow-cuda" : process.arch === "x64" ? "tensorflow-cpu" : "tensorflow";
  const requirements = path.join(import.meta.dirname, "python", `${wanted}.txt`);
  const version = /^tensorflow\S*==(\S+)/m.exec(readFileSync(requirements, "utf8"))[1];
  const pip = ["-m", "pip", "install", "--target", python, "--no-compile", "--only-binary=:all:"];
  // The file lists everything with its hash, and nothing else may come.
  pip.push("--no-deps", "--require-hashes", "--requirement", requirements, "--quiet", "--disable-pip-version-check");
  console.log(`Fetching TensorFlow ${version}, ${cuda ? "several gigabytes with CUDA" : "a third of a gigabyte"} …`);
  if (spawnSync("python3", pip, { stdio: "inherit" }).status !== 0)
    fail(`TensorFlow ${version} could not be installed with python3 -m pip.`);

  const home = realpathSync(link); // where the loader will look, not pnpm's link to it
  const own = path.join(home, "package.json");
  const to = createRequire(own)("@mapbox/node-pre-gyp").find(own);
  mkdirSync(path.dirname(to), { recursive: true });
  const libraries = readdirSync(library).filter((file) => /^libtensorflow_(cc|framework)\.so\.\d+$/.test(file));
  const include = [createRequire(path.join(folder, "package.json"))("node-api-headers").include_dir, library];
  const flags = [
    ...["-O2", "-std=c++17", "-fPIC", "-shared", "-DNAPI_VERSION=8", "-o", to],
    ...[`-I${include[0]}`, `-I${path.join(include[1], "include")}`],
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => path.join(home, "binding", file)),
    `-L${library}`,
    ...libraries.map((file) => `-l:${file}`),
    `-Wl,-rpath,$ORIGIN/${path.relative(path.dirname(to), library)}`,
  ];
  if (spawnSync(process.env.CXX ?? "c++", flags, { stdio: "inherit" }).status !== 0)
    fail("The addon of @tensorflow/tfjs-node could not be compiled with c++.");
}

if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) setup(false);
