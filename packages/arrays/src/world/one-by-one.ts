import type { BlockingWorld, Portion } from "@descent/core/adapter";
import { Layout, type Scratch } from "./layout.ts";

/** A parameter's gradient. */
type Gradient = readonly [name: string, g: Float32Array];

/** Numbers that are sent together where parameters have fewer. */
const BUCKET = 1 << 18;

/** Gradients that are sent together, and this rank's part of their means. */
interface Bucket {
  readonly layout: Layout;
  readonly kept: Float32Array;
}

/** Takes gradients one after the other, and keeps this rank's part of each mean before it asks for the next (ZeRO-2). */
export class OneByOne {
  readonly #world: BlockingWorld;
  readonly #portion: (name: string) => Portion | undefined;
  readonly #scratch: Scratch;
  /** Copies of small gradients that wait to be sent. */
  readonly #waiting = new Float32Array(2 * BUCKET);
  /** The buckets of the step before, by the names in them. */
  #buckets = new Map<string, Bucket>();

  constructor(world: BlockingWorld, portion: (name: string) => Portion | undefined, scratch: Scratch) {
    this.#world = world;
    this.#portion = portion;
    this.#scratch = scratch;
  }

  /**
   * This rank's parts of the mean gradients by name; undefined where the step may not be taken. `agree` meets the other ranks before each
   * bucket is sent, and after the last one: it returns how much this rank's gradients count, or undefined where the step ends.
   */
  take(
    gradients: Iterable<Gradient>,
    agree: (names: readonly string[], last: boolean) => number | undefined,
  ): ReadonlyMap<string, Float32Array> | undefined {
    const parts = new Map<string, Float32Array>();
    const used = new Map<string, Bucket>();
    const send = (all: readonly Gradient[], last: boolean): boolean => {
      const names = all.map(([name]) => name);
      const weight = agree(names, last);
      if (weight === undefined) return false;
      const divided = all.filter(([name]) => this.#portion(name)); // the others are frozen
      if (divided.length === 0) return true;
      const counts = divided.map(([name]) => this.#portion(name)!.counts); // it is divided
      const key = names.join("\n");
      const bucket = this.#buckets.get(key) ?? this.#bucket(counts);
      used.set(key, bucket);
      const { layout, kept } = bucket;
      layout.reduceScatter(
        divided.map(([, g]) => g),
        kept,
        weight,
      );
      for (const [i, [name]] of divided.entries()) {
        const at = layout.starts[i]!; // one each, here and below
        parts.set(name, kept.subarray(at, at + counts[i]![this.#world.rank]!));
      }
      return true;
    };
    let [waiting, length] = [[] as Gradient[], 0];
    const sendWaiting = (last: boolean): boolean => {
      const all = waiting;
      [waiting, length] = [[], 0];
      return send(all, last);
    };
    for (const [name, g] of gradients) {
      if (g.length >= BUCKET) {
        if (waiting.length > 0 && !sendWaiting(false)) return undefined;
        if (!send([[name, g]], false)) return undefined;
        continue;
      }
      const copy = this.#waiting.subarray(length, length + g.length);
      copy.set(g);
      waiting.push([name, copy]);
      length += g.length;
      if (length >= BUCKET && !sendWaiting(false)) return undefined;
    }
    if (!sendWaiting(true)) return undefined;
    this.#buckets = used;
    return parts;
  }

  #bucket(counts: readonly (readonly number[])[]): Bucket {
    const layout = new Layout(this.#world, counts, this.#scratch);
    return { layout, kept: new Float32Array(layout.own) };
  }
}
