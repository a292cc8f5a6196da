import { OptimizerError } from "@descent/core";
import { knownOptions, notNegative, whole } from "@descent/core/adapter";
import type { Dense } from "@descent/core/graph";
import { singular } from "../linear/singular.ts";
import type { ElasticNetOptions, GroupOptions } from "../proximal/proximal.ts";
import { matrixShape } from "../vector.ts";
import { fromEquations, type Penalty } from "./penalty.ts";

/** Options of a penalty. */
export interface PenaltyOptions {
  /** The weight of the penalty, 0 or above. */
  readonly strength: number;
}

/** Options of a penalty of a matrix. */
export interface MatrixPenaltyOptions extends PenaltyOptions {
  /** [rows, cols] of the matrix whose numbers `x` lists row by row. */
  readonly shape: readonly [number, number];
}

const SUM = {
  l1: "l1 * sum(abs(x))",
  l2: "l2 / 2 * sum(x^2)",
} as const;

/** strength · Σ|x|: pulls every number towards 0 with the same force, so that small ones get there (the lasso). At 0 its gradient is 0. */
export function penaltyL1(options: PenaltyOptions): Penalty {
  const where = "penaltyL1";
  const { strength: l1 } = knownOptions(where, options, ["strength"]);
  notNegative(where, { strength: l1 });
  return fromEquations({ where, equations: { value: SUM.l1 }, numbers: { l1 } });
}

/** strength · ½ Σx²: pulls every number towards 0 in proportion to its size (weight decay, ridge). */
export function penaltyL2(options: PenaltyOptions): Penalty {
  const where = "penaltyL2";
  const { strength: l2 } = knownOptions(where, options, ["strength"]);
  notNegative(where, { strength: l2 });
  return fromEquations({ where, equations: { value: SUM.l2 }, numbers: { l2 } });
}

/** l1 · Σ|x| + l2 · ½ Σx²: sparse as the lasso is, and steady where numbers depend on each other (Zou & Hastie 2005). */
export function penaltyElasticNet(options: ElasticNetOptions): Penalty {
  const where = "penaltyElasticNet";
  const { l1, l2 } = knownOptions(where, options, ["l1", "l2"]);
  notNegative(where, { l1, l2 });
  return fromEquations({ where, equations: { value: `${SUM.l1} + ${SUM.l2}` }, numbers: { l1, l2 } });
}

/**
 * strength · Σ of the lengths of groups of `size` consecutive numbers: groups vanish together (Yuan & Lin 2006). Of a group of
 * zeros the gradient is 0. Throws if the groups do not come out even.
 */
export function penaltyGroup(options: GroupOptions): Penalty {
  const where = "penaltyGroup";
  const { strength, size } = knownOptions(where, options, ["strength", "size"]);
  notNegative(where, { strength });
  if (size !== undefined) whole(where, { size });
  const of = (x: { readonly length: number }): Penalty => {
    const cols = size ?? Math.max(x.length, 1);
    if (cols < 1 || x.length % cols !== 0)
      throw new OptimizerError(`\`${where}\`: ${x.length} numbers are not groups of ${cols}.`);
    return fromEquations({
      where,
      equations: {
        square: "rowSum(x^2)",
        length: "square > 0 ? sqrt(square > 0 ? square : 1) : 0", // no root of 0, which has no slope
        value: "strength * sum(length) / cols",
      },
      numbers: { strength, cols }, // a sum counts a row's number once per element
      shape: [x.length / cols, cols],
    });
  };
  return { value: (x) => of(x).value(x), gradient: (x) => of(x).gradient(x) };
}

/**
 * strength · ‖W Wᵀ − I‖², or ‖Wᵀ W − I‖² if there are more rows than columns: keeps the shorter side's vectors orthonormal, so
 * that a layer neither amplifies nor forgets (Brock et al., ICLR 2017).
 */
export function penaltyOrthogonality(options: MatrixPenaltyOptions): Penalty {
  const where = "penaltyOrthogonality";
  const { strength, shape } = knownOptions(where, options, ["strength", "shape"]);
  notNegative(where, { strength });
  const side = ({ rows, cols }: Dense): number => Math.min(rows, cols);
  const wide = Array.isArray(shape) && shape[0] <= shape[1];
  return fromEquations({
    where,
    equations: { value: `strength * sum((${wide ? "x @ x'" : "x' @ x"} - I)^2)` },
    numbers: { strength },
    shape,
    symbols: ["I"],
    constants: (x) => {
      const n = side(x);
      return { I: { rows: n, cols: n, data: Float64Array.from({ length: n * n }, (_, k) => +(k % (n + 1) === 0)) } };
    },
  });
}

/**
 * strength · ½ σ², of the largest singular value: the most by which a layer may amplify (Yoshida & Miyato 2017). The gradient
 * is that of one largest value where several are equal.
 */
export function penaltySpectralNorm(options: MatrixPenaltyOptions): Penalty {
  const where = "penaltySpectralNorm";
  const { strength, shape } = knownOptions(where, options, ["strength", "shape"]);
  notNegative(where, { strength });
  return fromEquations({
    where,
    // At its vectors σ = u' W v is largest, so that their own changes do not count.
    equations: { value: "strength / 2 * sum(u' @ x @ v)^2" },
    numbers: { strength },
    shape,
    symbols: ["u", "v"],
    constants: (x) => {
      const { rows, cols } = matrixShape(where, x.data, shape);
      const { values, left, right } = singular(x.data, { rows, cols });
      const k = values.indexOf(values.reduce((m, v) => Math.max(m, v), 0));
      return { u: { rows, cols: 1, data: left[k]! }, v: { rows: cols, cols: 1, data: right[k]! } };
    },
  });
}
