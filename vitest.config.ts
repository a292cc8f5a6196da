import { availableParallelism } from "node:os";
import { join } from "node:path";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { alias } from "./tests/alias.ts";
import { execArgv } from "./tests/exec-argv.ts";
import { HANG } from "./tests/limits.ts";
import { long } from "./tests/long.ts";
import { chromium } from "./tests/optional.ts";
import { LeftOut, SecondTry } from "./tests/reporter.ts";
import { LongestFirst } from "./tests/sequencer.ts";
import { DAWN } from "./tests/software-gpu.ts";

const app = ["apps/mnist/test/**/*.test.ts"];
const frameworks = ["packages/tfjs/test/**/*.test.ts"];
const onnxruntime = ["packages/onnxruntime/test/**/*.test.ts"];
const alone = [
  // It imports onnxruntime-web before onnxruntime-node, which others have by then, and the two share their settings.
  "packages/onnxruntime/test/runtimes.test.ts",
  // They try tfjs before a backend has started, before its kernels are mended, and beside another tfjs in the process.
  "packages/tfjs/test/{lazy,wasm-gradients,wasm-gradients-plain,tensorflow}.test.ts",
  "apps/!(mnist)/test/**/*.test.ts",
];
const projects: TestProjectConfiguration[] = [
  // One process runs many files, so that each package is read and compiled once: nothing here outlives its file.
  {
    extends: true,
    test: {
      name: "unit",
      include: ["packages/*/test/**/*.test.ts", "tests/**/*.test.ts"],
      exclude: [
        ...app,
        ...frameworks,
        ...onnxruntime,
        ...alone,
        "**/*.browser.test.ts",
        "tests/{packaging,installs}.test.ts",
        "**/node_modules/**",
      ],
      isolate: false,
      restoreMocks: true,
      unstubEnvs: true,
      unstubGlobals: true,
    },
  },
  // The app, whose engines take seconds to be read: once for its files, apart from those that count what is theirs.
  {
    extends: true,
    test: { name: "app", include: app, isolate: false, restoreMocks: true, unstubEnvs: true, unstubGlobals: true },
  },
  // TensorFlow.js takes seconds to be read and compiled: once for many files, each of which chooses its backend.
  {
    extends: true,
    test: {
      name: "frameworks",
      setupFiles: ["./packages/tfjs/test/fresh.ts"],
      include: frameworks,
      exclude: [...alone, "**/*.browser.test.ts", "**/node_modules/**"],
      isolate: false,
      restoreMocks: true,
      unstubEnvs: true,
      unstubGlobals: true,
    },
  },
  // ONNX Runtime and the packages around it, once for many files too.
  {
    extends: true,
    test: {
      name: "onnxruntime",
      setupFiles: ["./packages/onnxruntime/test/workers.ts"],
      include: onnxruntime,
      exclude: [...alone, "**/*.browser.test.ts", "**/node_modules/**"],
      isolate: false,
      restoreMocks: true,
      unstubEnvs: true,
      unstubGlobals: true,
    },
  },
  // A process for each file: frameworks whose settings hold for the whole process.
  {
    extends: true,
    test: { name: "alone", include: alone, exclude: ["**/*.browser.test.ts", "**/node_modules/**"] },
  },
  // Builds and packs every package, and installs it into an empty project outside the repository.
  {
    extends: true,
    test: {
      name: "packaging",
      globalSetup: ["./tests/pack.ts"],
      include: ["tests/{packaging,installs}.test.ts"],
    },
  },
  {
    extends: true,
    test: {
      name: "types",
      include: [],
      typecheck: {
        enabled: true,
        only: true,
        include: ["packages/*/test/**/*.test-d.ts"],
        tsconfig: "./tsconfig.test.json",
      },
    },
  },
];

// Without a browser its project is left out, and the end of the run says so.
if (chromium !== undefined) {
  projects.push({
    extends: true,
    // Pages isolated from other origins have SharedArrayBuffer, and with it threads.
    server: {
      headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
    },
    // Made for browsers as it is; bundled once more when it is first met, it would reload a test that runs.
    optimizeDeps: { exclude: ["onnxruntime-web"] },
    test: {
      name: "browser",
      env: long ? { DESCENT_TESTS: "long" } : {},
      include: ["packages/*/test/**/*.browser.test.ts"],
      browser: {
        enabled: true,
        headless: true,
        ui: false,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath: chromium,
            timeout: HANG,
            args: [
              "--no-sandbox",
              "--disable-gpu",
              "--disable-quic",
              "--no-first-run",
              "--disable-background-networking",
              "--disable-component-update",
              "--disable-sync",
              // A software WebGPU adapter, so that shaders are really compiled and run on a machine without a GPU.
              "--enable-unsafe-webgpu",
              "--use-webgpu-adapter=swiftshader",
              "--enable-unsafe-swiftshader",
              `--${DAWN}`,
            ],
          },
        }),
        instances: [{ browser: "chromium" }],
      },
    },
  });
}

export default defineConfig({
  resolve: { alias },
  test: {
    projects,
    setupFiles: [join(import.meta.dirname, "tests/equal.ts")],
    testTimeout: HANG,
    hookTimeout: HANG,
    // Of twenty thousand tests some watch processes, locks and browsers, and one in a run may lose a race on a busy machine. It
    // runs again, and the end of the run names it. The long tests, where such faults are looked for, run each test once.
    retry: long ? 0 : 1,
    browser: { connectTimeout: HANG },
    passWithNoTests: true,
    // Much of the time of a test is spent waiting for a process of its own, so there is one worker more than there are cores.
    maxWorkers: availableParallelism() + 1,
    execArgv,
    sequence: { sequencer: LongestFirst },
    reporters: ["default", ["json", { outputFile: ".ci/out/vitest.json" }], new SecondTry(), new LeftOut()],
    coverage: { provider: "v8", include: ["packages/*/src/**"], reporter: ["text-summary", "json-summary"] },
  },
});
