import * as rules from "@descent/adam";
import { goldens } from "@descent/conformance";
import { law } from "@descent/conformance/vitest";
import { decoupledDecay } from "@descent/core";
import { sgd } from "@descent/sgd";
import { describeRules } from "../../../tests/sample.ts";

const { adam, adamax, adamaxw, adamw, adan, adanw, nadam, nadamw } = rules;
const { radam, radamw } = rules;

describeRules(rules, goldens("adam"));
law("AdamW without decay is Adam", adamw({ weightDecay: 0 }), adam());
law("AdamW where nothing decays is Adam", adamw({ weightDecay: 0.5, decays: () => false }), adam());
law("AdamW is Adam with decoupled decay", adamw({ weightDecay: 0.02 }), decoupledDecay(adam(), 0.02));
law("AdamaxW without decay is Adamax", adamaxw({ weightDecay: 0 }), adamax());
law("NAdamW without decay is NAdam", nadamw({ weightDecay: 0 }), nadam());
law("RAdamW without decay is RAdam", radamw({ weightDecay: 0 }), radam());
law("Adan's two decays are one where there is none", adanw(), adan());
law("NAdam without momentum is Adam without momentum", nadam({ lr: 0.01, beta1: 0 }), adam({ lr: 0.01, beta1: 0 }));
law(
  "RAdam that never trusts its v, without momentum, is SGD",
  radam({ lr: 0.1, beta1: 0, beta2: 0.5 }),
  sgd({ lr: 0.1 }),
);
