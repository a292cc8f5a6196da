/// <reference lib="esnext.disposable" preserve="true" />
import { type Configured, OptimizerError, type StateDict } from "@descent/core";
import {
  checkConfigured,
  DISPOSE,
  distinctRows,
  goneNames,
  type HyperValue,
  isCallback,
  isFloat32Array,
  isRecord,
  isRowGradient,
  knownOptions,
  type LoadOptions,
  type LoadReport,
  Loop,
  type Named,
  type NonFinite,
  type Numbers,
  named,
  newNames,
  nonFiniteGradients,
  notNegative,
  type RowGradient,
  refuseNone,
  refuseTaken,
  refuseUnknown,
  refuseUnknownNames,
  type Share,
  takes,
} from "@descent/core/adapter";
import { ArraysBackend } from "./backend.ts";
import { refuseUnknownSlots } from "./codec/precisions.ts";
import type {
  ArraysInspection,
  ArraysOf,
  GradientsOf,
  InputsOf,
  Optimizer,
  ParametersOf,
  UpdateOptions,
} from "./contract.ts";
import type { Tensor } from "./memory/tensor.ts";
import { checkOptions, type Engine, type OptimizerOptions } from "./options.ts";
import { type Described, type Entry, type Pair, Parameters } from "./parameters.ts";
import { type RowStep, stepOfRows } from "./rows.ts";
import type { Input } from "./step/group.ts";
import { Pool } from "./threads/pool.ts";
import { Tied } from "./tied.ts";
import { allFinite } from "./wasm/finite.ts";
import { runnerOf } from "./wasm/runner.ts";
import { Outer } from "./world/outer.ts";
import { Ranks } from "./world/ranks.ts";
import type { Left } from "./world/rejoin.ts";

/**
 * An optimizer for named Float32Arrays, which it updates in place:
 * `const opt = optimizer({ w, b }, adam()); opt.update({ w: gw, b: gb })`.
 *
 * Throws an OptimizerError for anything but Float32Arrays, a shape that does not fit its data, and parameters that overlap.
 */
export function optimizer<const Name extends string>(
  parameters: ParametersOf<Name>,
  configured: Configured,
  options: OptimizerOptions = {},
): Optimizer<Name> {
  checkConfigured(configured, "optimizer");
  return new ArraysOptimizer(parameters, configured, options);
}

/** A parameter of a step, with its inputs. */
type Stepped = readonly [string, Share<Tensor, Float32Array>];

/** The option `examples` of an update. */
function examplesOf(options: UpdateOptions): number | undefined {
  const { examples } = knownOptions("update", options, ["examples"]);
  if (examples !== undefined) notNegative("update", { examples });
  return examples;
}

class ArraysOptimizer implements Optimizer {
  readonly engine: Engine;
  readonly #parameters: Parameters;
  readonly #pool: Pool | undefined;
  readonly #backend: ArraysBackend;
  readonly #loop: Loop<Tensor, Input>;
  readonly #nonFinite: NonFinite;
  readonly #tied: Tied = new Tied();
  readonly #ranks: Ranks | undefined;
  /** The exchanges between steps that ranks take alone. */
  readonly #outer: Outer | undefined;
  /** The options that all ranks must have alike. */
  readonly #alike: readonly string[];
  /** Parameters whose rows count their own updates. */
  readonly #byRows = new Set<string>();
  /** The parameters that are not frozen. */
  #trained: ReadonlySet<string> = new Set();

  constructor(parameters: Named<Float32Array | Described>, configured: Configured, options: OptimizerOptions) {
    const {
      engine,
      threads,
      native,
      matmul,
      codecOf,
      named: precisions,
      nonFinite,
      tied,
      world,
      shard,
      digestEvery,
      local,
    } = checkOptions(options);
    this.engine = engine;
    this.#nonFinite = nonFinite;
    this.#parameters = new Parameters(parameters, {
      shared: threads > 1,
      join: (entries) => this.#tied.join(entries, tied),
    });
    const { entries, byName } = this.#parameters;
    this.#pool =
      threads > 1
        ? new Pool(threads, { opener: native?.compiler === undefined ? undefined : native.opener })
        : undefined;
    try {
      const arrayOf = ({ name }: { readonly name: string }): Float32Array | undefined => byName.get(name)?.p.array;
      this.#backend = new ArraysBackend(engine, {
        arrayOf,
        codecOf,
        pool: this.#pool,
        matmul,
        native,
        divided: shard !== undefined,
      });
      this.#loop = new Loop(this.#backend, configured, local ? {} : { world, shard: shard !== undefined });
      this.#ranks = world && new Ranks(world, { shard, digestEvery, portion: (name) => this.#loop.portion(name) });
      this.#alike = [
        `nonFinite: ${nonFinite}`,
        shard === undefined ? "no `shard`" : `shard: ${shard}`,
        `digestEvery: ${digestEvery}`,
        local ? `local: every ${local.every}, send ${local.send}` : "no `local`",
      ];
      this.#loop.add(entries.map(([, { parameter }]) => parameter));
      refuseUnknownSlots(precisions, this.#backend.slotNames);
      this.#changed();
      this.#startTogether(entries.map(([, entry]) => entry));
      const trained = entries.flatMap(([name, entry]) => (this.#trained.has(name) ? [entry] : []));
      this.#outer = local && new Outer(local, engine, trained, world);
    } catch (error) {
      this.#pool?.dispose();
      throw error;
    }
  }

  /** Gives all ranks the parameters of rank 0. */
  #startTogether(entries: readonly Entry[]): void {
    if (!this.#ranks) return;
    const { groups } = this.#loop.meta();
    const rules = Object.entries(groups).map(([label, { rule, hyper }]) =>
      `${label} ${rule} ${JSON.stringify(hyper)}`.trim(),
    );
    const parameters = entries.map(({ parameter: { name }, p }) => [name, p.array] as const);
    this.#ranks.start([...rules, ...this.#alike], parameters, this.#loop.step);
  }

  get step(): number {
    return this.#loop.step;
  }

  reads(input: string): boolean {
    return this.#loop.reads(input);
  }

  readsNext(input: string): boolean {
    return this.#loop.readsNext(input);
  }

  withReadout<R>(use: () => R): R {
    takes("withReadout", "a function", use, isCallback(use));
    if (!this.#ranks || !this.#loop.hasReadout) return this.#loop.withReadout(this.#held(), use);
    const shown = (): R => {
      this.#gather();
      return use();
    };
    let promised = false;
    try {
      const result = this.#loop.withReadout(this.#held(), shown);
      promised = typeof result === "object" && result !== null && "then" in result;
      return promised ? (Promise.resolve(result).finally(() => this.#gather()) as R) : result; // a promise of the same
    } finally {
      if (!promised) this.#gather();
    }
  }

  survives(error: unknown): boolean {
    this.#alive();
    return this.#ranks?.survives(error, () => this.#left()) ?? false;
  }

  rewind(): void {
    this.#loop.rewind(this.#held());
    this.#gather();
  }

  #held(): (readonly [string, Tensor])[] {
    return this.#parameters.entries.map(([name, { p }]) => [name, this.#ranks?.piece(name, p.array) ?? p]);
  }

  /** Gives every rank all of the parameters, where each steps a part. */
  #gather(): void {
    this.#ranks?.gather(this.#arrays());
  }

  #arrays(): (readonly [string, Float32Array])[] {
    return this.#parameters.entries.map(([name, { p }]) => [name, p.array]);
  }

  get midRound(): boolean {
    return this.#loop.midRound;
  }

  get phase(): string {
    return this.#loop.phase;
  }

  get threads(): number {
    return this.#pool?.threads ?? 1;
  }

  get stateBytes(): number {
    const own = this.#loop.slots().reduce((bytes, { tensor }) => bytes + this.#backend.bytes(tensor), 0);
    return own + (this.#outer?.bytes ?? 0);
  }

  update(gradients: GradientsOf<string>, inputs?: InputsOf<string>, options?: UpdateOptions): void {
    this.#alive();
    const examples = options && examplesOf(options);
    const others = inputs && this.#loop.given<ArraysOf<string>>(inputs);
    if (this.#ranks?.scattered && isIterator(gradients) && !this.#tied.any && !others?.tensors.length) {
      this.#oneByOne(this.#ranks, gradients, others?.numbers, examples);
      return;
    }
    const record = recordOf(isIterator(gradients) ? copied(gradients) : gradients);
    const given = this.#tied.added(record, this.#parameters);
    const names = Object.keys(given);
    // In the order of the parameters, so that those that lie together are stepped together.
    const stepped: Pair[] = [];
    const byRows: (readonly [string, RowStep])[] = [];
    for (const [name, entry] of this.#parameters.candidates(names)) {
      const g = given[name];
      // The array of the step before is certainly a gradient; `constructor` is one only if somebody calls a parameter so.
      if (g === undefined || (g !== entry.checked && !Object.hasOwn(given, name))) continue;
      // The array of the step before need not be looked at again.
      const ofRows = g !== entry.checked && !isFloat32Array(g) ? isRowGradient(g) : false;
      if (ofRows || (this.#byRows.size > 0 && this.#byRows.has(name))) {
        const step = this.#rows(entry, g);
        if (!step) continue; // frozen
        for (const share of step.shares) stepped.push([name, share]);
        byRows.push([name, step]);
        continue;
      }
      this.#parameters.check(entry, g as Float32Array);
      stepped.push(pairOf(name, entry, g as Float32Array, others === undefined));
    }
    if (others) this.#addInputs(stepped, others.tensors);
    if (names.length > stepped.length) refuseUnknown(given, this.#parameters.byName);
    if (names.length === 0) {
      named("The gradients", gradients as Named<Float32Array>); // throws for what has no names
      refuseNone("update", names, this.#parameters.byName.keys());
    }
    this.#backend.rowsPassing = byRows.length > 0;
    if (this.#outer) this.#alone(this.#outer, stepped, others?.numbers);
    else if (this.#ranks) {
      try {
        this.#together(this.#ranks, stepped, others?.numbers, examples);
      } catch (error) {
        if (!this.survives(error)) throw error;
      }
    } else if (this.#nonFinite === "apply" || this.#finite(stepped, others?.numbers))
      this.#loop.update(stepped, others?.numbers);
    else return;
    for (const [name, step] of byRows) {
      step.finish();
      this.#byRows.add(name);
    }
  }

  /** A step of some rows, or of all where they count their own updates; undefined for a frozen parameter. */
  #rows({ parameter, p, length }: Entry, g: Float32Array | RowGradient): RowStep | undefined {
    if (this.#pool || this.#ranks)
      throw new OptimizerError(
        `The gradient of rows of \`${parameter.name}\` cannot be shared by ${this.#pool ? "threads" : "ranks"}. Leave out \`${this.#pool ? "threads" : "world"}\`, or give a whole gradient.`,
      );
    if (isFloat32Array(g) && g.length !== length)
      throw new OptimizerError(`\`${parameter.name}\` has ${g.length} gradients for ${length} parameters.`);
    const all = (): number[] => Array.from({ length: parameter.shape[0]! }, (_, row) => row); // it has rows
    const gradient = distinctRows(parameter, isFloat32Array(g) ? { rows: all(), data: g } : g);
    const rows = this.#loop.rows(parameter.name, p);
    if (!rows) return undefined;
    this.#backend.settle();
    return stepOfRows(p, rows, gradient);
  }

  /** Puts other inputs beside the gradients of their parameters. */
  #addInputs(
    stepped: readonly (readonly [string, { readonly inputs: Record<string, Float32Array> }])[],
    inputs: readonly (readonly [string, ArraysOf<string>])[],
  ): void {
    for (const [input, arrays] of inputs) {
      const given = recordOf(arrays, `\`${input}\``);
      refuseUnknown(given, this.#parameters.byName, `a \`${input}\``);
      for (const [name, share] of stepped) {
        const array = Object.hasOwn(given, name) ? given[name] : undefined;
        if (array === undefined) continue;
        this.#parameters.check(this.#parameters.byName.get(name)!, array, input); // it has a gradient
        share.inputs[input] = array;
      }
    }
  }

  /** Takes a step without the other ranks, and exchanges the result of many when it is time. */
  #alone(outer: Outer, stepped: readonly Stepped[], numbers: Numbers | undefined): void {
    const arrayOf = (name: string): Float32Array => this.#parameters.byName.get(name)!.p.array; // it trains parameters of this optimizer
    outer.before(arrayOf);
    // Ranks count updates, skipped ones too, or they would not meet.
    if (this.#nonFinite === "apply" || this.#finite(stepped, numbers)) this.#loop.update(stepped, numbers);
    this.#ranks?.at(this.#loop.step);
    if (!this.midRound && outer.after(arrayOf)) this.#ranks?.compare(this.#loop.step, () => this.#arrays(), true);
  }

  /** Where this rank stands after others were lost: at a whole step. */
  #left(): Left {
    if (this.midRound) this.rewind();
    const parameters = this.#arrays().map(([, array]) => array);
    return { step: this.#loop.step, parameters, state: () => this.state(), load: (state) => void this.load(state) };
  }

  /** Takes a step with the other ranks. */
  #together(ranks: Ranks, stepped: readonly Stepped[], numbers: Numbers = {}, examples: number | undefined): void {
    // The gradients of a rank without examples count nothing.
    const [broken, inputs] = examples === 0 ? [[], []] : [this.#broken(stepped), this.#brokenInputs(stepped, numbers)];
    const given = stepped.flatMap(([name, { inputs }]) =>
      Object.keys(inputs).map((one) => (one === "g" ? `\`${name}\`` : `\`${one}\` of \`${name}\``)),
    );
    const facts = [`step ${this.#loop.step}, ${this.#loop.phase}`, ...given, ...Object.keys(numbers).sort()];
    const { weight, broken: all } = ranks.agree(facts, { examples, broken: [...broken, ...inputs] });
    if (all.length > 0) this.#refuse(ranks, all, broken, inputs);
    else this.#takeTogether(ranks, ranks.divide(stepped, weight), numbers, weight);
  }

  /** Takes a step with the other ranks, of gradients that come one after the other and may all be in the same memory. */
  #oneByOne(
    ranks: Ranks,
    gradients: Iterable<readonly [string, Float32Array | RowGradient]>,
    numbers: Numbers = {},
    examples: number | undefined,
  ): void {
    const broken: string[] = [];
    const inputs = examples === 0 ? [] : this.#brokenInputs([], numbers);
    let [weight, all] = [1, [] as ReturnType<Ranks["agree"]>["broken"]];
    const checked = this.#checked(gradients, (name, g) => {
      if (examples !== 0 && this.#nonFinite !== "apply" && this.#trained.has(name) && !allFinite(g)) broken.push(name);
    });
    const parts = ranks.scatter(checked, (names, last) => {
      const given = names.map((name) => `\`${name}\``);
      const end = last ? ["nothing more", ...Object.keys(numbers).sort()] : [];
      const facts = [`step ${this.#loop.step}, ${this.#loop.phase}`, ...given, ...end];
      ({ weight, broken: all } = ranks.agree(facts, { examples, broken: [...broken, ...inputs] }));
      return all.length > 0 ? undefined : weight;
    });
    if (parts) this.#takeTogether(ranks, ranks.kept(parts, this.#arrays()), numbers, weight);
    else this.#refuse(ranks, all, broken, inputs);
  }

  /** Gradients that come one after the other; each is checked, and shown to `see`. */
  *#checked(
    gradients: Iterable<readonly [string, Float32Array | RowGradient]>,
    see: (name: string, g: Float32Array) => void,
  ): Generator<readonly [string, Float32Array]> {
    const seen = new Set<string>();
    for (const pair of gradients) {
      const [[name, g]] = named("The gradients", [pair]) as [typeof pair]; // as many as it was given
      if (seen.has(name)) throw new OptimizerError(`The gradients: there are two of \`${name}\`.`);
      seen.add(name);
      const entry = this.#parameters.byName.get(name);
      if (!entry) {
        refuseUnknown({ [name]: g }, this.#parameters.byName);
        continue;
      }
      if (!isFloat32Array(g) && isRowGradient(g)) this.#rows(entry, g); // refused
      this.#parameters.check(entry, g as Float32Array);
      see(name, g as Float32Array);
      yield [name, g as Float32Array];
    }
    refuseNone("update", [...seen], this.#parameters.byName.keys());
  }

  /** Counts a step that gradients or other inputs of some rank forbid, and throws unless the option says to skip it. */
  #refuse(
    ranks: Ranks,
    broken: ReturnType<Ranks["agree"]>["broken"],
    own: readonly string[],
    inputs: readonly string[],
  ): void {
    this.#loop.countNonFinite();
    if (this.#nonFinite !== "skip") throw ranks.notFinite(broken, own, inputs, this.#loop.step);
  }

  #takeTogether(ranks: Ranks, { own, exchange }: ReturnType<Ranks["divide"]>, numbers: Numbers, weight: number): void {
    this.#backend.exchange = exchange;
    const weighted = Object.fromEntries(Object.entries(numbers).map(([name, x]) => [name, x * weight]));
    const before = this.#loop.step;
    this.#loop.update(own, weighted);
    if (this.#loop.step > before) ranks.compare(this.#loop.step, () => this.#arrays());
  }

  /** The parameters whose gradients are not finite, where the option asks. */
  #broken(stepped: readonly Stepped[]): string[] {
    if (this.#nonFinite === "apply") return [];
    return stepped.flatMap(([name, { inputs }]) => (this.#trained.has(name) && !allFinite(inputs.g!) ? [name] : [])); // put there by update
  }

  /** The other inputs that are not finite, where the option asks: `loss`, or `h/w` of one parameter. */
  #brokenInputs(stepped: readonly Stepped[], numbers: Numbers = {}): string[] {
    if (this.#nonFinite === "apply") return [];
    const broken = Object.keys(numbers).filter((name) => !Number.isFinite(numbers[name]));
    for (const [name, { inputs }] of stepped)
      for (const input of Object.keys(inputs))
        if (input !== "g" && this.#trained.has(name) && !allFinite(inputs[input]!)) broken.push(`${input}/${name}`); // a key of it
    return broken;
  }

  /** Whether all inputs are finite. Where they are not, counts the step, and throws unless the option says to skip it. */
  #finite(stepped: readonly Stepped[], numbers: Numbers | undefined): boolean {
    const [broken, inputs] = [this.#broken(stepped), this.#brokenInputs(stepped, numbers)];
    if (broken.length + inputs.length === 0) return true;
    this.#loop.countNonFinite();
    if (this.#nonFinite === "skip") return false;
    throw nonFiniteGradients(broken, this.#loop.step, inputs);
  }

  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void {
    this.#loop.set(hyper, group);
  }

  inspect(): ArraysInspection {
    this.#alive();
    const { native } = this.#backend;
    return { ...this.#loop.inspect(), ...(native && { native }) };
  }

  state(): StateDict {
    this.#alive();
    this.#pool?.checkState();
    this.#backend.settle();
    const read = (tensor: Tensor): Float32Array => this.#backend.read(tensor);
    const [ranks, divided] = [this.#ranks, this.#loop.divided()];
    const tensors =
      ranks && divided.length > 0
        ? divided.map((one) => [one.key, ranks.whole(one, read)])
        : this.#loop.slots().map(({ key, shape, tensor }) => [key, { shape, data: read(tensor) }]);
    const state = { meta: this.#loop.meta(), tensors: Object.fromEntries([...tensors, ...this.#countsByRow()]) };
    return this.#outer ? this.#outer.state(state) : state;
  }

  load(state: StateDict, options?: LoadOptions): LoadReport {
    const own = (inner: StateDict): LoadReport =>
      this.#loop.load(inner, (tensor, data) => this.#backend.write(tensor, data), options);
    const report = this.#outer ? this.#outer.load(state, options, own) : own(state);
    this.#byRows.clear();
    for (const [name] of this.#parameters.entries) if (this.#loop.counts(name)) this.#byRows.add(name);
    return report;
  }

  /** The updates of each row, beside the state. */
  #countsByRow(): (readonly [string, { readonly shape: readonly number[]; readonly data: Float32Array }])[] {
    return [...this.#byRows].flatMap((name) => {
      const counts = this.#loop.counts(name);
      return counts ? [[`t/${name}`, { shape: [counts.length], data: Float32Array.from(counts) }] as const] : [];
    });
  }

  add(parameters: ParametersOf<string>): Optimizer {
    this.#alive();
    this.#refuseLocal("add");
    const before = this.#parameters.entries.map(([, entry]) => entry);
    const added = this.#parameters.described(parameters);
    const names = added.map(({ parameter: { name } }) => name);
    refuseTaken(names, this.#parameters.byName, "array");
    this.#parameters.set([...before, ...added]);
    try {
      this.#loop.add(added.map(({ parameter }) => parameter));
    } catch (error) {
      this.#parameters.set(before);
      throw error;
    }
    this.#startTogether(added);
    this.#changed();
    return this;
  }

  remove(...names: readonly string[]): Optimizer {
    this.#alive();
    this.#refuseLocal("remove");
    this.#tied.refuseFurther("remove", new Set(names));
    const gone = goneNames(names, this.#parameters.byName);
    this.#loop.refuseLeaving(gone);
    for (const name of gone) {
      this.#loop.remove(name);
      this.#byRows.delete(name);
    }
    this.#tied.remove(gone);
    this.#parameters.set(this.#parameters.entries.flatMap(([name, entry]) => (gone.has(name) ? [] : [entry])));
    this.#changed();
    return this;
  }

  rename(names: Readonly<Record<string, string | undefined>>): Optimizer {
    this.#alive();
    this.#refuseLocal("rename");
    this.#tied.refuseFurther("rename", isRecord(names) ? Object.keys(names) : []);
    const given = newNames(names, this.#parameters.byName);
    this.#loop.rename(given);
    const byRows = [...this.#byRows];
    this.#byRows.clear();
    for (const name of byRows) this.#byRows.add(given[name] ?? name);
    this.#tied.rename(given);
    const renamed = ([name, entry]: readonly [string, Entry]): Entry =>
      Object.hasOwn(given, name)
        ? { ...entry, pair: undefined, parameter: { ...entry.parameter, name: given[name]! } }
        : entry;
    this.#parameters.set(this.#parameters.entries.map(renamed));
    this.#changed();
    return this;
  }

  rebind(parameters: ArraysOf<string>): void {
    this.#alive();
    const arrays = new Map(named("The arrays", parameters as Named<Float32Array>));
    this.#tied.refuseFurther("rebind", arrays.keys());
    refuseUnknownNames("rebind", arrays.keys(), this.#parameters.byName);
    this.#parameters.set(this.#parameters.rebound(arrays));
  }

  #refuseLocal(call: string): void {
    if (this.#outer)
      throw new OptimizerError(
        `\`${call}\`: with \`local\` the outer rule has the same parameters throughout. Make a new optimizer, and load the state with { strict: false }.`,
      );
  }

  /** Looks up again which parameters are trained. */
  #changed(): void {
    this.#trained = new Set(Object.keys(this.#loop.meta().parameters));
  }

  dispose(): void {
    this.#loop.dispose();
    this.#backend.dispose();
    this.#outer?.dispose();
    this.#pool?.dispose();
  }

  [DISPOSE](): void {
    this.dispose();
  }

  #alive(): void {
    this.#loop.alive();
  }
}

/** A parameter's share of a step: that of the step before, if it has the same gradient and nothing will be added to it. */
function pairOf(name: string, entry: Entry, g: Float32Array, whole: boolean): Pair {
  if (whole && entry.pair && entry.pair[1].inputs.g === g) return entry.pair;
  const pair: Pair = [name, { p: entry.p, inputs: { g } }];
  if (whole && entry.checked === g) entry.pair = pair; // gradients outside WebAssembly memory are not held
  return pair;
}

/** Whether gradients come one after the other, from a generator or another iterator, whose arrays may be used again. */
const isIterator = (
  gradients: GradientsOf<string>,
): gradients is IterableIterator<readonly [string, Float32Array | RowGradient]> =>
  typeof gradients === "object" &&
  gradients !== null &&
  Symbol.iterator in gradients &&
  "next" in gradients &&
  typeof gradients.next === "function";

/** The pairs with copies of their arrays, but for those that `allocate` has made, of which every parameter has one. */
function* copied<G>(pairs: Iterable<readonly [string, G]>): Generator<readonly [string, G]> {
  for (const pair of pairs)
    yield Array.isArray(pair) && isFloat32Array(pair[1]) && !runnerOf(pair[1])
      ? [pair[0], pair[1].slice() as G] // a Float32Array, as before
      : pair;
}

/** Gradients as a record. */
function recordOf<G>(
  gradients: Readonly<Record<string, G | undefined>> | Iterable<readonly [string, G]>,
  what = "The gradients",
): Readonly<Record<string, G | undefined>> {
  if (typeof gradients !== "object" || gradients === null || Symbol.iterator in gradients)
    return Object.fromEntries(named(what, gradients as Named<G>)); // throws for what has no names
  return gradients;
}
