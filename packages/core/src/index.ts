/** For people who train: rules, groups, transforms, schedules and state. Adapters build on `/adapter`, backends on `/graph` and `/kernels`. */

export type { Configured } from "./configured.ts";
export { OptimizerError } from "./errors.ts";
export { biases, embeddings, freeze, frozen, matrices, norms, partition, vectors } from "./groups.ts";
export { hypergradient } from "./hypergradient.ts";
export type { Parameter } from "./parameter.ts";
export { type Rule, rule } from "./rule.ts";
export { type Schedule, schedule } from "./schedule.ts";
export { decodeState, encodeState, type StateDict } from "./state.ts";
export { type Transform, transform } from "./transform.ts";
export { clipByGlobalNorm, clipByNorm, clipByValue, decay, decoupledDecay, withL2 } from "./transforms.ts";
