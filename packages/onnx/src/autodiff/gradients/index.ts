import { classification } from "./classification.ts";
import { convolution } from "./convolution.ts";
import { broadcasting, pointwise } from "./elementwise.ts";
import { fourier } from "./fourier.ts";
import { indexing } from "./indexing.ts";
import { matrix } from "./matrix.ts";
import { movement } from "./movement.ts";
import { normalization } from "./normalization.ts";
import { pooling } from "./pooling.ts";
import { quantization } from "./quantization.ts";
import { reduction } from "./reduction.ts";
import { regions } from "./regions.ts";
import { resize } from "./resize.ts";
import type { GradientRule } from "./rule.ts";

/** The gradients of the operators of ai.onnx. */
export const rules: Readonly<Record<string, GradientRule>> = {
  ...pointwise,
  ...broadcasting,
  ...matrix,
  ...reduction,
  ...movement,
  ...indexing,
  ...convolution,
  ...pooling,
  ...normalization,
  ...classification,
  ...resize,
  ...quantization,
  ...fourier,
  ...regions,
};

/** Operators of floating output whose slope is zero wherever it exists: gradients end there. */
export const flat: ReadonlySet<string> = new Set([
  "Bernoulli",
  "Ceil",
  "ConstantOfShape",
  "EyeLike",
  "Floor",
  "Hardmax",
  "RandomNormal",
  "RandomNormalLike",
  "RandomUniform",
  "RandomUniformLike",
  "Round",
  "Sign",
]);

/** Operators that round: their slope is zero, and what reads their whole numbers has the gradient. */
export const rounding: ReadonlySet<string> = new Set(["QuantizeLinear", "DynamicQuantizeLinear"]);
