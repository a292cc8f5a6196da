import { OptimizerError, type Parameter } from "@descent/core";
import {
  type Axes,
  checkFields,
  description,
  isFloat32Array,
  type Named,
  named,
  type Role,
  refuseOverlap,
  type Shape,
  type Share,
  shown,
  size,
} from "@descent/core/adapter";
import { describedBy } from "./memory/allocate.ts";
import { Tensor } from "./memory/tensor.ts";
import { runnerOf } from "./wasm/runner.ts";

/** A parameter's numbers with what is known of it. Without a shape it is a vector. */
export interface Described {
  /** The numbers, which are updated in place. */
  readonly data: Float32Array;
  /** Sizes of the dimensions, outermost first. */
  readonly shape?: Shape | undefined;
  /** Its part in the layer: biases and norms do not decay. */
  readonly role?: Role | undefined;
  /** Which dimensions are fan-in and fan-out. */
  readonly axes?: Axes | undefined;
}

/** A parameter with its values. */
export interface Entry {
  /** Its place in the order of parameters. */
  readonly index: number;
  readonly parameter: Parameter;
  readonly length: number;
  readonly p: Tensor;
  /** The last gradient in WebAssembly memory that was checked: most likely the next step's as well. */
  checked: Float32Array | undefined;
  /** The share that the loop was last given with that gradient. */
  pair: Pair | undefined;
}

/** A parameter's name with its share of a step, to which inputs besides the gradient can be added. */
export type Pair = readonly [string, Share<Tensor, Float32Array> & { readonly inputs: Record<string, Float32Array> }];

/** The parameters of an optimizer, and the checks of gradients against them. */
export class Parameters {
  /** In the order in which they were given. */
  entries: readonly (readonly [string, Entry])[] = [];
  readonly byName: Map<string, Entry> = new Map();
  /** By buffer, in order of address. */
  readonly #byBuffer = new Map<ArrayBufferLike, Entry[]>();
  /** Whether gradients must lie in the memory of their parameters, because threads share that and no other. */
  readonly #shared: boolean;
  /** Parameters ever taken in. */
  #taken = 0;

  constructor(
    given: Named<Float32Array | Described>,
    { shared, join }: { readonly shared: boolean; readonly join: (entries: readonly Entry[]) => readonly Entry[] },
  ) {
    this.#shared = shared;
    this.set(join(this.described(given)));
    if (this.entries.length === 0)
      throw new OptimizerError(
        "An optimizer needs at least one parameter. Give them by name: optimizer({ w, b }, adamw()).",
      );
  }

  /** Parameters as people give them, as entries behind those there are. */
  described(given: Named<Float32Array | Described>): readonly Entry[] {
    return named("The parameters", given).map(([name, one], i) => entryOf(this.#taken + i, name, one));
  }

  /** Replaces all parameters. Throws, and replaces none, where they overlap or threads cannot reach one. */
  set(all: readonly Entry[]): void {
    refuseOverlap(
      all.map(({ parameter: { name }, p }) => {
        const { buffer: memory, byteOffset: at, byteLength: bytes } = p.array;
        return { name, memory, at, bytes };
      }),
    );
    if (this.#shared) refuseUnshared(all);
    this.entries = all.map((entry) => [entry.parameter.name, entry]);
    this.#taken = Math.max(this.#taken, 1 + (all.at(-1)?.index ?? -1));
    this.byName.clear();
    for (const [name, entry] of this.entries) this.byName.set(name, entry);
    this.#byBuffer.clear();
    for (const entry of all) {
      const { buffer } = entry.p.array;
      const inside = this.#byBuffer.get(buffer);
      if (inside) inside.push(entry);
      else this.#byBuffer.set(buffer, [entry]);
    }
    for (const inside of this.#byBuffer.values()) inside.sort((a, b) => a.p.address - b.p.address);
  }

  /** The entries with new arrays for some parameters, all of them known. Throws for another number of numbers. */
  rebound(arrays: ReadonlyMap<string, Float32Array>): readonly Entry[] {
    const fresh = new Map<string, Entry>();
    for (const [name, array] of arrays) {
      const old = this.byName.get(name)!; // it is known
      if (!isFloat32Array(array))
        throw new OptimizerError(`\`rebind\`: \`${name}\` is ${shown(array)}. Parameters are Float32Arrays.`);
      if (array.length !== old.length)
        throw new OptimizerError(
          `\`rebind\`: \`${name}\` has ${old.length} numbers, and its new array ${array.length}. For another size, make a new optimizer and load the state with { resize: "pad" }.`,
        );
      fresh.set(name, { ...old, p: new Tensor(array), checked: undefined, pair: undefined });
    }
    return this.entries.map(([name, old]) => fresh.get(name) ?? old);
  }

  /** The parameters, in their order, among which are all of these names: few where the names are few. */
  candidates(names: readonly string[]): readonly (readonly [string, Entry])[] {
    if (4 * names.length > this.entries.length) return this.entries;
    const found = names.flatMap((name) => this.byName.get(name) ?? []);
    return found.sort((a, b) => a.index - b.index).map((entry) => [entry.parameter.name, entry]);
  }

  /** Throws if this cannot be the parameter's gradient, or what else its rule reads by element: then `input` names it. */
  check(entry: Entry, gradient: Float32Array, input?: string): void {
    const { parameter, length, p, checked } = entry;
    const { name } = parameter;
    if (p.array.length !== length)
      throw new OptimizerError(
        `\`${name}\` had ${length} numbers and now has ${p.array.length}. Was its buffer transferred to a worker, or a memory grown?`,
      );
    if (gradient === checked && gradient.length === length) return;
    if (!isFloat32Array(gradient))
      throw new OptimizerError(
        `${gradientOf(name, input)} is ${shown(gradient)}. Gradients are Float32Arrays; Float32Array.from(…) makes one.`,
      );
    if (gradient.length !== length)
      throw new OptimizerError(
        input === undefined
          ? `\`${name}\` has ${gradient.length} gradients for ${length} parameters. Was it reshaped after the optimizer was made?`
          : `${gradientOf(name, input)} has ${gradient.length} numbers for ${length} parameters.`,
      );
    const inside = this.#byBuffer.get(gradient.buffer);
    if (inside) refuseOverlapping(gradientOf(name, input), p, gradient, inside);
    const runner = runnerOf(gradient);
    if (this.#shared && length > 0 && runner !== p.runner)
      throw new OptimizerError(
        `${gradientOf(name, input)} is not in its parameter's memory, which all threads share. Write it into the \`gradients\` of allocate(shapes, { shared: true }).`,
      );
    if (input === undefined) entry.checked = runner && gradient;
  }
}

/** Throws if a gradient has numbers in common with a parameter, unless it is that parameter's own array. */
function refuseOverlapping(what: string, p: Tensor, gradient: Float32Array, inside: readonly Entry[]): void {
  const begin = gradient.byteOffset;
  const end = begin + gradient.byteLength;
  // Parameters do not overlap, so the last one that begins before the gradient's end is found first.
  let low = 0;
  for (let high = inside.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (inside[middle]!.p.address < end) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0; i--) {
    const other = inside[i]!;
    const { byteLength } = other.p.array;
    if (other.p.address + byteLength <= begin) {
      if (byteLength > 0) return;
      continue; // an empty array may lie anywhere
    }
    const same = other.p === p && begin === p.address;
    if (!same && byteLength > 0 && end > begin)
      throw new OptimizerError(
        `${what} overlaps the parameter \`${other.parameter.name}\`, which changes during the step. Copy it.`,
      );
  }
}

function refuseUnshared(all: readonly Entry[]): void {
  for (const { parameter, p } of all)
    if (p.array.length > 0 && p.runner?.shared !== true)
      throw new OptimizerError(
        `\`${parameter.name}\` is not in memory that threads share. Make parameters and gradients with allocate(shapes, { shared: true }), or leave out \`threads\`.`,
      );
}

const gradientOf = (name: string, input = "gradient"): string =>
  input === "gradient" ? `The gradient of \`${name}\`` : `The \`${input}\` of \`${name}\``;

function entryOf(index: number, name: string, given: unknown): Entry {
  const wrong = (what: string): never => {
    throw new OptimizerError(
      `The parameter \`${name}\` is ${what}. Give a Float32Array, or { data, shape, role, axes }.`,
    );
  };
  if (isFloat32Array(given)) {
    const { shape = [given.length], ...known } = describedBy(given) ?? {};
    return entry(index, { name, shape, ...known }, given);
  }
  if (typeof given !== "object" || given === null || !("data" in given)) return wrong(shown(given));
  checkFields(`The parameter \`${name}\``, given, ["data", "shape", "role", "axes"]);
  const { data, shape, role, axes } = given as Described; // each field is checked below
  if (!isFloat32Array(data)) return wrong(`{ data: ${shown(data)} }`);
  const known = describedBy(data);
  const full = description(name, shape ?? known?.shape ?? [data.length]).shape;
  if (size(full) !== data.length)
    throw new OptimizerError(
      `\`${name}\` has ${data.length} numbers and the shape [${full.join(", ")}], which is ${size(full)}. Which is right?`,
    );
  return entry(index, { name, shape: full, role: role ?? known?.role, axes: axes ?? known?.axes }, data);
}

function entry(index: number, parameter: Parameter, data: Float32Array): Entry {
  if (data.length === 0 && isDetached(data.buffer))
    throw new OptimizerError(
      `\`${parameter.name}\` has no memory any more. Was its buffer transferred to a worker, or a memory grown?`,
    );
  return { index, parameter, length: data.length, p: new Tensor(data), checked: undefined, pair: undefined };
}

function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    return new Uint8Array(buffer).length < 0; // never: a view of a detached buffer is an error
  } catch {
    return true;
  }
}
