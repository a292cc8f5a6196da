import { families, loadFamily } from "@descent/catalogue";
import { goldens } from "@descent/conformance";
import { describeBackend } from "@descent/conformance/vitest";
import { afterAll, beforeAll, describe } from "vitest";
import { sharing } from "../../../tests/sample.ts";
import { tf, use } from "./backends.ts";
import { tfjs } from "./target.ts";

const all = await Promise.all(families.map(async (family) => [family, await loadFamily(family)] as const));

// Every rule meets every check on one of the four. In `npm test` each follows a golden on one of them, and a third of the other checks run.
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
  const { describeRules } = sharing({ part, of: 4, rare: 3 });
  for (const [family, module] of all)
    describeRules(module, goldens(family), { targets: [target], share: { part, of: 4 } });
});
