import type { Configured } from "@descent/core";
import { expect, test } from "vitest";
import type { Target } from "./backend.ts";
import { expectBits, run, sampleData } from "./checks.ts";
import { arraysTargets } from "./targets.ts";

export interface LawOptions {
  readonly targets?: readonly Target[] | undefined;
  readonly steps?: number | undefined;
  /** Size of the gradients; about 1 by default. */
  readonly scale?: number | undefined;
}

/**
 * Declares that two optimizers are one, bit for bit: `law("AdamW without decay is Adam", adamw({ weightDecay: 0 }),
 * adam())`. Also fails if neither moves.
 */
export function law(
  claim: string,
  left: Configured,
  right: Configured,
  { targets = arraysTargets(), steps = 12, scale = 1 }: LawOptions = {},
): void {
  test.each(targets.map((target) => [target.name, target] as const))(`${claim} (%s)`, async (_, target) => {
    const data = sampleData({ steps, scale });
    const [a, b] = [await run(target, left, data), await run(target, right, data)];
    expectBits(a, b);
    for (const [name, { data: start }] of Object.entries(data.starts)) expect(a[name], name).not.toEqual(start);
  });
}
