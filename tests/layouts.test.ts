import { optimizer } from "@descent/arrays";
import { configure, displacementError, goldens, readGoldens, rulesOf, TOLERANCE } from "@descent/conformance";
import { describe, expect, test } from "vitest";
import { familiesOf } from "../tools/families.ts";
import { root } from "./workspace.ts";

/*
 * Rules of matrices on convolutions: a kernel is the matrix whose rows are outputs, so the goldens of matrices are goldens of kernels in
 * every layout. Columns are the other dimensions in the framework's order: a kernel of OIHW has the numbers of the matrix as they lie,
 * one of HWIO those of its transpose. A transposed convolution (IOHW) has outputs between the others.
 */

interface Layout {
  readonly shape: (out: number, inner: number) => readonly number[];
  readonly axes: { readonly in: readonly number[]; readonly out: readonly number[] };
  /** Where the number of row `o` and column `j` lies. */
  readonly at: (o: number, j: number, out: number, inner: number) => number;
}
/** Inner numbers as two dimensions: channels and height, each above 1 where that can be. */
const split = (inner: number): readonly [number, number] => (inner % 2 === 0 ? [inner / 2, 2] : [1, inner]);
const layouts: Readonly<Record<string, Layout>> = {
  OIHW: {
    shape: (out, inner) => [out, ...split(inner), 1],
    axes: { out: [0], in: [1] },
    at: (o, j, _, inner) => o * inner + j,
  },
  HWIO: {
    shape: (out, inner) => [split(inner)[1], 1, split(inner)[0], out],
    axes: { out: [3], in: [2] },
    at: (o, j, out) => j * out + o,
  },
  IOHW: {
    shape: (out, inner) => [split(inner)[0], out, split(inner)[1], 1],
    axes: { out: [1], in: [0] },
    at: (o, j, out, inner) => {
      const [, height] = split(inner);
      return (Math.floor(j / height) * out + o) * height + (j % height);
    },
  },
};

const families = familiesOf(root);
const modules = await Promise.all(
  families.map(async (family) => ({
    rules: rulesOf(await import(`../packages/${family}/src/index.ts`)),
    goldens: await readGoldens(goldens(family)),
  })),
);
/** Rules that lay matrices out and read gradients alone, each with its goldens of matrices. */
const cases = modules.flatMap(({ rules, goldens: known }) =>
  rules.flatMap(([name, rule]) => {
    if (!rule.layout || rule.inputs || rule.phases || rule.readout) return [];
    const settings = (known.get(name)?.settings ?? []).filter(
      ({ parameters, schedules }) =>
        !schedules && Object.values(parameters).every(({ shape }) => shape.length === 2 && shape[0]! > 1),
    );
    return settings.length > 0 ? [{ name, rule, settings }] : [];
  }),
);

/** Rules whose random numbers belong to elements as they lie in memory, and so to others of the matrix in another order. */
const drawn = ["psgdKron"];

test("the rules that the goldens of matrices are for are among them", () => {
  expect(cases.map(({ name }) => name)).toEqual(expect.arrayContaining(["muon", "shampoo", "soap", "galore", "dion"]));
});

describe.each(Object.entries(layouts))("kernels of %s", (layout, { shape: shapeOf, axes, at }) => {
  test.each(cases)("$name follows the goldens of matrices", ({ name: of, rule, settings }) => {
    let worst = 0;
    for (const { options, parameters, gradients, path } of settings) {
      const lay = (name: string, numbers: ArrayLike<number>): Float32Array => {
        const [out, inner] = parameters[name]!.shape as [number, number]; // matrices
        const laid = new Float32Array(out * inner);
        for (let o = 0; o < out; o++)
          for (let j = 0; j < inner; j++) laid[at(o, j, out, inner)] = numbers[o * inner + j]!;
        return laid;
      };
      const kernels = Object.fromEntries(
        Object.entries(parameters).map(([name, { shape, role, start }]) => [
          name,
          { data: lay(name, start), shape: shapeOf(shape[0]!, shape[1]!), role, axes },
        ]),
      );
      const starts = Object.fromEntries(Object.entries(kernels).map(([name, { data }]) => [name, data.slice()]));
      const opt = optimizer(kernels, configure(rule, options));
      for (const [k, now] of gradients.entries()) {
        opt.update(Object.fromEntries(Object.entries(now).map(([name, g]) => [name, lay(name, g)])));
        for (const [name, expected] of Object.entries(path[k]!)) {
          worst = Math.max(worst, displacementError(kernels[name]!.data, lay(name, expected), starts[name]!));
        }
      }
    }
    if (layout !== "OIHW" && drawn.includes(of)) expect(worst).toBeGreaterThan(TOLERANCE);
    else expect(worst).toBeLessThan(TOLERANCE);
  });
});
