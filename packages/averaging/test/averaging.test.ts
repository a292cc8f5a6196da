import { readFile } from "node:fs/promises";
import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { arraysTargets, followGolden, type GoldenSetting, TOLERANCE } from "@descent/conformance";
import { partition } from "@descent/core";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { ema, emaDebiased, emaWarmed, lookahead, polyakAverage, swa } from "../src/index.ts";

interface Setting extends GoldenSetting {
  readonly inner: "sgd" | "adam";
  readonly innerOptions: { readonly lr: number };
}
const read = async (name: string): Promise<readonly Setting[]> =>
  (JSON.parse(await readFile(new URL(`golden/${name}.json`, import.meta.url), "utf8")) as { settings: Setting[] })
    .settings; // written by goldens/rounds.py
const inner = { sgd, adam };
/* Transforms by the names of their goldens. */
const averages = { ema, "ema-debiased": emaDebiased, "ema-warmed": emaWarmed, "polyak-average": polyakAverage, swa };

describe.each(arraysTargets().map((target) => [target.name, target] as const))("on %s", (_, target) => {
  test.each(Object.entries({ lookahead, ...averages }))("%s is what its source computes", async (name, around) => {
    for (const setting of await read(name)) {
      expect(setting.readout).toBe(name in averages || undefined);
      const configured = around(inner[setting.inner](setting.innerOptions), setting.options);
      const { error, tensor, step } = await followGolden(target, configured, setting);
      expect(error, `${setting.name}, \`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});

test("transforms go around every group of a partition, and into one another", () => {
  const w = Float32Array.of(1, 2);
  const b = Float32Array.of(3);
  const opt = optimizer({ w, b }, ema(lookahead(partition({ w: adam(), b: sgd() }, { w: "w", b: "b" }))));
  for (let t = 0; t < 6; t++) opt.update({ w: Float32Array.of(0.1, -0.2), b: Float32Array.of(0.3) });
  expect(Object.keys(opt.state().tensors).sort()).toEqual([
    "ema.average/b",
    "ema.average/w",
    "lookahead.slow/b",
    "lookahead.slow/w",
    "m/w",
    "v/w",
  ]);
  expect(() => opt.set({ "ema.decay": 1 })).toThrow("ema.decay is 1");
});
