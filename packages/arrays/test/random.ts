import type { Parameter } from "@descent/core";
import type { RuleSpec } from "@descent/core/adapter";
import type { Macro } from "@descent/core/graph";
import {
  type Arithmetic,
  apply,
  arity,
  type Comparison,
  constant,
  type Expr,
  isUniform,
  type Logic,
  type Over,
  type Place,
  type Reduction,
  reduce,
  type ScalarOp,
  scalarOps,
  type Unary,
} from "@descent/core/graph";
import fc from "../../../tests/properties.ts";
import { type Case, fill, programOf, spec, specials } from "./run.ts";

/* Random expressions: trees whose leaves are the symbols a rule may read. */
type Leaf = "p" | "g" | "m" | "s" | "r" | "c" | "h" | number;
type Tree =
  | { readonly leaf: Leaf }
  | { readonly op: Unary | Arithmetic | Comparison | Logic | "select"; readonly args: readonly Tree[] }
  | { readonly reduction: Reduction; readonly over: Over; readonly of: Tree };

/** Every operation on elements that takes that many operands, by core's table. */
const ofArity = (n: number): ScalarOp[] => (Object.keys(scalarOps) as ScalarOp[]).filter((op) => arity[op] === n); // a Record of them
export const unary = ofArity(1) as readonly Unary[];
export const binary = ofArity(2) as readonly (Arithmetic | Comparison | Logic)[];

export const number32 = fc.oneof(fc.constantFrom(...specials), fc.float({ noNaN: true, min: -8, max: 8 }));
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    { weight: 4, arbitrary: fc.constantFrom<Leaf>("p", "g", "m", "s", "r", "c", "h").map((leaf) => ({ leaf })) },
    { weight: 1, arbitrary: number32.map((leaf) => ({ leaf })) },
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...unary), tie("tree")).map(([op, a]) => ({ op, args: [a] })) },
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom(...binary), tie("tree"), tie("tree"))
        .map(([op, a, b]) => ({ op, args: [a, b] })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(tie("tree"), tie("tree"), tie("tree")).map((args) => ({ op: "select" as const, args })),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        reduction: fc.constantFrom<Reduction>("sum", "sumsq"),
        over: fc.constantFrom<Over>("model", "scalar", "row", "column"),
        of: tie("tree"),
      }),
    },
  ),
}));

const symbols = ["p", "g", "m", "s", "r", "c", "h"] as const;

function build(t: Tree, args: readonly Expr[]): Expr {
  if ("leaf" in t) return typeof t.leaf === "number" ? constant(t.leaf) : args[symbols.indexOf(t.leaf)]!;
  if ("op" in t) return apply(t.op, ...t.args.map((a) => build(a, args)));
  const of = build(t.of, args);
  return reduce(t.reduction, t.over, isUniform(of) ? apply("add", of, args[1]!) : of); // core refuses the sum of a number
}

/** An expression that has one number per `place`, whatever the tree gave. */
function narrow(e: Expr, place: Place): Expr {
  if (place === "tensor" || isUniform(e) || e.place === place) return e;
  return reduce("sum", place as Over, e); // the slots below are scalar, row and column
}

export interface Trees {
  readonly p: Tree;
  /** A slot without an equation is read only. */
  readonly m: Tree | null;
  readonly s: Tree | null;
  readonly r: Tree | null;
  readonly c: Tree | null;
}

const places = { p: "tensor", m: "tensor", s: "scalar", r: "row", c: "column" } as const;

export function ruleOf(trees: Trees): RuleSpec {
  const macros: Record<string, Macro> = {};
  const update: Record<string, string> = {};
  const equations = Object.entries(places).filter(([name]) => trees[name as keyof Trees] !== null);
  for (const [name, place] of equations) {
    const t = trees[name as keyof Trees] as Tree; // filtered
    macros[`${name}New`] = (_, ...args) => {
      const e = narrow(build(t, args), place);
      return name === "p" && e === args[0] ? apply("add", e, args[1]!) : e; // core wants p changed
    };
    // Old values all: the names are read before any is assigned.
    update[`${name}Next`] = `${name}New(p, g, m, s, r, c, h)`;
  }
  for (const [name] of equations) update[name] = `${name}Next`;
  return spec(
    update,
    { m: 0, s: { place: "scalar", init: 0 }, r: { place: "row", init: 0 }, c: { place: "column", init: 0 } },
    { h: 0 },
    macros,
  );
}

/** Equations of every operation, place and reduction. */
export const trees = fc.record({
  p: tree,
  m: fc.option(tree),
  s: fc.option(tree),
  r: fc.option(tree),
  c: fc.option(tree),
});

export function caseOf(rule: RuleSpec, parameter: Parameter, h: number, of: (name: string, i: number) => number): Case {
  const program = programOf(rule, parameter);
  return { program, parameter, data: fill(program, parameter, of), env: { h, lr: h, t: 3, decays: 1 } };
}
