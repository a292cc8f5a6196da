import * as adagrad from "@descent/adagrad";
import * as adam from "@descent/adam";
import { describeBackend, describeRules } from "@descent/conformance";
import * as sgd from "@descent/sgd";
import { afterAll, beforeAll, describe } from "vitest";
import { tf, use } from "./backends.ts";
import { tfjs } from "./target.ts";

const variance = "the mean square and the squared mean both overflow float32, and their difference is NaN";
const overflows = { rmspropCentered: variance, rmspropCenteredMomentum: variance };
const golden = (family: string): URL => new URL(`../../${family}/test/golden/`, import.meta.url);

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
  describeRules(sgd, golden("sgd"), { targets: [target] });
  describeRules(adagrad, golden("adagrad"), { targets: [target], overflows });
  describeRules(adam, golden("adam"), {
    targets: [target],
    overflows: { yogi: "v is infinite after one step, and v - g^2 is NaN at the next" },
  });
});
