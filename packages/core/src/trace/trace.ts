import { phasesOf, READOUT, UPDATE } from "../blocks.ts";
import { apply, rebuild } from "../construct.ts";
import { drawOf } from "../draws.ts";
import { isRecord, OptimizerError, takes } from "../errors.ts";
import { checkExpr, constant, type Expr, isMatrixOp, isReduction, postorder, topological, variable } from "../expr.ts";
import { isLie, type Lie, mirrored, permuted, turnedPlace } from "../layout.ts";
import { isMatrixFunction, matrixFunctions } from "../matrix-functions.ts";
import type { Matrix } from "../parameter.ts";
import { checkProgram, type Program, ROUND, type SlotSpec, TRAINED } from "../program.ts";
import { fixed, infer, sameSize } from "../sizes.ts";
import { fixedOptions, type RuleSpec } from "../spec.ts";
import { blocked, blockedSlots } from "./blocked.ts";
import { checkDepth, frontier, passes } from "./passes.ts";
import { CONDITION, P, resolve } from "./resolve.ts";
import { counts, fits, type Options, slotsOf } from "./slots.ts";
import { Tiled, tilesOf } from "./tiled.ts";

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
 * its own size is traced for each size of matrix, and for each value of the options that size its state. `lie` is how
 * the numbers of a parameter lie, whose rows and columns the equations see: `matrix` has the size that they see.
 */
export function trace(
  spec: RuleSpec,
  matrix: Matrix = { rows: 1, cols: 1 },
  given?: Options,
  phase: string = UPDATE,
  lie: Lie = "straight",
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
  takes("trace", 'how a parameter lies: "straight", "turned", or its swaps', lie, isLie(lie));
  const size = bySize ? [matrix.rows, matrix.cols, ...fixedOptions(spec).map((name) => options[name])].join() : "";
  const variant = (taken?: readonly boolean[]): Program => {
    const key = `${phase} ${size} ${taken?.join() ?? ""} ${String(lie)}`;
    let program = programs.get(key);
    if (!program) {
      programs.set(key, (program = traceAnew(spec, matrix, options, bySize, phase, taken, lie)));
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

/** The error of a rule whose matrices do not fit a parameter of one size, and may fit another's. */
export class Misfit extends OptimizerError {}

/** Whether a rule's programs differ by the size of the parameter. */
export function variesBySize(spec: RuleSpec): boolean {
  if (Object.keys(spec.macros ?? {}).length > 0 || (spec.blocks && "size" in spec.blocks)) return true;
  if (Object.values(spec.state).some((slot) => typeof slot === "object" && Array.isArray(slot.place))) return true;
  const all = topological(
    phasesOf(spec).flatMap((phase) => [
      ...resolve(spec, { rows: 1, cols: 1 }, spec.hyper, { phase }, (name) => variable(name, "tensor")).values(),
    ]),
  );
  const counted = topological(all.filter((e) => e.op === "extent"));
  return all.some((e) => isMatrixFunction(e.op)) || counted.some(isMatrixOp);
}

function traceAnew(
  spec: RuleSpec,
  matrix: Matrix,
  options: Options,
  bySize: boolean,
  phase: string,
  taken: readonly boolean[] | undefined,
  lie: Lie,
): Program {
  const phases = phasesOf(spec);
  const own = slotsOf(spec, matrix, options, phase);
  /** The values of symbols as equations see a matrix of this size, with slots of its own. */
  const seenBy = (size: Matrix, slots: Readonly<Record<string, SlotSpec>>): ReadonlyMap<string, Expr> => {
    const written = resolve(spec, size, options, { phase, taken }, (name, args) => {
      const value = spec.macros![name]!(size, ...args); // it was found there
      checkExpr(value, `${spec.title}: an equation`);
      return value;
    });
    return counted(spec, written, slots, size, bySize);
  };
  const tiles = tilesOf(spec, matrix, options);
  const inTiles = tiles && new Tiled(spec.title, tiles, (size) => slotsOf(spec, size, options, phase), seenBy);
  const inRows = spec.blocks && "rows" in spec.blocks;
  const straight = inTiles ? inTiles.slots : inRows ? blockedSlots(spec.title, own) : own;
  const whole = inTiles ? inTiles.values() : seenBy(matrix, own);
  const values = inRows ? blocked(spec.title, whole) : whole;
  const scope = lyingScope(values, straight, lie);
  const slots =
    lie === "turned"
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
  // A phase before the update may keep what it sees, and leave the parameter where it is.
  if (!outputs.p && !taken && phase === UPDATE)
    throw new OptimizerError(
      `${spec.title}: no equation of ${phases.length > 1 ? "its `update`" : "it"} changes \`p\`. Give it one: p: "p - lr * g".`,
    );
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

/** The values of symbols for a parameter that lies otherwise than equations see it; state of its own size lies as it was written. */
function lyingScope(
  scope: ReadonlyMap<string, Expr>,
  slots: Readonly<Record<string, SlotSpec>>,
  lie: Lie,
): ReadonlyMap<string, Expr> {
  if (lie === "straight") return scope;
  const sized = (name: string): boolean => slots[name]?.matrix !== undefined;
  if (lie !== "turned") {
    const { seen, lying } = permuted(scope.values(), sized, lie);
    const whole = (name: string, e: Expr): boolean =>
      name === "p" ||
      name === "p0" ||
      (Object.hasOwn(slots, name) ? slots[name]!.place === "tensor" && !sized(name) : e.place === "tensor");
    return new Map([...scope].map(([name, e]) => [name, whole(name, e) ? lying(e) : seen(e)]));
  }
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
    throw new Misfit(
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
