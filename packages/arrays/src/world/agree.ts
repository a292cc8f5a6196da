import { OptimizerError } from "@descent/core";
import { type BlockingWorld, difference, type Facts, hashOf, promisedWorld, tell } from "@descent/core/adapter";

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

/**
 * One small sum tells all ranks whether they are about to take the same step, what each counts, and whether any has gradients that
 * are not finite. Throws, on every rank, if the facts differ, and names a rank and a fact.
 */
export function agree(world: BlockingWorld, known: Facts, { examples, broken }: Part): Agreement {
  const facts = { ...known, facts: [...known.facts, examples === undefined ? "no `examples`" : "`examples`"] };
  const hash = hashOf(facts.facts.join("\n")) >>> 0;
  const [low, high] = [hash & 0xffff, hash >>> 16];
  const sums = Float64Array.of(examples ?? 1, Number(broken.length > 0), low, high, low * low, high * high);
  const done: unknown = world.sum(sums);
  if (done instanceof Promise) {
    done.catch(() => {}); // the error below tells why
    throw promisedWorld();
  }
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
