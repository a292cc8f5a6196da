import { join } from "node:path";
import { expect, test } from "vitest";
import { onSoftwareGpu, softwareGpu } from "../../../tests/software-gpu.ts";

test.skipIf(!softwareGpu)(
  "on Dawn in Node operators and rules agree with the reference, to the bit where no sum is taken, and steps are few",
  async () => {
    const config = join(import.meta.dirname, "webgpu/vitest.config.ts");
    const { passed, failed } = await onSoftwareGpu(config, { seconds: 300 });
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(140);
  },
  1_000_000,
);
