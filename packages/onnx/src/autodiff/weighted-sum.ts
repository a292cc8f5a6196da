import { check, checkOptions, isFunction, isRecord, type Wanted } from "../check.ts";
import type { Loss } from "./losses.ts";

/** One of the losses of `weightedSum`. */
export interface Term {
  readonly loss: Loss;
  /** The factor of this loss. Default 1. */
  readonly weight?: number;
}

const terms: Wanted = {
  want: "a list of losses with weights: [{ loss: crossEntropy({ from, labels }) }, { loss: huber({ from, labels }), weight: 0.5 }]",
  fits: (x) => Array.isArray(x) && x.length > 0 && x.every(isRecord),
};
const lossTerm: Wanted = {
  want: "a loss such as crossEntropy({ from, labels })",
  fits: (x) => isRecord(x) && isFunction(x.build) && typeof x.kind === "string",
};
const factor: Wanted = { want: "a finite number", fits: Number.isFinite };

/**
 * Σ weight · loss, for models of several tasks: each loss reads an output of its own (`from`) and labels of its own (`labels`). Throws
 * where the list is empty or a weight is not finite.
 */
export function weightedSum(list: readonly Term[]): Loss {
  check("The argument of weightedSum", list, terms);
  for (const term of list) {
    checkOptions("a term of weightedSum", term, { loss: lossTerm, weight: factor });
    check("`loss` of a term of weightedSum", term.loss, lossTerm);
  }
  const plain = list.map(({ loss: { kind, options }, weight = 1 }) => ({ loss: { kind, options }, weight }));
  return {
    kind: "weightedSum",
    options: { terms: plain },
    build(b, outputs) {
      const built = list.map(({ loss, weight = 1 }) => {
        const { loss: value, labels } = loss.build(b, outputs);
        return { value: weight === 1 ? value : b.scaled(value, weight), labels };
      });
      const loss = built.map(({ value }) => value).reduce((sum, value) => b.add(sum, value));
      return { loss, labels: built.flatMap(({ labels }) => labels) };
    },
  };
}
