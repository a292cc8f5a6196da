import { TOLERANCE } from "@descent/conformance";
import type { Configured, Schedule } from "@descent/core";
import { expect, test } from "vitest";
import * as optax from "../src/optax/index.ts";
import { apart, type Golden, golden, off, type Schedules, said } from "./golden.ts";

const made = golden("optax") as Golden & { readonly schedules: Schedules };
const door: Readonly<Record<string, unknown>> = optax;
const call = (name: string, options: object): Configured => (door[name] as (o: object) => Configured)(options);

test.each(made.cases.map((one) => [said(one), one] as const))("%s moves as Optax does", (_, one) => {
  expect(apart(call(one.name, one.options), one, made, { in: [0], out: [1] })).toBeLessThan(TOLERANCE);
});

test.each(made.schedules.cases.map((one) => [`${one.name}(${JSON.stringify(one.options)})`, one] as const))(
  "%s has Optax's values",
  (_, { name, options, values }) => {
    const schedule = (door[name] as (o: unknown) => Schedule)(options);
    expect(off(schedule, made.schedules.steps, values)).toBeLessThan(1e-12);
  },
);
