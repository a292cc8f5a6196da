import { type Configured, OptimizerError, type Parameter, transform } from "@descent/core";
import { type HyperValue, knownOptions, mapLeaves, oneOf, shown } from "@descent/core/adapter";

/** Options of `weightDecay`. */
export interface WeightDecayOptions {
  /**
   * How weights decay (default `"decoupled"`):
   * - `"coupled"`: as the gradient of a penalty, which an adaptive rule rescales with the rest (torch's `Adam`);
   * - `"decoupled"`: by the share lr · strength, before the step (AdamW; Loshchilov and Hutter, 2019);
   * - `"independent"`: by the share strength itself, whatever the rate (pytorch_optimizer's `fixed_decay`);
   * - `"corrected"`: by lr² / maxLr · strength, so that weights settle at one length however the rate is scheduled (Defazio, 2025; timm);
   * - `"cautious"`: as decoupled, but only where the step goes towards 0 anyway (Chen et al., 2025);
   * - `"proximal"`: divided by 1 + lr · strength after the step, which never overshoots 0 (Adan).
   */
  readonly kind?: (typeof kinds)[number] | undefined;
  /** The peak of the rate's schedule, for `"corrected"`. */
  readonly maxLr?: number | undefined;
  /** Which parameters decay; by default all but biases and normalisation scales. */
  readonly decays?: ((parameter: Parameter) => boolean) | undefined;
}

const kinds = ["coupled", "decoupled", "independent", "corrected", "cautious", "proximal"] as const;

const hyper = { strength: 0 };
const ranges = { strength: [0, Infinity] } as const;
const id = "weight-decay";
const title = "Weight decay";
/** `lr` is the rule's, which is known when the transform meets it. */
const p = (text: string): { readonly p: "p" } => ({ p: text as "p" });
const around = {
  coupled: transform({ id, title, hyper, ranges, before: { g: "g + strength * decays * p" } }),
  decoupled: transform({ id, title, hyper, ranges, before: p("(1 - lr * strength * decays) * p") }),
  independent: transform({ id, title, hyper, ranges, before: p("(1 - strength * decays) * p") }),
  cautious: transform({ id, title, hyper, ranges, after: p("p - lr * strength * decays * ((p0 - p) * p0 >= 0) * p0") }),
  proximal: transform({ id, title, hyper, ranges, after: p("p / (1 + lr * strength * decays)") }),
};
const corrected = transform({
  id,
  title,
  hyper: { ...hyper, maxLr: 1 },
  ranges: { ...ranges, maxLr: [Number.MIN_VALUE, Infinity] },
  before: p("(1 - lr^2 / maxLr * strength * decays) * p"),
});

/**
 * Weight decay of any kind around any rule: `weightDecay(adam(), 0.1, { kind: "cautious" })`. The strength may be a schedule.
 * Kinds that depend on the rate need a rule with `lr`, whose schedule they follow.
 */
export function weightDecay(
  configured: Configured,
  strength: HyperValue,
  options: WeightDecayOptions = {},
): Configured {
  const { kind = "decoupled", maxLr, decays } = knownOptions("weightDecay", options, ["kind", "maxLr", "decays"]);
  oneOf("weightDecay", { kind }, kinds);
  if ((kind === "corrected") !== (maxLr !== undefined))
    throw new OptimizerError(
      kind === "corrected"
        ? '`weightDecay`: the kind "corrected" compares the rate with its peak. Give it: { kind: "corrected", maxLr: 1e-3 }.'
        : `\`weightDecay\`: maxLr is for the kind "corrected"; got it with ${shown(kind)}.`,
    );
  if (decays !== undefined && typeof decays !== "function")
    throw new OptimizerError(`\`weightDecay\`: decays must be a function of a parameter; got ${shown(decays)}.`);
  const wrapped =
    kind === "corrected" ? corrected(configured, { strength, maxLr }) : around[kind](configured, { strength });
  return decays ? mapLeaves(wrapped, (leaf) => ({ ...leaf, decays })) : wrapped;
}
