import { type Block, blocksOf, everyBlock, phasesOf, READOUT, UPDATE } from "./blocks.ts";
import { build, type Lookup } from "./build.ts";
import { checkNames } from "./check.ts";
import { apply, rebuild } from "./construct.ts";
import { type Distribution, type Draw, drawName, drawOf, isDistribution } from "./draws.ts";
import { isCallback, isRecord, list, OptimizerError, shown, suggestion, takes } from "./errors.ts";
import {
  checkExpr,
  constant,
  type Expr,
  type ExprOf,
  facts,
  isMatrixOp,
  isReduction,
  isUniform,
  type Place,
  postorder,
  topological,
  variable,
} from "./expr.ts";
import { mirrored, turnedPlace } from "./layout.ts";
import { isMatrixFunction, matrixFunctions } from "./matrix-functions.ts";
import type { Op, Reduction } from "./operations.ts";
import type { Matrix } from "./parameter.ts";
import { namesIn, parse } from "./parse.ts";
import { fixed, infer, sameSize } from "./sizes.ts";
import { type HyperValue, type Init, type RuleSpec, type Side, type Slot, sizing, starts } from "./spec.ts";

/** The place of a slot, and what it starts as. */
export interface SlotSpec {
  readonly place: Place;
  readonly init: Init;
  /** The size of a matrix of its own; undefined where it has the parameter's. */
  readonly matrix?: Matrix | undefined;
}

/** A rule traced: what a backend reads. It holds no numbers but the constants of the equations. */
export interface Program {
  readonly id: string;
  readonly title: string;
  /** The tensors that each step is given and reads: the gradient `g`, and the rule's other inputs by element. */
  readonly inputs: readonly string[];
  /** Those of its inputs that are random: the loop draws them. */
  readonly draws: readonly Draw[];
  /** The numbers that each step is given and reads: the rule's inputs that are one for the whole model. */
  readonly numbers: readonly string[];
  /** The tensors that stay from step to step: `p`, then the slots that live on the device. */
  readonly kept: readonly string[];
  readonly slots: Readonly<Record<string, SlotSpec>>;
  /** The values a step changes: the new value of `p` and of each device slot. */
  readonly outputs: Readonly<Record<string, Expr>>;
  /** Those of its slots that are one number for the whole model. */
  readonly model: readonly string[];
  /** Which of `scalars` their equations read outside of sums: all parameters must agree on these. */
  readonly agreeing: readonly number[];
  /** New values of the slots kept on the host, in double precision. */
  readonly host: Readonly<Record<string, Expr>>;
  /** Host values that device code reads, computed once per step in double precision. */
  readonly scalars: readonly Expr[];
  /**
   * Reductions, by the pass that must compute them: those of pass k need only results of passes before it. After the
   * last comes the pass that writes the outputs, so Adam is one pass over memory and LAMB two.
   */
  readonly passes: readonly (readonly ExprOf<Reduction>[])[];
  /**
   * Conditions of guarded equations that the host knows before the step. This program is the step in which they all hold;
   * `taken` gives the others.
   */
  readonly conditions: readonly Expr[];
}

/** The options of a rule, by name. */
type Options = Readonly<Record<string, HyperValue>>;

/** One side of a state matrix, for a parameter of this size. */
function lengthOf({ title }: RuleSpec, side: Side, { rows, cols }: Matrix, options: Options): number {
  if (side === "rows") return rows;
  if (side === "cols") return cols;
  const length = typeof side === "number" ? side : options[side];
  if (typeof length !== "number" || !(length > 0))
    throw new OptimizerError(
      `${title}: \`${side}\` sizes its state, and must be a number above 0; got ${shown(length)}.`,
    );
  return Math.min(Math.ceil(length), rows, cols);
}

function slotSpec(spec: RuleSpec, slot: Slot, matrix: Matrix, options: Options): SlotSpec {
  if (typeof slot !== "object") return { place: "tensor", init: slot };
  const { place = "tensor", init } = slot;
  if (typeof place === "string") return { place, init };
  const [rows, cols] = place;
  return {
    place: "tensor",
    init,
    matrix: { rows: lengthOf(spec, rows, matrix, options), cols: lengthOf(spec, cols, matrix, options) },
  };
}

/** The facts known of a rule once it was traced: whether its programs differ by the parameter's size, and those there are. */
interface Traced {
  readonly bySize: boolean;
  readonly programs: Map<string, Program>;
}
const traced = new WeakMap<object, Traced>();
/** How to trace a program again, with other conditions. */
const variants = new WeakMap<Program, (taken: readonly boolean[]) => Program>();

/**
 * Runs the equations of a phase top to bottom over symbols instead of numbers. A rule with macros, functions of matrices or state of
 * its own size is traced for each size of matrix, and for each value of the options that size its state. `turned` is for
 * parameters that lie with their columns where the equations have rows: `matrix` has the size that the equations see.
 */
export function trace(
  spec: RuleSpec,
  matrix: Matrix = { rows: 1, cols: 1 },
  given?: Options,
  phase: string = UPDATE,
  turned = false,
): Program {
  let known = traced.get(spec);
  const parts = isRecord(spec) || typeof spec === "function" ? [spec.hyper, spec.state, spec.update] : [];
  if (!known) takes("trace", "a rule", spec, parts.length > 0 && parts.every(isRecord));
  const sized = isRecord(matrix) && Number.isSafeInteger(matrix.rows) && Number.isSafeInteger(matrix.cols);
  takes("trace", "the size of a matrix: { rows, cols }", matrix, sized);
  const options = given ?? spec.hyper;
  takes("trace", "options by name", options, isRecord(options));
  if (!known) traced.set(spec, (known = { bySize: variesBySize(spec), programs: new Map() }));
  const { bySize, programs } = known;
  const phases = [...phasesOf(spec), ...(spec.readout ? [READOUT] : [])];
  takes("trace", `a phase of the rule: ${phases.join(", ")}`, phase, phases.includes(phase));
  const size = bySize ? [matrix.rows, matrix.cols, ...sizing(spec).map((name) => options[name])].join() : "";
  const variant = (taken?: readonly boolean[]): Program => {
    const key = `${phase} ${size} ${taken?.join() ?? ""} ${turned}`;
    let program = programs.get(key);
    if (!program) {
      programs.set(key, (program = traceAnew(spec, matrix, options, bySize, phase, taken, turned)));
      variants.set(program, variant);
    }
    return program;
  };
  return variant();
}

/** The program of a step in which the program's `conditions` are these: equations whose condition does not hold are left out. */
export function taken(program: Program, holds: readonly boolean[]): Program {
  checkProgram("taken", program);
  const fits = Array.isArray(holds) && holds.length === program.conditions.length;
  takes("taken", `${program.conditions.length} answers, true or false`, holds, fits);
  return holds.every(Boolean) ? program : variants.get(program)!(holds); // every program was traced
}

/** Whether a rule's programs differ by the size of the parameter. */
export function variesBySize(spec: RuleSpec): boolean {
  if (Object.keys(spec.macros ?? {}).length > 0) return true;
  if (Object.values(spec.state).some((slot) => typeof slot === "object" && Array.isArray(slot.place))) return true;
  const all = topological(
    phasesOf(spec).flatMap((phase) => [
      ...resolve(spec, { rows: 1, cols: 1 }, spec.hyper, { phase }, (name) => variable(name, "tensor")).values(),
    ]),
  );
  const counted = topological(all.filter((e) => e.op === "extent"));
  return all.some((e) => isMatrixFunction(e.op)) || counted.some(isMatrixOp);
}

/** The program that puts back the parameter which another program has put into the slot `from`. */
export function restoring(program: Program, from: string): Program {
  const none = { inputs: [], draws: [], numbers: [], host: {}, scalars: [], passes: [], conditions: [] };
  return { ...program, ...none, outputs: { p: variable(from, "tensor") } };
}

/** Deeper formulas than any rule's: a limit for equations from strangers. */
const DEEPEST = 2000;
/** More sums that wait for one another than any rule has. */
const MOST_PASSES = 256;

/** Where a round began: the value of `p` at first in every phase but the first. */
export const ROUND = "round.p";
/** The parameter, while the readout is in its place. */
export const TRAINED = "readout.p";
const P = variable("p", "tensor");

const slotsOf = (spec: RuleSpec, matrix: Matrix, options: Options, phase?: string): Record<string, SlotSpec> =>
  Object.fromEntries(
    Object.entries<Slot>({
      ...spec.state,
      ...(spec.phases ? { [ROUND]: 0 } : {}),
      ...(phase === READOUT ? { [TRAINED]: 0 } : {}),
    }).map(([name, slot]) => [name, slotSpec(spec, slot, matrix, options)]),
  );

/** Throws if a state cannot start as it says. */
function checkStart({ title, hyper }: RuleSpec, name: string, { place, init, matrix }: SlotSpec): void {
  if (typeof init === "number" || Object.hasOwn(hyper, init)) return;
  const wrong = (why: string): never => {
    throw new OptimizerError(`${title}: the state \`${name}\` starts as \`${init}\`, ${why}`);
  };
  if (!starts.some((word) => word === init))
    wrong(
      `which is neither one of its options nor ${list(starts)}.${suggestion(init, [...Object.keys(hyper), ...starts])}`,
    );
  if (place !== "tensor") wrong(`and has ${counts[place]}. Start it as a number or an option.`);
  if (init === "p" && matrix) wrong("and has a size of its own. Start it as a number, `eye` or `normal`.");
}

/** The key of a condition among the values of symbols. */
const CONDITION = "when ";

/** Which equations run: those of a phase, guarded ones where their condition, by its number, is `taken`. */
interface Course {
  readonly phase: string;
  readonly taken?: readonly boolean[] | undefined;
}

/**
 * The value of every symbol once a rule's equations have run, and of every condition that the host knows; `macro` gives the
 * value of each macro call.
 */
function resolve(
  spec: RuleSpec,
  matrix: Matrix,
  options: Options,
  { phase, taken }: Course,
  macro: (name: string, args: readonly Expr[]) => Expr,
): ReadonlyMap<string, Expr> {
  checkNames(spec);
  const p = phase === phasesOf(spec)[0] || phase === READOUT ? P : variable(ROUND, "tensor");
  const scope = new Map<string, Expr>([
    ["p", p],
    ["p0", p],
    ["g", variable("g", "tensor")],
  ]);
  for (const [name, place] of Object.entries(spec.inputs ?? {}))
    scope.set(name, variable(name, place === "tensor" ? "tensor" : "host"));
  for (const [name, slot] of Object.entries(slotsOf(spec, matrix, options))) {
    checkStart(spec, name, slot);
    scope.set(name, variable(name, slot.place));
  }
  for (const name of [...facts, ...Object.keys(spec.hyper)]) scope.set(name, variable(name, "host"));
  // As the state has it, rounded and no more than there are rows or columns.
  for (const name of sizing(spec)) scope.set(name, constant(lengthOf(spec, name, matrix, options)));
  let site = 0;
  /** `normal()` is `normal(seed)`: a call draws by the option that it names. */
  const draw =
    (distribution: Distribution) =>
    (...args: Expr[]): Expr => {
      const [of = variable("seed", "host")] = args;
      const seed = args.length < 2 && of.op === "var" ? of.value : "";
      if (!Object.hasOwn(spec.hyper, seed))
        throw new SyntaxError(
          `\`${distribution}()\` draws by the option \`seed\`, which the rule does not have. Add \`seed: 0\` to \`hyper\``,
        );
      return variable(drawName(distribution, phasesOf(spec).indexOf(phase) * 2 ** 16 + site++, seed), "tensor");
    };
  const lookup: Lookup = (name) =>
    isDistribution(name)
      ? draw(name)
      : spec.macros && Object.hasOwn(spec.macros, name)
        ? (...args) => macro(name, args)
        : scope.get(name);
  const value = (name: string, source: string): Expr => {
    try {
      return build(parse(source), source, lookup, scope.keys());
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
  };
  let conditions = 0;
  const run = ({ when, lines }: Block): void => {
    const guard = when === undefined ? undefined : value("when", when);
    if (guard && !isUniform(guard))
      throw new OptimizerError(
        `${spec.title}: \`when\` is ${counts[guard.place]}, and must be one number: of the host, the model or the tensor.`,
      );
    const known = guard?.place === "host";
    const runs = !known || !taken || taken[conditions]!; // one per condition
    if (known) scope.set(`${CONDITION}${conditions++}`, guard);
    for (const [name, source] of lines) {
      const now = value(name, source);
      const before = scope.get(name);
      // On the host a choice costs nothing.
      const chosen = known ? [now, before ?? now].every((e) => e.place === "host") : guard !== undefined;
      if (chosen)
        scope.set(name, before ? apply("select", guard!, now, before) : now); // chosen by a guard
      else if (runs) scope.set(name, now);
    }
  };
  for (const block of blocksOf(spec, phase)) run(block);
  return scope;
}

/**
 * Throws where the equations of a rule do not make sense, so that its author hears of it when the rule is defined: a syntax
 * error, an unknown symbol, an option or a state that no equation reads, a state whose place does not hold its value. What macros do
 * with a size is known when a parameter is given.
 */
export function checkMeaning(spec: RuleSpec): void {
  for (const phase of [...phasesOf(spec), ...(spec.readout ? [READOUT] : [])]) {
    if (Object.keys(spec.macros ?? {}).length > 0)
      resolve(spec, { rows: 1, cols: 1 }, spec.hyper, { phase }, (name) => variable(name, "tensor"));
    else {
      const program = trace(spec, undefined, undefined, phase);
      const { length } = program.conditions;
      // Nothing may read an equation that is left out.
      for (let i = 0; i < length; i++) {
        const others = Array.from({ length }, (_, k) => k !== i);
        taken(program, others);
      }
      if (length > 1) taken(program, Array(length).fill(false));
    }
  }
  const read = new Set<unknown>(sizing(spec));
  for (const slot of Object.values(spec.state)) read.add(typeof slot === "object" ? slot.init : slot);
  for (const { when = "1", lines } of everyBlock(spec))
    for (const source of [when, ...lines.map(([, text]) => text)])
      for (const name of namesIn(source)) read.add(name).add(isDistribution(name) ? "seed" : name);
  for (const [part, kind] of [
    ["hyper", "options"],
    ["state", "states"],
    ["inputs", "inputs"],
  ] as const) {
    const unread = Object.keys(spec[part] ?? {}).filter((name) => !read.has(name));
    const them = unread.length > 1 ? "them" : "it";
    if (unread.length > 0)
      throw new OptimizerError(
        `${spec.title} has ${list(unread)} among its ${kind}, and no equation reads ${them}. Use ${them}, or take ${them} out of \`${part}\`.`,
      );
  }
}

function traceAnew(
  spec: RuleSpec,
  matrix: Matrix,
  options: Options,
  bySize: boolean,
  phase: string,
  taken: readonly boolean[] | undefined,
  turned: boolean,
): Program {
  const phases = phasesOf(spec);
  const straight = slotsOf(spec, matrix, options, phase);
  const written = resolve(spec, matrix, options, { phase, taken }, (name, args) => {
    const value = spec.macros![name]!(matrix, ...args); // it was found there
    checkExpr(value, `${spec.title}: an equation`);
    return value;
  });
  const values = counted(spec, written, straight, matrix, bySize);
  const scope = turned ? turnedScope(values, straight) : values;
  const slots = turned
    ? Object.fromEntries(Object.entries(straight).map(([n, s]) => [n, { ...s, place: turnedPlace(s.place) }]))
    : straight;
  const outputs: Record<string, Expr> = {};
  const host: Record<string, Expr> = {};
  const conditions = [...scope].flatMap(([name, e]) => (name.startsWith(CONDITION) ? [e] : []));
  for (const [name, place] of [
    ["p", "tensor"] as const,
    ...Object.entries(slots).map(([n, s]) => [n, s.place] as const),
  ]) {
    const e = scope.get(name) ?? variable(name, place); // `ROUND` has no equation
    if (e === variable(name, place)) continue;
    if (!fits(e.place, place))
      throw new OptimizerError(
        `${spec.title}: \`${name}\` has ${counts[place]}, and its equation gives ${counts[e.place]}. ${name === "p" ? "Its update must have the parameter's shape" : `Give the state { place: "${e.place}", init: … }, or sum or average its equation`}.`,
      );
    (place === "host" ? host : outputs)[name] = e;
  }
  if (!outputs.p && !taken) throw new OptimizerError(`${spec.title}: no equation changes \`p\`.`);
  if (phases.length > 1 && phase === phases[0]) outputs[ROUND] = P;
  if (phase === READOUT) outputs[TRAINED] = P;
  const roots = Object.values(outputs);
  const all = [...roots, ...Object.values(host), ...conditions];
  checkDepth(spec.title, all);
  const read = new Set(topological(all).map((e) => (e.op === "var" ? e.value : undefined)));
  const given = Object.entries(spec.inputs ?? {}).filter(([name]) => read.has(name));
  const draws = [...read].flatMap((name) => (typeof name === "string" ? (drawOf(name) ?? []) : []));
  const named = (place: string): string[] => given.flatMap(([name, one]) => (one === place ? [name] : []));
  const model = Object.keys(slots).filter((name) => slots[name]!.place === "model");
  const shared = model.flatMap((name) => outputs[name] ?? []);
  const agreed = frontier(
    shared,
    postorder(shared, (e) => (isReduction(e) ? [] : e.args)).filter((e) => !isReduction(e)),
  );
  const scalars = frontier(roots);
  const agreeing = agreed.map((e) => scalars.indexOf(e));
  return Object.freeze({
    id: spec.id,
    title: spec.title,
    inputs: [...(read.has("g") ? ["g"] : []), ...named("tensor"), ...draws.map(({ name }) => name)],
    draws,
    numbers: named("model"),
    kept: ["p", ...Object.keys(slots).filter((n) => slots[n]!.place !== "host")],
    slots,
    outputs,
    model,
    agreeing,
    host,
    scalars,
    passes: passes(roots),
    conditions,
  });
}

/** The values of symbols for a parameter that lies the other way round; state of its own size lies as it was written. */
function turnedScope(
  scope: ReadonlyMap<string, Expr>,
  slots: Readonly<Record<string, SlotSpec>>,
): ReadonlyMap<string, Expr> {
  const sized = (name: string): boolean => slots[name]?.matrix !== undefined;
  const made = mirrored(scope.values(), sized);
  return new Map(
    [...scope].map(([name, e]) => {
      const now = made.get(e)!; // every value is a root
      return [name, sized(name) && now.place === "tensor" ? apply("transpose", now) : now];
    }),
  );
}

/**
 * The values of symbols with every extent as what it counts: a fact where that is the parameter's, else a number. So are the
 * numbers that functions of matrices take.
 */
function counted(
  { title }: RuleSpec,
  scope: ReadonlyMap<string, Expr>,
  slots: Readonly<Record<string, SlotSpec>>,
  own: Matrix,
  bySize: boolean,
): ReadonlyMap<string, Expr> {
  const all = topological(scope.values());
  if (!all.some((e) => e.op === "extent" || isMatrixFunction(e.op))) return scope;
  const wrong = (what: string): never => {
    throw new OptimizerError(
      `${title} cannot be run on a parameter of ${own.rows} × ${own.cols}: ${what}. Give it another rule: partition(…).`,
    );
  };
  const sizes = bySize ? infer(scope.values(), { own, sizeOf: (name) => slots[name]?.matrix, wrong }) : undefined;
  const numbers = new Set(
    all.flatMap((e) => (isMatrixFunction(e.op) ? e.args.slice(matrixFunctions[e.op].matrices) : [])),
  );
  const made = rebuild(scope.values(), (e) => {
    if (numbers.has(e)) return constant(fixed(e, own)!); // `infer` has refused others
    if (e.op !== "extent") return undefined;
    const size = sizes?.get(e.args[0]) ?? own;
    if (sameSize(size, own)) return variable(e.value, "host");
    return constant({ ...size, size: size.rows * size.cols }[e.value]);
  });
  return new Map([...scope].map(([name, e]) => [name, made.get(e)!])); // every value was rebuilt
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

/** Host expressions that device code reads directly, of all that the roots depend on or a part of it. */
function frontier(roots: readonly Expr[], part: readonly Expr[] = topological(roots)): Expr[] {
  const found = new Set<Expr>(roots.filter((e) => e.place === "host" && e.op !== "const"));
  for (const e of part)
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

/** The reductions among what `roots` depend on, by the pass that computes them. */
export function passes(roots: readonly Expr[]): readonly (readonly ExprOf<Reduction>[])[] {
  const out: ExprOf<Reduction>[][] = [];
  for (const [e, level] of levels(roots)) if (isReduction(e)) (out[level - 1] ??= []).push(e);
  return out;
}

/** Throws where a program needs an operation that the backend lacks; `instead` says what to do. */
export function refuseOperations(program: Program, lacks: (op: Op) => boolean, backend: string, instead: string): void {
  checkProgram("refuseOperations", program);
  takes("refuseOperations", "a function of an operation's name", lacks, isCallback(lacks));
  const { title, outputs } = program;
  const found = topological(Object.values(outputs)).find(({ op }) => lacks(op));
  if (found)
    throw new OptimizerError(
      `${title} needs \`${found.op}\`, which ${backend} does not compute. ${instead}, or give the parameter another rule: partition(…).`,
    );
}

/** Whether any operation of the program is `op`: for backends that must refuse what they cannot run. */
export function uses(program: Program, op: Op): boolean {
  checkProgram("uses", program);
  return topological(Object.values(program.outputs)).some((e) => e.op === op);
}

/** Throws unless it is what `trace` returns. */
export function checkProgram(call: string, program: Program): void {
  const fits =
    isRecord(program) && isRecord(program.outputs) && isRecord(program.slots) && Array.isArray(program.passes);
  takes(call, "a program, which trace() makes", program, fits);
}
