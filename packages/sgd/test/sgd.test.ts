import { goldens } from "@descent/conformance";
import { describeRules, law } from "@descent/conformance/vitest";
import * as rules from "@descent/sgd";

describeRules(rules, goldens("sgd"));
law("momentum of 0 is SGD", rules.momentum({ lr: 0.1, momentum: 0 }), rules.sgd({ lr: 0.1 }));
law("Nesterov momentum of 0 is SGD", rules.nesterov({ lr: 0.1, momentum: 0 }), rules.sgd({ lr: 0.1 }));
