import { readFileSync } from "node:fs";
import { optimizer } from "@descent/arrays";
import { displacementError } from "@descent/conformance";
import type { Configured, Schedule } from "@descent/core";
import type { Axes, Role } from "@descent/core/adapter";
import { expect } from "vitest";

/** A file of goldens/dialects.py. */
export interface Golden {
  readonly source: string;
  readonly data: Readonly<Record<string, Data>>;
  readonly cases: readonly Case[];
}

interface Data {
  readonly parameters: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly role: Role; readonly start: readonly number[] }>
  >;
  readonly gradients: readonly Numbers[];
}

/** A call in the library's spelling, and the parameters after some steps, which count from 0. */
export interface Case {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly data: string;
  readonly path: Readonly<Record<string, Numbers>>;
}

type Numbers = Readonly<Record<string, readonly number[]>>;

export const golden = (library: string): Golden =>
  JSON.parse(readFileSync(new URL(`golden/${library}.json`, import.meta.url), "utf8")) as Golden;

/** A call in words: `AdamW({"lr":0.05}), tiny gradients`. */
export const said = ({ name, options, data }: Case): string => `${name}(${JSON.stringify(options)}), ${data}`;

/** The largest displacement error of a configuration along a golden. */
export function apart(configured: Configured, { data, path }: Case, from: Golden, axes?: Axes): number {
  const { parameters, gradients } = from.data[data]!;
  const arrays = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, role, start }]) => [
      name,
      {
        data: Float32Array.from(start),
        shape: [...shape],
        role,
        ...(axes && shape.length > 1 ? { axes } : {}),
      },
    ]),
  );
  const opt = optimizer(arrays, configured);
  let worst = 0;
  for (const [k, now] of gradients.entries()) {
    opt.update(Object.fromEntries(Object.entries(now).map(([name, g]) => [name, Float32Array.from(g)])));
    for (const [name, x] of Object.entries(path[k] ?? {}))
      worst = Math.max(worst, displacementError(arrays[name]!.data, x, parameters[name]!.start));
  }
  expect(Object.keys(path).length).toBeGreaterThan(0);
  opt.dispose();
  return worst;
}

/** Values of a library's schedules, in its spelling, at steps. */
export interface Schedules {
  readonly steps: readonly number[];
  readonly cases: readonly { readonly name: string; readonly options: unknown; readonly values: readonly number[] }[];
}

/** The largest relative difference of a schedule from values at steps. */
export const off = (made: Schedule, steps: readonly number[], values: readonly number[]): number =>
  Math.max(...steps.map((step, i) => Math.abs(made(step) - values[i]!) / Math.max(...values)));
