import type { Backend } from "@descent/core";
import { fill, type Tensor, tidy, variable } from "@tensorflow/tfjs-core";
import { runComposed } from "./composed.ts";

/** State lives in variables, which no tidy disposes of, on whichever backend tfjs uses. */
export const tensors: Backend<Tensor> = {
  name: "tfjs",
  slot: (_, shape, init) => tidy(() => variable(fill([...shape], init, "float32"), false)),
  run: runComposed,
  free: (tensor) => tensor.dispose(),
};
