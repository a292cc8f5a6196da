import { defineConfig } from "vitest/config";
import { alias } from "../../../../tests/alias.ts";
import { execArgv } from "../../../../tests/exec-argv.ts";
import { HANG } from "../../../../tests/limits.ts";

// ../webgpu.test.ts runs the tests on Dawn in a process of its own: a software adapter may hang, and take it along.
export default defineConfig({
  resolve: { alias },
  test: { include: ["packages/onnxruntime/test/webgpu/*.dawn.ts"], testTimeout: HANG, hookTimeout: HANG, execArgv },
});
