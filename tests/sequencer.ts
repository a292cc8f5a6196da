import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, most of them waiting for processes of their own: started last, they would end alone. */
const long = [
  "packages/onnxruntime/test/webgpu.test.ts",
  "packages/webgpu/test/webgpu.test.ts",
  "packages/tfjs/test/webgpu.test.ts",
  "apps/mnist/test/cli.test.ts",
  "tests/bench.test.ts",
  "tests/packaging.test.ts",
  "tests/contributing.test.ts",
  "packages/tfjs/test/webgl.browser.test.ts",
  "packages/tfjs/test/device.browser.test.ts",
];

/** Longest first, so that the cores are busy to the end. The rest is in Vitest's own order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = long.findIndex((file) => moduleId.endsWith(file));
      return at < 0 ? long.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
