import { OnnxError } from "../errors.ts";

/** A gradient that would be too large to write down; the caller adds the name of the node. */
export class TooLarge extends OnnxError {}

/** Most entries of a table that a gradient keeps in the graph, such as the weights of an interpolation. */
const mostEntries = 2 ** 22;
/** Most places of a kernel that are written out, node by node. */
const mostPlaces = 4096;
/** Most steps of a recurrent layer that are written out; more are a Scan, whose graph a runtime prepares in a moment. */
const mostSteps = 256;
/** Most nodes that the operators written in simpler ones may come to, all together. */
const mostNodes = 150_000;

/** The number of entries, if a table may have as many. */
export function entries(count: number, most: number = mostEntries): number {
  if (count > most) throw new TooLarge(`would keep a table of ${count} entries, and at most ${most} are kept`);
  return count;
}

/** Whether the steps of a recurrent layer are few enough to be written out. */
export const fewSteps = (count: number): boolean => count <= mostSteps;

/** Throws where a kernel has more places than may be written out. */
export function fewPlaces(count: number): void {
  if (count > mostPlaces)
    throw new TooLarge(`has ${count} positions in its kernel, and its gradient writes out at most ${mostPlaces}`);
}

/** How much has been written out in a graph and the branches inside it. */
export class Budget {
  #made = 0;

  /** Counts nodes that stand for one other. */
  take(nodes: number): void {
    this.#made += nodes;
    if (this.#made > mostNodes) {
      throw new TooLarge(`would expand the graph into more than ${mostNodes} nodes of simpler operators`);
    }
  }
}
