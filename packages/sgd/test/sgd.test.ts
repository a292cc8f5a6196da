import { goldens } from "@descent/conformance";
import { law } from "@descent/conformance/vitest";
import * as rules from "@descent/sgd";
import { describeRules } from "../../../tests/sample.ts";

const { classicalMomentum, dampenedMomentum, lion, momentum, nesterov, optimisticSgd, pid, qhm } = rules;
const { sgd, sgdp, sgdw, sgld, signSgd, signum, tiger } = rules;

describeRules(rules, goldens("sgd"));
law("momentum of 0 is SGD", momentum({ lr: 0.1, momentum: 0 }), sgd({ lr: 0.1 }));
law("Nesterov momentum of 0 is SGD", nesterov({ lr: 0.1, momentum: 0 }), sgd({ lr: 0.1 }));
law("classical momentum of 0 is SGD", classicalMomentum({ lr: 0.1, momentum: 0 }), sgd({ lr: 0.1 }));
law("momentum without dampening is momentum", dampenedMomentum({ dampening: 0 }), momentum());
law("SGDW without decay is momentum", sgdw({ weightDecay: 0 }), momentum());
law("SGDP that never projects is momentum", sgdp({ delta: 0 }), momentum());
law("Signum without memory is SignSGD", signum({ momentum: 0 }), signSgd());
law("Tiger without decay is Signum", tiger({ momentum: 0.9, weightDecay: 0 }), signum());
law("Lion with equal betas is Signum", lion({ lr: 1e-3, beta1: 0.9, beta2: 0.9 }), signum());
law("optimistic descent without optimism is SGD", optimisticSgd({ lr: 0.1, optimism: 0 }), sgd({ lr: 0.1 }));
law("QHM with ν = 0 is SGD", qhm({ lr: 0.1, nu: 0 }), sgd({ lr: 0.1 }));
law("PID without its sum and its change is SGD", pid({ lr: 0.1, integral: 0, derivative: 0 }), sgd({ lr: 0.1 }));
law("Langevin dynamics without heat is SGD", sgld({ lr: 0.1, temperature: 0 }), sgd({ lr: 0.1 }));
