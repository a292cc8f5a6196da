import { readFile } from "node:fs/promises";
import { adam } from "@descent/adam";
import { arraysTargets, followGolden, type GoldenSetting, TOLERANCE } from "@descent/conformance";
import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import { mechanic } from "../src/index.ts";

interface Setting extends GoldenSetting {
  readonly inner: "sgd" | "adam";
  readonly innerOptions: { readonly lr: number };
}
const text = await readFile(new URL("golden/mechanic.json", import.meta.url), "utf8");
const { settings } = JSON.parse(text) as { settings: Setting[] }; // written by goldens/rounds.py

test.each(arraysTargets().map((target) => [target.name, target] as const))(
  "mechanic moves as Optax's on %s",
  async (_, target) => {
    for (const setting of settings) {
      const configured = mechanic({ sgd, adam }[setting.inner](setting.innerOptions), setting.options);
      const { error, tensor, step } = await followGolden(target, configured, setting);
      expect(error, `${setting.name}, \`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    }
  },
);
