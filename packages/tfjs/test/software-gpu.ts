import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll } from "vitest";
import { long } from "../../../tests/long.ts";

/** Sets a flag of tfjs for a file's tests. */
function flag(name: string, there: number | boolean): void {
  let before: number | boolean;
  beforeAll(() => {
    before = tf.env().get(name) as number | boolean; // tfjs's flags here
    tf.env().set(name, there);
  });
  afterAll(() => tf.env().set(name, before));
}

/**
 * Has tfjs's webgpu backend multiply small matrices by a program of 128 threads for each tile of 16 × 8. Left to itself it takes
 * 256 threads for each number, which is made for graphics cards: a software one runs them one after the other.
 */
export const fewThreads = (): void => flag("WEBGPU_MATMUL_PROGRAM_TYPE", 2); // MatMulSmallOutputSizeProgram

/**
 * Has tfjs's webgl backend compile a program of its own once for all shapes of as many dimensions, and not once for each shape,
 * which takes a software graphics card most of a test's time. `npm run test:long` leaves it to its own choice.
 */
export function fewPrograms(): void {
  if (!long) flag("WEBGL_USE_SHAPES_UNIFORMS", true);
}
