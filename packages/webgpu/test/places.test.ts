import { reduce, variable } from "@descent/core/graph";
import { expect, test } from "vitest";
import { Places } from "../src/step/batch.ts";

test("a sum that a kernel reads before it has a place is an error, not the place 0", () => {
  const places = new Places();
  const total = (name: string) => reduce("sum", "scalar", variable(name, "tensor"));
  places.give(total("g"), 0);
  expect(places.of(total("g"))).toBe(0);
  expect(() => places.of(total("p"))).toThrow("A kernel reads `sum` before the step gave it a place.");
});
