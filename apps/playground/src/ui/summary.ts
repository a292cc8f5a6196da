import { formatNumber } from "@descent/viz";
import type { Outcome } from "../engine/messages.ts";
import { finished } from "./gaps.ts";

/** Gaps below this are shown as 0. */
export const NOTHING = 1e-12;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

/** A race in words: who is closest, who follows, who broke off and why. */
export function summaryOf(
  names: readonly string[],
  outcomes: readonly Outcome[],
  { steps, least, known }: { readonly steps: number; readonly least: number; readonly known: boolean },
): string {
  const ended = outcomes.flatMap((outcome, i) =>
    finished(outcome) && !outcome.stopped ? [{ name: names[i]!, gap: Math.max(0, outcome.loss.at(-1)! - least) }] : [],
  );
  ended.sort((a, b) => a.gap - b.gap);
  const above = known ? "above the minimum" : "above the lowest point seen";
  const parts: string[] = [];
  const there = ended.filter(({ gap }) => gap < NOTHING).map(({ name }) => name);
  const away = ended.filter(({ gap }) => gap >= NOTHING);
  const [first, last] = [away[0], away.at(-1)];
  if (there.length > 0)
    parts.push(
      `After ${steps} steps ${listed(there)} ${there.length > 1 ? "are" : "is"} at ${known ? "the minimum" : "the lowest point seen"}.`,
    );
  if (first) {
    const gap = `${formatNumber(first.gap, 2)} ${above}`;
    parts.push(
      there.length > 0 ? `${first.name} is next, ${gap}.` : `After ${steps} steps ${first.name} is closest, ${gap}.`,
    );
    if (last && last !== first) parts.push(`${last.name} is last with ${formatNumber(last.gap, 2)}.`);
  }
  for (const [i, outcome] of outcomes.entries()) {
    if (!finished(outcome)) parts.push(`${names[i]} cannot race: ${outcome.error.split("\n")[0]}`);
    else if (outcome.stopped)
      parts.push(`${names[i]} broke off after step ${outcome.stopped.step}. ${outcome.stopped.because}`);
  }
  return parts.length > 0 ? parts.join(" ") : "Nobody is racing. Add a rule.";
}
