import { expect, test } from "vitest";
import { mpirun } from "../../../tests/optional.ts";
import { ranks } from "./mpirun.ts";

/** Numbers of each tensor, how many there are, and the bytes of them all. */
const [LENGTH, MANY] = [1 << 18, 16];
const ALL = 4 * LENGTH * MANY;

test.skipIf(mpirun === undefined)(
  "of gradients that come one by one a rank holds its part, one tensor, and what is being sent",
  async () => {
    const held: number[] = [];
    for (const size of [2, 4]) {
      const { values, text } = await ranks(size, ["memory", `${MANY}`, `${LENGTH}`], { mpirun: mpirun! });
      expect(values, text).toHaveLength(size);
      for (const value of values as { bytes: number; state: number }[]) {
        expect(value.state).toBe((2 * ALL) / size);
        // The tensor, room for small ones that are sent together, and the 4 MB that are exchanged at a time.
        const tensors = 4 * LENGTH * (1 + 2) + (4 << 20);
        expect(value.bytes).toBeGreaterThan(ALL / size);
        expect(value.bytes).toBeLessThan(ALL / size + tensors + 300_000); // small arrays, of MPI's calls too
      }
      held.push((values[0] as { bytes: number }).bytes);
    }
    expect(held[1]).toBeLessThan(0.75 * held[0]!);
  },
);
