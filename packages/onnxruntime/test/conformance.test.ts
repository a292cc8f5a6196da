import * as adagrad from "@descent/adagrad";
import * as adam from "@descent/adam";
import { describeBackend, describeRules } from "@descent/conformance";
import * as sgd from "@descent/sgd";
import { inGraph } from "./target.ts";

// The host's update is that of @descent/arrays, which has its own tests; the graph's is lowered to operators here.
const target = inGraph("cpu");
const variance = "the mean square and the squared mean both overflow float32, and their difference is NaN";
const golden = (family: string): URL => new URL(`../../${family}/test/golden/`, import.meta.url);

describeBackend(target);
describeRules(sgd, golden("sgd"), { targets: [target] });
describeRules(adagrad, golden("adagrad"), {
  targets: [target],
  overflows: { rmspropCentered: variance, rmspropCenteredMomentum: variance },
});
describeRules(adam, golden("adam"), {
  targets: [target],
  overflows: { yogi: "v is infinite after one step, and v - g^2 is NaN at the next" },
});
