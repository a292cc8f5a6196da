import { facts, topological } from "../expr.ts";
import { type Env, Sheet } from "../host.ts";
import type { Program } from "../program.ts";
import { entry } from "./maps.ts";

/** The host's share of one parameter's step: the numbers that kernels read, and the next host slots. */
export interface HostValues {
  readonly scalars: readonly number[];
  readonly host: Readonly<Record<string, number>>;
}

/** A program's host expressions, ready to be computed in double precision. */
export interface HostPart {
  /** The facts about a parameter that the values depend on. */
  readonly reads: readonly string[];
  /** The slots kept on the host. */
  readonly kept: readonly string[];
  /** The program's inputs besides the gradient. */
  readonly wants: readonly string[];
  /** Whether it computes anything: where all its equations are guarded, it may not. */
  readonly works: boolean;
  /** The values of update `t`, from options with the numbers that are given, facts and the host slots before it. */
  readonly evaluate: (t: number, hyper: Env, facts: Env, before: Env) => HostValues;
  /** Which of the program's conditions hold in that update. */
  readonly holds: (t: number, hyper: Env, facts: Env, before: Env) => boolean[];
}

/** The host slots of most programs: none. */
const NONE: Record<string, number> = Object.freeze({});

const parts = new WeakMap<Program, HostPart>();

/** The host part of a program, made once. */
export const hostPart = (program: Program): HostPart => entry(parts, program, () => newHostPart(program));

function newHostPart(program: Program): HostPart {
  const { conditions } = program;
  const roots = [...program.scalars, ...Object.values(program.host), ...conditions];
  const kept = Object.keys(program.slots).filter((slot) => program.slots[slot]!.place === "host");
  const sheet = new Sheet();
  const read = topological(roots).flatMap((e) => (e.op === "var" ? [{ name: e.value, at: sheet.give(e) }] : []));
  const fixed = read.filter(({ name }) => name !== "t" && facts.some((fact) => fact === name));
  const reads = fixed.flatMap(({ name }) => (name === "count" ? [] : [name])); // that is the model's
  const held = read.filter(({ name }) => kept.includes(name));
  const time = read.filter(({ name }) => name === "t");
  const hypers = read.filter((one) => ![...fixed, ...held, ...time].includes(one));
  const counted = fixed.filter(({ name }) => name === "count"); // the model's, which grows
  const compute = sheet.compute(roots);
  const scalars = program.scalars.map((e) => sheet.at(e));
  const next = new Map(Object.entries(program.host).map(([slot, e]) => [slot, sheet.at(e)]));
  const places = conditions.map((e) => sheet.at(e));
  const numbers = sheet.row();
  // The options and facts that the row has now: most steps have those of the step before.
  let known: { readonly hyper: Env; readonly facts: Env } | undefined;
  const fill = (t: number, hyper: Env, facts: Env, before: Env): void => {
    if (known === undefined || known.hyper !== hyper || known.facts !== facts) {
      for (const { name, at } of hypers) numbers[at] = hyper[name]!;
      for (const { name, at } of fixed) numbers[at] = facts[name]!;
      known = { hyper, facts };
    }
    for (let i = 0; i < counted.length; i++) numbers[counted[i]!.at] = facts[counted[i]!.name]!;
    for (let i = 0; i < held.length; i++) numbers[held[i]!.at] = before[held[i]!.name]!;
    for (let i = 0; i < time.length; i++) numbers[time[i]!.at] = t;
    compute(numbers);
  };
  return {
    reads,
    kept,
    wants: program.inputs.filter((one) => one !== "g"),
    works: Object.keys(program.outputs).length > 0,
    holds: (t, hyper, facts, before) => {
      fill(t, hyper, facts, before);
      return places.map((at) => numbers[at] !== 0);
    },
    evaluate: (t, hyper, facts, before) => {
      fill(t, hyper, facts, before);
      const given = new Array<number>(scalars.length);
      for (let i = 0; i < scalars.length; i++) given[i] = numbers[scalars[i]!]!;
      if (kept.length === 0) return { scalars: given, host: NONE };
      const after = (slot: string): number => (next.has(slot) ? numbers[next.get(slot)!]! : before[slot]!);
      return { scalars: given, host: Object.fromEntries(kept.map((slot) => [slot, after(slot)])) };
    },
  };
}

/** Whether two parameters of one program have the same host slots, bit for bit. */
export const sameHost = (program: Program, a: Env, b: Env): boolean =>
  a === b || hostPart(program).kept.every((slot) => Object.is(a[slot], b[slot]));
