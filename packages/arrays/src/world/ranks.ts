import { OptimizerError } from "@descent/core";
import {
  type BlockingWorld,
  type Divided,
  nonFiniteGradients,
  type Portion,
  ranksText,
  type Share,
  size,
} from "@descent/core/adapter";
import { Tensor } from "../memory/tensor.ts";
import { agree, type Part } from "./agree.ts";
import { Digest } from "./digest.ts";
import { Means, stretches } from "./exchange.ts";
import { Layout, Scratch } from "./layout.ts";
import { OneByOne } from "./one-by-one.ts";
import { type Left, rejoin } from "./rejoin.ts";

/** The numbers that ranks divide: each keeps its part of the state, and with `"gradients"` is given its part of the mean gradients only. */
export type Shard = "state" | "gradients";

/** How a step exchanges numbers. */
export interface Exchange {
  reduce(): void;
  gather(): void;
}

/** A parameter of a step, with its inputs. */
type Stepped = readonly [string, Share<Tensor, Float32Array>];

/** A part of an array, made once for each array. */
interface View {
  readonly of: Float32Array;
  readonly tensor: Tensor;
}

/** How parameters of these names are exchanged, and the mean gradients of which this rank keeps its part, once there are such. */
interface Laid {
  readonly names: readonly string[];
  readonly layout: Layout;
  kept?: Float32Array;
}

/** The ranks that train one optimizer: what they agree on, exchange and divide. */
export class Ranks {
  readonly #world: BlockingWorld;
  readonly #shard: Shard | undefined;
  readonly #portion: (name: string) => Portion | undefined;
  readonly #means: Means;
  readonly #digest: Digest;
  readonly #scratch = new Scratch();
  readonly #pieces = new Map<string, View>();
  #oneByOne: OneByOne | undefined;
  #layout: Laid | undefined;

  constructor(
    world: BlockingWorld,
    {
      shard,
      digestEvery,
      portion,
    }: {
      readonly shard: Shard | undefined;
      readonly digestEvery: number;
      readonly portion: (name: string) => Portion | undefined;
    },
  ) {
    this.#world = world;
    this.#shard = shard;
    this.#portion = portion;
    this.#means = new Means(world);
    this.#digest = new Digest(world, digestEvery);
  }

  /** Gives all ranks the parameters of rank 0. Throws, on every rank, if they differ in anything else. */
  start(facts: readonly string[], parameters: readonly (readonly [string, Float32Array])[], step: number): void {
    const what = "the parameters, rules or options";
    const named = parameters.map(([name, { length }]) => `\`${name}\` of ${length} numbers`);
    const advice = "Give all ranks the same model, rules and options, and the same version of Descent.";
    agree(this.#world, { what, facts: [...named, ...facts], advice }, { examples: undefined, broken: [] });
    for (const stretch of stretches(parameters.map(([, array]) => array))) this.#world.broadcast(stretch, 0);
    this.#digest.start(step);
    this.at(step);
  }

  /** Whether ranks are gone and the others go on after this error. Then they are brought to one step. */
  survives(error: unknown, left: () => Left): boolean {
    for (let lost = error; this.#world.survives?.(lost); ) {
      try {
        rejoin(this.#world, left());
        return true;
      } catch (again) {
        lost = again;
      }
    }
    return false;
  }

  /** That many updates are done. */
  at(step: number): void {
    this.#world.at?.(step);
  }

  /** Throws, on every rank, unless all are about to take the same step; says how much this rank counts, and which ranks may not take it. */
  agree(facts: readonly string[], part: Part): ReturnType<typeof agree> {
    const advice = "Give all ranks gradients of the same parameters at each step, and the same number of steps.";
    return agree(this.#world, { what: "the gradients", facts, advice }, part);
  }

  /** The error for gradients, and other inputs, that are not finite, on every rank; `own` and `inputs` are this rank's. */
  notFinite(
    broken: ReturnType<typeof agree>["broken"],
    own: readonly string[],
    inputs: readonly string[],
    step: number,
  ): OptimizerError {
    if (own.length + inputs.length > 0 && broken.length === 1) return nonFiniteGradients(own, step, inputs);
    const ranks = broken.map(([rank]) => rank);
    return new OptimizerError(
      `${ranksText(ranks)} ${ranks.length === 1 ? "has" : "have"} gradients that are not finite at step ${step}, of ${broken[0]![1]}. No rank has taken the step.`, // it is called where there is one
    );
  }

  /** The parts of a step that are this rank's, and how to exchange its numbers. */
  divide(
    stepped: readonly Stepped[],
    weight: number,
  ): { readonly own: readonly Stepped[]; readonly exchange: Exchange } {
    const trained = stepped.filter(([name]) => this.#shard === undefined || this.#portion(name));
    const inputs = trained.flatMap(([, share]) => Object.entries(share.inputs));
    if (this.#shard === undefined)
      return {
        own: stepped,
        exchange: {
          reduce: () =>
            this.#means.take(
              inputs.map(([, array]) => array),
              weight,
            ),
          gather: () => {},
        },
      };
    const laid = this.#layoutOf(trained.map(([name]) => name));
    const { layout } = laid;
    const { scattered } = this;
    const kept = scattered ? (laid.kept ??= new Float32Array(layout.own)) : new Float32Array(0);
    const others = inputs.flatMap(([input, array]) => (scattered && input === "g" ? [] : [array]));
    const place = new Map(trained.map(([name], i) => [name, layout.starts[i]!] as const)); // one each
    const own = stepped.map(([name, { p, inputs, part }]): Stepped => {
      const [portion, at] = [this.#portion(name), place.get(name)];
      if (!portion || at === undefined) return [name, { p, inputs, part }]; // frozen
      const count = portion.counts[this.#world.rank]!; // one per rank
      const mine = Object.fromEntries(
        Object.entries(inputs).map(([input, array]) => [
          input,
          scattered && input === "g"
            ? kept.subarray(at, at + count)
            : this.#view(`${input} ${name}`, array, portion).array,
        ]),
      );
      return [name, { p: this.piece(name, p.array), inputs: mine, part }];
    });
    return {
      own,
      exchange: {
        reduce: () => {
          this.#means.take(others, weight);
          if (!scattered) return;
          const gradients = trained.map(([, { inputs }]) => inputs.g!); // every share has one
          layout.reduceScatter(gradients, kept, weight);
        },
        gather: () => layout.gather(trained.map(([, { p }]) => p.array)),
      },
    };
  }

  /** Whether a rank is given its part of the mean gradients only. */
  get scattered(): boolean {
    return this.#shard === "gradients";
  }

  /** This rank's parts of the means of gradients that come one after the other: see OneByOne. */
  scatter(...args: Parameters<OneByOne["take"]>): ReturnType<OneByOne["take"]> {
    this.#oneByOne ??= new OneByOne(this.#world, this.#portion, this.#scratch);
    return this.#oneByOne.take(...args);
  }

  /** The parts of a step whose mean gradients are this rank's already, and how to exchange its numbers. */
  kept(
    parts: ReadonlyMap<string, Float32Array>,
    parameters: readonly (readonly [string, Float32Array])[],
  ): ReturnType<Ranks["divide"]> {
    const trained = parameters.filter(([name]) => parts.has(name));
    return {
      own: trained.map(([name, p]) => [name, { p: this.piece(name, p), inputs: { g: parts.get(name)! } }]), // it has one
      exchange: { reduce: () => {}, gather: () => this.gather(trained) },
    };
  }

  /** This rank's part of a parameter. */
  piece(name: string, p: Float32Array): Tensor {
    const portion = this.#portion(name);
    return portion ? this.#view(`p ${name}`, p, portion) : new Tensor(p);
  }

  #view(key: string, array: Float32Array, { start, counts }: Portion): Tensor {
    const known = this.#pieces.get(key);
    if (known?.of === array) return known.tensor;
    const tensor = new Tensor(array.subarray(start, start + counts[this.#world.rank]!)); // one per rank
    this.#pieces.set(key, { of: array, tensor });
    return tensor;
  }

  #layoutOf(names: readonly string[]): Laid {
    const known = this.#layout;
    if (known?.names.length === names.length && names.every((name, i) => name === known.names[i])) return known;
    const layout = new Layout(
      this.#world,
      names.map((name) => this.#portion(name)!.counts), // those of frozen parameters were left out
      this.#scratch,
    );
    return (this.#layout = { names, layout });
  }

  /** Gives every rank all of the parameters, of which each has changed its own part. */
  gather(parameters: readonly (readonly [string, Float32Array])[]): void {
    if (this.#shard === undefined) return;
    const trained = parameters.filter(([name]) => this.#portion(name));
    this.#layoutOf(trained.map(([name]) => name)).layout.gather(trained.map(([, array]) => array));
  }

  /** After an update: compares the parameters of all ranks, if it is time, or `always`. */
  compare(step: number, parameters: () => Iterable<readonly [string, Float32Array]>, always = false): void {
    this.at(step);
    this.#digest.take(step, parameters, always);
  }

  /** A state tensor as a whole, on every rank. */
  whole(
    { shape, counts, tensor }: Divided<Tensor>,
    read: (tensor: Tensor) => Float32Array,
  ): { readonly shape: readonly number[]; readonly data: Float32Array } {
    const { rank } = this.#world;
    const mine = tensor && read(tensor);
    if (counts === undefined) {
      // Ranks that keep the number have the same one.
      const value = Float64Array.of(mine?.[0] ?? Number.NEGATIVE_INFINITY);
      this.#world.sum(value, "max");
      return { shape, data: Float32Array.from(value) };
    }
    const data = new Float32Array(size(shape));
    const start = counts.slice(0, rank).reduce((a, b) => a + b, 0);
    if (mine) data.set(mine, start);
    this.#world.gather(data, counts);
    return { shape, data };
  }
}
