import { OptimizerError } from "../errors.ts";
import { hashOf } from "../hash.ts";
import type { BlockingWorld } from "./world.ts";

/* What ranks of a world tell each other besides numbers of the training. */

/** Facts that every rank must have alike. */
export interface Facts {
  /** Their name in errors: "the gradients". */
  readonly what: string;
  /** One text per fact, in an order that all ranks share. */
  readonly facts: readonly string[];
  /** How to mend it, as a sentence. */
  readonly advice: string;
}

/** The longest text that ranks tell each other. */
const LETTERS = 160;

/** Tells every rank a text of each, cut to 160 letters. */
export function tell(world: BlockingWorld, text: string): string[] {
  const letters = new Float64Array(world.size * LETTERS);
  for (let i = 0; i < Math.min(text.length, LETTERS); i++) letters[world.rank * LETTERS + i] = text.charCodeAt(i);
  world.gather(letters, Array<number>(world.size).fill(LETTERS));
  return Array.from({ length: world.size }, (_, rank) =>
    String.fromCharCode(...letters.subarray(rank * LETTERS, (rank + 1) * LETTERS)).replaceAll("\0", ""),
  );
}

/** The values of one number on all ranks. */
export function byRank(world: BlockingWorld, mine: number): Float64Array {
  const all = new Float64Array(world.size);
  all[world.rank] = mine;
  world.gather(all, Array<number>(world.size).fill(1));
  return all;
}

/** The ranks whose value is not the commonest one; of equally common ones rank 0's, or the lowest rank's, is taken for right. */
export function odd(values: ArrayLike<number>): readonly number[] {
  const all = Array.from(values);
  const count = (value: number): number => all.filter((one) => one === value).length;
  const usual = all.reduce((best, value) => (count(value) > count(best) ? value : best), all[0]!); // a world has a rank
  return all.flatMap((value, rank) => (value === usual ? [] : [rank]));
}

/** The error that says on every rank which differs, and in which fact. Every rank must call it, once the facts are known to differ. */
export function difference(world: BlockingWorld, { what, facts, advice }: Facts): OptimizerError {
  const lengths = byRank(world, facts.length);
  const shortest = Math.min(...lengths);
  const hashes = Float64Array.from(facts.slice(0, shortest), hashOf);
  const [most, least] = [hashes.slice(), hashes.slice()];
  if (shortest > 0) {
    world.sum(most, "max");
    world.sum(least, "min");
  }
  const first = most.findIndex((hash, i) => hash !== least[i]);
  const place = first >= 0 ? first : shortest; // one rank has more of them
  const said = tell(world, facts[place] ?? "nothing more");
  const own = byRank(world, hashOf(facts[place] ?? ""));
  const [rank = 0] = odd(own);
  const other = own.findIndex((hash) => hash !== own[rank]);
  return new OptimizerError(
    `Rank ${world.rank} of ${world.size}: ${what} are not those of the other ranks: rank ${rank} has ${said[rank]}, and rank ${other} has ${said[other]}. ${advice}`,
  );
}

/** "Rank 1", "Ranks 1 and 3", "Ranks 0, 1 and 5 more". */
export function ranksText(ranks: readonly number[]): string {
  if (ranks.length === 1) return `Rank ${ranks[0]}`;
  const shown = ranks.slice(0, ranks.length > 5 ? 4 : 5);
  const rest = ranks.length - shown.length;
  const last = rest > 0 ? `${rest} more` : `${shown.pop()}`;
  return `Ranks ${shown.join(", ")} and ${last}`;
}
