import { OptimizerError } from "@descent/core";
import { functionName, heading } from "./module.ts";
import type { Kept, Script, Statement, Term } from "./script.ts";
import { snake } from "./terms.ts";

interface Text {
  readonly text: string;
  readonly binds: number;
}

const [CHOICE, OR, AND, EQUAL, ORDER, SUM, PRODUCT, MINUS, WHOLE] = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const infix: Readonly<Record<string, readonly [token: string, binds: number]>> = {
  or: ["||", OR], and: ["&&", AND], eq: ["==", EQUAL], ne: ["!=", EQUAL], lt: ["<", ORDER], gt: [">", ORDER], le: ["<=", ORDER], ge: [">=", ORDER],
  add: ["+", SUM], sub: ["-", SUM], mul: ["*", PRODUCT], div: ["/", PRODUCT],
}; // biome-ignore format: a table
const reserved: ReadonlySet<string> = new Set(
  "auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while n i t REAL".split(" "),
); // biome-ignore format: one list
const cName = (name: string): string => {
  const text = snake(name).replaceAll(/[^\w]/g, (letter) => `u${letter.codePointAt(0)!.toString(16)}`);
  return reserved.has(text) && text !== "t" ? `${text}_` : text;
};
const isElement = ({ place }: Pick<Term, "place">): boolean => place === "tensor";
const sums: ReadonlySet<string> = new Set(["sum", "mean", "norm", "rms", "largest"]);

/**
 * A rule as a function of C that steps one array. Host numbers are double, elements `REAL`, float by
 * default; sums are taken in double.
 */
export function cFunction(script: Script): string {
  return new C(script).print();
}

/** A line of the loop over elements. */
interface Line {
  readonly name: string;
  readonly text: string;
  readonly reads: readonly string[];
}

class C {
  readonly #script: Script;
  readonly #body: string[] = [];
  readonly #elements: Line[] = [];
  /** The C names of values that are one per tensor: each new value gets a new name. */
  readonly #uniform = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #helpers = new Set<string>();
  #sums = 0;

  constructor(script: Script) {
    this.#script = script;
    const { rule } = script;
    const wrong = (what: string): never => {
      throw new OptimizerError(
        `${rule.title} ${what}, and C is printed for rules of one loop over elements. Print it for torch, optax or numpy.`,
      );
    };
    if (script.phases.length > 1) wrong(`takes ${script.phases.length} gradients per round`);
    if (script.together) wrong("adds up over the model");
    if (script.matrices) wrong("handles rows and columns");
  }

  print(): string {
    const { rule, state, phases } = this.#script;
    const [{ body, reads }] = phases as readonly [Script["phases"][number]]; // one
    const single = state.filter(({ place }) => place !== "tensor");
    const arrays = state.filter(({ place }) => place === "tensor");
    const facts = ["t", "ndim", "decays"].filter((name) => reads.has(name));
    const inputs = Object.entries(rule.inputs ?? {});
    const options = Object.keys(rule.hyper);
    for (const name of [...facts, ...options, ...inputs.flatMap(([name, kind]) => (kind === "model" ? [name] : []))]) {
      this.#uniform.set(name, cName(name));
      this.#taken.add(cName(name));
    }
    this.#uniform.set("size", "(double)n");
    for (const { name } of single) {
      this.#uniform.set(name, cName(name));
      this.#taken.add(cName(name));
    }
    for (const statement of body) this.#statement(statement);
    const parameters = [
      "size_t n",
      "REAL *p",
      "const REAL *g",
      ...inputs.map(([name, kind]) => (kind === "tensor" ? `const REAL *${cName(name)}` : `double ${cName(name)}`)),
      ...arrays.map(({ name }) => `REAL *${cName(name)}`),
      ...single.map(({ name }) => `double *${cName(name)}_kept`),
      ...facts.map((name) => `double ${name}`),
      ...options.map((name) => `double ${cName(name)}`),
    ];
    const stored = ["p", ...arrays.map(({ name }) => name)].filter((name) =>
      this.#elements.some((line) => line.name === name),
    );
    const loop = this.#loop(
      stored,
      stored.map((name) => `${cName(name)}[i] = ${cName(name)}_i;`),
    );
    const out = [
      ...heading(this.#script).map((line) => `/* ${line.slice(2)} */`),
      "#include <stddef.h>",
      "#include <tgmath.h>",
      "",
      "#ifndef REAL",
      "#define REAL float",
      "#endif",
      "",
      ...[...this.#helpers].sort().flatMap((name) => [helpers[name]!, ""]),
      `/* One update of n numbers${facts.includes("t") ? "; t counts from 1" : ""}.${starts(state)} */`,
      `void ${functionName(rule)}(${parameters.join(", ")})`,
      "{",
      ...single.map(({ name }) => `    double ${cName(name)} = *${cName(name)}_kept;`),
      ...this.#body.map((line) => `    ${line}`),
      ...loop.map((line) => `    ${line}`),
      ...single.flatMap(({ name }) =>
        this.#uniform.get(name) === cName(name) ? [] : [`    *${cName(name)}_kept = ${this.#uniform.get(name)};`],
      ),
      "}",
    ];
    return `${out.join("\n")}\n`;
  }

  #statement(one: Statement, guard?: Term): void {
    if (one.kind === "when") {
      for (const inner of one.body) this.#statement(inner, one.condition);
      return;
    }
    if (one.kind === "total") throw new RangeError(one.name); // refused before
    const { name } = one;
    const condition = one.when ?? guard;
    const old: Term = { kind: "name", name, place: one.value.place, truth: false };
    const kept = this.#script.state.find((slot) => slot.name === name);
    const known =
      kept !== undefined ||
      name === "p" ||
      this.#uniform.has(name) ||
      this.#elements.some((line) => line.name === name);
    const value: Term =
      condition && known
        ? { kind: "choice", args: [condition, one.value, old], place: one.value.place, truth: false }
        : one.value;
    const lasting = name === "p" || kept?.place === "tensor";
    const summed = this.#summed(value);
    const { text } = this.#print(summed);
    if (lasting || isElement(value)) {
      this.#elements.push({
        name,
        text: isElement(value) ? text : `(REAL)(${text})`,
        reads: elementNames(summed, this.#uniform),
      });
      this.#uniform.delete(name);
      return;
    }
    let symbol = cName(name);
    for (let k = 2; this.#taken.has(symbol); k++) symbol = `${cName(name)}_${k}`;
    this.#taken.add(symbol);
    this.#body.push(`const double ${symbol} = ${text};`);
    this.#uniform.set(name, symbol);
  }

  /** A loop over elements that computes what `wanted` needs, and then runs `last`. */
  #loop(wanted: readonly string[], last: readonly string[]): string[] {
    const need = new Set(wanted);
    const lines: Line[] = [];
    for (const line of this.#elements.toReversed()) {
      if (!need.has(line.name)) continue;
      need.delete(line.name);
      for (const name of line.reads) need.add(name);
      lines.unshift(line);
    }
    const given = new Set<string>();
    const out: string[] = [];
    for (const name of need) {
      out.push(`REAL ${cName(name)}_i = ${cName(name === "p0" ? "p" : name)}[i];`);
      given.add(name);
    }
    for (const { name, text } of lines) {
      out.push(`${given.has(name) ? "" : "REAL "}${cName(name)}_i = ${text};`);
      given.add(name);
    }
    return ["for (size_t i = 0; i < n; i++) {", ...[...out, ...last].map((line) => `    ${line}`), "}"];
  }

  /** The same formula with each sum over elements taken by a loop before it. */
  #summed(term: Term): Term {
    if (term.kind === "number" || term.kind === "name") return term;
    const args = term.args.map((arg) => this.#summed(arg));
    if (term.kind !== "call" || !sums.has(term.name)) return { ...term, args } as Term; // as many as there were
    const x = args[0]!; // reductions take one
    const symbol = `sum${++this.#sums}`;
    const text = this.#print(x).text;
    const largest = term.name === "largest";
    const square = term.name === "norm" || term.name === "rms";
    this.#body.push(`double ${symbol} = ${largest ? "-INFINITY" : "0"};`);
    const added = largest
      ? `${symbol} = ${text} > ${symbol} ? ${text} : ${symbol};`
      : square
        ? `const double x = ${text};`
        : `${symbol} += ${text};`;
    this.#body.push(...this.#loop(elementNames(x, this.#uniform), square ? [added, `${symbol} += x * x;`] : [added]));
    const value =
      term.name === "norm"
        ? `sqrt(${symbol})`
        : term.name === "rms"
          ? `sqrt(${symbol} / n)`
          : term.name === "mean"
            ? `(${symbol} / n)`
            : symbol;
    this.#uniform.set(symbol, value);
    return { kind: "name", name: symbol, place: "scalar", truth: false };
  }

  #print(term: Term): Text {
    switch (term.kind) {
      case "number":
        return { text: number(term.value), binds: WHOLE };
      case "name":
        return { text: this.#uniform.get(term.name) ?? `${cName(term.name)}_i`, binds: WHOLE };
      case "unary":
        return { text: `${term.op === "neg" ? "-" : "!"}${this.#in(term, 0, MINUS)}`, binds: MINUS };
      case "choice":
        return {
          text: `${this.#in(term, 0, CHOICE + 1)} ? ${this.#in(term, 1, CHOICE)} : ${this.#in(term, 2, CHOICE)}`,
          binds: CHOICE,
        };
      case "binary":
        return this.#binary(term);
      case "call":
        return { text: this.#call(term), binds: WHOLE };
    }
  }

  /** An argument; what is one per tensor is rounded where it meets elements. */
  #in(of: Exclude<Term, { kind: "number" | "name" }>, at: number, least: number): string {
    const arg = of.args[at]!; // as many as the operation has
    const { text, binds } = this.#print(arg);
    if (isElement(of) && !isElement(arg) && !arg.truth) return binds < WHOLE ? `(REAL)(${text})` : `(REAL)${text}`;
    return binds < least ? `(${text})` : text;
  }

  #binary(term: Extract<Term, { kind: "binary" }>): Text {
    const [a, b] = term.args;
    if (term.op === "pow" && b.kind === "number" && b.value === 2) {
      const text = this.#in(term, 0, WHOLE);
      if (a.kind === "name") return { text: `${text} * ${text}`, binds: PRODUCT };
      this.#helpers.add("square");
      return { text: `square(${this.#print(a).text})`, binds: WHOLE };
    }
    if (term.op === "pow" || term.op === "mod")
      return {
        text: `${term.op === "pow" ? "pow" : "fmod"}(${this.#in(term, 0, 0)}, ${this.#in(term, 1, 0)})`,
        binds: WHOLE,
      };
    const found = infix[term.op]!; // products of matrices are refused before
    const [token, binds] = found;
    return { text: `${this.#in(term, 0, binds)} ${token} ${this.#in(term, 1, binds + 1)}`, binds };
  }

  #call(term: Extract<Term, { kind: "call" }>): string {
    const args = term.args.map((_, i) => this.#in(term, i, 0));
    switch (term.name) {
      case "abs":
        return `fabs(${args})`;
      case "clamp":
        this.#helpers.add("smaller").add("larger");
        return this.#rounded(term, `smaller(larger(${args[0]}, ${args[1]}), ${args[2]})`);
      case "min":
      case "max": {
        const helper = term.name === "min" ? "smaller" : "larger";
        this.#helpers.add(helper);
        return this.#rounded(term, `${helper}(${args.join(", ")})`);
      }
      case "sign":
        this.#helpers.add("sign");
        return this.#rounded(term, `sign(${args})`);
      default:
        return `${term.name}(${args.join(", ")})`;
    }
  }

  #rounded(term: Term, text: string): string {
    return isElement(term) ? `(REAL)${text}` : text;
  }
}

/** The names of elements that a formula reads. */
function elementNames(term: Term, uniform: ReadonlyMap<string, string>): string[] {
  if (term.kind === "number") return [];
  if (term.kind === "name") return uniform.has(term.name) ? [] : [term.name];
  return term.args.flatMap((arg) => elementNames(arg, uniform));
}

/** Always a floating-point literal, so that no division is an integer division. */
const number = (value: number): string => {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
};

const starts = (state: readonly Kept[]): string =>
  state.length === 0
    ? ""
    : ` Before the first, ${state.map(({ name, init }) => `${cName(name)} is ${init}`).join(", ")}.`;

const helpers: Readonly<Record<string, string>> = {
  square: "static inline REAL square(REAL x) { return x * x; }",
  smaller: "static inline double smaller(double a, double b) { return a < b || a != a ? a : b; }",
  larger: "static inline double larger(double a, double b) { return a > b || a != a ? a : b; }",
  sign: "static inline double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }",
};
