import type { Kernel } from "@descent/core/kernels";
import { CHUNK } from "../kernels/call.ts";

/** Bytes of a chunk of float64 numbers. */
export const REGION: number = 8 * CHUNK;
/** Arrays begin at whole vectors of four floats. */
export const ALIGNMENT: number = 16;
/** The next whole multiple. */
export const up = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** The room that the largest kernel needs beside the tensors: regions to copy chunks through, and bytes for its frame. */
export interface Need {
  /** How many arrays are copied through at a time. */
  readonly regions: number;
  /** Bytes of a kernel's pointers, arguments and sums. */
  readonly frame: number;
  /** How many threads there may be, each with a frame of its own; 1 by default. */
  readonly threads?: number | undefined;
}

/** Bytes from one thread's frame to the next one's. */
export const distance = ({ frame }: Need): number => up(frame, ALIGNMENT) + ALIGNMENT;

/** Words that a buffer may need besides its pointer: a draw's. */
const MOST_WORDS = 6;

/** Bytes of a kernel's pointers, arguments, and the words of its buffers. */
export const frameBytes = ({ buffers, args, columnSums }: Kernel): number =>
  4 * (1 + (1 + MOST_WORDS) * buffers.length + columnSums.length + args.length);

/** The room that kernels need. */
export const need = (kernels: Iterable<Kernel>): Need => {
  let regions = 0;
  let frame = 0;
  for (const k of kernels) {
    regions = Math.max(regions, k.buffers.length + k.columnSums.length);
    frame = Math.max(frame, up(frameBytes(k), ALIGNMENT) + 8 * k.sums.length);
  }
  return { regions, frame };
};
