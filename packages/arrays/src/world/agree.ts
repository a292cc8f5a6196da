import { OptimizerError } from "@descent/core";
import { type BlockingWorld, hashOf } from "@descent/core/adapter";

/** Facts that every rank must have alike. */
export interface Facts {
  /** Their name in errors: "the gradients". */
  readonly what: string;
  /** One text per fact, in an order that all ranks share. */
  readonly facts: readonly string[];
  readonly advice: string;
}

/** This rank's part of a step. */
export interface Part {
  /** How many examples its gradients are the mean of; undefined where no rank says. */
  readonly examples: number | undefined;
  /** The parameters whose gradients are not finite. */
  readonly broken: readonly string[];
}

/** The knowledge that ranks need of each other before a step. */
export interface Agreement {
  /** How much this rank's numbers count; all of them together are the number of ranks. */
  readonly weight: number;
  /** The ranks that have gradients which are not finite, and what they say of them. */
  readonly broken: readonly (readonly [rank: number, said: string])[];
}

/** The longest text that ranks tell each other. */
const LETTERS = 160;

/**
 * One small sum tells all ranks whether they are about to take the same step, what each counts, and whether any has gradients that
 * are not finite. Throws, on every rank, if the facts differ, and names a rank and a fact.
 */
export function agree(world: BlockingWorld, known: Facts, { examples, broken }: Part): Agreement {
  const facts = { ...known, facts: [...known.facts, examples === undefined ? "no `examples`" : "`examples`"] };
  const hash = hashOf(facts.facts.join("\n")) >>> 0;
  const [low, high] = [hash & 0xffff, hash >>> 16];
  const sums = Float64Array.of(examples ?? 1, Number(broken.length > 0), low, high, low * low, high * high);
  world.sum(sums);
  const [all, faults, lows, highs, lows2, highs2] = sums as unknown as [number, number, number, number, number, number]; // six were put in
  if (!equal(world.size, lows, lows2) || !equal(world.size, highs, highs2)) throw difference(world, facts);
  if (!(all > 0))
    throw new OptimizerError(
      `Rank ${world.rank} of ${world.size}: no rank has an example at this step. Stop where the examples end, or give \`examples\` of one rank at least.`,
    );
  const weight = ((examples ?? 1) * world.size) / all;
  if (faults === 0) return { weight, broken: [] };
  const said = tell(world, broken.join(", "));
  return { weight, broken: said.flatMap((text, rank) => (text === "" ? [] : [[rank, text] as const])) };
}

/** Whether whole numbers with this sum and sum of squares are all the same: only then the two bounds of Cauchy and Schwarz meet. */
const equal = (count: number, sum: number, squares: number): boolean =>
  BigInt(count) * BigInt(squares) === BigInt(sum) ** 2n;

/** Tells every rank a text of each. */
function tell(world: BlockingWorld, text: string): string[] {
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

/** The error that says on every rank which differs, and in which fact. */
function difference(world: BlockingWorld, { what, facts, advice }: Facts): OptimizerError {
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
