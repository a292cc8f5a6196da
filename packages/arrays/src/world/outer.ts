import { OptimizerError, type StateDict } from "@descent/core";
import { type BlockingWorld, isRecord, type LoadOptions, Loop } from "@descent/core/adapter";
import { ArraysBackend } from "../backend.ts";
import { Tensor } from "../memory/tensor.ts";
import type { Entry } from "../parameters.ts";
import type { Input } from "../step/group.ts";
import { agree } from "./agree.ts";
import type { LocalSteps } from "./local-steps.ts";
import { CompressedMeans } from "./wire.ts";

/** Marks state of the outer rule among that of the inner one. */
const OUTER = "outer/";

/** The outer rule: the shared parameters, and what is exchanged. */
export class Outer {
  readonly #spec: LocalSteps;
  readonly #world: BlockingWorld | undefined;
  readonly #backend: ArraysBackend;
  readonly #loop: Loop<Tensor, Input>;
  readonly #names: readonly string[];
  /** The outer rules, in words. */
  readonly #rules: string;
  /** The shared parameters one after the other, and how far this rank has gone from them. */
  readonly #anchor: Float32Array;
  readonly #way: Float32Array;
  readonly #parts: ReadonlyMap<string, { readonly p: Tensor; readonly way: Float32Array }>;
  readonly #compressed: CompressedMeans | undefined;
  /** Updates since the last exchange. */
  #taken = 0;
  #exchanges = 0;
  /** Whether the parameters, as they are, must be taken for the shared ones. */
  #fresh = true;

  constructor(
    spec: LocalSteps,
    engine: ArraysBackend["engine"],
    trained: readonly Entry[],
    world: BlockingWorld | undefined,
  ) {
    this.#spec = spec;
    this.#world = world;
    this.#backend = new ArraysBackend(engine);
    this.#loop = new Loop(this.#backend, spec.outer);
    this.#loop.add(trained.map(({ parameter }) => parameter));
    this.#names = trained.map(({ parameter: { name } }) => name);
    this.#rules = `the outer rules ${JSON.stringify(this.#loop.meta().groups)}`;
    const { phase, parameters } = this.#loop.inspect();
    const taken = this.#names.find((name) => name.startsWith(OUTER));
    if (taken !== undefined)
      throw new OptimizerError(`\`localSteps\` saves state of the outer rule as \`${OUTER}…\`; rename \`${taken}\`.`);
    const left = this.#names.filter((name) => parameters[name]?.group === undefined);
    if (phase !== "update")
      throw new OptimizerError("`localSteps`: `outer` asks for several gradients per step, and an exchange gives one.");
    if (left.length > 0)
      throw new OptimizerError(
        `\`localSteps\`: \`outer\` leaves \`${left[0]}\` as it is, which the inner rule trains. Give it a rule there too.`,
      );
    const length = trained.reduce((sum, one) => sum + one.length, 0);
    this.#anchor = new Float32Array(length);
    this.#way = new Float32Array(length);
    let at = 0;
    this.#parts = new Map(
      trained.map(({ parameter: { name }, length }) => {
        const cut = (of: Float32Array): Float32Array => of.subarray(at, at + length);
        const part = { p: new Tensor(cut(this.#anchor)), way: cut(this.#way) };
        at += length;
        return [name, part] as const;
      }),
    );
    if (world && spec.send !== "float32") this.#compressed = new CompressedMeans(world, spec.send, length);
  }

  /** Bytes of the shared parameters and the state of the outer rule. */
  get bytes(): number {
    return this.#loop
      .slots()
      .reduce(
        (bytes, { tensor }) => bytes + this.#backend.bytes(tensor),
        this.#anchor.byteLength + this.#way.byteLength,
      );
  }

  /** Called before an update: the first one starts from the shared parameters. */
  before(arrayOf: (name: string) => Float32Array): void {
    if (!this.#fresh) return;
    for (const [name, { p }] of this.#parts) p.array.set(arrayOf(name));
    this.#fresh = false;
  }

  /** Called after an update: exchanges when it is time, and says whether it has. */
  after(arrayOf: (name: string) => Float32Array): boolean {
    if (++this.#taken < this.#spec.every) return false;
    this.#taken = 0;
    this.#exchanges++;
    for (const [name, { p, way }] of this.#parts) {
      const [shared, own] = [p.array, arrayOf(name)];
      for (let i = 0; i < way.length; i++) way[i] = shared[i]! - own[i]!;
    }
    const finite = Number.isFinite(this.#way.reduce((sum, x) => sum + x, 0));
    if (this.#world) this.#mean(this.#world, finite);
    this.#loop.update([...this.#parts].map(([name, { p, way }]) => [name, { p, inputs: { g: way } }]));
    for (const [name, { p }] of this.#parts) arrayOf(name).set(p.array);
    return true;
  }

  #mean(world: BlockingWorld, finite: boolean): void {
    const { broken } = agree(
      world,
      {
        what: "the exchanges",
        facts: [`exchange ${this.#exchanges}`, this.#rules, ...this.#names],
        advice: "Give all ranks the same number of updates.",
      },
      { examples: undefined, broken: finite ? [] : ["its parameters"] },
    );
    if (broken.length > 0)
      throw new OptimizerError(
        `Rank ${broken[0]![0]} has parameters that are not finite at exchange ${this.#exchanges}: its training diverged. Load the last checkpoint on all ranks, with a lower \`lr\` or { nonFinite: "skip" }.`, // it is called where there is one
      );
    if (this.#compressed) this.#compressed.take(this.#way);
    else {
      world.sum(this.#way);
      for (let i = 0; i < this.#way.length; i++) this.#way[i]! /= world.size;
    }
  }

  /** The state of both rules; that of the inner one is the mean over all ranks. */
  state(inner: StateDict): StateDict {
    if (this.#taken > 0)
      throw new OptimizerError(
        `Ranks are ${this.#taken} of ${this.#spec.every} updates away from their last exchange and hold different parameters. Call state() right after one.`,
      );
    if (this.#world)
      for (const { data } of Object.values(inner.tensors)) {
        this.#world.sum(data);
        for (let i = 0; i < data.length; i++) data[i]! /= this.#world.size;
      }
    const meta = this.#loop.meta();
    const tensors = this.#loop
      .slots()
      .map(({ key, shape, tensor }) => [outerKey(key), { shape, data: this.#backend.read(tensor) }] as const);
    return {
      meta: {
        ...inner.meta,
        groups: { ...inner.meta.groups, ...renamed(meta.groups, (label) => OUTER + label) },
        parameters: {
          ...inner.meta.parameters,
          ...Object.fromEntries(
            Object.entries(meta.parameters).map(([name, one]) => [OUTER + name, { ...one, group: OUTER + one.group }]),
          ),
        },
      },
      tensors: { ...inner.tensors, ...Object.fromEntries(tensors) },
    };
  }

  /**
   * Continues from the outer rule's part of a state, around `load` of the inner one. A state without it, of a training that
   * exchanged at every step, starts the outer rule anew.
   */
  load<R>(state: StateDict, options: LoadOptions | undefined, load: (inner: StateDict) => R): R {
    if (!isRecord(state) || !isRecord(state.meta) || !isRecord(state.tensors)) return load(state); // which throws
    const { meta, tensors } = state;
    const [outerGroups, innerGroups] = divided(meta.groups, (label) => label.startsWith(OUTER));
    const [outerParameters, innerParameters] = divided(meta.parameters, (name) => name.startsWith(OUTER));
    const [outerTensors, innerTensors] = divided(tensors, (key) => key.slice(key.indexOf("/") + 1).startsWith(OUTER));
    const cut = (text: string): string => text.replace(OUTER, "");
    const steps = Math.max(0, ...Object.values(outerParameters).map(({ t }) => t));
    const before = this.#own();
    const outer: StateDict = {
      meta: {
        ...meta,
        step: steps,
        groups: renamed(outerGroups, cut),
        parameters: Object.fromEntries(
          Object.entries(outerParameters).map(([name, one]) => [cut(name), { ...one, group: cut(one.group) }]),
        ),
      },
      tensors: renamed(outerTensors, cut),
    };
    const write = (tensor: Tensor, data: Float32Array): void => this.#backend.write(tensor, data);
    const known = Object.keys(outerParameters).length > 0;
    this.#loop.load(known ? outer : unbegun(before), write, known ? options : undefined);
    try {
      const report = load({
        meta: { ...meta, groups: innerGroups, parameters: innerParameters },
        tensors: innerTensors,
      });
      this.#taken = 0;
      this.#fresh = true;
      return report;
    } catch (error) {
      this.#loop.load(before, write);
      throw error;
    }
  }

  #own(): StateDict {
    const tensors = this.#loop
      .slots()
      .map(({ key, shape, tensor }) => [key, { shape, data: this.#backend.read(tensor) }]);
    return { meta: this.#loop.meta(), tensors: Object.fromEntries(tensors) };
  }

  dispose(): void {
    this.#loop.dispose();
    this.#backend.dispose();
  }
}

/** "m/outer/w" of "m/w", and "model/outer/d/prodigy" of "model/d/prodigy". */
const outerKey = (key: string): string => key.replace("/", `/${OUTER}`);

const renamed = <V>(all: Readonly<Record<string, V>>, name: (old: string) => string): Record<string, V> =>
  Object.fromEntries(Object.entries(all).map(([old, value]) => [name(old), value]));

function divided<V>(
  all: Readonly<Record<string, V>>,
  first: (key: string) => boolean,
): [Record<string, V>, Record<string, V>] {
  const entries = Object.entries(all);
  return [
    Object.fromEntries(entries.filter(([key]) => first(key))),
    Object.fromEntries(entries.filter(([key]) => !first(key))),
  ];
}

/** The state of a loop before its first update. */
const unbegun = ({ meta }: StateDict): StateDict => ({
  meta: {
    ...meta,
    step: 0,
    parameters: Object.fromEntries(
      Object.entries(meta.parameters).map(([name, { group, shape, axes }]) => [
        name,
        { group, shape, ...(axes ? { axes } : {}), t: 0 },
      ]),
    ),
  },
  tensors: {},
});
