export type { Gradients, Session, Start, Starts, Target } from "./backend.ts";
export { type BackendChecks, describeBackend, products, squareProducts } from "./backends.ts";
export { type Data, sampleData } from "./checks.ts";
export { displacementError, largestError, TOLERANCE } from "./displacement.ts";
export {
  type AnyRule,
  configure,
  followGolden,
  type Golden,
  type GoldenError,
  type GoldenSetting,
  readGoldens,
  rulesOf,
} from "./golden.ts";
export { type LawOptions, law } from "./laws.ts";
export { installMatchers } from "./matchers.ts";
export { reference } from "./reference.ts";
export { describeRules, type RuleChecks } from "./rules.ts";
export { arraysTargets } from "./targets.ts";
