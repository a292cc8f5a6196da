import * as regularizers from "@descent/regularizers";
import { sgd } from "@descent/sgd";
import { type GoodCall, wrongCalls } from "../../../tests/wrong-calls.ts";

const { lagrangian, projectSimplex } = regularizers;
const x = (): number[] => [0.2, -0.4, 1.5, 0.1];
const good = (...rest: unknown[]): GoodCall => ({ args: () => [x(), ...rest] });
const shape = [2, 2];
const square: regularizers.Smooth = {
  value: (v) => Array.from(v).reduce((sum, a) => sum + a * a, 0),
  gradient: (v) => Array.from(v, (a) => 2 * a),
};
const use = (l: regularizers.Lagrangian): unknown[] => [l.value(x()), l.gradient(x()), l.update(x())];

const penalty = (options: object): GoodCall => ({
  args: () => [options],
  use: (p: regularizers.Penalty) => [p.value(x()), p.gradient(x())],
});

const images = { shape: [2, 2, 1, 1], seed: 1 };
wrongCalls(regularizers, {
  cutmix: { args: () => [x(), [1, 0, 0, 1], { ...images, alpha: 1 }] },
  cutout: { args: () => [x(), { ...images, size: 1, fill: 0 }] },
  ensemble: { args: () => [] },
  "ensemble().add": { call: (outputs: number[]) => regularizers.ensemble().add(outputs), args: () => [x()] },
  fgsm: { args: () => [x(), x(), { radius: 0.1, min: -9, max: 9 }] },
  mixup: { args: () => [x(), [1, 0, 0, 1], { ...images, alpha: 0.2 }] },
  pgd: { args: () => [x(), () => x(), { radius: 0.1, steps: 2, step: 0.1, norm: "l2", examples: 2, min: -9, max: 9 }] },
  randomShifts: { args: () => [x(), { ...images, most: 1, fill: 0 }] },
  box: { args: () => [sgd(), { lower: 0, upper: 2 }] },
  maxNorm: { args: () => [sgd(), { limit: 2 }] },
  groupThreshold: { args: () => [sgd(), { strength: 1 }] },
  hardThreshold: { args: () => [sgd(), { strength: 1 }] },
  ridge: { args: () => [sgd(), { strength: 1 }] },
  softThreshold: { args: () => [sgd(), { strength: 1 }] },
  withElasticNet: { args: () => [sgd(), { l1: 1, l2: 1 }] },
  withGroupLasso: { args: () => [sgd(), { strength: 1 }] },
  withL1: { args: () => [sgd(), { strength: 1 }] },
  nonNegative: { args: () => [sgd(), {}] },
  unitNorm: { args: () => [sgd(), {}] },
  hardConcrete: {
    args: () => [{ beta: 0.5, low: -0.2, high: 1.2 }],
    use: (h: regularizers.HardConcrete) => [h.gate(0), h.penalty(0), h.sample(0, 0.5)],
  },
  "hardConcrete().gate": { args: () => [0.5], call: regularizers.hardConcrete().gate },
  "hardConcrete().penalty": { args: () => [0.5], call: regularizers.hardConcrete().penalty },
  "hardConcrete().sample": { args: () => [0.1, 0.5], call: regularizers.hardConcrete().sample },
  lagrangian: {
    args: () => [
      { objective: square, atMostZero: [square], zero: [square] },
      { penalty: 2, augmented: true },
    ],
    use,
  },
  "lagrangian, the objective": {
    args: () => [square],
    call: (objective: regularizers.Smooth) => lagrangian({ objective }),
    use,
  },
  "lagrangian, a constraint": {
    args: () => [square],
    call: (constraint: regularizers.Smooth) => lagrangian({ objective: square, zero: [constraint] }),
    use,
  },
  "lagrangian, a value": {
    args: () => [1],
    call: (value: number) => lagrangian({ objective: { ...square, value: () => value } }).value(x()),
  },
  "lagrangian, a gradient": {
    args: () => [x()],
    call: (gradient: number[]) => lagrangian({ objective: { ...square, gradient: () => gradient } }).gradient(x()),
  },
  penaltyElasticNet: penalty({ l1: 0.1, l2: 0.1 }),
  penaltyEntropy: penalty({ strength: 0.1, shape }),
  penaltyGroup: penalty({ strength: 0.1, size: 2 }),
  penaltyL1: penalty({ strength: 0.1 }),
  penaltyL2: penalty({ strength: 0.1 }),
  penaltyLabelSmoothing: penalty({ strength: 0.1, shape }),
  penaltyOrthogonality: penalty({ strength: 0.1, shape }),
  penaltySpectralNorm: penalty({ strength: 0.1, shape }),
  projectAffine: good({ matrix: [1, 1, 1, 1], rhs: [1] }),
  projectAlternating: good([projectSimplex], { tolerance: 1e-8, rounds: 100 }),
  projectBox: good({ min: 0, max: [1, 1, 1, 1] }),
  projectDykstra: good([projectSimplex], { tolerance: 1e-8, rounds: 100 }),
  "projectDykstra, the result of a projection": {
    args: () => [x()],
    call: (result: number[]) => regularizers.projectDykstra(x(), [() => result]),
  },
  projectHalfSpace: good({ normal: [1, 0, 0, 2], offset: 1 }),
  projectHyperplane: good({ normal: [1, 0, 0, 2], offset: 1 }),
  projectL1Ball: good({ radius: 1 }),
  projectL2Ball: good({ radius: 1 }),
  projectLInfBall: good({ radius: 1 }),
  projectMaxNorm: good({ shape, units: "rows", max: 1 }),
  projectNonNegative: good(),
  projectPsd: good(),
  projectSimplex: good({ sum: 1 }),
  projectSphere: good({ radius: 1 }),
  projectUnitNorm: good({ shape, units: "columns" }),
  proxElasticNet: good({ l1: 0.1, l2: 0.1 }),
  proxGroup: good({ strength: 0.1, size: 2 }),
  proxL0: good({ strength: 0.1 }),
  proxL1: good({ strength: 0.1 }),
  proxNonNegative: good({ strength: 0.1 }),
  proxNuclear: good({ strength: 0.1, shape }),
  proxRidge: good({ strength: 0.1 }),
});
