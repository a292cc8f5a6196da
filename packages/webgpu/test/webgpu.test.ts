import { join } from "node:path";
import { expect, test } from "vitest";
import { NO_LIMIT, onSoftwareGpu, softwareGpu } from "../../../tests/software-gpu.ts";

test.skipIf(!softwareGpu)(
  "on Dawn in Node, operators and rules agree with the reference, to the bit where no sum is taken",
  async () => {
    const config = join(import.meta.dirname, "webgpu/vitest.config.ts");
    const { passed, failed } = await onSoftwareGpu(config);
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(140);
  },
  NO_LIMIT,
);
