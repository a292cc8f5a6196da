import { OnnxError } from "../errors.ts";

/** A gradient that would be too large to write down; the caller adds the name of the node. */
export class TooLarge extends OnnxError {}

/** Most entries of a table that a gradient keeps in the graph, such as the weights of an interpolation. */
const mostEntries = 2 ** 22;
/** Most steps of a Loop or Scan, places of a kernel or steps of a recurrent layer that are written out, node by node. */
const mostRounds = { rounds: 1024, "positions in its kernel": 4096, steps: 4096 } as const;
/** Most nodes that the operators written in simpler ones may come to, all together. */
const mostNodes = 150_000;

/** The number of entries, if a table may have as many. */
export function entries(count: number, most: number = mostEntries): number {
  if (count > most) throw new TooLarge(`would keep a table of ${count} entries, and at most ${most} are kept`);
  return count;
}

/** The number of rounds, if as many may be written out, each of so many nodes. */
export function rounds(count: number, of: keyof typeof mostRounds, nodes = 1): number {
  const most = Math.min(mostRounds[of], Math.floor(mostNodes / Math.max(1, nodes)));
  if (count > most) {
    const each = nodes > 1 ? ` of ${nodes} nodes each` : "";
    throw new TooLarge(`has ${count} ${of}${each}, and its gradient writes out at most ${most}`);
  }
  return count;
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
