import { join } from "node:path";
import { expect, test } from "vitest";
import { NO_LIMIT, onSoftwareGpu, softwareGpu } from "../../../tests/software-gpu.ts";

test.skipIf(!softwareGpu)(
  "on onnxruntime-node's webgpu provider models train as on the cpu, rules conform, and training resumes bit for bit",
  async () => {
    const config = join(import.meta.dirname, "webgpu/vitest.config.ts");
    const { passed, failed } = await onSoftwareGpu(config);
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(40);
  },
  NO_LIMIT,
);
