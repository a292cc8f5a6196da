export { constant, ones, zeros } from "./constant.ts";
export { gain, type Nonlinearity } from "./gain.ts";
export { type Initializer, initialize } from "./initialize.ts";
export { type FanRule, type Fans, fans, layouts } from "./layout.ts";
export { type LayerOutput, type LsuvOptions, lsuv } from "./lsuv.ts";
export {
  deltaOrthogonal,
  type IdentityOptions,
  identity as dirac,
  identity,
  type OrthogonalOptions,
  orthogonal,
  zerO,
} from "./matrix.ts";
export { type NormalOptions, normal, truncatedNormal, type UniformOptions, uniform } from "./random.ts";
export {
  type FixupOptions,
  fixup,
  type MupOutputOptions,
  mupOutput,
  scaledBy,
  type TFixupOptions,
  tFixup,
} from "./residual.ts";
export { type SirenOptions, siren } from "./siren.ts";
export { type SparseOptions, sparse } from "./sparse.ts";
export { type Stream, stream } from "./stream.ts";
export {
  type Distribution,
  type FanOptions,
  glorotNormal,
  glorotUniform,
  type HeOptions,
  heNormal,
  heUniform,
  kaimingNormal,
  kaimingUniform,
  lecunNormal,
  lecunUniform,
  type Mode,
  type Truncated,
  type VarianceScalingOptions,
  varianceScaling,
  type XavierOptions,
  xavierNormal,
  xavierUniform,
} from "./variance-scaling.ts";
