import { families, loadFamily } from "@descent/catalogue";
import { goldens } from "@descent/conformance";
import { describeBackend } from "@descent/conformance/vitest";
import { afterAll, beforeAll, describe } from "vitest";
import { sampled } from "../../../tests/sample.ts";
import { tf, use } from "./backends.ts";
import { tfjs } from "./target.ts";

const all = await Promise.all(families.map(async (family) => [family, await loadFamily(family)] as const));

// Every rule runs on each of the four and meets every check on one of them; `npm test` runs half of these.
describe.each([
  { backend: "cpu", how: "fused", part: 0 },
  { backend: "cpu", how: "composed", part: 1 },
  { backend: "wasm", how: "fused", part: 2 },
  { backend: "wasm", how: "composed", part: 3 },
] as const)("on tfjs's $backend backend, $how", ({ backend, how, part }) => {
  beforeAll(() => use(backend));
  afterAll(() => use("cpu"));
  const target = tfjs(`tfjs ${backend}, ${how}`, { fused: how === "fused" });
  describeBackend(target, { live: () => tf.memory().numTensors });
  const { describeRules } = sampled(2);
  for (const [family, module] of all)
    describeRules(module, goldens(family), { targets: [target], share: { part, of: 4 } });
});
