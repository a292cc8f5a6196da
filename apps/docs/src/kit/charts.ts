import { type AxisOptions, contourChart, type Field, lineChart, type Path, type Series } from "@descent/viz";
import type { Drawn } from "./lesson.ts";

/** Walks over a surface; each grows with the step that a reader chooses, and the lines of `still` do not. */
export function overSurface(given: {
  readonly title: string;
  readonly field: Field;
  readonly ways: readonly Path[];
  readonly still?: readonly Path[];
  readonly marks?: readonly (readonly [number, number])[];
  readonly height: number;
  readonly id: string;
}): Drawn {
  const { ways, still = [], ...rest } = given;
  const paths = [...ways, ...still].map(({ name, x, y, style }) => ({ name, x, y, style }));
  return { ...contourChart({ ...rest, paths, width: 620 }), ways };
}

/** Numbers by step, from 0 to `steps`; the step that a reader chooses gets a line. */
export function bySteps(given: {
  readonly title: string;
  readonly y: AxisOptions;
  readonly series: readonly Series[];
  readonly steps: number;
  readonly ends?: boolean;
  readonly height: number;
  readonly id: string;
}): Drawn {
  const { steps, ...rest } = given;
  return { ...lineChart({ ...rest, x: { label: "step" } }), steps };
}
