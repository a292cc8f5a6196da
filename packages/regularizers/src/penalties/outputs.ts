import { knownOptions, notNegative } from "@descent/core/adapter";
import type { Dense } from "@descent/core/graph";
import { fromEquations, type Penalty } from "./penalty.ts";
import type { MatrixPenaltyOptions } from "./weights.ts";

/* Penalties of logits, one row per example, as the mean over rows. They depend on the model's outputs, not on its weights. */

/** Every element has its row's largest, which leaves differences as they are and keeps exp finite. */
function tops({ rows, cols, data }: Dense): Dense {
  const top = Array.from({ length: rows }, (_, i) =>
    data.subarray(i * cols, (i + 1) * cols).reduce((m, v) => Math.max(m, v), -Infinity),
  );
  return { rows, cols, data: Float64Array.from(data, (_, k) => top[Math.floor(k / cols)]!) };
}

function ofLogits(where: string, options: MatrixPenaltyOptions, equations: Readonly<Record<string, string>>): Penalty {
  const { strength, shape } = knownOptions(where, options, ["strength", "shape"]);
  notNegative(where, { strength });
  return fromEquations({
    where,
    equations: { fall: "x - top", logs: "fall - log(rowSum(exp(fall)))", ...equations },
    numbers: { strength },
    shape,
    symbols: ["top"],
    constants: (x) => ({ top: tops(x) }),
  });
}

/**
 * −strength · the mean entropy of softmax(x): punishes certainty, so that a model stays open to what it has not seen (Pereyra
 * et al., 2017). `x` holds logits, [examples, classes].
 */
export const penaltyEntropy = (options: MatrixPenaltyOptions): Penalty =>
  ofLogits("penaltyEntropy", options, { value: "strength * mean(rowSum(exp(logs) * logs))" });

/**
 * strength · the mean cross entropy between even odds and softmax(x), which is what label smoothing adds: 1 − ε times the cross
 * entropy, plus this with strength ε, is the loss with labels smoothed by ε (Szegedy et al., CVPR 2016). `x` holds logits,
 * [examples, classes].
 */
export const penaltyLabelSmoothing = (options: MatrixPenaltyOptions): Penalty =>
  ofLogits("penaltyLabelSmoothing", options, { value: "-strength * mean(logs)" });
