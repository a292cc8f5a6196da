import { families, loadFamily } from "@descent/catalogue";
import { goldens, refusing, wholes } from "@descent/conformance";
import { describeBackend, describeRules } from "@descent/conformance/vitest";
import { inGraph } from "./target.ts";

// The host's update is that of @descent/arrays, which has its own tests; the graph's is lowered to operators here.
const target = inGraph("cpu");
const lacking = wholes.filter((formula) => !formula.startsWith("eye"));
describeBackend(target, { refuses: refusing(lacking, "ONNX has no operator for it") });
const why = "ONNX has no operator for roots and bases of matrices";
const refuses = { shampoo: why, soap: why };
for (const family of families)
  describeRules(await loadFamily(family), goldens(family), { targets: [target], refuses, share: { part: 0, of: 4 } });
