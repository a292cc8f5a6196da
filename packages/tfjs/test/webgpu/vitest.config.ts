import { defineConfig } from "vitest/config";
import { HANG } from "../../../../tests/limits.ts";
import root from "../../../../vitest.config.ts";

// What runs on Dawn is run by ../webgpu.test.ts in a process of its own: a software adapter may hang, and take it along.
export default defineConfig({
  resolve: root.resolve ?? {},
  test: { include: ["packages/tfjs/test/webgpu/*.dawn.ts"], testTimeout: HANG, hookTimeout: HANG },
});
