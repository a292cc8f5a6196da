import { defineConfig } from "vitest/config";
import { HANG } from "../../../../tests/limits.ts";
import root from "../../../../vitest.config.ts";

// ../webgpu.test.ts runs the Dawn tests in a separate process: a software adapter may hang, and take the process down.
export default defineConfig({
  resolve: root.resolve ?? {},
  test: { include: ["packages/tfjs/test/webgpu/*.dawn.ts"], testTimeout: HANG, hookTimeout: HANG },
});
