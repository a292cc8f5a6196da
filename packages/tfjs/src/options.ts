import type { Precision } from "@descent/arrays";
import type { BlockingWorld, NonFinite } from "@descent/core/adapter";
import type { Variable } from "@tensorflow/tfjs-core";
import type { Describe } from "./variables/parameters.ts";

/** How an optimizer for TensorFlow.js differs from the default. */
export interface OptimizerOptions {
  /** Says what a variable's name does not: its role, or which dimensions are in and out. */
  readonly parameter?: Describe | undefined;
  /**
   * Whether an update may run as a few loops of the backend instead of many tfjs operators; true by default. Elements come
   * out the same, and sums are more exact.
   */
  readonly fused?: boolean | undefined;
  /**
   * Handling of gradients, and other inputs, that contain NaN or infinity: `"throw"` an error, the default; `"skip"` the step, which
   * `inspect().nonFinite` counts; or `"apply"` it. The first two write nothing. The webgl and webgpu backends look at
   * gradients and sums alone, skip such a step on the device, and the error comes with a later step.
   */
  readonly nonFinite?: NonFinite | undefined;
  /**
   * How the state is stored, as `state` of `@descent/arrays` says: `float32` (the default), `bfloat16` rounded at random (2 bytes) or
   * `float8` in blocks of 256 with a common scale (1.01 bytes); for every slot, or by name: `{ m: "float8", v: "bfloat16" }`. The bits
   * are those of arrays. On the cpu, wasm and webgpu backends, with `fused` on.
   */
  readonly state?: Precision | Readonly<Record<string, Precision>> | undefined;
  /**
   * The embedding tables whose gradients `minimize` and `fit` take row by row, for the rows that tf.gather looked up, as
   * `sparse=True` does in PyTorch: `(variable) => variable.name.endsWith("/embeddings")`. A step costs what those rows cost, and leaves the others as they are,
   * state and decay included. For tables that nothing else reads, rules without sums over rows, and the cpu and wasm backends.
   */
  readonly rows?: ((variable: Variable) => boolean) | undefined;
  /**
   * The processes that train together, `await mpi()` of `@descent/mpi`: every update uses the means of all gradients, which pass through
   * the host. Variables start from rank 0's values at their first step. For every backend but webgpu.
   */
  readonly world?: BlockingWorld | undefined;
}
