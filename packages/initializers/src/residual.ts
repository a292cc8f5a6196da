import { OptimizerError } from "@descent/core";
import { finite, isCallback, knownOptions, oneOf, positive, shown, whole } from "@descent/core/adapter";
import type { Initializer } from "./initialize.ts";
import { fans } from "./layout.ts";
import { heNormal, xavierUniform } from "./variance-scaling.ts";

/* Nets that are deep because their blocks add to a stream: how small each block must start. */

/** The values of another initializer times a number. Throws if it is not finite. */
export function scaledBy(factor: number, inner: Initializer): Initializer {
  finite("scaledBy", { factor });
  return times("scaledBy", inner, () => factor);
}

/** Options of `fixup`. */
export interface FixupOptions {
  /** How many residual blocks the net has, above 0. */
  readonly blocks: number;
  /** How many layers each of them has, 2 or more; default 2. The last of them starts with `zeros()`. */
  readonly layers?: number | undefined;
  /** The initializer that is scaled; default `heNormal()`. */
  readonly inner?: Initializer | undefined;
}

/**
 * He's scale times blocks^(−1 / (2 · layers − 2)) for every layer of a residual block but the last, which starts at zero, as
 * the classifier does: residual nets train without normalization (Zhang et al., https://arxiv.org/abs/1901.09321).
 * Throws where a number is out of its range.
 */
export function fixup(options: FixupOptions): Initializer {
  const where = "fixup";
  const { blocks, layers = 2, inner = heNormal() } = knownOptions(where, options, ["blocks", "layers", "inner"]);
  whole(where, { blocks, layers });
  positive(where, { blocks });
  if (layers < 2) throw new OptimizerError(`\`${where}\`: \`layers\` must be 2 or more; got ${layers}.`);
  return times(where, inner, () => blocks ** (-1 / (2 * layers - 2)));
}

/** Options of `tFixup`. */
export interface TFixupOptions {
  /** How many layers the encoder, or the decoder, has; above 0. */
  readonly layers: number;
  /** `"encoder"` for its value, output and MLP matrices; `"decoder"` for the decoder's, and for embeddings. */
  readonly part: "encoder" | "decoder";
  /** The initializer that is scaled; default `xavierUniform()`. */
  readonly inner?: Initializer | undefined;
}

/**
 * Xavier's scale times 0.67 · layers^(−1/4) in the encoder and (9 · layers)^(−1/4) in the decoder: Transformers train without
 * warm-up and without layer normalization (Huang et al., ICML 2020, https://proceedings.mlr.press/v119/huang20f.html).
 * Throws where an option is out of its range.
 */
export function tFixup(options: TFixupOptions): Initializer {
  const where = "tFixup";
  const { layers, part, inner = xavierUniform() } = knownOptions(where, options, ["layers", "part", "inner"]);
  whole(where, { layers });
  positive(where, { layers });
  oneOf(where, { part }, ["encoder", "decoder"]);
  return times(where, inner, () => (part === "encoder" ? 0.67 * layers ** -0.25 : (9 * layers) ** -0.25));
}

/** Options of `mupOutput`. */
export interface MupOutputOptions {
  /** The width at which hyper-parameters were tuned, above 0: the fan-in that this layer had there. */
  readonly base: number;
  /** The initializer that is scaled; default `heNormal({ gain: 1 })`. */
  readonly inner?: Initializer | undefined;
}

/**
 * The output layer of μP: its deviation falls as 1 / fanIn instead of 1 / √fanIn, so that what was tuned on a narrow net holds
 * on a wide one (Yang et al., https://arxiv.org/abs/2203.03466, table 3). Hidden layers keep He's or Xavier's scale.
 * Throws if the parameter has no `axes`.
 */
export function mupOutput(options: MupOutputOptions): Initializer {
  const where = "mupOutput";
  const { base, inner = heNormal({ gain: 1 }) } = knownOptions(where, options, ["base", "inner"]);
  positive(where, { base });
  return times(where, inner, (parameter) => Math.sqrt(base / fans(parameter).fanIn));
}

function times(
  where: string,
  inner: Initializer,
  factor: (parameter: Parameters<Initializer>[0]) => number,
): Initializer {
  if (!isCallback(inner))
    throw new OptimizerError(`\`${where}\` scales an initializer, such as heNormal(); got ${shown(inner)}.`);
  return (parameter, random) => {
    const values = inner(parameter, random);
    if (typeof values !== "object" || values === null) return values; // refused by `initialize`, which names it
    const by = factor(parameter);
    return Float64Array.from(values, (x) => by * x);
  };
}
