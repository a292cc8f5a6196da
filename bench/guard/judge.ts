/** The fastest step of one turn of each contender, in any unit. */
export interface Round {
  readonly baseline: number;
  readonly current: number;
  /** The current code doing everything twice: the control, which must be noticed. */
  readonly doubled: number;
}

export interface Repetition {
  /** The current time over the baseline's. */
  readonly ratio: number;
  /** The doubled time over the current one: about 2 where the measurement can be trusted. */
  readonly control: number;
  readonly rounds: number;
}

/** Code that is twice as slow exceeds this on any machine; the noise of the fastest steps does not. */
export const LIMIT = 1.5;
/** A claim fails after this many repetitions, each above the limit. */
export const REPETITIONS = 3;
/** Rounds are run in groups, and as many groups as it takes, up to a bound. */
const [GROUP, GROUPS] = [8, 5];

/** Ratios of the fastest steps: a disturbed step only takes longer, so the fastest are nearest to the truth. */
export function judge(rounds: readonly Round[]): Repetition {
  const least = (who: keyof Round): number => Math.min(...rounds.map((round) => round[who]));
  return {
    ratio: least("current") / least("baseline"),
    control: least("doubled") / least("current"),
    rounds: rounds.length,
  };
}

const noticed = ({ control }: Repetition): boolean => control > LIMIT;
const holds = (repetition: Repetition): boolean => noticed(repetition) && repetition.ratio <= LIMIT;

/** One repetition: more rounds while the claim does not hold, up to a bound. */
export async function insist(round: (i: number) => Promise<Round>): Promise<Repetition> {
  const rounds: Round[] = [];
  for (let group = 0; group < GROUPS; group++) {
    for (let i = 0; i < GROUP; i++) rounds.push(await round(rounds.length));
    if (holds(judge(rounds))) break;
  }
  return judge(rounds);
}

/** The outcome of a claim so far. While it is `undecided`, another repetition is run if any are left. */
export type Verdict = "holds" | "slower" | "undecided";

/** One good repetition is enough to hold. A repetition that did not notice doubled work counts for nothing. */
export function verdict(repetitions: readonly Repetition[]): Verdict {
  if (repetitions.some(holds)) return "holds";
  return repetitions.filter(noticed).length >= REPETITIONS ? "slower" : "undecided";
}
