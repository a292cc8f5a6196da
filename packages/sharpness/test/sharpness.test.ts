import { readFile } from "node:fs/promises";
import { adam } from "@descent/adam";
import { arraysTargets, followGolden, type GoldenSetting, goldens, TOLERANCE } from "@descent/conformance";
import { describeRules } from "@descent/conformance/vitest";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import * as rules from "../src/index.ts";

interface Setting extends GoldenSetting {
  readonly inner: "sgd" | "adam";
  readonly innerOptions: { readonly lr: number };
}
const golden = JSON.parse(await readFile(new URL("golden/sam.json", import.meta.url), "utf8")) as {
  settings: Setting[];
}; // written by goldens/rounds.py

describeRules(rules, goldens("sharpness"));

describe.each(arraysTargets().map((target) => [target.name, target] as const))("on %s", (_, target) => {
  test.each(golden.settings)("sam climbs and steps as Optax's, $name", async (setting) => {
    const configured = rules.sam({ sgd, adam }[setting.inner](setting.innerOptions), setting.options);
    const { error, tensor, step } = await followGolden(target, configured, setting);
    expect(error, `\`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
  });
});
