/** For people with a model: read it, look at it, differentiate it, write it. Packages that work on graphs use `/graph`, `/proto` and `/autodiff`. */
export { type Differentiated, type DifferentiateOptions, differentiate } from "./autodiff/differentiate.ts";
export {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huber,
  type Loss,
  meanAbsolute,
  meanSquared,
} from "./autodiff/losses.ts";
export { weightedSum } from "./autodiff/weighted-sum.ts";
export { OnnxError } from "./errors.ts";
export { type ExportOptions, exportModel } from "./graph/export.ts";
export { Graph } from "./graph/graph.ts";
export { importModel } from "./graph/import/import.ts";
export type { ImportOptions } from "./graph/import/options.ts";
export type { External } from "./proto/external.ts";
export { type ExternalOptions, externalize } from "./proto/externalize.ts";
export { decodeModel, encodeModel, type ModelProto } from "./proto/model.ts";
export { type UpdateOptions, updateInitializers } from "./proto/weights.ts";
export { type Change, type Mended, type MendOptions, mend } from "./weights/mend.ts";
export { notes } from "./weights/notes.ts";
export { type Surveyed, survey, type Trainable, trainables } from "./weights/survey.ts";
