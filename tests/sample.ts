import { type Kit, kit } from "@descent/conformance";
import { describe, test } from "vitest";
import { LONG, long } from "./long.ts";

type Declare = (name: string, body: () => void | Promise<void>, timeout?: number) => void;

/** Declares a test that only `npm run test:long` runs. */
export const longTest: Declare = (name, body, timeout) =>
  long ? test(name, body, timeout) : test.skip(`${name} ${LONG}`, body);

/** Declares tests of which the first of every `of` runs; in `npm run test:long` all do. */
export function oneIn(of: number): Declare {
  let place = 0;
  return (name, body, timeout) => (place++ % of === 0 ? test : longTest)(name, body, timeout);
}

/** The conformance kit, of whose checks the first of every `of` runs, and any named like `always`; in `npm run test:long` all do. */
export function sampled(of: number, always = /^$/): Kit {
  const declare = oneIn(of);
  return kit({ describe, test: (name, body) => (always.test(name) ? test : declare)(name, body) });
}

/** The kit for a software GPU: every formula, leaks, and one in three of the checks that mostly try what runs on the host. */
export const { describeBackend: describeGpu } = sampled(3, /^(computes|refuses|holds nothing)/);
