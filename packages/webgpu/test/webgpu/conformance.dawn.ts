import { type AnyRule, refusing, wholes } from "@descent/conformance";
import { describeRules } from "@descent/conformance/vitest";
import { isMatrixFunction, topological, trace } from "@descent/core/graph";
import { followsFirstSteps, forSoftwareGpu } from "../../../../tests/long-rules.ts";
import { describeGpu } from "../../../../tests/sample.ts";
import { webgpu } from "../target.ts";
import { device, watched } from "./device.ts";

const { device: counted, counts } = watched(await device());
const apart = webgpu(counted, "webgpu, each tensor in its buffer", "apart");
const together = webgpu(counted, "webgpu, tensors together", "together");
describeGpu(apart, {
  turn: 1,
  exact: true,
  live: () => counts.buffers,
  refuses: refusing(wholes, "the host computes them"),
});
// The browser's tests put formulas to tensors that lie together.

// A compilation takes a tenth of a second: each rule follows a golden and passes one check, the next rule the next.
function refuses(rule: AnyRule): string | undefined {
  const { outputs } = trace(rule, { rows: 3, cols: 7 });
  const all = topological(Object.values(outputs));
  return all.some(({ op }) => isMatrixFunction(op)) ? "the host computes roots and bases of matrices" : undefined;
}
const { module, goldens, long } = await forSoftwareGpu("webgpu", refuses);
describeRules(module, goldens, { targets: [together], refuses, share: { part: 0, of: 10 } });
for (const [rule, golden] of long) followsFirstSteps(together, rule, golden);
