import { families, loadFamily } from "@descent/catalogue";
import { type AnyRule, goldens, refusing, wholes } from "@descent/conformance";
import { describeBackend, describeRules } from "@descent/conformance/vitest";
import { isMatrixFunction, topological, trace } from "@descent/core/graph";
import { sampled } from "../../../tests/sample.ts";
import { jax } from "./target.ts";

const refusesEmpty = "jax-js has no arrays without elements";
const whole = "jax-js cannot hand over a matrix within a compiled step";
const [step, update] = [jax("jax-js", "step"), jax("jax-js, by differences", "update")];

describeBackend(step, { refusesEmpty, refuses: refusing(wholes, whole) });

const refuses = (rule: AnyRule): string | undefined =>
  topological(Object.values(trace(rule, { rows: 3, cols: 7 }).outputs)).some(({ op }) => isMatrixFunction(op))
    ? whole
    : undefined;

// A compilation takes milliseconds, and there are 140 rules: each follows a golden, and some pass one check more.
const tolerance = 3e-5; // products are added up in float32, one after the other
const some = sampled(2);
for (const family of families)
  some.describeRules(await loadFamily(family), goldens(family), {
    targets: [step],
    refuses,
    refusesEmpty,
    tolerance,
    share: { part: 1, of: 40 },
  });
describeRules(await loadFamily("sgd"), goldens("sgd"), { targets: [update], refusesEmpty, share: { part: 0, of: 10 } });
