import { adam } from "@descent/adam";
import { reduce, variable } from "@descent/core/graph";
import { expect, test } from "vitest";
import { optimizer } from "../src/index.ts";
import { Places } from "../src/step/batch.ts";
import { buffer, device } from "./idle.ts";

test("a sum that a kernel reads before it has a place is an error, not the place 0", () => {
  const places = new Places();
  const total = (name: string) => reduce("sum", "scalar", variable(name, "tensor"));
  places.give(total("g"), 0);
  expect(places.of(total("g"))).toBe(0);
  expect(() => places.of(total("p"))).toThrow("A kernel reads `sum` before the step gave it a place.");
});

test("a device that binds hardly anything steps in the smallest pieces, or says at once what it must bind", () => {
  const small = (most: number) => ({
    ...device(),
    limits: { ...device().limits, maxStorageBufferBindingSize: most },
  });
  const update = (most: number, length: number) => (): void => {
    const opt = optimizer(small(most), { w: buffer(4 * length) }, adam());
    opt.update({ w: buffer(4 * length) });
  };
  for (const most of [16, 15, 9]) expect(update(most * 1024, 1000)).not.toThrow();
  expect(update(16 * 1024, 3 * 4096)).not.toThrow();
  expect(update(8 * 1024, 3 * 4096)).toThrow(
    "`w` takes 16384 bytes, but a shader on this device can bind only 8192 at a time, too few for Adam. Request the device with requiredLimits: { maxStorageBufferBindingSize: 16384 }.",
  );
});
