import { OptimizerError, type Parameter } from "@descent/core";
import type { Start } from "@descent/core/adapter";
import { type Codec, coded, codedBytes, decoded, encode } from "../codec/codec.ts";
import type { Need } from "../wasm/need.ts";
import { Arena, arenaOf, ordinary } from "./arena.ts";
import { Tensor } from "./tensor.ts";

/** A slot that waits for its memory. */
interface Pending {
  readonly tensor: Tensor;
  readonly parameter: Parameter;
  readonly length: number;
  readonly fill: Start<Tensor>;
  readonly codec: Codec | undefined;
}

/** Floats of memory that a slot takes. */
const floatsOf = ({ codec, length }: Pending): number => (codec ? Math.ceil(codedBytes(codec, length) / 4) : length);
const floatsOfAll = (slots: readonly Pending[]): number => Arena.floats(slots.map(floatsOf));

export interface SlotsOptions {
  /** Whether state lies in WebAssembly memory. */
  readonly wasm: boolean;
  /** Whether state must lie in its parameter's memory, because threads share that and no other. */
  readonly beside: boolean;
  /** Finds a parameter's array, so that its state can be put in the same memory. */
  readonly arrayOf: (parameter: Parameter) => Float32Array | undefined;
}

/** The memory of state tensors. Slots are promised first and given memory together, so that they lie side by side. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #pending = new Map<Tensor, Pending>();
  /** Memories made here; those of `allocate` belong to the owners of their arrays. */
  readonly #own = new Set<Arena>();

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  /** A slot of `length` numbers, without memory yet. */
  promise(parameter: Parameter, length: number, fill: Start<Tensor>, codec: Codec | undefined): Tensor {
    const tensor = new Tensor();
    this.#pending.set(tensor, { tensor, parameter, length, fill, codec });
    return tensor;
  }

  /** Gives all promised slots their memory. On an error they are still promised. */
  settle(need: Need): void {
    if (this.#pending.size === 0) return;
    const pending = [...this.#pending.values()];
    const found = this.#options.wasm
      ? this.#place(pending, need)
      : pending.map((slot) => ({ slot, array: ordinary(floatsOf(slot)) }));
    for (const { slot, array } of found) give(slot, array);
    this.#pending.clear();
  }

  /** Gives a slot its numbers; a promised one gets them with its memory. */
  write(tensor: Tensor, data: Float32Array): void {
    const pending = this.#pending.get(tensor);
    if (pending) this.#pending.set(tensor, { ...pending, fill: data });
    else if (tensor.coded) encode(tensor.coded, 0, data.length, data);
    else tensor.array.set(data);
  }

  /** A copy of a slot's numbers. */
  read(tensor: Tensor): Float32Array {
    return tensor.coded ? decoded(tensor.coded) : tensor.array.slice();
  }

  /** How much memory a slot takes. */
  bytes(tensor: Tensor): number {
    const pending = this.#pending.get(tensor);
    if (pending) return 4 * floatsOf(pending);
    return (tensor.coded?.block ?? tensor.array).byteLength;
  }

  free(tensor: Tensor): void {
    if (this.#pending.delete(tensor)) return;
    const array = tensor.coded?.block ?? tensor.array;
    const arena = arenaOf(array);
    arena?.give(array);
    if (arena?.empty) this.#own.delete(arena);
    tensor.clear();
  }

  /** Drops all memory; the slots were freed before. */
  dispose(): void {
    this.#own.clear();
  }

  /** A memory in which kernels of this need can run, for tensors outside every memory. */
  anyArena(need: Need): Arena {
    for (const arena of this.#own) if (arena.fits(need)) return arena;
    const arena = new Arena(0, need);
    this.#own.add(arena);
    return arena;
  }

  /**
   * In the parameter's own memory where that has room, else in one made here. The first slots of all parameters lie
   * together, then the second ones: so parameters that lie together can be stepped in one call.
   */
  #place(pending: readonly Pending[], need: Need): readonly { readonly slot: Pending; readonly array: Float32Array }[] {
    const { arrayOf, beside } = this.#options;
    /** The slots of each parameter, by the memory they will lie in, and how many floats they take there. */
    const placed = new Map<Arena, { readonly inside: Pending[][]; floats: number }>();
    const rest: Pending[][] = [];
    for (const slots of byParameter(pending)) {
      const value = arrayOf(slots[0]!.parameter); // no parameter is listed without slots
      const floats = floatsOfAll(slots);
      const arena = [value && arenaOf(value), ...this.#own].find(
        (a) => a?.fits(need) && a.hasRoom((placed.get(a)?.floats ?? 0) + floats),
      );
      if (!arena) {
        rest.push(slots);
        continue;
      }
      let here = placed.get(arena);
      if (!here) placed.set(arena, (here = { inside: [], floats: 0 }));
      here.inside.push(slots);
      here.floats += floats;
    }
    if (beside && rest.length > 0)
      throw new OptimizerError(
        `The state of \`${rest[0]![0]!.parameter.name}\` does not fit in its parameter's memory, which all threads share. Reserve room for it: allocate(shapes, { shared: true, slots: ${Math.max(...rest.map((s) => s.length))} }).`, // as above
      );
    const made = this.#arenasFor(rest, need);
    const found = [...made, ...[...placed].map(([arena, { inside }]) => [arena, inside] as const)].flatMap(
      ([arena, inside]) => byRank(inside).map((slot) => ({ slot, array: arena.take(floatsOf(slot))! })), // there is room, as was made sure above
    );
    for (const [arena] of made) this.#own.add(arena);
    return found;
  }

  /** New memories for slots that fit nowhere, as few as can hold them. */
  #arenasFor(rest: readonly Pending[][], need: Need): readonly (readonly [Arena, Pending[][]])[] {
    const made: (readonly [Arena, Pending[][]])[] = [];
    for (let i = 0; i < rest.length; ) {
      const first = i;
      let total = floatsOfAll(rest[i++]!);
      while (i < rest.length && total + floatsOfAll(rest[i]!) <= Arena.room(need)) total += floatsOfAll(rest[i++]!);
      made.push([new Arena(total, need), rest.slice(first, i)]);
    }
    return made;
  }
}

function byParameter(pending: readonly Pending[]): readonly Pending[][] {
  const slots = new Map<Parameter, Pending[]>();
  for (const slot of pending) {
    const known = slots.get(slot.parameter);
    if (known) known.push(slot);
    else slots.set(slot.parameter, [slot]);
  }
  return [...slots.values()];
}

/** The first slot of each parameter, then the second ones. */
function byRank(slots: readonly Pending[][]): readonly Pending[] {
  const most = slots.reduce((n, s) => Math.max(n, s.length), 0);
  return Array.from({ length: most }, (_, rank) => slots.flatMap((s) => s.slice(rank, rank + 1))).flat();
}

/** Gives a slot its memory and its first numbers. */
function give({ tensor, length, fill: start, codec }: Pending, array: Float32Array): void {
  const fill = typeof start === "object" && "of" in start ? start.of.array : start;
  if (codec) {
    tensor.coded = { ...coded(codec, length, array.buffer, array.byteOffset), block: array };
    if (fill !== 0)
      encode(tensor.coded, 0, length, typeof fill === "number" ? new Float32Array(length).fill(fill) : fill);
    return;
  }
  if (typeof fill === "number") array.fill(fill);
  else array.set(fill);
  tensor.array = array;
}
