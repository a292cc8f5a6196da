import { stream } from "@descent/initializers";
import type { Port } from "./messages.ts";

/** Samples of a model's inputs, each laid flat, with what the outputs should be. */
export interface Samples {
  readonly count: number;
  /** By input: its numbers, sample after sample, and the sizes of one sample. */
  readonly inputs: Readonly<Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>>;
  /** Numbers of the targets, sample after sample; undefined where they are made up once the output's sizes are known. */
  readonly targets?: Float32Array | undefined;
}

/** Made-up samples in all, and the size of dimensions that a model leaves open, besides the batch. */
const [MADE, OPEN] = [64, 8] as const;

/** The sizes of one sample of an input. */
const sizesOf = ({ shape }: Port): number[] => shape.slice(1).map((size) => (typeof size === "number" ? size : OPEN));
const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Made-up samples: normal numbers, and for whole ones 0 or 1. A model learns them by heart, if it learns at all. */
export function madeUp(inputs: readonly Port[], seed = 0): Samples {
  return {
    count: MADE,
    inputs: Object.fromEntries(
      inputs.map((port) => {
        const dims = sizesOf(port);
        const draw = stream(seed, port.name);
        const whole = !port.elem.startsWith("float");
        const data = Float32Array.from({ length: MADE * product(dims) }, (_, i) =>
          whole ? Math.floor(2 * draw.uniform(i)) : draw.normal(i),
        );
        return [port.name, { data, dims }];
      }),
    ),
  };
}

/** Made-up targets: classes, or normal numbers, or 0 and 1. */
export function madeTargets(kind: "class" | "number" | "bit", count: number, classes: number, seed = 0): Float32Array {
  const draw = stream(seed, "targets");
  return Float32Array.from({ length: count }, (_, i) =>
    kind === "number" ? draw.normal(i) : Math.floor((kind === "bit" ? 2 : classes) * draw.uniform(i)),
  );
}

/** The only input of a model that takes samples as rows. Throws if it has several, or one of whole numbers. */
function onlyInput(inputs: readonly Port[], source: string): Port {
  const [port] = inputs;
  if (!port || inputs.length > 1 || !port.elem.startsWith("float"))
    throw new Error(`${source} fits a model with one input of floating numbers; this one takes ${inputs.map(({ name, elem }) => `${name} (${elem})`).join(", ")}. Choose made-up numbers.`); // biome-ignore format: one text
  return port;
}

/** Pictures of 28 × 28 as samples. Throws if the model's input has another size. */
export function fromDigits(inputs: readonly Port[], images: Float32Array, labels: Uint8Array): Samples {
  const port = onlyInput(inputs, "MNIST");
  const dims = port.shape.slice(1).map((size) => (typeof size === "number" ? size : 28));
  if (product(dims) !== 784)
    throw new Error(`MNIST’s digits have 28 × 28 = 784 numbers; \`${port.name}\` takes ${dims.join(" × ")} = ${product(dims)}.`); // biome-ignore format: one text
  return { count: labels.length, inputs: { [port.name]: { data: images, dims } }, targets: Float32Array.from(labels) };
}

/**
 * Rows of a CSV as samples: first the input's numbers, then the targets'. A first row with words in it holds names. Throws where a row is too short or is
 * not all numbers, and says which.
 */
export function fromCsv(inputs: readonly Port[], text: string): Samples {
  const port = onlyInput(inputs, "A CSV");
  const lines = text.split(/\r?\n/).flatMap((line, i) => (line.trim() === "" ? [] : [{ line: i + 1, cells: line.split(/[,;\t]/) }])); // biome-ignore format: one step
  const numbers = ({ cells }: { readonly cells: readonly string[] }): number[] =>
    cells.map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell)));
  const named = lines[0] !== undefined && !numbers(lines[0]).every(Number.isFinite);
  const rows = lines.slice(named ? 1 : 0);
  if (rows.length === 0) throw new Error("The CSV has no rows of numbers.");
  const [width] = rows.map(({ cells }) => cells.length);
  const fixed = port.shape.slice(1);
  // One size that the model leaves open is what the columns leave for it, with one column for the target.
  const known = product(fixed.filter((size) => typeof size === "number"));
  const open = fixed.filter((size) => typeof size !== "number").length;
  const dims = fixed.map((size) => (typeof size === "number" ? size : open === 1 ? Math.floor((width! - 1) / known) : OPEN)); // biome-ignore format: one list
  const size = product(dims);
  const targets = width! - size; // there is a row
  if (targets < 1)
    throw new Error(`A row needs ${size} numbers for \`${port.name}\` and at least one for the target; this CSV has ${width} columns.`); // biome-ignore format: one text
  const data = new Float32Array(rows.length * size);
  const wanted = new Float32Array(rows.length * targets);
  for (const [i, row] of rows.entries()) {
    const values = numbers(row);
    if (values.length !== width)
      throw new Error(`Line ${row.line} has ${values.length} columns; the first row has ${width}.`);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new Error(`Line ${row.line}, column ${bad + 1} is not a number: “${row.cells[bad]!.trim()}”.`);
    data.set(values.slice(0, size), i * size);
    wanted.set(values.slice(size), i * targets);
  }
  return { count: rows.length, inputs: { [port.name]: { data, dims } }, targets: wanted };
}
