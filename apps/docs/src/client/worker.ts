import type { Configured } from "@descent/core";
import type { Field } from "@descent/viz";
import { fieldOf, race, surface, surfaces } from "@descent/viz/races";
import { families } from "./families.ts";

/** A rule to race: its family, its export, and its rate where it has one. */
export interface Asked {
  readonly id: number;
  readonly family: string;
  readonly name: string;
  readonly surface: string;
  readonly steps: number;
  readonly rate: number | undefined;
}
/** The heights of a surface to know: here, so that a page need not carry what differentiates them. */
export interface AskedField {
  readonly id: number;
  readonly field: string;
}
/** The path, or why there is none. */
export type Told =
  | {
      readonly id: number;
      readonly x: Float32Array;
      readonly y: Float32Array;
      readonly loss: Float64Array;
      readonly because: string | undefined;
    }
  | { readonly id: number; readonly error: string };
/** The heights of a surface. */
export interface ToldField {
  readonly id: number;
  readonly field: Field;
}

self.addEventListener("message", async ({ data }: MessageEvent<Asked | AskedField>) => {
  if ("field" in data) {
    const known = surfaces.find((one) => one.id === data.field)!; // pages name known ones
    const told: ToldField = { id: data.id, field: fieldOf(surface(known.text), known.x, known.y) };
    self.postMessage(told);
    return;
  }
  const { id, family, name, steps, rate } = data;
  try {
    const known = surfaces.find((one) => one.id === data.surface)!; // pages name known ones
    const rules = await families[family]!(); // pages name known ones
    const rule = (rules[name] as (options: { lr?: number }) => Configured)(rate === undefined ? {} : { lr: rate }); // a rule's export
    const run = race({ surface: surface(known.text), rule, start: known.start, steps });
    const told: Told = { id, x: run.x, y: run.y, loss: run.loss, because: run.stopped?.because };
    self.postMessage(told);
  } catch (error) {
    const told: Told = { id, error: (error as Error).message };
    self.postMessage(told);
  }
});
