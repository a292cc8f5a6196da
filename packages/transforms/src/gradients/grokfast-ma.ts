import { type Configured, type Transform, transform } from "@descent/core";
import { knownOptions, positive, whole } from "@descent/core/adapter";

/** Options of `grokfastMa`. */
export interface GrokfastMaOptions {
  /** The number of gradients that the mean is of (default 100). */
  readonly window?: number | undefined;
  /** How much of the mean is added (default 5). */
  readonly strength?: number | undefined;
}

const made = new Map<number, Transform<{ strength: number }>>();

/** The transform for a window: a tensor for each gradient in it, of which one is written per step. */
function ofWindow(window: number): Transform<{ strength: number }> {
  const slots = Array.from({ length: window }, (_, k) => `g${k}`);
  const kept = Object.fromEntries(slots.map((slot, k) => [slot, `t % ${window} == ${k} ? g : ${slot}`]));
  return transform({
    id: "grokfast-ma",
    title: "Grokfast, of a window",
    paper: "https://arxiv.org/abs/2405.20233",
    hyper: { strength: 5 },
    ranges: { strength: [0, Infinity] },
    state: Object.fromEntries(slots.map((slot) => [slot, 0])),
    before: { ...kept, g: `t >= ${window} ? g + strength / ${window} * (${slots.join(" + ")}) : g` },
  });
}

/**
 * Grokfast by the mean of the last `window` gradients, once there are as many (Lee et al., 2024). As the authors'
 * `gradfilter_ma`. It keeps a tensor for each of them: `grokfast` needs one and does nearly the same.
 */
export function grokfastMa(configured: Configured, options: GrokfastMaOptions = {}): Configured {
  const { window = 100, strength } = knownOptions("grokfastMa", options, ["window", "strength"]);
  whole("grokfastMa", { window });
  positive("grokfastMa", { window });
  const around = made.get(window) ?? ofWindow(window);
  made.set(window, around);
  return around(configured, { strength });
}
