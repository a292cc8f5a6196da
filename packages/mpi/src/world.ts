/** Numbers that processes can add up: ordinary typed arrays, and those over WebAssembly's and shared memory. */
export type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** How numbers of several processes become one. */
export type How = "sum" | "max" | "min";

/**
 * The processes that train together. Every rank calls the same operations in the same order, with arrays of the same kind
 * and length, and gets the same bits. This is the shape that optimizers take as `world`. `Done` is void where operations
 * block, and a promise where they let the event loop go on.
 */
export interface World<Done> {
  /** Which process this is, from 0 … */
  readonly rank: number;
  /** … of how many. */
  readonly size: number;
  /** Which process of this machine this is, from 0: chooses a GPU. */
  readonly localRank: number;
  /** Replaces each number by its sum (or largest, or smallest) over all ranks. */
  sum(numbers: Numbers, how?: How): Done;
  /** Sums over all ranks and keeps a piece: `into` gets the `counts[rank]` numbers that follow those of lower ranks. */
  reduceScatter(numbers: Numbers, into: Numbers, counts: readonly number[]): Done;
  /**
   * Fills in the pieces of all ranks, `counts[r]` numbers of rank r after those of lower ranks; this rank's own is already there.
   */
  gather(numbers: Numbers, counts: readonly number[]): Done;
  /**
   * Sends each rank its piece: `counts[r]` numbers to rank r, after those for lower ranks. `into` gets this rank's piece of every
   * rank, `counts[rank]` numbers each, in the order of ranks.
   */
  allToAll(numbers: Numbers, into: Numbers, counts: readonly number[]): Done;
  /** Copies one rank's numbers to all ranks. */
  broadcast(numbers: Numbers, from: number): Done;
  /** Returns when all ranks have called it. */
  barrier(): Done;
}
