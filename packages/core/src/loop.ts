import { type Configured, checkConfigured } from "./configured.ts";
import { list, OptimizerError, suggestion } from "./errors.ts";
import { facts, topological } from "./expr.ts";
import { assign } from "./groups.ts";
import { type Env, Sheet } from "./host.ts";
import { checkHyper, checkNumber } from "./hyper.ts";
import { checkShape, decaysByRole, matrix, type Parameter, type Role, type Shape, size } from "./parameter.ts";
import { type Program, type SlotSpec, trace } from "./program.ts";
import type { Leaf } from "./rule.ts";
import { shapes } from "./shapes.ts";
import type { HyperValue } from "./spec.ts";
import { checkMeta, checkTensor, type StateDict, type StateMeta, slotKey } from "./state.ts";

/** One parameter's share of a step, as a backend gets it. */
export interface Job<T> {
  readonly program: Program;
  readonly parameter: Parameter;
  /** `p`, `g` and the device slots, by name: the same object as in the last step if they are the same tensors. */
  readonly tensors: Readonly<Record<string, T>>;
  /** One float64 per `program.scalars`. Jobs with equal values share the array. */
  readonly scalars: readonly number[];
  /** Which update of this parameter it is, from 1. */
  readonly t: number;
}

/** What a framework supplies: room for state, and a way to run traced equations over it. */
export interface Backend<T> {
  readonly name: string;
  /** Throws an OptimizerError where this backend cannot run the program on this parameter. */
  check?(program: Program, parameter: Parameter): void;
  /** A new state tensor, filled, for the slot `name`. */
  slot(parameter: Parameter, shape: Shape, fill: number, name: string): T;
  /** Gives `p` and the slots of every job their new values. All or nothing: on an error no tensor has changed. */
  run(jobs: readonly Job<T>[]): void;
  free(tensor: T): void;
}

/** The tensors that a step is given, by the name of the parameter. */
export type Pairs<T> =
  | Readonly<Record<string, { readonly p: T; readonly g: T }>>
  | Iterable<readonly [string, { readonly p: T; readonly g: T }]>;

/** A step worked out and not yet taken. */
export interface Step<T> {
  readonly jobs: readonly Job<T>[];
  commit(): void;
}

/** What an optimizer is doing now; hyper-parameters as the next update will use them. */
export interface Inspection {
  readonly step: number;
  /** Updates that were refused, with an error or without, because gradients were not finite. */
  readonly nonFinite: number;
  readonly groups: Readonly<
    Record<
      string,
      {
        readonly rule: string;
        readonly hyper: Readonly<Record<string, number>>;
        readonly parameters: readonly string[];
      }
    >
  >;
  /** Parameters whose group is frozen have no group. */
  readonly parameters: Readonly<
    Record<
      string,
      {
        readonly group: string | undefined;
        readonly t: number;
        readonly decays: boolean;
        readonly shape: Shape;
        readonly role: Role | undefined;
      }
    >
  >;
}

/** What `load` found. All but `loaded` are empty after a strict load, save `changed`. */
export interface LoadReport {
  readonly loaded: readonly string[];
  /** Parameters of the optimizer that the state does not know. */
  readonly missing: readonly string[];
  /** Parameters of the state that the optimizer does not have. */
  readonly unexpected: readonly string[];
  readonly mismatched: readonly { readonly name: string; readonly why: string }[];
  /** Hyper-parameters that differ from those the state was saved with; the optimizer keeps its own. */
  readonly changed: readonly string[];
}

interface Group {
  readonly label: string;
  readonly leaf: Leaf;
  readonly hyper: Record<string, HyperValue>;
}

/** Parameters of one group with one program that agree in the facts it reads: at one `t` they get the same numbers. */
interface Kin {
  readonly group: Group;
  readonly program: Program;
  readonly facts: Env;
}

interface Record_<T> {
  readonly parameter: Parameter;
  /** Nothing for a frozen parameter. */
  readonly kin: Kin | undefined;
  readonly decays: boolean;
  t: number;
  /** Slots kept on the host; nothing before the first update. */
  host: Readonly<Record<string, number>> | undefined;
  slots: Readonly<Record<string, T>> | undefined;
  /** The tensors of the last job. */
  tensors: Readonly<Record<string, T>> | undefined;
}

/** What the host contributes to one parameter's step: numbers the kernels read, and the next host slots. */
interface HostValues {
  readonly scalars: readonly number[];
  readonly host: Readonly<Record<string, number>>;
}
/** Those of all kin that were at the same `t` with the same host slots. */
interface Shared extends HostValues {
  readonly t: number;
  readonly before: Readonly<Record<string, number>>;
}
interface Plan {
  /** The facts that the host values depend on, besides `t`. */
  readonly reads: readonly string[];
  /** The slots kept on the host. */
  readonly kept: readonly string[];
  readonly evaluate: (t: number, hyper: Env, facts: Env, before: Env) => HostValues;
}

/** What most programs keep on the host. */
const NONE: Record<string, number> = Object.freeze({});

const plans = new WeakMap<Program, Plan>();
const plan = (program: Program): Plan => entry(plans, program, () => newPlan(program));
function newPlan(program: Program): Plan {
  const slots = Object.keys(program.host);
  const roots = [...program.scalars, ...Object.values(program.host)];
  const kept = Object.keys(program.slots).filter((slot) => program.slots[slot]!.place === "host");
  const sheet = new Sheet();
  const read = topological(roots).flatMap(
    (e) => (e.op === "var" ? [{ name: e.value as string, at: sheet.give(e) }] : []), // var nodes hold names
  );
  const reads: readonly string[] = facts.filter((fact) => fact !== "t" && read.some(({ name }) => name === fact));
  const fixed = read.filter(({ name }) => reads.includes(name));
  const held = read.filter(({ name }) => kept.includes(name));
  const time = read.filter(({ name }) => name === "t");
  const hypers = read.filter((one) => ![...fixed, ...held, ...time].includes(one));
  const compute = sheet.compute(roots);
  const scalars = program.scalars.map((e) => sheet.at(e));
  const next = slots.map((slot) => [slot, sheet.at(program.host[slot]!)] as const);
  const numbers = sheet.row();
  return {
    reads,
    kept,
    evaluate: (t, hyper, facts, before) => {
      for (const { name, at } of hypers) numbers[at] = hyper[name]!;
      for (const { name, at } of fixed) numbers[at] = facts[name]!;
      for (const { name, at } of held) numbers[at] = before[name]!;
      for (const { at } of time) numbers[at] = t;
      compute(numbers);
      const host = kept.length === 0 ? NONE : Object.fromEntries(kept.map((slot) => [slot, before[slot]!]));
      for (const [slot, at] of next) host[slot] = numbers[at]!;
      return { scalars: scalars.map((at) => numbers[at]!), host };
    },
  };
}

/**
 * The loop every adapter shares: who has which rule, how many updates each parameter has had, where the schedules
 * stand, what is saved. It holds no arithmetic on tensors; `T` is whatever the backend calls a tensor.
 */
export class Loop<T> {
  readonly #backend: Backend<T>;
  readonly #configured: Configured;
  readonly #groups = new Map<string, Group>();
  readonly #records = new Map<string, Record_<T>>();
  readonly #kins = new Map<Program, readonly Kin[]>();
  #step = 0;
  #nonFinite = 0;
  #disposed = false;

  constructor(backend: Backend<T>, configured: Configured) {
    checkConfigured(configured, "optimizer");
    this.#backend = backend;
    this.#configured = configured;
  }

  /** Updates done. */
  get step(): number {
    return this.#step;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Counts an update that an adapter refused because gradients were not finite; `inspect()` shows how many. */
  countNonFinite(): void {
    this.#nonFinite++;
  }

  has(name: string): boolean {
    return this.#records.has(name);
  }

  /** Takes parameters in, giving each its group. Throws, and takes none, if one is of no group, known already or refused. */
  add(parameters: readonly Parameter[]): void {
    this.#alive();
    const seen = new Set<string>();
    for (const { name, shape } of parameters) {
      if (this.#records.has(name) || seen.has(name))
        throw new OptimizerError(
          `There are two parameters named \`${name}\`. Names tell their states apart; rename one.`,
        );
      seen.add(name);
      checkShape(name, shape);
    }
    const groups = new Map(this.#groups);
    const kins = new Map(this.#kins);
    const records = assign(this.#configured, parameters).map(({ label, leaf }, i): Record_<T> => {
      const parameter = parameters[i]!; // one assignment per parameter
      const none = { parameter, t: 0, host: undefined, slots: undefined, tensors: undefined };
      if (!leaf) return { ...none, kin: undefined, decays: false };
      const group = entry(groups, label, () => ({ label, leaf, hyper: { ...leaf.hyper } }));
      const { rows, cols } = matrix(parameter);
      const program = trace(leaf.rule, { rows, cols });
      shapes(program, { rows, cols });
      this.#backend.check?.(program, parameter);
      const decays = (leaf.decays ?? decaysByRole)(parameter);
      const all: Env = { rows, cols, size: size(parameter.shape), decays: +decays };
      const { reads } = plan(program);
      const alike = entry(kins, program, () => []);
      let kin = alike.find((k) => k.group === group && reads.every((name) => k.facts[name] === all[name]));
      if (!kin) kins.set(program, [...alike, (kin = { group, program, facts: all })]);
      return { ...none, kin, decays };
    });
    for (const [program, all] of kins) this.#kins.set(program, all);
    for (const [label, group] of groups) this.#groups.set(label, group);
    for (const record of records) this.#records.set(record.parameter.name, record);
  }

  /** Forgets a parameter and frees its state. */
  remove(name: string): void {
    const record = this.#record(name);
    this.#free(record);
    this.#records.delete(name);
  }

  /**
   * One update of the parameters given; those left out are not touched: no decay, no momentum, and their `t` stays.
   * On an error nothing has changed.
   */
  update(tensors: Pairs<T>): void {
    const { jobs, commit } = this.begin(tensors);
    if (jobs.length === 0) return;
    this.#backend.run(jobs);
    commit();
  }

  /**
   * The two halves of `update` for backends that answer later: the jobs of a step, and what to call once they are done.
   * Without `commit` the step has not happened.
   */
  begin(tensors: Pairs<T>): Step<T> {
    this.#alive();
    const hypers = new Map<Group, Env>();
    const values = new Map<Kin, Shared[]>();
    const jobs: Job<T>[] = [];
    const stepped: Record_<T>[] = [];
    const next: HostValues[] = [];
    let last: Kin | undefined;
    let shared: Shared | undefined;
    for (const [name, { p, g }] of Symbol.iterator in tensors ? tensors : Object.entries(tensors)) {
      const record = this.#record(name);
      const { kin, parameter } = record;
      if (!kin) continue; // frozen
      const { group, program } = kin;
      let hyper = hypers.get(group);
      if (!hyper) hypers.set(group, (hyper = this.#hyperNow(group)));
      const t = record.t + 1;
      const before = record.host ?? initialHost(program, hyper);
      // Nearly always as for the parameter before, or for all of its kin.
      if (kin !== last || t !== shared?.t || before !== shared.before) {
        const known = entry(values, kin, () => []);
        shared = known.find((v) => v.t === t && sameHost(program, v.before, before));
        if (!shared) {
          const { scalars, host } = plan(program).evaluate(t, hyper, kin.facts, before);
          known.push((shared = { scalars, host, t, before }));
        }
        last = kin;
      }
      record.slots ??= this.#allocate(parameter, program, hyper);
      if (record.tensors?.p !== p || record.tensors.g !== g) record.tensors = Object.assign({ p, g }, record.slots);
      jobs.push({ program, parameter, tensors: record.tensors, scalars: shared.scalars, t });
      stepped.push(record);
      next.push(shared);
    }
    const commit = (): void => {
      for (let i = 0; i < stepped.length; i++) {
        stepped[i]!.t++;
        stepped[i]!.host = next[i]!.host;
      }
      this.#step++;
    };
    return { jobs, commit };
  }

  /** Changes hyper-parameters from the next update on, in one group or in every group that has them. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void {
    this.#alive();
    const labels = [...this.#groups.keys()];
    const chosen = [...this.#groups.values()].filter((g) => group === undefined || g.label === group);
    if (group !== undefined && chosen.length === 0)
      throw new OptimizerError(`There is no group \`${group}\` among ${list(labels)}.${suggestion(group, labels)}`);
    const changes: (() => void)[] = [];
    for (const [name, value] of Object.entries(hyper)) {
      const takers = chosen.filter((g) => name in g.hyper);
      if (takers.length === 0) {
        const names = [...new Set(chosen.flatMap((g) => Object.keys(g.hyper)))];
        throw new OptimizerError(
          `There is no hyper-parameter \`${name}\` to set; there are ${list(names)}.${suggestion(name, names)}`,
        );
      }
      for (const g of takers) {
        checkHyper(g.leaf.rule, name, value);
        changes.push(() => {
          g.hyper[name] = value;
        });
      }
    }
    for (const change of changes) change();
  }

  inspect(): Inspection {
    const groups: Record<string, Inspection["groups"][string]> = {};
    for (const group of this.#groups.values()) {
      const parameters = [...this.#records.values()].filter((r) => r.kin?.group === group).map((r) => r.parameter.name);
      groups[group.label] = { rule: group.leaf.rule.title, hyper: { ...this.#hyperNow(group) }, parameters };
    }
    const parameters: Record<string, Inspection["parameters"][string]> = {};
    for (const { parameter, kin, t, decays } of this.#records.values()) {
      const { name, shape, role } = parameter;
      parameters[name] = { group: kin?.group.label, t, decays, shape, role };
    }
    return { step: this.#step, nonFinite: this.#nonFinite, groups, parameters };
  }

  /** The state tensors there are, with the keys they are saved under. Parameters not yet updated have none. */
  slots(): { readonly key: string; readonly parameter: Parameter; readonly shape: Shape; readonly tensor: T }[] {
    return [...this.#records.values()].flatMap(({ parameter, kin, slots }) =>
      Object.entries(slots ?? {}).map(([slot, tensor]) => ({
        key: slotKey(slot, parameter.name),
        parameter,
        shape: slotShape(kin!.program.slots[slot]!, parameter), // what has slots has a program that names them
        tensor,
      })),
    );
  }

  /** What of the state is not a tensor. */
  meta(): StateMeta {
    const groups: Record<string, StateMeta["groups"][string]> = {};
    for (const { label, leaf, hyper } of this.#groups.values())
      groups[label] = { rule: leaf.rule.title, hyper: mapValues(hyper, plainHyper) };
    const parameters: Record<string, StateMeta["parameters"][string]> = {};
    for (const { parameter, kin, t, host } of this.#records.values()) {
      if (!kin) continue;
      const kept = host && Object.keys(host).length > 0 ? { host } : {};
      parameters[parameter.name] = { group: kin.group.label, shape: parameter.shape, t, ...kept };
    }
    return { version: 1, step: this.#step, groups, parameters };
  }

  /**
   * Continues from a saved state. Strict unless told otherwise: a parameter missing or left over, another shape or
   * another rule is one error that lists them all, and nothing is changed; `strict: false` takes what fits and reports.
   */
  load(
    state: StateDict,
    write: (tensor: T, data: Float32Array) => void,
    { strict = true }: { readonly strict?: boolean | undefined } = {},
  ): LoadReport {
    this.#alive();
    const meta = checkMeta(state.meta);
    const mismatched: { name: string; why: string }[] = [];
    const missing: string[] = [];
    const accepted: Record_<T>[] = [];
    for (const record of this.#records.values()) {
      if (!record.kin) continue;
      const { name } = record.parameter;
      if (!Object.hasOwn(meta.parameters, name)) missing.push(name);
      else {
        const why = mismatch(record, meta, state.tensors);
        if (why) mismatched.push({ name, why });
        else accepted.push(record);
      }
    }
    const unexpected = Object.keys(meta.parameters).filter((name) => !this.#records.get(name)?.kin);
    const problems = [
      ...(missing.length > 0 ? [`it does not know ${list(missing)}`] : []),
      ...(unexpected.length > 0 ? [`it has ${list(unexpected)}, which this optimizer does not train`] : []),
      ...mismatched.map(({ name, why }) => `\`${name}\` ${why}`),
    ];
    if (strict && problems.length > 0)
      throw new OptimizerError(
        `The saved state does not fit: ${problems.slice(0, 8).join("; ")}. Nothing was loaded; load with { strict: false } to take what fits.`,
      );
    const fresh = accepted.map((record) => {
      const saved = meta.parameters[record.parameter.name]!; // accepted only if it is there
      const { group, program } = record.kin!; // not frozen
      const device = saved.t > 0 ? this.#allocate(record.parameter, program, this.#hyperNow(group)) : undefined;
      return { record, saved, device };
    });
    for (const { record, saved, device } of fresh) {
      this.#free(record);
      record.slots = device;
      record.t = saved.t;
      record.host = saved.host;
      for (const [slot, tensor] of Object.entries(device ?? {}))
        write(tensor, state.tensors[slotKey(slot, record.parameter.name)]!.data); // checked by `mismatch`
    }
    this.#step = meta.step;
    return {
      loaded: accepted.map((r) => r.parameter.name),
      missing,
      unexpected,
      mismatched,
      changed: this.#changed(meta),
    };
  }

  /** Frees the state. The optimizer cannot be used afterwards; a second call does nothing. */
  dispose(): void {
    for (const record of this.#records.values()) this.#free(record);
    this.#records.clear();
    this.#groups.clear();
    this.#kins.clear();
    this.#disposed = true;
  }

  #alive(): void {
    if (this.#disposed) throw new OptimizerError("This optimizer was disposed of. Make a new one.");
  }

  #record(name: string): Record_<T> {
    const record = this.#records.get(name);
    if (record) return record;
    const names = [...this.#records.keys()];
    throw new OptimizerError(
      `There is no parameter \`${name}\` here; there are ${list(names)}.${suggestion(name, names)}`,
    );
  }

  #hyperNow({ leaf, hyper }: Group): Env {
    if (isPlain(hyper)) return hyper;
    return mapValues(hyper, (value, name) => {
      if (typeof value === "number") return value;
      const now = value(this.#step);
      checkNumber(leaf.rule, name, now, ` at step ${this.#step}`);
      return now;
    });
  }

  #allocate(parameter: Parameter, program: Program, hyper: Env): Record<string, T> {
    const made: Record<string, T> = {};
    try {
      for (const [slot, spec] of Object.entries(program.slots))
        if (spec.place !== "host")
          made[slot] = this.#backend.slot(parameter, slotShape(spec, parameter), initial(spec, hyper), slot);
    } catch (error) {
      for (const tensor of Object.values(made)) this.#backend.free(tensor);
      throw error;
    }
    return made;
  }

  #free(record: Record_<T>): void {
    for (const tensor of Object.values(record.slots ?? {})) this.#backend.free(tensor);
    record.slots = undefined;
    record.tensors = undefined;
  }

  #changed(meta: StateMeta): string[] {
    return [...this.#groups.values()].flatMap(({ label, hyper }) => {
      const saved = Object.hasOwn(meta.groups, label) ? meta.groups[label]!.hyper : {};
      return Object.keys({ ...hyper, ...saved })
        .filter((name) => (name in hyper ? plainHyper(hyper[name]!) : undefined) !== saved[name])
        .map((name) => (label === "" ? name : `${label}: ${name}`));
    });
  }
}

const initial = ({ init }: SlotSpec, hyper: Env): number => (typeof init === "number" ? init : hyper[init]!); // trace checked the name

const initialHost = (program: Program, hyper: Env): Record<string, number> =>
  Object.fromEntries(
    Object.entries(program.slots)
      .filter(([, spec]) => spec.place === "host")
      .map(([slot, spec]) => [slot, initial(spec, hyper)]),
  );

const sameHost = (program: Program, a: Env, b: Env): boolean =>
  a === b || plan(program).kept.every((slot) => Object.is(a[slot], b[slot]));

/** The shape of a slot: the parameter's, or one number per row, per column or in all. */
export function slotShape({ place }: SlotSpec, parameter: Parameter): Shape {
  const { rows, cols } = matrix(parameter);
  return place === "tensor" ? parameter.shape : place === "row" ? [rows] : place === "column" ? [cols] : [];
}

const plainHyper = (value: HyperValue): number | string =>
  typeof value === "number" ? value : (value.text ?? "(a function)");

function mismatch<T>(
  { parameter, kin }: Record_<T>,
  meta: StateMeta,
  tensors: StateDict["tensors"],
): string | undefined {
  const saved = meta.parameters[parameter.name]!; // the caller found it
  if (saved.shape.join() !== parameter.shape.join())
    return `was saved with shape [${saved.shape}] and has shape [${parameter.shape}]`;
  const rule = Object.hasOwn(meta.groups, saved.group) ? meta.groups[saved.group]!.rule : "an unknown rule";
  const { group, program } = kin!; // frozen parameters are not compared
  const { title } = group.leaf.rule;
  if (rule !== title) return `was trained by ${rule} and now has ${title}`;
  if (saved.t === 0) return undefined;
  for (const [slot, spec] of Object.entries(program.slots)) {
    if (spec.place === "host") {
      if (saved.host?.[slot] === undefined) return `lacks the state \`${slot}\``;
      continue;
    }
    const key = slotKey(slot, parameter.name);
    const found = Object.hasOwn(tensors, key) ? tensors[key] : undefined;
    if (!found) return `lacks the state \`${slot}\``;
    checkTensor(key, found);
    if (found.data.length !== size(slotShape(spec, parameter)))
      return `has a state \`${slot}\` of shape [${found.shape}], which should be [${slotShape(spec, parameter)}]`;
  }
  return undefined;
}

function entry<K, V>(map: { get(key: K): V | undefined; set(key: K, value: V): unknown }, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** Whether nothing in it is scheduled. */
function isPlain(hyper: Readonly<Record<string, HyperValue>>): hyper is Env {
  for (const name in hyper) if (typeof hyper[name] !== "number") return false;
  return true;
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (value: A, name: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));
