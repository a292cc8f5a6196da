import * as adam from "@descent/adam";
import { describeBackend, describeRules, readGoldens } from "@descent/conformance";
import { webgpu } from "../target.ts";
import { device, watched } from "./device.ts";

const { device: counted, counts } = watched(await device());
const apart = webgpu(counted, "webgpu, each tensor in its buffer", "apart");
const together = webgpu(counted, "webgpu, tensors together", "together");
describeBackend(apart, { exact: true, live: () => counts.buffers });
// The browser's tests put the same formulas to tensors that lie together.

const { radam, amsgrad } = adam;
const rules = { radam, amsgrad };
const all = await readGoldens(new URL("../../../adam/test/golden/", import.meta.url));
const goldens = [...all.values()].filter(({ rule }) => rule in rules);
describeRules(rules, goldens, { targets: [together] });
