import { OptimizerError } from "@descent/core";
import type { RuleSpec, Slot } from "@descent/core/adapter";
import {
  type Ast,
  blocksOf,
  type Expr,
  facts,
  fold,
  functions,
  type Infix,
  isMatrixFunction,
  type Place,
  parse,
  phasesOf,
  reductions,
  variable,
  widest,
} from "@descent/core/graph";

/** A formula as it was written, with where each of its values lives. `truth` marks conditions. */
export type Term = { readonly place: Place; readonly truth: boolean } & (
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Term[] }
  | { readonly kind: "unary"; readonly op: "neg" | "not" | "transpose"; readonly args: readonly [Term] }
  | { readonly kind: "binary"; readonly op: Infix; readonly args: readonly [Term, Term] }
  | { readonly kind: "choice"; readonly args: readonly [Term, Term, Term] }
);

/** One step of a rule's equations. */
export type Statement =
  /** `name` gets a value; with a condition, it keeps the old one where that does not hold. */
  | { readonly kind: "let"; readonly name: string; readonly value: Term; readonly when?: Term | undefined }
  /** `name` gets the sum of `share` over all parameters. */
  | { readonly kind: "total"; readonly name: string; readonly share: Term }
  /** The lines of `body` run where a condition holds that is known before any element is. */
  | { readonly kind: "when"; readonly condition: Term; readonly body: readonly Statement[] };

/** A state symbol. */
export interface Kept {
  readonly name: string;
  readonly place: Place;
  readonly init: number | string;
  /** The size of a matrix of its own: `rows`, `cols`, numbers, or options. */
  readonly sides?: readonly [rows: number | string, cols: number | string] | undefined;
}

/** The equations of one phase. */
export interface Phase {
  readonly name: string;
  readonly body: readonly Statement[];
  /** Every name that the body reads before it gives it a value. */
  readonly reads: ReadonlySet<string>;
  /** `p` and the state that it changes, with the places of their new values. */
  readonly writes: readonly { readonly name: string; readonly place: Place }[];
}

/** A rule's macro, as the expressions that it makes of its arguments for wide and for tall matrices. */
export interface MacroText {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly wide: Expr;
  readonly tall: Expr;
}

/** A rule taken apart for printers: its equations line by line, as they were written. */
export interface Script {
  readonly rule: RuleSpec;
  readonly state: readonly Kept[];
  readonly phases: readonly Phase[];
  readonly readout: Phase | undefined;
  readonly macros: readonly MacroText[];
  /** Whether it uses rows and columns, so that tensors are handled as matrices. */
  readonly matrices: boolean;
  /** Whether it adds up over all parameters, or keeps numbers for all of them. */
  readonly together: boolean;
  /** The names of functions that its equations and macros call. */
  readonly calls: ReadonlySet<string>;
}

const conditions: ReadonlySet<string> = new Set(["lt", "le", "gt", "ge", "eq", "ne", "and", "or"]);
const results: Readonly<Record<string, Place>> = {
  ...Object.fromEntries(Object.keys(reductions).map((name): [string, Place] => [name, "scalar"])),
  ...Object.fromEntries(["rowSum", "rowMean", "rowMax"].map((name): [string, Place] => [name, "row"])),
  ...Object.fromEntries(["columnSum", "columnMean", "columnMax"].map((name): [string, Place] => [name, "column"])),
};

/** A rule taken apart. Throws an OptimizerError if it draws random numbers, which no other language would draw the same. */
export function scriptOf(rule: RuleSpec): Script {
  const state = Object.entries<Slot>(rule.state).map(([name, slot]) => keptOf(name, slot));
  if (state.some(({ init }) => init === "normal"))
    throw new OptimizerError(
      `${rule.title} starts from random numbers, and no other language would draw the same ones.`,
    );
  if (rule.blocks)
    throw new OptimizerError(
      `${rule.title} sees blocks of a parameter (\`${Object.values(rule.blocks).join()}\`), and printed code sees whole ones. Print the rule without blocks, and give it each block as a parameter.`,
    );
  const reader = new Reader(rule, state);
  const phases = phasesOf(rule).map((name) => reader.phase(name));
  const readout = rule.readout ? reader.phase("readout") : undefined;
  const macros = Object.keys(rule.macros ?? {}).map((name) => reader.macro(name));
  const { calls, places } = reader;
  const matrices =
    macros.length > 0 ||
    state.some(({ place, sides }) => place === "row" || place === "column" || sides) ||
    ["row", "column"].some((place) => places.has(place)) ||
    [...calls].some((name) => isMatrixFunction(name) || name === "matmul" || name === "transpose") ||
    ["rows", "cols"].some((name) => phases.some(({ reads }) => reads.has(name)));
  return { rule, state, phases, readout, macros, matrices, together: reader.together, calls };
}

function keptOf(name: string, slot: Slot): Kept {
  if (typeof slot !== "object") return { name, place: "tensor", init: slot };
  const { place = "tensor", init } = slot;
  if (typeof place === "string") return { name, place, init };
  return { name, place: "tensor", init, sides: [place[0]!, place[1]!] };
}

class Reader {
  readonly calls: Set<string> = new Set();
  readonly places: Set<string> = new Set();
  together: boolean;
  readonly #rule: RuleSpec;
  readonly #state: readonly Kept[];
  /** How many arguments each macro was called with. */
  readonly #called = new Map<string, number>();
  /** The names of sums over the model. */
  readonly #sums: Set<string> = new Set();
  /** Symbols of the phase being read that are conditions. */
  #truths: Set<string> = new Set();

  constructor(rule: RuleSpec, state: readonly Kept[]) {
    this.#rule = rule;
    this.#state = state;
    this.together = state.some(({ place }) => place === "model");
  }

  phase(name: string): Phase {
    const rule = this.#rule;
    const scope = new Map<string, Place>([
      ["p", "tensor"],
      ["p0", "tensor"],
      ["g", "tensor"],
    ]);
    for (const [input, kind] of Object.entries(rule.inputs ?? {}))
      scope.set(input, kind === "tensor" ? "tensor" : "host");
    for (const { name: kept, place } of this.#state) scope.set(kept, place);
    for (const known of [...facts, ...Object.keys(rule.hyper)]) scope.set(known, "host");
    const given = new Set<string>();
    this.#truths = new Set();
    const places = new Map<string, Place>();
    const reads = new Set<string>();
    const read = (term: Term): Term => {
      for (const used of namesOf(term)) if (!given.has(used) && !this.#sums.has(used)) reads.add(used);
      return term;
    };
    const body: Statement[] = [];
    for (const { when, lines } of blocksOf(rule, name)) {
      const before: Statement[] = [];
      const condition = when === undefined ? undefined : read(this.#term(when, scope, before));
      body.push(...before);
      const inside: Statement[] = [];
      const hostGuard = condition?.place === "host";
      for (const [symbol, source] of lines) {
        const value = read(this.#term(source, scope, inside));
        for (const one of inside) if (one.kind === "total") read(one.share);
        const guard = condition && !hostGuard && scope.has(symbol) ? condition : undefined;
        if (guard && !given.has(symbol)) reads.add(symbol);
        inside.push({ kind: "let", name: symbol, value, when: guard });
        given.add(symbol);
        if (value.truth && !guard) this.#truths.add(symbol);
        else this.#truths.delete(symbol);
        places.set(symbol, guard ? widest([value, guard]) : value.place);
        const kept = this.#state.some(({ name: of }) => of === symbol);
        if (!kept && symbol !== "p") scope.set(symbol, places.get(symbol)!);
      }
      if (!condition || !hostGuard) body.push(...inside);
      else if (inside.some(({ kind }) => kind === "total"))
        throw new OptimizerError(
          `${rule.title} adds up over the model inside \`when: "${when}"\`, which emitted code cannot: parameters may be at different steps.`,
        );
      else {
        // A branch that is not taken leaves these as they were.
        for (const one of inside)
          if (one.kind === "let" && (one.name === "p" || this.#state.some(({ name: of }) => of === one.name)))
            reads.add(one.name);
        body.push({ kind: "when", condition, body: inside });
      }
    }
    const lasting = ["p", ...this.#state.map(({ name: kept }) => kept)];
    const writes = lasting.flatMap((symbol) =>
      given.has(symbol) ? [{ name: symbol, place: places.get(symbol)! }] : [],
    );
    return { name, body, reads, writes };
  }

  macro(name: string): MacroText {
    const make = this.#rule.macros![name]!; // asked for one that there is
    const parameters = Array.from({ length: this.#called.get(name) ?? 1 }, (_, i) => (i === 0 ? "x" : `x${i + 1}`));
    const trace = (rows: number, cols: number): Expr =>
      make({ rows, cols }, ...parameters.map((x) => variable(x, "tensor")));
    const [wide, tall] = [trace(3, 5), trace(5, 3)];
    // Interned: equal formulas are the same object.
    if (trace(2, 7) !== wide || trace(7, 2) !== tall || (trace(4, 4) !== wide && trace(4, 4) !== tall))
      throw new OptimizerError(
        `${this.#rule.title}: its macro \`${name}\` writes other formulas for other sizes of a matrix, and emitted code has one for wide and one for tall matrices.`,
      );
    return { name, parameters, wide, tall };
  }

  #term(source: string, scope: ReadonlyMap<string, Place>, before: Statement[]): Term {
    return fold<Term>(parse(source), (node, operands) => this.#node(node, operands, scope, before));
  }

  #node(node: Ast, args: readonly Term[], scope: ReadonlyMap<string, Place>, before: Statement[]): Term {
    const [a, b, c] = args as readonly [Term, Term, Term]; // as many as the node has
    switch (node.kind) {
      case "number":
        return { kind: "number", value: node.value, place: "host", truth: false };
      case "name":
        return { kind: "name", name: node.name, place: scope.get(node.name)!, truth: this.#truths.has(node.name) }; // the rule was checked when it was defined
      case "call":
        return this.#call(node.name, args, before);
      case "unary":
        if (node.op === "transpose") this.calls.add("transpose");
        return { kind: "unary", op: node.op, args: [a], place: a.place, truth: node.op === "not" };
      case "choice":
        return { kind: "choice", args: [a, b, c], place: widest(args), truth: false };
      case "binary": {
        if (node.op === "matmul") this.calls.add("matmul");
        const place = widest(args);
        this.places.add(place);
        return { kind: "binary", op: node.op, args: [a, b], place, truth: conditions.has(node.op) };
      }
    }
  }

  #call(name: string, args: readonly Term[], before: Statement[]): Term {
    const macro = this.#rule.macros && Object.hasOwn(this.#rule.macros, name);
    if (!macro && !functions.has(name))
      throw new OptimizerError(
        `${this.#rule.title} draws random numbers by \`${name}()\`, and no other language would draw the same ones.`,
      );
    if (name === "total" || name === "totalNorm") {
      this.together = true;
      const [x] = args as readonly [Term];
      const two: Term = { kind: "number", value: 2, place: "host", truth: false };
      const share: Term =
        name === "total" ? x : { kind: "binary", op: "pow", args: [x, two], place: x.place, truth: false };
      const symbol = `total${this.#sums.size + 1}`;
      this.#sums.add(symbol);
      this.calls.add("sum");
      before.push({
        kind: "total",
        name: symbol,
        share: { kind: "call", name: "sum", args: [share], place: "scalar", truth: false },
      });
      const sum: Term = { kind: "name", name: symbol, place: "model", truth: false };
      if (name === "total") return sum;
      this.calls.add("sqrt");
      return { kind: "call", name: "sqrt", args: [sum], place: "model", truth: false };
    }
    this.calls.add(name);
    if (macro) {
      this.#called.set(name, args.length);
      return { kind: "call", name, args, place: "tensor", truth: false };
    }
    const place = isMatrixFunction(name) ? "tensor" : (results[name] ?? widest(args));
    this.places.add(place);
    return { kind: "call", name, args, place, truth: false };
  }
}

/** Every name that a term reads. */
function namesOf(term: Term): string[] {
  const found: string[] = [];
  const open: Term[] = [term];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.kind === "name") found.push(next.name);
    else if (next.kind !== "number") open.push(...next.args);
  }
  return found;
}
