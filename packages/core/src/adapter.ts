/** For adapters and packages that extend Descent: the loop, contracts with a backend, checks of arguments, state files. */
export { type Combination, combination } from "./combination.ts";
export { checkConfigured, type Frozen, type Partition } from "./configured.ts";
export { ASYNC_DISPOSE, DISPOSE } from "./dispose.ts";
export { type Drawing, draw, drawn } from "./draws.ts";
export { among, isCallback, isRecord, list, nearest, shown, suggestion, takes } from "./errors.ts";
export {
  goneNames,
  isFloat32Array,
  type Named,
  named,
  newNames,
  refuseEmpty,
  refuseNone,
  refuseOverlap,
  refuseRepeated,
  refuseShape,
  refuseTaken,
  refuseUnknown,
  refuseUnknownNames,
  type Stretch,
} from "./given.ts";
export { type Assignment, assign, forSome, mapLeaves, refuseEmptyGroups, type Selector } from "./groups.ts";
export { hashOf } from "./hash.ts";
export { checkHyper, rangeOf, rangeText } from "./hyper.ts";
export type { HypergradientOptions } from "./hypergradient.ts";
export { interpret } from "./interpret/interpret.ts";
export { oncePerJobs } from "./interpret/once-per-jobs.ts";
export type { Given, Operators, Part, Site } from "./interpret/operators.ts";
export { referenceBackend } from "./interpret/reference.ts";
export type { Answer } from "./loop/answer.ts";
export { AsyncLoop } from "./loop/async.ts";
export type {
  AsyncBackend,
  Backend,
  Job,
  OthersJob,
  ReduceSums,
  RowPart,
  Share,
  Shares,
  Start,
} from "./loop/backend.ts";
export type { Numbers } from "./loop/draft.ts";
export { type Group, setHyper } from "./loop/groups.ts";
export { type Given as GivenInputs, readsInput } from "./loop/inputs.ts";
export type { Divided, Inspection, Kept } from "./loop/inspect.ts";
export type { LoadOptions, LoadReport, Write } from "./loop/load.ts";
export { Loop } from "./loop/loop.ts";
export type { Portion } from "./loop/portions.ts";
export { byRank, difference, type Facts, odd, ranksText, tell } from "./loop/ranks.ts";
export { currentNames, type Rename, renamedState } from "./loop/rename.ts";
export { intoCorner, isWidened } from "./loop/resize.ts";
export {
  type DistinctRows,
  distinctRows,
  isRowGradient,
  pickRows,
  putRows,
  type RowGradient,
  type RowMemory,
  type RowStep,
  stepOfRows,
} from "./loop/row-step.ts";
export type { Rows } from "./loop/rows.ts";
export { slotShape } from "./loop/slots.ts";
export type { Step } from "./loop/step.ts";
export { Ties } from "./loop/ties.ts";
export { type BlockingWorld, type Exchanged, promisedWorld, type World, worldOf } from "./loop/world.ts";
export { allFinite, type NonFinite, nonFiniteGradients, nonFiniteOption } from "./non-finite.ts";
export { finite, flag, knownOptions, meant, notNegative, oneOf, positive, whole } from "./options.ts";
export {
  type Axes,
  canonicalOrder,
  checkFields,
  checkParameter,
  checkShape,
  type Description,
  decaysByRole,
  description,
  type Matrix,
  matrix,
  type Role,
  type Shape,
  size,
} from "./parameter.ts";
export { philox } from "./philox.ts";
export { fromPlain, type Plain, type PlainRule, toPlain } from "./plain.ts";
export { configured, isRule, type Leaf, type Options } from "./rule.ts";
export { type Dtype, decodeSafetensors, encodeSafetensors, type SafeData, type SafeTensor } from "./safetensors.ts";
export type { ScheduleOptions } from "./schedule.ts";
export type { Equations, Hyper, HyperValue, Inputs, Macros, Range, Ranges, RuleSpec, Slot, Slots } from "./spec.ts";
export {
  checkMeta,
  checkTensor,
  MODEL,
  type ParameterState,
  type StateMeta,
  slotKey,
  type TensorData,
} from "./state.ts";
export { isTransform, type TransformOptions, type TransformText } from "./transform.ts";
export { type DecayOptions, type Prefix, prepend } from "./transforms.ts";
