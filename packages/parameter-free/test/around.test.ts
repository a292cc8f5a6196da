import { readFile } from "node:fs/promises";
import { adam } from "@descent/adam";
import { arraysTargets, followGolden, type GoldenSetting, TOLERANCE } from "@descent/conformance";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { mechanic, trac } from "../src/index.ts";

interface Setting extends GoldenSetting {
  readonly inner: "sgd" | "adam";
  readonly innerOptions: { readonly lr: number };
}
const read = async (name: string): Promise<readonly Setting[]> =>
  (JSON.parse(await readFile(new URL(`golden/${name}.json`, import.meta.url), "utf8")) as { settings: Setting[] })
    .settings; // written by goldens/rounds.py

describe.each(arraysTargets().map((target) => [target.name, target] as const))("on %s", (_, target) => {
  test.each([
    ["mechanic", "Optax's", mechanic],
    ["trac", "pytorch_optimizer's", trac],
  ] as const)("%s moves as %s", async (name, _, around) => {
    for (const setting of await read(name)) {
      const configured = around({ sgd, adam }[setting.inner](setting.innerOptions), setting.options);
      const { error, tensor, step } = await followGolden(target, configured, setting);
      expect(error, `${setting.name}, \`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});
