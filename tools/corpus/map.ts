import type { Reference } from "./follow.ts";

/** The place of each number of a trained weight in PyTorch: a parameter and an index there. */
interface Piece {
  readonly weight: string;
  readonly parameters: readonly string[];
  readonly indices: Int32Array;
}

export interface Mapping {
  readonly pieces: readonly Piece[];
  /** Trained weights whose numbers belong to none of the parameters. */
  readonly foreign: readonly string[];
}

interface Named {
  readonly name: string;
  readonly data: Float32Array;
  /** The parameters of PyTorch that it holds, by the report. */
  readonly sources: readonly string[];
  readonly shape: readonly number[];
  /** The modules that read it, by the report. */
  readonly modules: readonly string[];
}

/**
 * Finds the numbers of trained weights among PyTorch's parameters: by value in the parameter that the report or the name says, else
 * in all of them. A wrong report shows as a wrong gradient.
 */
export function map(trained: readonly Named[], { start, shapes, buffers, tied }: Reference): Mapping {
  const pieces: Piece[] = [];
  const foreign: string[] = [];
  const taken = new Map<string, Set<number>>();
  const place = (weight: Named, candidates: readonly string[]): boolean => {
    const found = turned(weight, candidates, start, shapes, taken) ?? located(weight.data, candidates, start, taken);
    if (found === undefined) return false;
    pieces.push({ weight: weight.name, ...found });
    found.indices.forEach((index, i) => {
      const parameter = found.parameters[i]!; // as many as indices
      taken.set(parameter, (taken.get(parameter) ?? new Set()).add(index));
    });
    return true;
  };
  const bare = (text: string): string => text.replace(/^_*model\./, "");
  const every = [...start.keys()];
  const later: Named[] = [];
  for (const weight of trained) {
    const said = every.filter((p) =>
      [weight.name, ...weight.sources].some((n) => n === p || bare(n) === bare(p) || tied[n] === p),
    );
    if (buffers.includes(weight.name)) foreign.push(weight.name);
    else if (said.length === 0 || !place(weight, said)) later.push(weight);
  }
  // In the order of the computation, by which PyTorch's older exporter numbers its names.
  const number = ({ name }: Named): number => Number(/^onnx::\w+_(\d+)$/.exec(name)?.[1] ?? 0);
  for (const weight of later.sort((a, b) => number(a) - number(b))) {
    const near = every.filter((p) => weight.modules.some((m) => bare(p).startsWith(`${bare(m)}.`)));
    const whole = near.filter((p) => start.get(p)?.length === weight.data.length);
    if (whole.some((p) => place(weight, [p])) || (near.length > 0 && place(weight, near))) continue;
    // A bias that a normalization was folded into has the numbers of any other fresh one.
    if (weight.name.startsWith("onnx::Conv")) {
      foreign.push(weight.name);
      continue;
    }
    const alone = every.filter((p) => start.get(p)?.length === weight.data.length).some((p) => place(weight, [p]));
    if (!alone && !place(weight, every)) foreign.push(weight.name);
  }
  return { pieces, foreign };
}

/** The parameter as it is, or its transpose: by places, since a number may occur twice. */
function turned(
  { name, data, shape }: Named,
  [parameter = "", ...more]: readonly string[],
  start: ReadonlyMap<string, Float32Array>,
  shapes: ReadonlyMap<string, readonly number[]>,
  taken: ReadonlyMap<string, ReadonlySet<number>>,
): { readonly parameters: string[]; readonly indices: Int32Array } | undefined {
  const theirs = start.get(parameter);
  if (more.length > 0 || theirs?.length !== data.length || taken.has(parameter)) return undefined;
  const [rows = 0, columns = 0] = shape;
  const across = shape.length === 2 && shapes.get(parameter)?.join() === `${columns},${rows}`;
  const transpose = across && ((i: number): number => (i % columns) * rows + Math.floor(i / columns));
  // Of a matrix that is its own transpose the exporter's copy is the transpose.
  const places = [(i: number): number => i, transpose];
  for (const place of name === parameter ? places : places.reverse()) {
    if (place === false || !data.every((v, i) => v === theirs[place(i)])) continue;
    return { parameters: Array(data.length).fill(parameter), indices: Int32Array.from(data, (_, i) => place(i)) };
  }
  return undefined;
}

/** A place for each number that no other weight has, in order. */
function located(
  data: Float32Array,
  candidates: readonly string[],
  start: ReadonlyMap<string, Float32Array>,
  taken: ReadonlyMap<string, ReadonlySet<number>>,
): { readonly parameters: string[]; readonly indices: Int32Array } | undefined {
  const at = new Map<number, { readonly parameter: string; readonly index: number }[]>();
  // The last first, since places are taken from the end.
  for (const parameter of [...candidates].reverse()) {
    const theirs = start.get(parameter)!; // one of its keys
    const used = taken.get(parameter);
    for (let index = theirs.length - 1; index >= 0; index--) {
      if (used?.has(index)) continue;
      const all = at.get(theirs[index]!);
      if (all === undefined) at.set(theirs[index]!, [{ parameter, index }]);
      else all.push({ parameter, index });
    }
  }
  const parameters: string[] = [];
  const indices = new Int32Array(data.length);
  for (const [i, v] of data.entries()) {
    const found = at.get(v)?.pop();
    if (found === undefined) return undefined;
    parameters.push(found.parameter);
    indices[i] = found.index;
  }
  return { parameters, indices };
}
