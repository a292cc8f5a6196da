import { build, type Lookup } from "./build.ts";
import { checkNames } from "./check.ts";
import { list, OptimizerError, suggestion } from "./errors.ts";
import { checkExpr, type Expr, facts, isReduction, type Place, topological, variable } from "./expr.ts";
import type { Op } from "./operations.ts";
import type { Matrix } from "./parameter.ts";
import { namesIn, parse } from "./parse.ts";
import { inOrder, type RuleSpec, type Slot } from "./spec.ts";

/** The place of a slot, and what it starts as. */
export interface SlotSpec {
  readonly place: Exclude<Place, "model">;
  /** A number, or the name of the hyper-parameter it starts as. */
  readonly init: number | string;
}

/** A rule traced: what a backend reads. It holds no numbers but the constants of the equations. */
export interface Program {
  readonly title: string;
  /** The tensors that each step is given: the gradient `g`. */
  readonly inputs: readonly string[];
  /** The tensors that stay from step to step: `p`, then the slots that live on the device. */
  readonly kept: readonly string[];
  readonly slots: Readonly<Record<string, SlotSpec>>;
  /** The values a step changes: the new value of `p` and of each device slot. */
  readonly outputs: Readonly<Record<string, Expr>>;
  /** New values of the slots kept on the host, in double precision. */
  readonly host: Readonly<Record<string, Expr>>;
  /** Host values that device code reads, computed once per step in double precision. */
  readonly scalars: readonly Expr[];
  /**
   * Reductions, by the pass that must compute them: those of pass k need only results of passes before it. After the
   * last comes the pass that writes the outputs, so Adam is one pass over memory and LAMB two.
   */
  readonly passes: readonly (readonly Expr[])[];
}

export const slotSpec = (slot: Slot): SlotSpec =>
  typeof slot === "object" ? { place: slot.place, init: slot.init } : { place: "tensor", init: slot };

const traced = new WeakMap<object, Map<string, Program>>();

/** Runs the equations top to bottom over symbols instead of numbers. A rule with macros is traced for each matrix size. */
export function trace(spec: RuleSpec, matrix: Matrix = { rows: 1, cols: 1 }): Program {
  const key = spec.macros && Object.keys(spec.macros).length > 0 ? `${matrix.rows}x${matrix.cols}` : "";
  let known = traced.get(spec);
  if (!known) traced.set(spec, (known = new Map()));
  let program = known.get(key);
  if (!program) known.set(key, (program = traceAnew(spec, matrix)));
  return program;
}

/** Deeper formulas than any rule's: a limit for equations from strangers. */
const DEEPEST = 2000;
/** More sums that wait for one another than any rule has. */
const MOST_PASSES = 256;

const slotsOf = (spec: RuleSpec): Record<string, SlotSpec> =>
  Object.fromEntries(Object.entries(spec.state).map(([name, slot]) => [name, slotSpec(slot)]));

/** The value of every symbol once a rule's equations have run; `macro` gives the value of each macro call. */
function resolve(spec: RuleSpec, macro: (name: string, args: readonly Expr[]) => Expr): ReadonlyMap<string, Expr> {
  checkNames(spec);
  const scope = new Map<string, Expr>();
  for (const name of ["p", "g"]) scope.set(name, variable(name, "tensor"));
  for (const [name, { place, init }] of Object.entries(slotsOf(spec))) {
    if (typeof init === "string" && !Object.hasOwn(spec.hyper, init))
      throw new OptimizerError(
        `${spec.title}: the state \`${name}\` starts as \`${init}\`, which is not one of its options.${suggestion(init, Object.keys(spec.hyper))}`,
      );
    scope.set(name, variable(name, place));
  }
  for (const name of [...facts, ...Object.keys(spec.hyper)]) scope.set(name, variable(name, "host"));
  const lookup: Lookup = (name) =>
    spec.macros && Object.hasOwn(spec.macros, name) ? (...args) => macro(name, args) : scope.get(name);
  for (const [name, source] of [...(spec.before ?? []), spec.update].flatMap(inOrder)) {
    try {
      scope.set(name, build(parse(source), source, lookup, scope.keys()));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const [what, ...where] = error.message.split("\n");
      throw new SyntaxError(
        [
          `${spec.title}: ${what} (in the equation for \`${name}\`)`,
          ...where,
          `  In scope: ${[...scope.keys()].slice(0, 60).join(" ")}${scope.size > 60 ? " …" : ""}`,
        ].join("\n"),
      );
    }
  }
  return scope;
}

/**
 * Throws where the equations of a rule do not make sense, so that its author hears of it when the rule is defined: a syntax
 * error, an unknown symbol, an option or a state that no equation reads, a state whose place does not hold its value. What macros do
 * with a size is known when a parameter is given.
 */
export function checkMeaning(spec: RuleSpec): void {
  if (Object.keys(spec.macros ?? {}).length === 0) trace(spec);
  else resolve(spec, (name) => variable(name, "tensor"));
  const read = new Set<unknown>(Object.values(slotsOf(spec)).map(({ init }) => init));
  for (const equations of [...(spec.before ?? []), spec.update])
    for (const source of Object.values(equations)) for (const name of namesIn(source)) read.add(name);
  for (const [part, kind] of [
    ["hyper", "options"],
    ["state", "states"],
  ] as const) {
    const unread = Object.keys(spec[part]).filter((name) => !read.has(name));
    const them = unread.length > 1 ? "them" : "it";
    if (unread.length > 0)
      throw new OptimizerError(
        `${spec.title} has ${list(unread)} among its ${kind}, and no equation reads ${them}. Use ${them}, or take ${them} out of \`${part}\`.`,
      );
  }
}

function traceAnew(spec: RuleSpec, matrix: Matrix): Program {
  const slots = slotsOf(spec);
  const scope = resolve(spec, (name, args) => {
    const value = spec.macros![name]!(matrix, ...args); // it was found there
    checkExpr(value, `${spec.title}: an equation`);
    return value;
  });
  const outputs: Record<string, Expr> = {};
  const host: Record<string, Expr> = {};
  for (const [name, place] of [
    ["p", "tensor"] as const,
    ...Object.entries(slots).map(([n, s]) => [n, s.place] as const),
  ]) {
    const e = scope.get(name)!; // put there above
    if (e === variable(name, place)) continue;
    if (!fits(e.place, place))
      throw new OptimizerError(
        `${spec.title}: \`${name}\` has ${counts[place]}, and its equation gives ${counts[e.place]}. ${name === "p" ? "Its update must have the parameter's shape" : `Give the state { place: "${e.place}", init: … }, or sum or average its equation`}.`,
      );
    (place === "host" ? host : outputs)[name] = e;
  }
  if (!outputs.p) throw new OptimizerError(`${spec.title}: no equation changes \`p\`.`);
  const roots = Object.values(outputs);
  checkDepth(spec.title, [...roots, ...Object.values(host)]);
  return Object.freeze({
    title: spec.title,
    inputs: ["g"],
    kept: ["p", ...Object.keys(slots).filter((n) => slots[n]!.place !== "host")],
    slots,
    outputs,
    host,
    scalars: frontier(roots),
    passes: passes(roots),
  });
}

const counts: Readonly<Record<Place, string>> = {
  host: "one number, kept on the host",
  model: "one number for the whole model",
  scalar: "one number",
  row: "one number per row",
  column: "one number per column",
  tensor: "one number per element",
};

/** A wider place holds a narrower value: one number may fill a row, a row a tensor. */
function fits(value: Place, slot: Place): boolean {
  const inside: Readonly<Record<Place, readonly Place[]>> = {
    host: ["host"],
    model: ["host", "model"],
    scalar: ["host", "model", "scalar"],
    row: ["host", "model", "scalar", "row"],
    column: ["host", "model", "scalar", "column"],
    tensor: ["host", "model", "scalar", "row", "column", "tensor"],
  };
  return inside[slot].includes(value);
}

/** Host expressions that device code reads directly. */
function frontier(roots: readonly Expr[]): Expr[] {
  const found = new Set<Expr>(roots.filter((e) => e.place === "host" && e.op !== "const"));
  for (const e of topological(roots))
    if (e.place !== "host") for (const a of e.args) if (a.place === "host" && a.op !== "const") found.add(a);
  return [...found];
}

/** How many reductions must finish, one after the other, before each expression can be computed. */
export function levels(roots: readonly Expr[]): Map<Expr, number> {
  const level = new Map<Expr, number>();
  for (const e of topological(roots))
    level.set(e, Math.max(0, ...e.args.map((a) => level.get(a)!)) + (isReduction(e) ? 1 : 0));
  return level;
}

/** Throws if a formula is deeper than backends can follow. */
function checkDepth(title: string, roots: readonly Expr[]): void {
  const depths = new Map<Expr, number>();
  for (const e of topological(roots)) {
    const depth = 1 + e.args.reduce((most, a) => Math.max(most, depths.get(a)!), 0); // children come first
    if (depth > DEEPEST)
      throw new OptimizerError(`${title}: its equations are nested more than ${DEEPEST} operations deep.`);
    depths.set(e, depth);
  }
  const most = levels(roots).values();
  for (const level of most)
    if (level > MOST_PASSES)
      throw new OptimizerError(`${title}: more than ${MOST_PASSES} sums wait for one another in its equations.`);
}

function passes(roots: readonly Expr[]): Expr[][] {
  const out: Expr[][] = [];
  for (const [e, level] of levels(roots)) if (isReduction(e)) (out[level - 1] ??= []).push(e);
  return out;
}

/** Whether any operation of the program is `op`: for backends that must refuse what they cannot run. */
export const uses = (program: Program, op: Op): boolean =>
  topological(Object.values(program.outputs)).some((e) => e.op === op);
