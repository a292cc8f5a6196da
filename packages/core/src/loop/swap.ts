import { OptimizerError } from "../errors.ts";
import type { Program } from "../program.ts";
import type { Job } from "./backend.ts";
import { hyperNow } from "./groups.ts";
import { hostPart } from "./host-values.ts";
import { ownOf } from "./portions.ts";
import type { Member, Roster } from "./roster.ts";
import { initialHost } from "./slots.ts";

/* Parameters that change places for a while: with those to evaluate with, or back to where a round began. */

/** A parameter by its name. */
export type Held<T> = readonly [name: string, p: T];

/** Jobs that put the parameters to evaluate with in place, and those that put the trained ones back. */
export interface Swap<T, G> {
  readonly show: readonly Job<T, G>[];
  readonly restore: readonly Job<T, G>[];
  /** Frees what the trained parameters were kept in. */
  free(): void;
}

function job<T, G>(roster: Roster<T>, member: Member<T>, program: Program, tensors: Job<T>["tensors"]): Job<T, G> {
  const { cohort, t, host } = member;
  const parameter = ownOf(member) ?? member.parameter;
  const hyper = hyperNow(cohort!.group, Math.max(0, roster.step - 1)); // of members that are trained; as the last update had them
  const { scalars } = hostPart(program).evaluate(t, hyper, cohort!.facts, host ?? initialHost(program, hyper));
  return { program, parameter, tensors, inputs: {}, scalars, t };
}

/** Throws if a parameter is where a phase has taken it for the next gradient: `before` says what it cannot be used for so. */
function refuseMidRound<T>(roster: Roster<T>, { parameter: { name }, phase }: Member<T>, before: string): void {
  if (phase > 0)
    throw new OptimizerError(
      `\`${name}\` is in the middle of a round, before the phase \`${roster.phases[phase]}\`. Finish the round ${before}, or take it back: rewind().`,
    );
}

/** Throws if a parameter that is to go is in the middle of a round: it would stay where a phase has taken it. */
export function refuseLeaving<T>(roster: Roster<T>, names: Iterable<string>): void {
  for (const name of names) refuseMidRound(roster, roster.get(name), "before you remove it");
}

/** Works out a swap of the parameters given; those without a readout, or without an update so far, are evaluated as they are. */
export function swap<T, G>(roster: Roster<T>, held: Iterable<Held<T>>): Swap<T, G> {
  roster.alive();
  if (roster.shown)
    throw new OptimizerError("withReadout() was called within withReadout(). Call it once, around both.");
  const show: Job<T, G>[] = [];
  const restore: Job<T, G>[] = [];
  const spare: T[] = [];
  const free = (): void => {
    for (const tensor of spare) roster.memory.free(tensor);
  };
  try {
    for (const [name, p] of held) {
      const member = roster.members.get(name);
      if (member) refuseMidRound(roster, member, "before you evaluate");
      const readout = member?.cohort?.readout;
      const own = member && ownOf(member);
      if (!readout || !own || !member.slots || member.t === 0) continue;
      const kept = roster.memory.slot(own, own.shape, 0, "readout.p");
      spare.push(kept);
      const tensors = { p, ...member.slots, "readout.p": kept };
      show.push(job(roster, member, readout.show, tensors));
      restore.push(job(roster, member, readout.restore, tensors));
    }
  } catch (error) {
    free();
    throw error;
  }
  return { show, restore, free };
}

/** Jobs that take the parameters given back to where their round began. */
export function rewinding<T, G>(roster: Roster<T>, held: Iterable<Held<T>>): Job<T, G>[] {
  roster.alive();
  return [...held].flatMap(([name, p]) => {
    const member = roster.members.get(name);
    if (!member?.cohort?.rewind || member.phase === 0 || !ownOf(member)) return [];
    return [job<T, G>(roster, member, member.cohort.rewind, { p, ...member.slots })];
  });
}

/** Forgets that a round was begun. */
export function rewound<T>(roster: Roster<T>): void {
  for (const member of roster.members.values()) member.phase = 0;
  roster.phase = 0;
  roster.moved = 0;
}
