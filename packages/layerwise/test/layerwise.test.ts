import { goldens } from "@descent/conformance";
import { law } from "@descent/conformance/vitest";
import * as rules from "@descent/layerwise";
import { describeRules } from "../../../tests/sample.ts";

const { adamp, larc, lars } = rules;

describeRules(rules, goldens("layerwise"));
law(
  "LARC that never reaches its rate is LARS with a rate of 1",
  larc({ lr: 1e6, trust: 0.1 }),
  lars({ lr: 1, trust: 0.1 }),
);
law(
  "AdamP ignores the factor on decay where it never projects",
  adamp({ delta: 0, weightDecay: 0.1, decayRatio: 0.5 }),
  adamp({ delta: 0, weightDecay: 0.1 }),
);
