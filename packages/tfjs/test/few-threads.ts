import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll } from "vitest";

/**
 * Has tfjs's webgpu backend multiply small matrices by a program of 128 threads for each tile of 16 × 8. Left to itself it takes
 * 256 threads for each number, which is made for graphics cards: a software one runs them one after the other.
 */
export function fewThreads(): void {
  const flag = "WEBGPU_MATMUL_PROGRAM_TYPE";
  beforeAll(() => tf.env().set(flag, 2)); // MatMulSmallOutputSizeProgram
  afterAll(() => tf.env().set(flag, -1)); // its own choice
}
