import { readFile } from "node:fs/promises";
import { adam } from "@descent/adam";
import { arraysTargets, followGolden, type GoldenSetting, goldens, TOLERANCE } from "@descent/conformance";
import { describeRules, law } from "@descent/conformance/vitest";
import { momentum, sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import * as rules from "../src/index.ts";

interface Setting extends GoldenSetting {
  readonly inner: "sgd" | "adam";
  readonly innerOptions: { readonly lr: number };
}
const { asam, friendlySam, gsam, sam, wsam } = rules;
/* Transforms by the names of their goldens, which goldens/rounds.py writes. */
const climbing = { asam, "friendly-sam": friendlySam, gsam, sam, wsam } as const;
const cases = await Promise.all(
  Object.entries(climbing).map(async ([name, transform]) => {
    const text = await readFile(new URL(`golden/${name}.json`, import.meta.url), "utf8");
    const { source, settings } = JSON.parse(text) as { source: string; settings: Setting[] }; // written by goldens/rounds.py
    return { name, transform, source, settings };
  }),
);

describeRules(rules, goldens("sharpness"));

describe.each(arraysTargets().map((target) => [target.name, target] as const))("on %s", (_, target) => {
  test.each(cases)("$name climbs and steps as $source", async ({ transform, settings }) => {
    for (const setting of settings) {
      const inner = { sgd, adam }[setting.inner](setting.innerOptions);
      const { error, tensor, step } = await followGolden(target, transform(inner, setting.options), setting);
      expect(error, `${setting.name}, \`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});

law("GSAM that takes nothing off is SAM", gsam(momentum(), { rho: 0.1, alpha: 0 }), sam(momentum(), { rho: 0.1 }));
