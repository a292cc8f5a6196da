import { defineConfig } from "vitest/config";
import { alias } from "../../../../tests/alias.ts";
import { execArgv } from "../../../../tests/exec-argv.ts";
import { HANG } from "../../../../tests/limits.ts";

// ../webgpu.test.ts runs these tests on Dawn in a process of their own, because a software adapter may hang. One process
// runs all files, and its device compiles once what they share.
export default defineConfig({
  resolve: { alias },
  test: {
    include: ["packages/webgpu/test/webgpu/*.dawn.ts"],
    isolate: false,
    testTimeout: HANG,
    hookTimeout: HANG,
    execArgv,
  },
});
