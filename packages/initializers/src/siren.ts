import { flag, knownOptions, positive } from "@descent/core/adapter";
import { fill, type Initializer } from "./initialize.ts";
import { fans } from "./layout.ts";

/** Options of `siren`. */
export interface SirenOptions {
  /** The frequency ω₀ in sin(ω₀ · Wx), above 0; default 30. */
  readonly omega?: number | undefined;
  /** Whether it is the first layer, which takes coordinates; default false. */
  readonly first?: boolean | undefined;
}

/**
 * For sines as activations: uniform within ±√(6 / fanIn) / ω₀, which keeps the distribution from layer to layer, and within
 * ±1 / fanIn in the first (Sitzmann et al., https://arxiv.org/abs/2006.09661). Throws if the parameter has no `axes`.
 */
export function siren(options: SirenOptions = {}): Initializer {
  const { omega = 30, first = false } = knownOptions("siren", options, ["omega", "first"]);
  positive("siren", { omega });
  flag("siren", { first });
  return (parameter, random) => {
    const { fanIn } = fans(parameter);
    const limit = first ? 1 / fanIn : Math.sqrt(6 / fanIn) / omega;
    return fill(parameter, (i) => limit * (2 * random.uniform(i) - 1));
  };
}
