import { OptimizerError } from "@descent/core";
import { type Shape, type Start, size } from "@descent/core/adapter";
import type { RuntimeTensor } from "../runtime/runtime.ts";

/** A tensor that lives wherever ONNX Runtime left it; steps replace it. */
export class Held {
  readonly shape: Shape;
  #tensor: RuntimeTensor;

  constructor(shape: Shape, tensor: RuntimeTensor) {
    this.shape = shape;
    this.#tensor = tensor;
  }

  /** Each of the two gets the other's tensor. */
  exchange(other: Held): void {
    [this.#tensor, other.#tensor] = [other.#tensor, this.#tensor];
  }

  get tensor(): RuntimeTensor {
    return this.#tensor;
  }

  set tensor(next: RuntimeTensor) {
    const before = this.#tensor;
    this.#tensor = next;
    if (before !== next) free(before);
  }
}

/** The first numbers of a slot. */
export function numbersOf(name: string, shape: Shape, start: Start<Held>): Float32Array {
  if (typeof start === "number") return new Float32Array(size(shape)).fill(start);
  if (start instanceof Float32Array) return start;
  const { tensor } = start.of;
  if (tensor.location === "gpu-buffer")
    throw new OptimizerError(
      `The state of \`${name}\` starts as a copy of it, and it is on the device already. Train with { plan: "host" }, or begin with all parameters.`,
    );
  return tensor.data as Float32Array; // all are float32
}

/** Frees a tensor of a device; those of the host are the garbage collector's. */
export const free = (tensor: RuntimeTensor): void => {
  if (tensor.location === "gpu-buffer") tensor.dispose();
};
