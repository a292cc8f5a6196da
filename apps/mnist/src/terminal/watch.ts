import type { Finding, Numbers } from "@descent/training";

const size = (x: number): string => (x === 0 ? "0" : x.toExponential(1).replace("e+", "e"));

/**
 * One line of norms for `--watch`: the whole model, then each kernel's gradient and update-to-weight ratio. Sizes are 2-norms.
 */
export function watchLine({
  step,
  loss,
  gradientNorm,
  updateRatio,
  successive,
  noiseScale,
  parameters,
}: Numbers): string {
  const kernels = parameters
    .filter(({ name, gradient }) => gradient !== undefined && name.endsWith("/kernel"))
    .map(({ name, gradient, ratio }) => `${name.replace("/kernel", "")} ${size(gradient!)} ${size(ratio)}`); // those with one
  const noise =
    noiseScale === undefined ? "" : `  noise scale ${Number.isFinite(noiseScale) ? noiseScale.toPrecision(2) : "∞"}`;
  const turn = successive === undefined ? "" : `  cosine to the last ${successive.toFixed(2)}`;
  return `update ${step}  loss ${loss.toFixed(4)}  gradient ${size(gradientNorm)}  update/weight ${size(updateRatio)}${turn}${noise}  |  ${kernels.join("  ")}`;
}

/** A finding for the terminal: `Update 40: the loss …`. */
export const findingLine = ({ step, text }: Pick<Finding, "step" | "text">): string =>
  `Found at update ${step}: ${text}${text.endsWith(".") ? "" : "."}`;
