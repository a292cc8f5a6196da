import type { Numbers } from "./world.ts";

/** Memory that a library may write to. Small buffers would lie on the garbage collector's heap, which moves. */
export const room = (bytes: number): Buffer => Buffer.from(new ArrayBuffer(bytes));

/** Up to 64 bytes lie on the garbage collector's heap, which moves, until somebody asks for their buffer. */
export function settled<A extends Numbers>(numbers: A): A {
  void numbers.buffer;
  return numbers;
}
