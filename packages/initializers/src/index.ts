export { constant, ones, zeros } from "./constant.ts";
export { gain, type Nonlinearity } from "./gain.ts";
export { type Initializer, initialize } from "./initialize.ts";
export { type Fans, fans, layouts } from "./layout.ts";
export { type IdentityOptions, identity, type OrthogonalOptions, orthogonal } from "./matrix.ts";
export { type NormalOptions, normal, truncatedNormal, type UniformOptions, uniform } from "./random.ts";
export { type Stream, stream } from "./stream.ts";
export {
  type Distribution,
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
