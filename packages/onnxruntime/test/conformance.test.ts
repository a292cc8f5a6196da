import * as adagrad from "@descent/adagrad";
import * as adam from "@descent/adam";
import { goldens } from "@descent/conformance";
import { describeBackend, describeRules } from "@descent/conformance/vitest";
import * as sgd from "@descent/sgd";
import { inGraph } from "./target.ts";

// The host's update is that of @descent/arrays, which has its own tests; the graph's is lowered to operators here.
const target = inGraph("cpu");
const variance = "the mean square and the squared mean both overflow float32, and their difference is NaN";

describeBackend(target);
describeRules(sgd, goldens("sgd"), { targets: [target] });
describeRules(adagrad, goldens("adagrad"), {
  targets: [target],
  overflows: { rmspropCentered: variance, rmspropCenteredMomentum: variance },
});
describeRules(adam, goldens("adam"), {
  targets: [target],
  overflows: { yogi: "v is infinite after one step, and v - g^2 is NaN at the next" },
});
