import { OptimizerError, shown } from "../errors.ts";
import type { Answer } from "./answer.ts";

/** Numbers that ranks exchange. */
export type Exchanged = Float32Array | Float64Array | Uint8Array;

/**
 * The processes that train together, as message passing sees them. Every rank calls the same operations in the same
 * order, with arrays of the same lengths, and gets the same bits. Structural: an MPI binding is one, and so is a set of
 * worker threads. With `Done` void operations block; with a promise they are awaited.
 */
export interface World<Done extends Answer = Answer> {
  /** Which process this is, from 0 … */
  readonly rank: number;
  /** … of how many. */
  readonly size: number;
  /** Which process of this machine this is, from 0: chooses a GPU. */
  readonly localRank: number;
  /** Replaces each number by its sum (or largest, or smallest) over all ranks. */
  sum(numbers: Exchanged, how?: "sum" | "max" | "min"): Done;
  /** Sums over all ranks and keeps a piece: `into` gets the `counts[rank]` numbers that follow those of lower ranks. */
  reduceScatter(numbers: Exchanged, into: Exchanged, counts: readonly number[]): Done;
  /** Fills in the pieces of all ranks, `counts[r]` numbers of rank r after those of lower ranks; one's own is there. */
  gather(numbers: Exchanged, counts: readonly number[]): Done;
  /**
   * Sends rank r the `counts[r]` numbers that follow those of lower ranks; `into` gets this rank's `counts[rank]` of every rank, in
   * their order. Only compressed local steps need it.
   */
  allToAll?(numbers: Exchanged, into: Exchanged, counts: readonly number[]): Done;
  /** Gives all ranks the numbers of one. */
  broadcast(numbers: Exchanged, from: number): Done;
  /** True where operations are promises. */
  readonly promised?: boolean;
  /** Told how many updates are done: for what is said where a rank is lost. */
  at?(step: number): void;
  /** Told that the checkpoint of that update is complete: for what is said where a rank is lost. */
  saved?(step: number, checkpoint: string): void;
  /**
   * Told of a comparison of all ranks' parameters: after how many updates they were last the same bits, and whether they still are.
   * For what is said where they are not.
   */
  compared?(step: number, same: boolean): void;
  /**
   * Where the world is elastic: called on every rank that is left after an operation has failed. If ranks are gone, the others are
   * numbered anew, `rank` and `size` change, and it returns true; false where the error has another cause.
   */
  survives?(error: unknown): boolean;
}

/** A world whose operations block. */
export interface BlockingWorld extends World<void> {
  /** Not true: an update does not wait for promises. */
  readonly promised?: false;
}

/** The option `world` of an optimizer, checked: undefined where there is one process. Throws unless it is a world. */
export function worldOf(given: unknown): BlockingWorld | undefined {
  if (given === undefined) return undefined;
  if (!isWorld(given))
    throw new OptimizerError(
      `\`world\` must be the processes that train together: await mpi() of @descent/mpi; got ${shown(given)}.`,
    );
  if ((given as World).promised === true) throw promisedWorld();
  const { rank, size } = given;
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(rank) || rank < 0 || rank >= size)
    throw new OptimizerError(
      `\`world\` has the rank ${shown(rank)} of ${shown(size)}. Ranks are whole numbers from 0 up to \`size\`, without it.`,
    );
  return size > 1 ? given : undefined;
}

/** The error for a world whose operations are promises. */
export const promisedWorld = (): OptimizerError =>
  new OptimizerError(
    "The operations of `world` are promises, and an update does not wait for them. Give the world whose operations block: `world`, not `world.polled`.",
  );

const isWorld = (given: unknown): given is BlockingWorld =>
  typeof given === "object" &&
  given !== null &&
  "sum" in given &&
  typeof given.sum === "function" &&
  ["gather", "broadcast"].every((name) => name in given && typeof given[name as keyof typeof given] === "function") &&
  "rank" in given &&
  typeof given.rank === "number" &&
  "size" in given &&
  typeof given.size === "number";
