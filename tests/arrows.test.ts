import { readdirSync, readFileSync } from "node:fs";
import { posix, sep } from "node:path";
import { expect, test } from "vitest";
import { familiesOf } from "../tools/families.ts";
import { imports } from "./imports.ts";
import { type Package, packages, root } from "./workspace.ts";

function importsOf({ path }: Package): string[] {
  const files = readdirSync(`${path}/src`, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const all = files.flatMap((file) => imports(file, readFileSync(`${path}/src/${file}`, "utf8")));
  return [...new Set(all)].filter((name) => !name.startsWith("./") && !name.startsWith("../"));
}

/** `@scope/name/path` → `@scope/name`. */
function packageOf(name: string): string {
  return name.split("/", name.startsWith("@") ? 2 : 1).join("/");
}

test("an import is seen in every form it can take, and nowhere else", () => {
  const source = `
    import "a"; import b from "b"; import type { C } from "c"; export * from "d"; export { e } from "e";
    const f = await import("f"); type G = import("g").G;
    // import "comment";
    const text = 'import "string"';`;
  expect(imports("a.ts", source)).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
});

const families = familiesOf(root);
const asks = new Map(packages.map((pack) => [pack, importsOf(pack)]));
/** Packages that compute but run nothing: families of rules, schedules, initializers, regularizers, methods that ask. They know only the notation. */
const pure = packages.filter(
  (pack) =>
    ["schedules", "initializers", "regularizers", "transforms", "quasi-newton"].includes(pack.folder) ||
    families.includes(pack.folder),
);
/** Packages that run rules or help to: adapters to frameworks, model formats, the test kit. */
const running = packages.filter(
  (pack) =>
    !["core", "files", "catalogue", "dialects", "cli", "training"].includes(pack.folder) && !pure.includes(pack),
);

test("core imports nothing", () => {
  expect(packages.filter(({ folder }) => folder === "core").map((core) => asks.get(core))).toEqual([[]]);
});

test("files imports Node's own modules and nothing else", () => {
  const files = packages.find(({ folder }) => folder === "files")!;
  expect(asks.get(files)?.filter((name) => !name.startsWith("node:"))).toEqual([]);
});

test("training imports core, schedules and files, and no framework: models come to it by structure", () => {
  const [training] = packages.filter(({ folder }) => folder === "training");
  const names = asks.get(training!)?.filter((name) => !name.startsWith("node:")); // it is one of the packages
  expect([...new Set(names?.map(packageOf))].sort()).toEqual(["@descent/core", "@descent/files", "@descent/schedules"]);
});

test.each(pure)("$folder imports @descent/core and nothing else", (pack) => {
  expect([...new Set(asks.get(pack)?.map(packageOf))]).toEqual(["@descent/core"]);
});

test.each(running)("$folder imports no family, no schedule and no initializer", (pack) => {
  const names = pure.map(({ manifest }) => manifest.name);
  expect(asks.get(pack)?.filter((name) => names.includes(name))).toEqual([]);
});

test("the dialects import core, the families, schedules and transforms", () => {
  const dialects = packages.find(({ folder }) => folder === "dialects")!;
  const known = ["core", "schedules", "transforms", ...families].map((folder) => `@descent/${folder}`);
  expect(asks.get(dialects)?.filter((name) => !known.includes(packageOf(name)))).toEqual([]);
});

test("the catalogue imports core and the families, and of all packages the command line alone imports it", () => {
  const [catalogue] = packages.filter(({ folder }) => folder === "catalogue");
  const known = ["core", ...families].map((folder) => `@descent/${folder}`);
  expect(asks.get(catalogue!)?.filter((name) => !known.includes(packageOf(name)))).toEqual([]); // it is one of the packages
  expect(packages.filter((pack) => asks.get(pack)?.includes("@descent/catalogue")).map(({ folder }) => folder)).toEqual(
    ["cli"],
  );
});

test.each(packages)("$folder declares what it imports, so that it works when installed alone", (pack) => {
  const { dependencies, peerDependencies } = pack.manifest;
  const declared = Object.keys({ ...dependencies, ...peerDependencies });
  const asked = asks.get(pack)?.filter((name) => !name.startsWith("node:"));
  expect(asked?.filter((name) => !declared.includes(packageOf(name)))).toEqual([]);
});

/**
 * The folders of packages, each after those it may import: those at the front know nothing of those behind them. Files beside the
 * folders tie them together, and what they share (errors, checks, in core the notation itself) may be imported from anywhere.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  core: ["linear-algebra", "trace", "loop", "interpret", "kernels"],
  arrays: ["codec", "kernels", "wasm", "threads", "memory", "matrices", "step", "world"],
  transforms: ["gradients", "steps", "weights", "groups", "privacy"],
  webgpu: ["device", "memory", "shaders", "step"],
  tfjs: ["wasm", "update", "variables", "saved"],
  onnx: ["proto", "graph", "weights", "autodiff"],
  onnxruntime: ["files", "runtime", "quirks", "graphs", "session", "plans", "engine", "worker"],
  mpi: ["launch"],
  lora: ["methods", "layers", "graph", "files", "node"],
  regularizers: ["linear", "projections", "proximal", "penalties", "constraints", "images", "robust"],
  "quasi-newton": ["search", "bounded"],
  training: ["data", "metrics", "callbacks", "diagnostics", "explain", "node"],
  viz: ["draw", "charts", "races"],
  dialects: ["emit", "optimizer", "state", "torch", "optax", "keras", "tensorflow"],
};

test.each(packages)("the folders of $folder are rooms with arrows one way", ({ folder, path }) => {
  const order = rooms[folder] ?? [];
  const folders = readdirSync(`${path}/src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual([...order].sort());
  const backwards = order.flatMap((room, i) =>
    readdirSync(`${path}/src/${room}`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => {
        const asked = imports(file, readFileSync(`${path}/src/${room}/${file}`, "utf8"));
        const there = asked
          .filter((name) => name.startsWith("."))
          .map((name) => posix.join(room, file.replaceAll(sep, "/"), "..", name));
        return there
          .filter((name) => order.indexOf(name.split("/")[0]!) > i)
          .map((name) => `${room}/${file} → ${name}`);
      }),
  );
  expect(backwards).toEqual([]);
});
