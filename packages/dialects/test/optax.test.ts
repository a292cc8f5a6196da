import { TOLERANCE } from "@descent/conformance";
import type { Configured } from "@descent/core";
import { expect, test } from "vitest";
import * as optax from "../src/optax/index.ts";
import { apart, golden, said } from "./golden.ts";

const made = golden("optax");
const door: Readonly<Record<string, unknown>> = optax;
const call = (name: string, options: object): Configured => (door[name] as (o: object) => Configured)(options);

test.each(made.cases.map((one) => [said(one), one] as const))("%s moves as Optax does", (_, one) => {
  expect(apart(call(one.name, one.options), one, made, { in: [0], out: [1] })).toBeLessThan(TOLERANCE);
});
