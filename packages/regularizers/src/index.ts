export { box } from "./constraints/box.ts";
export { maxNorm } from "./constraints/max-norm.ts";
export { nonNegative } from "./constraints/non-negative.ts";
export { unitNorm } from "./constraints/unit-norm.ts";
export { type CutoutOptions, cutout, randomShifts, type ShiftOptions } from "./images/augment.ts";
export type { ImageShape } from "./images/images.ts";
export { cutmix, type Mixed, type MixOptions, mixup } from "./images/mix.ts";
export { type Constrained, type Lagrangian, type LagrangianOptions, lagrangian, type Smooth } from "./lagrangian.ts";
export { penaltyEntropy, penaltyLabelSmoothing } from "./penalties/outputs.ts";
export type { Penalty } from "./penalties/penalty.ts";
export {
  type MatrixPenaltyOptions,
  type PenaltyOptions,
  penaltyElasticNet,
  penaltyGroup,
  penaltyL1,
  penaltyL2,
  penaltyOrthogonality,
  penaltySpectralNorm,
} from "./penalties/weights.ts";
export { withElasticNet } from "./penalties/with-elastic-net.ts";
export { withGroupLasso } from "./penalties/with-group-lasso.ts";
export { withL1 } from "./penalties/with-l1.ts";
export {
  type IntersectionOptions,
  type Projection,
  projectAlternating,
  projectDykstra,
} from "./projections/intersection.ts";
export {
  type AffineOptions,
  type MaxNormOptions,
  projectAffine,
  projectMaxNorm,
  projectPsd,
  projectUnitNorm,
  type UnitsOptions,
} from "./projections/matrices.ts";
export {
  type BoxOptions,
  type PlaneOptions,
  projectBox,
  projectHalfSpace,
  projectHyperplane,
  projectL1Ball,
  projectL2Ball,
  projectLInfBall,
  projectNonNegative,
  projectSimplex,
  projectSphere,
  type RadiusOptions,
  type SimplexOptions,
} from "./projections/sets.ts";
export { groupThreshold } from "./proximal/group-threshold.ts";
export { type HardConcrete, type HardConcreteOptions, hardConcrete } from "./proximal/hard-concrete.ts";
export { hardThreshold } from "./proximal/hard-threshold.ts";
export {
  type ElasticNetOptions,
  type GroupOptions,
  type NuclearOptions,
  type ProxOptions,
  proxElasticNet,
  proxGroup,
  proxL0,
  proxL1,
  proxNonNegative,
  proxNuclear,
  proxRidge,
} from "./proximal/proximal.ts";
export { ridge } from "./proximal/ridge.ts";
export { softThreshold } from "./proximal/soft-threshold.ts";
export { type FgsmOptions, fgsm, type InputRange, type PgdOptions, pgd } from "./robust/adversarial.ts";
export { type Ensemble, ensemble } from "./robust/ensemble.ts";
export type { Vector } from "./vector.ts";
