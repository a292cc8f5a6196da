import { families, loadFamily } from "@descent/catalogue";
import { goldens } from "@descent/conformance";
import { describeBackend, describeRules } from "@descent/conformance/vitest";
import { afterAll, beforeAll, describe } from "vitest";
import { tf, use } from "./backends.ts";
import { tfjs } from "./target.ts";

const all = await Promise.all(families.map(async (family) => [family, await loadFamily(family)] as const));

describe.each([
  { backend: "cpu", how: "fused" },
  { backend: "cpu", how: "composed" },
  { backend: "wasm", how: "fused" },
  { backend: "wasm", how: "composed" },
] as const)("on tfjs's $backend backend, $how", ({ backend, how }) => {
  beforeAll(() => use(backend));
  afterAll(() => use("cpu"));
  const target = tfjs(`tfjs ${backend}, ${how}`, { fused: how === "fused" });
  describeBackend(target, { live: () => tf.memory().numTensors });
  for (const [family, module] of all) describeRules(module, goldens(family), { targets: [target] });
});
