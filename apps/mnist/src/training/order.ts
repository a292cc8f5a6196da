import { stream } from "@descent/initializers";

/**
 * The order in which an epoch (0 is the first) visits `count` digits. It depends only on these three numbers, so a resumed
 * run needs only its epoch and place to continue as if it had never stopped.
 */
export function order(count: number, seed: number, epoch: number): Uint32Array {
  const random = stream(seed, `order of epoch ${epoch}`);
  const places = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.uniform(i) * (i + 1)); // Fisher–Yates shuffle
    const swap = places[i]!;
    places[i] = places[j]!;
    places[j] = swap;
  }
  return places;
}
