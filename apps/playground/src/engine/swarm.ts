import type { Calls, Swarm } from "./messages.ts";

/** Frames of a film at most: at 60 a second as long as a race plays. */
const FRAMES = 360;

/** The number of a place that is out of view; those in view are from 0 to the one before. */
export const OUTSIDE = 65_535;

/** A film of a map's starts: give it what `basins` lets one see, and it has the swarm. */
export function filmOf(
  { x, y, columns, rows }: Pick<Calls["basins"]["asks"], "x" | "y" | "columns" | "rows">,
  steps: number,
): { readonly swarm: Swarm; seen(step: number, places: Float32Array): void } {
  const count = columns * rows;
  const every = Math.ceil(steps / FRAMES);
  const places = new Uint16Array(2 * count * (Math.ceil(steps / every) + 1));
  const [wide, high] = [(OUTSIDE - 1) / (x[1] - x[0]), (OUTSIDE - 1) / (y[1] - y[0])];
  return {
    swarm: { places, every },
    seen(step, at) {
      if (step % every !== 0 && step !== steps) return;
      const from = 2 * count * Math.ceil(step / every);
      for (let i = 0; i < 2 * count; i += 2) {
        const [px, py] = [(at[i]! - x[0]) * wide, (at[i + 1]! - y[0]) * high]; // within
        const inside = px >= 0 && py >= 0 && px < OUTSIDE && py < OUTSIDE; // and numbers
        places[from + i] = inside ? px : OUTSIDE;
        places[from + i + 1] = inside ? py : 0;
      }
    },
  };
}
