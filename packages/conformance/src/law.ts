import type { Configured } from "@descent/core";
import { arraysTargets } from "./arrays.ts";
import { assert, sameBits } from "./assert.ts";
import { run } from "./checks.ts";
import { sampleData } from "./data.ts";
import type { Runner } from "./runner.ts";
import type { Target } from "./target.ts";

/** Options of `law`. */
export interface LawOptions {
  readonly targets?: readonly Target[] | undefined;
  readonly steps?: number | undefined;
  /** Size of the gradients; about 1 by default. */
  readonly scale?: number | undefined;
}

/**
 * Declares that two optimizers are one, bit for bit: `law("AdamW without decay is Adam", adamw({ weightDecay: 0 }),
 * adam())`. Also fails if a parameter does not move.
 */
export function law(
  { test }: Pick<Runner, "test">,
  claim: string,
  left: Configured,
  right: Configured,
  { targets = arraysTargets(), steps = 12, scale = 1 }: LawOptions = {},
): void {
  for (const target of targets)
    test(`${claim} (${target.name})`, async () => {
      const data = sampleData({ steps, scale });
      const [a, b] = [await run(target, left, data), await run(target, right, data)];
      sameBits(a, b);
      for (const [name, { data: start }] of Object.entries(data.starts))
        assert(
          a[name]!.some((x, i) => x !== start[i]),
          `\`${name}\` did not move in ${steps} steps, so the law says nothing`,
        );
    });
}
