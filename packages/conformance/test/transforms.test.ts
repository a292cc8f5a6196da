import { readFile } from "node:fs/promises";
import { adam, adamw } from "@descent/adam";
import { arraysTargets, configure, followGolden, type GoldenSetting, TOLERANCE } from "@descent/conformance";
import { law } from "@descent/conformance/vitest";
import {
  type Configured,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  decoupledDecay,
  hypergradient,
  partition,
  withL2,
} from "@descent/core";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";

interface TransformSetting extends GoldenSetting {
  readonly value: number;
  readonly inner: "sgd" | "adam";
  readonly innerOptions: Readonly<Record<string, number>>;
}
interface TransformGolden {
  readonly transform: string;
  readonly source: string;
  readonly settings: readonly TransformSetting[];
}

const transforms: Readonly<Record<string, (inner: Configured, value: number) => Configured>> = {
  clipByValue,
  clipByNorm,
  clipByGlobalNorm,
  withL2,
  decoupledDecay,
  hypergradient,
};
const folder = new URL("../../core/test/golden/", import.meta.url);

describe.each(arraysTargets().map((target) => [target.name, target] as const))("transforms on %s", (_, target) => {
  test.each(Object.entries(transforms))("%s moves as its golden does", async (name, transform) => {
    const golden = JSON.parse(await readFile(new URL(`${name}.json`, folder), "utf8")) as TransformGolden; // written by goldens/make.py
    expect(golden.transform).toBe(name);
    expect(golden.settings.map((s) => s.inner)).toEqual(["sgd", "adam"]);
    for (const setting of golden.settings) {
      const inner = configure({ sgd, adam }[setting.inner], setting.innerOptions);
      const { error, tensor, step } = await followGolden(target, transform(inner, setting.value), setting);
      expect(error, `${golden.source}: ${setting.name}, \`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});

law("clipping by a value no gradient reaches changes nothing", clipByValue(adam(), 100), adam());
law("clipping to a norm no gradient reaches changes nothing", clipByNorm(adam(), 100), adam());
law("clipping to a global norm no gradient reaches changes nothing", clipByGlobalNorm(adam(), 100), adam());
law("no L2 changes nothing", withL2(adam(), 0), adam());
law("no decay of either kind changes nothing", withL2(decoupledDecay(sgd({ lr: 0.1 }), 0), 0), sgd({ lr: 0.1 }));
law("decay can be handed its mask", decoupledDecay(adam(), 0.1, { decays: () => false }), adam());
law(
  "a transform of a partition is a partition of transforms",
  clipByNorm(partition({ w: adam(), b: sgd({ lr: 0.1 }) }, { w: "w", b: "b" }), 0.5),
  partition({ w: clipByNorm(adam(), 0.5), b: clipByNorm(sgd({ lr: 0.1 }), 0.5) }, { w: "w", b: "b" }),
);
law("AdamW decays what decoupled decay does", adamw({ weightDecay: 0.1 }), decoupledDecay(adam(), 0.1));
