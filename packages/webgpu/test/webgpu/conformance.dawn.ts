import { families, loadFamily } from "@descent/catalogue";
import { goldens, largest, refusing, wholes } from "@descent/conformance";
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
// The browser's tests put formulas to tensors that lie together.

// A compilation takes a tenth of a second: each rule follows a golden and passes one check, each another.
const why = "the host computes roots and bases of matrices";
const adds = "its kernels only add up";
const refuses = { sm3: adds, "stable-spam": adds, shampoo: why, soap: why };
for (const family of families)
  describeRules(await loadFamily(family), goldens(family), {
    targets: [together],
    refuses,
    share: { part: 0, of: 10 },
  });
