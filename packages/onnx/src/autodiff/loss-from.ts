import { check, isRecord, text } from "../check.ts";
import { names, OnnxError } from "../errors.ts";
import { binaryCrossEntropyWithLogits, crossEntropy, huber, type Loss, meanAbsolute, meanSquared } from "./losses.ts";
import { weightedSum } from "./weighted-sum.ts";

/** A loss as another thread or a file has it. */
interface Plain {
  readonly kind: string;
  readonly options: object;
}

const kinds: Readonly<Record<string, (options: object) => Loss>> = {
  crossEntropy,
  binaryCrossEntropyWithLogits,
  meanSquared,
  meanAbsolute,
  huber,
  weightedSum: (options) => {
    const { terms } = options as { readonly terms?: readonly { readonly loss: Plain; readonly weight?: number }[] };
    check("`terms` of a weightedSum", terms, { want: "a list", fits: (x) => Array.isArray(x) && x.every(isRecord) });
    return weightedSum((terms ?? []).map((term) => ({ ...term, loss: lossFrom(term.loss) })));
  },
};

/** The loss of a kind and options, as another thread or a file has them. */
export function lossFrom(plain: Plain): Loss {
  check("A loss's data", plain, { want: '{ kind: "crossEntropy", options: {} }', fits: isRecord });
  const { kind, options } = plain;
  check("The kind of a loss", kind, text);
  check("The options of a loss", options, { want: "an object", fits: isRecord });
  const make = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (make === undefined) throw new OnnxError(`Unknown loss "${kind}"; the losses are ${names(Object.keys(kinds))}.`);
  return make(options);
}
