import { readFile } from "node:fs/promises";
import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { arraysTargets, followGolden, type GoldenSetting, goldens, TOLERANCE } from "@descent/conformance";
import { law } from "@descent/conformance/vitest";
import { momentum, sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { describeRules } from "../../../tests/sample.ts";
import * as rules from "../src/index.ts";

interface Setting extends GoldenSetting {
  readonly inner: "sgd" | "adam";
  readonly innerOptions: { readonly lr: number };
}
const { asam, friendlySam, gsam, lookSam, sam, wsam } = rules;
/* Transforms by the names of their goldens, which goldens/rounds.py writes. */
const climbing = { asam, "friendly-sam": friendlySam, gsam, "look-sam": lookSam, sam, wsam } as const;
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

test("LookSAM that adds nothing and climbs nowhere is its rule, one update late in every cycle", () => {
  const [looking, plain] = [Float32Array.of(1, -2, 3), Float32Array.of(1, -2, 3)];
  const one = optimizer({ w: looking }, lookSam(adam({ lr: 0.1 }), { rho: 0, every: 2, alpha: 0 }));
  const other = optimizer({ w: plain }, adam({ lr: 0.1 }));
  for (let t = 0; t < 9; t++) {
    const w = Float32Array.from([0, 1, 2], (i) => Math.sin(3 * t + i));
    one.update({ w });
    if (t % 3 > 0) other.update({ w });
    expect(looking).toEqual(plain);
  }
});

test("LookSAM is evaluated where it climbed from, and goes on from there", () => {
  const w = Float32Array.of(3, 4);
  const opt = optimizer({ w }, lookSam(sgd({ lr: 0.1 }), { rho: 5, every: 2 }));
  opt.update({ w: Float32Array.of(0.6, 0.8) });
  expect([...w]).toEqual([6, 8]);
  opt.withReadout(() => expect([...w]).toEqual([3, 4]));
  opt.update({ w: Float32Array.of(10, 0) });
  expect([...w]).toEqual([2, 4]);
  opt.withReadout(() => expect([...w]).toEqual([2, 4]));
});
