import { stream } from "@descent/initializers";
import { at, type Digits } from "../data/digits.ts";

/**
 * The order in which an epoch (0 is the first) visits `count` digits. It depends only on these three numbers, so a resumed
 * run needs only its epoch and place to continue as if it had never stopped.
 */
export const order = (count: number, seed: number, epoch: number): Uint32Array =>
  shuffled(count, seed, `order of epoch ${epoch}`);

/** A tenth of the digits, at random but always the same ones, apart from the others. */
export function apart(all: Digits): { readonly kept: Digits; readonly held: Digits } {
  const places = shuffled(all.count, 0, "images held out");
  const tenth = Math.floor(all.count / 10);
  return { kept: at(all, places.slice(tenth).sort()), held: at(all, places.slice(0, tenth).sort()) };
}

function shuffled(count: number, seed: number, name: string): Uint32Array {
  const random = stream(seed, name);
  const places = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.uniform(i) * (i + 1)); // Fisher–Yates shuffle
    const swap = places[i]!;
    places[i] = places[j]!;
    places[j] = swap;
  }
  return places;
}
