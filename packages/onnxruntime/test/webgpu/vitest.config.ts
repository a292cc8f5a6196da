import { defineConfig } from "vitest/config";
import { HANG } from "../../../../tests/limits.ts";
import root from "../../../../vitest.config.ts";

// ../webgpu.test.ts runs the tests on Dawn in a process of its own: a software adapter may hang, and take it along.
export default defineConfig({
  resolve: root.resolve ?? {},
  test: { include: ["packages/onnxruntime/test/webgpu/*.dawn.ts"], testTimeout: HANG, hookTimeout: HANG },
});
