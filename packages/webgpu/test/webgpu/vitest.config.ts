import { defineConfig } from "vitest/config";
import { HANG } from "../../../../tests/limits.ts";
import root from "../../../../vitest.config.ts";

// ../webgpu.test.ts runs these tests on Dawn in a process of their own, because a software adapter may hang.
export default defineConfig({
  resolve: root.resolve ?? {},
  test: { include: ["packages/webgpu/test/webgpu/*.dawn.ts"], testTimeout: HANG, hookTimeout: HANG },
});
