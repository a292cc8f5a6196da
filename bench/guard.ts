import type { Contender } from "./contender.ts";

/** What is claimed of two contenders: the first takes at most so many times as long as the second. */
export interface Claim {
  readonly of: Contender;
  readonly over: Contender;
  readonly most: number;
}

export interface Verdict {
  /** Of the fastest turns, which other work on the machine disturbs least. */
  readonly ratio: number;
  readonly holds: boolean;
  readonly rounds: number;
}

/** One turn of each in the same round, in any unit. */
export type Round = readonly [of: number, over: number];

/** What the rounds say: a disturbed turn only takes longer, so the fastest ones are the nearest to the truth. */
export function judge(rounds: readonly Round[], most: number): Verdict {
  const ratio = Math.min(...rounds.map(([of]) => of)) / Math.min(...rounds.map(([, over]) => over));
  return { ratio, holds: ratio <= most, rounds: rounds.length };
}

/** Shorter than the slices of time that a busy machine gives, and longer than it takes to read the clock. */
const TURN = 1.5; // milliseconds
/** As long as the claim does not hold, so many rounds more are run, so many times. */
const [ROUNDS, ATTEMPTS] = [10, 20];
/** Milliseconds in which JavaScript is compiled. */
const WARM = 150;

/** Rounds, more of them as long as the claim does not hold, until it does or has had every chance. */
export function insist(round: (i: number) => Round, most: number): Verdict {
  const rounds: Round[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    for (let i = 0; i < ROUNDS; i++) rounds.push(round(i));
    if (judge(rounds, most).holds) break;
  }
  return judge(rounds, most);
}

/** Both take turns in this process. */
export function check({ of, over, most }: Claim): Verdict {
  const [first, second] = [warmed(of), warmed(over)];
  return insist((i) => {
    if (i % 2 === 0) return [first(), second()];
    const time = second(); // nobody always follows the same one
    return [first(), time];
  }, most);
}

/** A turn of so many steps that it has its length: it gives the milliseconds of one step. */
function warmed({ step }: Contender): () => number {
  const run = (count: number): number => {
    const start = performance.now();
    for (let i = 0; i < count; i++) step();
    return (performance.now() - start) / count;
  };
  const start = performance.now();
  let least = run(1);
  while (performance.now() - start < WARM) least = Math.min(least, run(1));
  const count = Math.max(1, Math.ceil(TURN / least));
  return () => run(count);
}

/** Does everything twice: what a guard has to notice. */
export const doubled = ({ step }: Contender): Contender => ({
  step() {
    step();
    step();
  },
});
