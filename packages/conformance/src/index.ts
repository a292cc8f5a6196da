/** The kit, bound to the test runner at work; `kit` binds it to any other. */
export { arraysTargets } from "./arrays.ts";
export { ConformanceError } from "./assert.ts";
export { describeBackend, describeRules, law } from "./auto.ts";
export { type Data, sampleData } from "./data.ts";
export type { BackendOptions } from "./describe-backend.ts";
export type { RuleOptions } from "./describe-rules.ts";
export { displacementError, largestError, TOLERANCE } from "./displacement.ts";
export {
  elementwise,
  largest,
  matrixReducing,
  products,
  reducing,
  refusing,
  remainders,
  squareProducts,
  transcendental,
  wholes,
} from "./formulas.ts";
export {
  type AnyRule,
  configure,
  followGolden,
  type Golden,
  type GoldenError,
  type GoldenSetting,
  goldens,
  parseGolden,
  readGoldens,
  rulesOf,
} from "./golden.ts";
export { type Kit, kit } from "./kit.ts";
export type { LawOptions } from "./law.ts";
export { reference } from "./reference.ts";
export type { Runner } from "./runner.ts";
export type { Share } from "./share.ts";
export type { Gradients, Inputs, Session, Start, Starts, Target } from "./target.ts";
