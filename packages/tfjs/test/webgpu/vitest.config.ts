import { defineConfig } from "vitest/config";
import { alias } from "../../../../tests/alias.ts";
import { execArgv } from "../../../../tests/exec-argv.ts";
import { HANG } from "../../../../tests/limits.ts";

// ../webgpu.test.ts runs the Dawn tests in a separate process: a software adapter may hang, and take the process down.
// One process runs all files, and its device compiles once what they share.
export default defineConfig({
  resolve: { alias },
  test: {
    include: ["packages/tfjs/test/webgpu/*.dawn.ts"],
    isolate: false,
    testTimeout: HANG,
    hookTimeout: HANG,
    execArgv,
  },
});
