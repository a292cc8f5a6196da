import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./root.ts";

/** Where a rule got to on a problem: the fewest steps to its goal, or null, with the rate and the lowest loss. */
interface Outcome {
  readonly steps: number | null;
  readonly rate: number;
  readonly loss: number;
}
/** The results that `npm run convergence` writes. */
interface Results {
  readonly problems: readonly { readonly name: string; readonly about: string; readonly budget: number }[];
  readonly machine: string;
  readonly date: string;
  readonly rules: Readonly<Record<string, { readonly outcomes: Readonly<Record<string, Outcome | null>> } | undefined>>;
}
export const convergence = JSON.parse(
  readFileSync(path.join(root, "bench/convergence/results.json"), "utf8"),
) as Results; // its own program writes it

/** How many of the rules that reached the goal needed fewer steps than this. */
export function rankOf(id: string, problem: string): { readonly rank: number; readonly of: number } | undefined {
  const steps = convergence.rules[id]?.outcomes[problem]?.steps;
  if (steps === null || steps === undefined) return undefined;
  const all = Object.values(convergence.rules).flatMap((rule) => rule?.outcomes[problem]?.steps ?? []);
  return { rank: 1 + all.filter((other) => other < steps).length, of: all.length };
}
