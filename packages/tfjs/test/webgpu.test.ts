import { join } from "node:path";
import { expect, test } from "vitest";
import { NO_LIMIT, onSoftwareGpu, softwareGpu } from "../../../tests/software-gpu.ts";

test.skipIf(!softwareGpu)(
  "on tfjs's webgpu backend, on Dawn in Node, rules agree, saved models resume bit for bit and nothing leaks",
  async () => {
    const config = join(import.meta.dirname, "webgpu/vitest.config.ts");
    const { passed, failed } = await onSoftwareGpu(config);
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(80);
  },
  NO_LIMIT,
);
