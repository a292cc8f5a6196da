import * as adam from "@descent/adam";
import { goldens, largest, readGoldens, refusing, wholes } from "@descent/conformance";
import { describeBackend, describeRules } from "@descent/conformance/vitest";
import { webgpu } from "../target.ts";
import { device, watched } from "./device.ts";

const { device: counted, counts } = watched(await device());
const apart = webgpu(counted, "webgpu, each tensor in its buffer", "apart");
const together = webgpu(counted, "webgpu, tensors together", "together");
describeBackend(apart, {
  exact: true,
  live: () => counts.buffers,
  refuses: { ...refusing(wholes, "the host computes them"), ...refusing(largest, "its kernels only add up") },
});
// The browser's tests put the same formulas to tensors that lie together.

const { radam, amsgrad } = adam;
const rules = { radam, amsgrad };
const all = await readGoldens(goldens("adam"));
const chosen = [...all.values()].filter(({ rule }) => rule in rules);
describeRules(rules, chosen, { targets: [together] });
