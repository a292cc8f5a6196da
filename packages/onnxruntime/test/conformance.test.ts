import { families, loadFamily } from "@descent/catalogue";
import { type AnyRule, goldens, refusing, wholes } from "@descent/conformance";
import { describeBackend } from "@descent/conformance/vitest";
import { isMatrixFunction, topological, trace } from "@descent/core/graph";
import { sampled } from "../../../tests/sample.ts";
import { inGraph } from "./target.ts";

// The host's update is that of @descent/arrays, which has its own tests; the graph's is lowered to operators here.
const target = inGraph("cpu");
const lacking = wholes.filter((formula) => !formula.startsWith("eye"));
describeBackend(target, { refuses: refusing(lacking, "ONNX has no operator for it") });
function refuses(rule: AnyRule): string | undefined {
  const { outputs } = trace(rule, { rows: 3, cols: 7 });
  if (topological(Object.values(outputs)).some(({ op }) => isMatrixFunction(op) && op !== "eye"))
    return "ONNX has no operator for roots and bases of matrices";
  return rule.inputs && "the graph makes gradients and nothing else";
}
const { describeRules } = sampled(2);
for (const family of families)
  describeRules(await loadFamily(family), goldens(family), { targets: [target], refuses, share: { part: 0, of: 4 } });
