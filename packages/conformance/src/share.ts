import type { Runner } from "./runner.ts";
import { takes } from "./takes.ts";

/**
 * The part of a set of checks to declare: every `of`-th, beginning with number `part` (from 0). The count starts one later
 * for each rule and each shape, so that every check meets every `of`-th rule, and targets with `part` 0 to `of` - 1 together
 * have them all.
 */
export interface Share {
  /** Which share, from 0. */
  readonly part: number;
  /** How many shares there are. */
  readonly of: number;
}

export const all: Share = { part: 0, of: 1 };

/** Fails unless it is a share. */
export function takesShare(call: string, share: Share): void {
  const { part, of } = (share ?? {}) as Partial<Share>;
  const fits = Number.isSafeInteger(part) && Number.isSafeInteger(of) && part! >= 0 && of! > part!;
  takes(call, "`share`: { part, of }, whole numbers with part from 0 to of - 1", share, fits);
}

/** Whether the check at this place of a list belongs to the share. */
export const belongs = (place: number, { part, of }: Share): boolean => place % of === part % of;

/** `test` that declares only a share of what it is given, counting from `first`. */
export function sharing({ test }: Pick<Runner, "test">, share: Share, first: number): Runner["test"] {
  let place = first;
  return (name, body) => (belongs(place++, share) ? test(name, body) : undefined);
}
