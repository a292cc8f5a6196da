import { defineConfig } from "vitest/config";
import root from "../../../../vitest.config.ts";

// What runs on Dawn is run by ../webgpu.test.ts in a process of its own: a software adapter may hang, and take it along.
export default defineConfig({
  resolve: root.resolve ?? {},
  test: { include: ["packages/webgpu/test/webgpu/*.dawn.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
});
