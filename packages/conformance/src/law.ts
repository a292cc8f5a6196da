import type { Configured } from "@descent/core";
import { checkConfigured, finite, knownOptions, whole } from "@descent/core/adapter";
import { arraysTargets } from "./arrays.ts";
import { assert, sameBits } from "./assert.ts";
import { run } from "./checks.ts";
import { asksOf, sampleData } from "./data.ts";
import type { Runner } from "./runner.ts";
import { takes, takesTarget } from "./takes.ts";
import type { Target } from "./target.ts";

/** Options of `law`. */
export interface LawOptions {
  /** The adapters to check on; `@descent/arrays` by default. */
  readonly targets?: readonly Target[] | undefined;
  /** How many updates to compare; default 12. */
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
  options: LawOptions = {},
): void {
  takes("law", "the claim in words", claim, typeof claim === "string" && claim !== "");
  for (const configured of [left, right]) checkConfigured(configured, "law");
  const {
    targets = arraysTargets(),
    steps = 12,
    scale = 1,
  } = knownOptions("law", options, ["targets", "steps", "scale"]);
  takes("law", "a list of targets", targets, Array.isArray(targets));
  for (const target of targets) takesTarget("law", target);
  whole("law", { steps });
  finite("law", { scale });
  for (const target of targets)
    test(`${claim} (${target.name})`, async () => {
      const data = sampleData({ steps, scale, ...asksOf(left, right) });
      const [a, b] = [await run(target, left, data), await run(target, right, data)];
      sameBits(a, b);
      for (const [name, { data: start }] of Object.entries(data.starts))
        assert(
          a[name]!.some((x, i) => x !== start[i]),
          `\`${name}\` did not move in ${steps} steps, so the law says nothing`,
        );
    });
}
