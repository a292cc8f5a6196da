import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

interface Machine {
  nvidia(): boolean;
  gpu(): boolean;
  tensorflow(): boolean;
}
interface Files {
  readonly platform: NodeJS.Platform;
  exists(file: string): boolean;
  list(folder: string): readonly string[];
}
/** `scripts/engines.mjs` is plain JavaScript: it runs before anything is installed. */
interface Engines {
  needed(args: readonly string[], machine: Machine): "app" | "engines";
  gpu(files: Files): boolean;
  nvidia(files: Files): boolean;
}
const { gpu, needed, nvidia }: Engines = await import(new URL("../scripts/engines.mjs", import.meta.url).href);

interface Pm {
  modeOf(wanted: readonly string[]): string;
  selection(mode: string): readonly string[];
}
const { modeOf, selection }: Pm = await import(new URL("../scripts/pm.mjs", import.meta.url).href);

const machine = (gpu: boolean, tensorflow = false): Machine => ({
  nvidia: () => gpu,
  gpu: () => gpu,
  tensorflow: () => tensorflow,
});

describe("npm start installs", () => {
  test.each([
    ["", false, "app"],
    ["--optimizer adamw --epochs 3", false, "app"],
    ["", true, "engines"],
    ["compare --optimizers adam,sgd", true, "engines"],
    ["--device cpu", true, "app"],
    ["--engine onnxruntime --device cuda", true, "app"],
    ["--device cuda", true, "engines"],
    ["--device cuda", false, "app"],
    ["--engine tfjs --device cuda", false, "app"],
    ["--engine tfjs", false, "engines"],
    ["--engine=tfjs", false, "engines"],
    ["--device webgpu", false, "engines"],
    ["--device wasm", false, "engines"],
    ["--engine tfjs --engine onnxruntime", false, "app"],
    ["devices", false, "app"],
    ["--help", true, "app"],
  ])("for `%s` with a GPU there: %s", (args, there, wanted) => {
    expect(needed(args.split(" "), machine(there))).toBe(wanted);
  });

  test("nothing for the root, which pnpm installs whatever is asked for", () => {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(Object.keys(manifest.dependencies ?? {})).toEqual([]);
  });

  test("all engines where TensorFlow's kernels were set up", () => {
    expect(needed([], machine(false, true))).toBe("engines");
  });
});

describe("an installation", () => {
  test.each([
    [["app"], "app"],
    [["", "app"], "app"], // of a fresh checkout
    [["", "playground"], "playground"],
    [["", "engines"], "app+engines"],
    [["playground", "app"], "app+playground"],
    [["docs", "playground"], "playground+docs"],
    [["app", "playground", "engines"], "app+engines+playground"],
    [["engines", "app"], "app+engines"], // as an older checkout wrote it
    [["app", "engines", "everything"], "everything"],
    [["everything", "playground"], "everything"],
  ])("that has %j is %s", (wanted, mode) => {
    expect(modeOf(wanted)).toBe(mode);
  });

  test("for npm start brings nothing of the playground or the documentation", () => {
    expect(selection("app")).toEqual(["--prod", "--filter=@descent/mnist..."]);
    expect(selection("app+engines")).not.toContain("--filter=@descent/playground...");
    expect(selection("playground")).toEqual(["--prod", "--filter=@descent/playground..."]);
    expect(selection("docs")).toEqual(["--prod", "--filter=@descent/docs..."]);
    expect(selection("everything")).toEqual([]);
  });
});

describe("a GPU is seen", () => {
  const on = (platform: NodeJS.Platform, files: readonly string[]): boolean =>
    gpu({
      platform,
      exists: (file) => files.includes(file),
      list: (folder) =>
        files.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1)),
    });

  test.each([
    ["by NVIDIA's driver", ["/dev/nvidia0", "/dev/nvidiactl"], true],
    ["by DirectX under WSL", ["/dev/dxg"], true],
    ["by a card and a Vulkan loader", ["/dev/dri/renderD128", "/usr/lib/libvulkan.so.1.3.290"], true],
    ["not by a card that nothing can reach", ["/dev/dri/renderD128"], false],
    ["not by a Vulkan loader without a card, which runs on the CPU", ["/usr/lib/libvulkan.so.1"], false],
    ["not on a machine without any of this", [], false],
  ])("on Linux %s", (_, files, seen) => {
    expect(on("linux", files)).toBe(seen);
  });

  test("on macOS always, because it has Metal", () => {
    expect(on("darwin", [])).toBe(true);
  });

  test("that CUDA runs on is NVIDIA's, and none is on macOS", () => {
    const files = (platform: NodeJS.Platform, there: readonly string[]): Files => ({
      platform,
      exists: (file) => there.includes(file),
      list: () => there.map((file) => file.replace("/dev/", "")),
    });
    expect(nvidia(files("linux", ["/dev/nvidia0"]))).toBe(true);
    expect(nvidia(files("linux", ["/dev/dxg"]))).toBe(true);
    expect(nvidia(files("linux", ["/dev/dri"]))).toBe(false);
    expect(nvidia(files("darwin", []))).toBe(false);
    expect(nvidia(files("win32", []))).toBe(true); // the app asks nvidia-smi
  });
});
