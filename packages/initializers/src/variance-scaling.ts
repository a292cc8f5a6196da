import { flag, knownOptions, notNegative, oneOf } from "@descent/core/adapter";
import { asGain, type Nonlinearity } from "./gain.ts";
import { fill, type Initializer } from "./initialize.ts";
import { type FanRule, fanRules, fans } from "./layout.ts";
import { CUT } from "./stream.ts";

/** Which fan the variance is divided by: that of the forward pass, of the backward pass, or their mean, arithmetic or geometric. */
export type Mode = "fanIn" | "fanOut" | "fanAvg" | "fanGeoAvg";
/** The distribution that numbers are drawn from. */
export type Distribution = "uniform" | "normal" | "truncatedNormal";

/** Whose fans an initializer divides by. */
export interface FanOptions {
  /** `"torch"` or `"keras"` for transposed and depthwise kernels as those libraries start them; default `"layer"`. See `fans`. */
  readonly fans?: FanRule | undefined;
}

/** Options of `varianceScaling`. */
export interface VarianceScalingOptions extends FanOptions {
  /** The variance before it is divided by the fan, 0 or above; default 1. */
  readonly scale?: number | undefined;
  /** Default "fanIn". */
  readonly mode?: Mode | undefined;
  /** Default "truncatedNormal". */
  readonly distribution?: Distribution | undefined;
}

/**
 * Variance scale / fan, so that signals keep their size from layer to layer. Every distribution has exactly that variance:
 * the truncated normal is widened by 1/0.8796 to make up for the cut at ±2σ, as in Keras and JAX.
 * Throws if the parameter has no `axes`, or an option is of the wrong kind.
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  return scaled("varianceScaling", knownOptions("varianceScaling", options, ["scale", "mode", "distribution", "fans"]));
}

/** Options of the Xavier initializers. */
export interface XavierOptions extends FanOptions {
  /** A number, or the activation that follows; default 1. */
  readonly gain?: number | Nonlinearity | undefined;
}

/** Options of the He initializers. */
export interface HeOptions extends FanOptions {
  /** A number, or the activation that follows; default "relu" (√2). */
  readonly gain?: number | Nonlinearity | undefined;
  /** "fanIn" preserves the size of signals going forward, "fanOut" that of gradients going back; default "fanIn". */
  readonly mode?: Mode | undefined;
}

/** A normal distribution cut off at two standard deviations. */
export interface Truncated {
  /** Whether to cut the bell curve at two of its deviations, and widen it to keep the variance. */
  readonly truncated?: boolean | undefined;
}

/** Glorot & Bengio's compromise between the two passes (AISTATS 2010): uniform within ±gain·√(6 / (fanIn + fanOut)). */
export function xavierUniform(options: XavierOptions = {}): Initializer {
  const { gain = 1, fans } = knownOptions("xavierUniform", options, ["gain", "fans"]);
  return scaled("xavierUniform", {
    fans,
    scale: asGain("xavierUniform", gain) ** 2,
    mode: "fanAvg",
    distribution: "uniform",
  });
}

/**
 * Glorot & Bengio's compromise, normal with σ = gain·√(2 / (fanIn + fanOut)). The plain normal, as in PyTorch; with
 * `truncated: true` the one of Keras and JAX, of the same variance.
 */
export function xavierNormal(options: XavierOptions & Truncated = {}): Initializer {
  const { gain = 1, truncated = false, fans } = knownOptions("xavierNormal", options, ["gain", "truncated", "fans"]);
  const scale = asGain("xavierNormal", gain) ** 2;
  return scaled("xavierNormal", { fans, scale, mode: "fanAvg", distribution: bell("xavierNormal", truncated) });
}

/**
 * He et al.'s scale for rectifiers (https://arxiv.org/abs/1502.01852): uniform within ±gain·√(3 / fan). PyTorch's own layers
 * start with `gain: gain("leakyRelu", Math.sqrt(5))`, which is ±1/√fanIn.
 */
export function heUniform(options: HeOptions = {}): Initializer {
  const { gain: by = "relu", mode = "fanIn", fans } = knownOptions("heUniform", options, ["gain", "mode", "fans"]);
  return scaled("heUniform", { fans, scale: asGain("heUniform", by) ** 2, mode, distribution: "uniform" });
}

/**
 * He et al.'s scale for rectifiers, normal with σ = gain/√fan. The plain normal, as in PyTorch; with `truncated: true` the
 * one of Keras and JAX, of the same variance.
 */
export function heNormal(options: HeOptions & Truncated = {}): Initializer {
  const {
    gain: by = "relu",
    mode = "fanIn",
    truncated = false,
    fans,
  } = knownOptions("heNormal", options, ["gain", "mode", "truncated", "fans"]);
  return scaled("heNormal", {
    fans,
    scale: asGain("heNormal", by) ** 2,
    mode,
    distribution: bell("heNormal", truncated),
  });
}

/** LeCun et al.'s scale (Efficient BackProp, 1998), which selu needs: uniform within ±√(3 / fanIn). */
export const lecunUniform = (options: FanOptions = {}): Initializer =>
  scaled("lecunUniform", { distribution: "uniform", ...knownOptions("lecunUniform", options, ["fans"]) });

/**
 * LeCun et al.'s scale, normal with σ = 1/√fanIn. Truncated, as in Keras and JAX, the libraries that have it; the plain
 * normal of the same variance with `truncated: false`.
 */
export function lecunNormal(options: Truncated & FanOptions = {}): Initializer {
  const { truncated = true, fans } = knownOptions("lecunNormal", options, ["truncated", "fans"]);
  return scaled("lecunNormal", { fans, distribution: bell("lecunNormal", truncated) });
}

function bell(where: string, truncated: unknown): Distribution {
  flag(where, { truncated });
  return truncated ? "truncatedNormal" : "normal";
}

function scaled(where: string, options: VarianceScalingOptions): Initializer {
  const { scale = 1, mode = "fanIn", distribution = "truncatedNormal", fans: by = "layer" } = options;
  oneOf(where, { fans: by }, fanRules);
  notNegative(where, { scale });
  oneOf(where, { mode }, ["fanIn", "fanOut", "fanAvg", "fanGeoAvg"]);
  oneOf(where, { distribution }, ["uniform", "normal", "truncatedNormal"]);
  return (parameter, random) => {
    const { fanIn, fanOut } = fans(parameter, by);
    const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2, fanGeoAvg: Math.sqrt(fanIn * fanOut) }[mode];
    const std = Math.sqrt(scale / fan);
    switch (distribution) {
      case "uniform": {
        const limit = Math.sqrt(3) * std;
        return fill(parameter, (i) => limit * (2 * random.uniform(i) - 1));
      }
      case "normal":
        return fill(parameter, (i) => std * random.normal(i));
      case "truncatedNormal":
        return fill(parameter, (i) => (std / CUT) * random.truncated(i));
    }
  };
}

export {
  heNormal as kaimingNormal,
  heUniform as kaimingUniform,
  xavierNormal as glorotNormal,
  xavierUniform as glorotUniform,
};
