import type { Precision } from "@descent/arrays/engine";
import { OptimizerError, type Parameter } from "@descent/core";
import {
  type Axes,
  checkFields,
  checkShape,
  isRowGradient,
  type Named,
  named,
  type Role,
  type RowGradient,
  refuseNone,
  refuseOverlap,
  refuseUnknown,
  type Shape,
  type Share,
  shown,
  size,
} from "@descent/core/adapter";
import { type GpuBuffer, STORAGE } from "./device/gpu.ts";
import { Tensor } from "./memory/tensor.ts";

/** A tensor's place in a buffer, with what is known of it. Without a shape it is a vector to the end of the buffer. */
export interface Described<B extends GpuBuffer = GpuBuffer> {
  /** A buffer of the usage STORAGE. */
  readonly buffer: B;
  /** Where the tensor begins, in bytes: a multiple of four. */
  readonly offset?: number | undefined;
  /** Sizes of the dimensions, outermost first. */
  readonly shape?: Shape | undefined;
  /** Its part in the layer: biases and norms do not decay. */
  readonly role?: Role | undefined;
  /** Which dimensions are fan-in and fan-out. */
  readonly axes?: Axes | undefined;
}

/** A buffer that begins with a tensor, or a `buffer` and the `offset` in it where the tensor begins, in bytes; 0 by default. */
export type Place = GpuBuffer | { readonly buffer: GpuBuffer; readonly offset?: number | undefined };
/** The place of a gradient, or the numbers of some rows of it. */
export type Gradient = Place | RowGradient;

/** Options of an optimizer. */
export interface OptimizerOptions {
  /** Weights that are used under several names, `[["embedding", "head"]]`: one place under each, one parameter, one sum of gradients. */
  readonly tied?: readonly (readonly string[])[] | undefined;
  /**
   * How state is kept in the buffers: `"bfloat16"` takes half, `"float8"` a quarter of the bytes of `"float32"`, the default. One for
   * every slot, or one by name: `{ m: "float8" }`. Tensors of less than 4096 numbers, and matrices that a rule multiplies, stay in float32.
   */
  readonly state?: Precision | Readonly<Record<string, Precision>> | undefined;
}

/** A parameter and its tensor. */
export interface Entry {
  readonly parameter: Parameter;
  readonly p: Tensor;
}

/** Parameters as people give them, as entries. */
export const described = (given: Named<GpuBuffer | Described>): readonly Entry[] =>
  named("The parameters", given).map(([name, one]) => entryOf(name, one));

/** The parameters of an optimizer, and the checks of gradients against them. */
export class Parameters {
  #byName: ReadonlyMap<string, Entry> = new Map();
  readonly #byBuffer = new Map<GpuBuffer, Entry[]>();

  /** `join` leaves out further names of tied weights. */
  constructor(
    given: Named<GpuBuffer | Described>,
    join: (entries: readonly Entry[]) => readonly Entry[] = (all) => all,
  ) {
    this.set(join(described(given)));
    if (this.#byName.size === 0)
      throw new OptimizerError(
        "An optimizer needs at least one parameter. Give them by name: optimizer(device, { w, b }, adamw()).",
      );
  }

  /** A parameter that there is. */
  entry(name: string): Entry {
    return this.#byName.get(name)!; // as the caller says
  }

  /** The gradient of a parameter that there is, checked; `what` names it in errors. */
  gradient(name: string, what: string, gradient: Gradient): Tensor {
    return this.#gradient(what, this.entry(name).p.length, gradient);
  }

  /** In the order in which they are stepped. */
  get entries(): readonly Entry[] {
    return [...this.#byName.values()];
  }

  get byName(): ReadonlyMap<string, unknown> {
    return this.#byName;
  }

  /** Replaces all parameters. Throws, and replaces none, where they overlap. */
  set(all: readonly Entry[]): void {
    refuseOverlap(
      all.map(({ parameter: { name }, p }) => ({ name, memory: p.buffer, at: p.offset, bytes: 4 * p.length })),
    );
    this.#byName = new Map(all.map((entry) => [entry.parameter.name, entry]));
    this.#byBuffer.clear();
    for (const entry of all) {
      const inside = this.#byBuffer.get(entry.p.buffer);
      if (inside) inside.push(entry);
      else this.#byBuffer.set(entry.p.buffer, [entry]);
    }
  }

  /** The entries with other places for some parameters, all of them known. Throws where one is too small. */
  rebound(places: ReadonlyMap<string, Place>): readonly Entry[] {
    return this.entries.map((old) => {
      const place = places.get(old.parameter.name);
      if (place === undefined) return old;
      const { name, shape, role, axes } = old.parameter;
      const { buffer, offset } = placed(`\`rebind\`: \`${name}\``, place);
      return entryOf(name, { buffer, offset, shape, role, axes });
    });
  }

  /** The parameters' tensors by name. */
  get held(): readonly (readonly [string, Tensor])[] {
    return [...this.#byName].map(([name, { p }]) => [name, p]);
  }

  get all(): readonly Parameter[] {
    return [...this.#byName.values()].map(({ parameter }) => parameter);
  }

  /**
   * Parameters with their gradients, in the order of the parameters: those that lie together are stepped together. `rowsOf` gives
   * the shares of a gradient of some rows, and undefined for others.
   */
  shares(
    gradients: Named<Gradient | undefined>,
    inputs: readonly (readonly [input: string, tensors: Named<Gradient | undefined>])[] = [],
    rowsOf?: (entry: Entry, gradient: Gradient) => readonly Share<Tensor>[] | undefined,
  ): (readonly [name: string, share: Share<Tensor>])[] {
    const given = Object.fromEntries(named("The gradients", gradients));
    refuseNone("update", Object.keys(given), this.#byName.keys());
    refuseUnknown(given, this.#byName);
    const others = inputs.map(
      ([input, tensors]) => [input, Object.fromEntries(named(`\`${input}\``, tensors))] as const,
    );
    for (const [input, tensors] of others) refuseUnknown(tensors, this.#byName, `a \`${input}\``);
    const shares: (readonly [string, Share<Tensor>])[] = [];
    for (const [name, entry] of this.#byName) {
      const { p } = entry;
      const gradient = Object.hasOwn(given, name) ? given[name] : undefined;
      if (gradient === undefined) continue;
      const parts = rowsOf?.(entry, gradient);
      if (parts) {
        for (const share of parts) shares.push([name, share]);
        continue;
      }
      const mine: Record<string, Tensor> = { g: this.#gradient(`The gradient of \`${name}\``, p.length, gradient) };
      for (const [input, tensors] of others) {
        const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
        if (tensor !== undefined) mine[input] = this.#gradient(`The \`${input}\` of \`${name}\``, p.length, tensor);
      }
      shares.push([name, { p, inputs: mine }]);
    }
    return shares;
  }

  #gradient(what: string, length: number, gradient: Gradient): Tensor {
    if (isRowGradient(gradient)) throw new OptimizerError(`${what} is of some rows. Give a whole tensor.`);
    const { buffer, offset = 0 } = placed(what, gradient);
    checkBuffer(what, buffer, offset);
    const room = Math.floor((buffer.size - offset) / 4);
    if (room < length)
      throw new OptimizerError(
        `${what} is in a buffer that holds ${Math.max(0, room)} numbers from byte ${offset} on, but the parameter has ${length}.`,
      );
    const g = new Tensor(length, buffer, offset);
    const other = this.#byBuffer.get(buffer)?.find(({ p }) => overlap(g, p));
    if (other)
      throw new OptimizerError(
        `${what} overlaps the parameter \`${other.parameter.name}\`, which changes during the step. Copy it.`,
      );
    return g;
  }
}

// By structure: devices come from browsers, from packages on Node and from frameworks, each with classes of its own.
const isBuffer = (x: unknown): x is GpuBuffer =>
  typeof x === "object" &&
  x !== null &&
  "size" in x &&
  typeof x.size === "number" &&
  "usage" in x &&
  typeof x.usage === "number" &&
  "mapAsync" in x;

function checkBuffer(what: string, buffer: unknown, offset: unknown): asserts buffer is GpuBuffer {
  if (!isBuffer(buffer))
    throw new OptimizerError(`${what} must be a GPUBuffer, or { buffer, offset }; got ${shown(buffer)}.`);
  if ((buffer.usage & STORAGE) === 0)
    throw new OptimizerError(`${what} is in a buffer that shaders cannot use. Make it with GPUBufferUsage.STORAGE.`);
  if (typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 0 || offset % 4 !== 0)
    throw new OptimizerError(`${what} has the offset ${shown(offset)}. Offsets must be multiples of four.`);
}

/** A tensor as it was given; a buffer alone is one that begins where the buffer does. */
function placed(what: string, given: GpuBuffer | Described): Described {
  if (typeof given !== "object" || given === null || !("buffer" in given)) return { buffer: given };
  checkFields(what, given, ["buffer", "offset", "shape", "role", "axes", "size"]); // `size` is told by `allocate`
  return given;
}

function entryOf(name: string, given: GpuBuffer | Described): Entry {
  const { buffer, offset = 0, shape, role, axes } = placed(`The parameter \`${name}\``, given);
  checkBuffer(`The parameter \`${name}\``, buffer, offset);
  const room = Math.max(0, Math.floor((buffer.size - offset) / 4));
  const full = shape ?? [room];
  checkShape(name, full);
  const length = size(full);
  if (length > room)
    throw new OptimizerError(
      `\`${name}\` has the shape [${full.join(", ")}], which is ${length} numbers, but its buffer holds ${room} from byte ${offset} on.`,
    );
  return { parameter: { name, shape: full, role, axes }, p: new Tensor(length, buffer, offset) };
}

const overlap = (a: Tensor, b: Tensor): boolean =>
  a.offset < b.offset + 4 * b.length && b.offset < a.offset + 4 * a.length;
