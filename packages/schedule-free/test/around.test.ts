import { readFile } from "node:fs/promises";
import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { arraysTargets, followGolden, type GoldenSetting, TOLERANCE } from "@descent/conformance";
import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import { scheduleFree, scheduleFreeSgd } from "../src/index.ts";

interface Setting extends GoldenSetting {
  readonly inner: "sgd" | "adam";
  readonly innerOptions: { readonly lr: number };
}
const text = await readFile(new URL("golden/schedule-free.json", import.meta.url), "utf8");
const { settings } = JSON.parse(text) as { settings: Setting[] }; // written by goldens/rounds.py

test.each(arraysTargets().map((target) => [target.name, target] as const))(
  "scheduleFree moves as Optax's on %s",
  async (_, target) => {
    for (const setting of settings) {
      const configured = scheduleFree({ sgd, adam }[setting.inner](setting.innerOptions), setting.options);
      const { error, tensor, step } = await followGolden(target, configured, setting);
      expect(error, `${setting.name}, \`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    }
  },
);

test("around SGD it has the path and the readout of scheduleFreeSgd", () => {
  const start = Float32Array.of(1, -2, 0.5);
  const [lr, power] = [0.05, 2];
  const [a, b] = [start.slice(), start.slice()];
  const around = optimizer({ w: a }, scheduleFree(sgd({ lr }), { beta: 0.8, power }));
  const rule = optimizer({ w: b }, scheduleFreeSgd({ lr, momentum: 0.8, power }));
  for (let t = 1; t <= 6; t++) {
    for (const opt of [around, rule]) opt.update({ w: start.map((x, i) => Math.sin(t * x + i)) });
    const near = (): void => {
      for (const [i, x] of a.entries()) expect(Math.abs(x - b[i]!)).toBeLessThan(1e-6); // float32 rounds otherwise
    };
    near();
    around.withReadout(() => rule.withReadout(near));
  }
});
