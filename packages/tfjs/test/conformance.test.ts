import * as adagrad from "@descent/adagrad";
import * as adam from "@descent/adam";
import { goldens } from "@descent/conformance";
import { describeBackend, describeRules } from "@descent/conformance/vitest";
import * as sgd from "@descent/sgd";
import { afterAll, beforeAll, describe } from "vitest";
import { tf, use } from "./backends.ts";
import { tfjs } from "./target.ts";

const variance = "the mean square and the squared mean both overflow float32, and their difference is NaN";
const overflows = { rmspropCentered: variance, rmspropCenteredMomentum: variance };

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
  describeRules(sgd, goldens("sgd"), { targets: [target] });
  describeRules(adagrad, goldens("adagrad"), { targets: [target], overflows });
  describeRules(adam, goldens("adam"), {
    targets: [target],
    overflows: { yogi: "v is infinite after one step, and v - g^2 is NaN at the next" },
  });
});
