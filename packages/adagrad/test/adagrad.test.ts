import * as rules from "@descent/adagrad";
import { goldens } from "@descent/conformance";
import { law } from "@descent/conformance/vitest";
import { describeRules } from "../../../tests/sample.ts";

describeRules(rules, goldens("adagrad"));
law("RMSProp with momentum of 0 is RMSProp", rules.rmspropMomentum({ momentum: 0 }), rules.rmsprop());
law(
  "centered RMSProp with momentum of 0 is centered RMSProp",
  rules.rmspropCenteredMomentum({ momentum: 0 }),
  rules.rmspropCentered(),
);
