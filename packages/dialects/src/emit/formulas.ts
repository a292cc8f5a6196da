import type { Term } from "./script.ts";
import { isLine, snake } from "./terms.ts";

/** A library of arrays, as Python calls it. */
export interface Library {
  readonly name: "torch" | "np" | "jnp";
  /** Whether host numbers are traced like all others, so that Python cannot branch on them. */
  readonly traced: boolean;
  /** The keyword by which a reduction keeps its dimension. */
  readonly keep: "keepdim" | "keepdims";
}

interface Text {
  readonly text: string;
  /** How tightly the operators bind, loosest first. */
  readonly binds: number;
}

const [CHOICE, OR, AND, NOT, COMPARE, BIT_OR, BIT_AND, SUM, PRODUCT, MINUS, POWER, WHOLE] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const; // biome-ignore format: one list

const reserved: ReadonlySet<string> = new Set(
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield None True False math torch np jnp jax optax".split(" "),
); // biome-ignore format: one list

/** A symbol as a name of Python. */
export function pythonName(name: string): string {
  const text = snake(name);
  return reserved.has(text) ? `${text}_` : text;
}

const comparisons: Readonly<Record<string, string>> = { lt: "<", gt: ">", le: "<=", ge: ">=", eq: "==", ne: "!=" };

/** Prints the formulas of one rule for one library, and notes which helpers they need. */
export class Formulas {
  readonly library: Library;
  /** The names of helpers that the text calls. */
  readonly helpers: Set<string> = new Set();
  readonly #macros: ReadonlySet<string>;
  /** Whether the text calls Python's own `math`, besides what helpers do. */
  protected callsMath = false;

  /** `macros` are the names of functions that the module itself defines. */
  constructor(library: Library, macros: ReadonlySet<string>) {
    this.library = library;
    this.#macros = macros;
  }

  /** Whether the text calls Python's own `math`. */
  get math(): boolean {
    return this.callsMath || this.helpers.has("_sqrt") || this.helpers.has("_erf");
  }

  /** The text of a formula. */
  formula(term: Term): string {
    return this.#print(term).text;
  }

  /** The text of a formula as a condition: numbers are true unless they are 0. */
  condition(term: Term): string {
    return this.#condition(term).text;
  }

  #print(term: Term): Text {
    switch (term.kind) {
      case "number":
        return { text: String(term.value), binds: WHOLE };
      case "name":
        return { text: pythonName(term.name), binds: WHOLE };
      case "call":
        return this.#call(term.name, term.args);
      case "unary":
        return this.#unary(term.op, term.args[0]);
      case "binary":
        return this.#binary(term);
      case "choice":
        return this.#choice(...term.args);
    }
  }

  #within(term: Term, least: number): string {
    const { text, binds } = this.#print(term);
    return binds < least ? `(${text})` : text;
  }

  #whole(term: Term): string {
    return this.#within(term, WHOLE);
  }

  #onHost(...terms: readonly Term[]): boolean {
    return !this.library.traced && terms.every(({ place }) => place === "host");
  }

  #unary(op: "neg" | "not" | "transpose", of: Term): Text {
    if (op === "transpose") return { text: `${this.#whole(of)}.T`, binds: WHOLE };
    if (op === "neg") return { text: `-${this.#within(of, MINUS)}`, binds: MINUS };
    if (this.#onHost(of)) return { text: `not ${this.#within(of, NOT)}`, binds: NOT };
    if (this.library.traced) return { text: `jnp.logical_not(${this.#condition(of).text})`, binds: WHOLE };
    return { text: `~${this.#bracketed(this.#condition(of), MINUS)}`, binds: MINUS };
  }

  #bracketed({ text, binds }: Text, least: number): string {
    return binds < least ? `(${text})` : text;
  }

  /** A value as a condition: numbers are true unless they are 0. */
  #condition(term: Term): Text {
    if (term.truth || this.#onHost(term)) return this.#print(term);
    return { text: `${this.#within(term, COMPARE + 1)} != 0`, binds: COMPARE };
  }

  #binary({ op, args: [a, b] }: Extract<Term, { kind: "binary" }>): Text {
    if (op === "and" || op === "or") {
      const host = this.#onHost(a, b);
      const binds = op === "and" ? (host ? AND : BIT_AND) : host ? OR : BIT_OR;
      const [left, right] = [a, b].map((x) => this.#bracketed(this.#condition(x), binds + 1));
      return { text: `${left} ${host ? op : op === "and" ? "&" : "|"} ${right}`, binds };
    }
    const compared = comparisons[op];
    if (compared !== undefined)
      return { text: `${this.#within(a, COMPARE + 1)} ${compared} ${this.#within(b, COMPARE + 1)}`, binds: COMPARE };
    // Two conditions become numbers only by conversion.
    const [x, y] = a.truth && b.truth ? [a, b].map((t) => ({ ...t, factor: true })) : [a, b];
    const number = (t: Term & { readonly factor?: boolean }, least: number): string =>
      t.factor
        ? this.#bracketed({ text: `1.0 * (${this.#print(t).text})`, binds: PRODUCT }, least)
        : this.#within(t, least);
    switch (op) {
      case "add":
      case "sub":
        return {
          text: `${number(x!, SUM)} ${op === "add" ? "+" : "-"} ${number(y!, op === "add" ? SUM : SUM + 1)}`,
          binds: SUM,
        };
      case "mul":
        return {
          text: `${number(x!, PRODUCT)} * ${number(y!, b.kind === "binary" && b.op === "mul" ? PRODUCT : PRODUCT + 1)}`,
          binds: PRODUCT,
        };
      case "div":
        return { text: `${number(x!, PRODUCT)} / ${number(y!, PRODUCT + 1)}`, binds: PRODUCT };
      case "matmul":
        return { text: `${this.#within(a, PRODUCT)} @ ${this.#within(b, PRODUCT + 1)}`, binds: PRODUCT };
      case "pow":
        return { text: `${number(x!, POWER + 1)} ** ${number(y!, MINUS)}`, binds: POWER };
      case "mod":
        return this.#remainder(a, b);
      default:
        throw new RangeError(op);
    }
  }

  /** The remainder has the sign of `a`; Python's `%` has that of `b`. */
  #remainder(a: Term, b: Term): Text {
    const simple = [a, b].every(({ kind }) => kind === "name" || kind === "number");
    if (simple && a.place === "host" && b.place === "host")
      return { text: `${this.#within(a, PRODUCT)} % ${this.#within(b, PRODUCT + 1)}`, binds: PRODUCT };
    if (this.#onHost(a, b)) {
      this.callsMath = true;
      return { text: `math.fmod(${this.formula(a)}, ${this.formula(b)})`, binds: WHOLE };
    }
    return { text: `${this.library.name}.fmod(${this.formula(a)}, ${this.formula(b)})`, binds: WHOLE };
  }

  #choice(test: Term, yes: Term, no: Term): Text {
    const condition = this.#condition(test);
    if (this.#onHost(test)) {
      const tensor = this.library.name === "torch" && !this.#onHost(yes, no);
      const branch = (term: Term, least: number): string =>
        tensor && term.place === "host" ? `p.new_tensor(${this.formula(term)})` : this.#within(term, least);
      return {
        text: `${branch(yes, CHOICE + 1)} if ${this.#bracketed(condition, CHOICE + 1)} else ${branch(no, CHOICE)}`,
        binds: CHOICE,
      };
    }
    return {
      text: `${this.library.name}.where(${condition.text}, ${this.formula(yes)}, ${this.formula(no)})`,
      binds: WHOLE,
    };
  }

  #call(name: string, args: readonly Term[]): Text {
    const whole = (text: string): Text => ({ text, binds: WHOLE });
    const [x, y, z] = args as readonly [Term, Term, Term]; // as many as the function takes
    const lib = this.library.name;
    const all = args.map((arg) => this.formula(arg)).join(", ");
    if (this.#macros.has(name)) return whole(`${pythonName(name)}(${all})`);
    switch (name) {
      case "sum":
      case "rowSum":
      case "columnSum":
        return this.#sum(name, x);
      case "mean":
      case "largest":
        return whole(`${this.#number(x)}.${name === "mean" ? "mean" : "max"}()`);
      case "norm":
      case "rms":
        return this.#norm(name, x);
      case "rowMean":
      case "rowMax":
      case "columnMean":
      case "columnMax":
        return this.#byLine(name, x);
      case "rows":
        return whole(`${this.#whole(x)}.shape[0]`);
      case "cols":
        return whole(`${this.#whole(x)}.shape[1]`);
      case "elements":
        return whole(lib === "torch" ? `${this.#whole(x)}.numel()` : `${this.#whole(x)}.size`);
      case "eye":
        return whole(
          lib === "torch" ? `torch.eye(${all}, dtype=p.dtype, device=p.device)` : `${lib}.eye(${all}, dtype=p.dtype)`,
        );
      case "qr":
      case "eigh":
      case "svd":
      case "inverseRoot": {
        const helper = `_${snake(name)}`;
        this.helpers.add(helper);
        return whole(`${helper}(${all})`);
      }
      case "triu":
        return whole(`${lib}.triu(${all})`);
      case "solve":
        return whole(`${lib}.linalg.solve(${all})`);
      case "clamp": {
        if (this.#onHost(x, y, z)) return whole(`min(max(${this.formula(x)}, ${this.formula(y)}), ${this.formula(z)})`);
        if (lib !== "torch") return whole(`${lib}.clip(${all})`);
        if (y.place === "host" && z.place === "host") return whole(`torch.clamp(${all})`);
        const { text } = this.#bound("max", this.formula(x), x, y);
        return this.#bound("min", text, { ...x, place: "tensor" }, z);
      }
      case "min":
      case "max":
        return this.#onHost(x, y) ? whole(`${name}(${all})`) : this.#bound(name, this.formula(x), x, y);
      default:
        return whole(this.#onHost(...args) ? this.#hostCall(name, args) : this.#arrayCall(name, args));
    }
  }

  /** The smaller or larger of two numbers, one of which is an array's. */
  #bound(name: "min" | "max", text: string, x: Term, y: Term): Text {
    const lib = this.library.name;
    const [a, b] = x.place === "host" ? [this.formula(y), text] : [text, this.formula(y)];
    const host = x.place === "host" || y.place === "host";
    if (lib === "torch" && host)
      return { text: `torch.clamp(${a}, ${name === "min" ? "max" : "min"}=${b})`, binds: WHOLE };
    return { text: `${lib}.${name}imum(${text}, ${this.formula(y)})`, binds: WHOLE };
  }

  #hostCall(name: string, args: readonly Term[]): string {
    const all = args.map((arg) => this.formula(arg)).join(", ");
    if (name === "abs") return `abs(${all})`;
    if (name === "sign" || (name === "sqrt" && mayBeNegative(args[0]!))) {
      const helper = `_${name}`;
      this.helpers.add(helper);
      return `${helper}(${all})`;
    }
    this.callsMath = true;
    return `math.${name}(${all})`;
  }

  #arrayCall(name: string, args: readonly Term[]): string {
    const lib = this.library.name;
    if (name === "erf") {
      if (lib === "torch") return `torch.erf(${this.formula(args[0]!)})`;
      if (lib === "jnp") return `jax.scipy.special.erf(${this.formula(args[0]!)})`;
      this.helpers.add("_erf");
      return `_erf(${this.formula(args[0]!)})`;
    }
    const called = name === "atan2" && lib !== "torch" ? "arctan2" : name;
    const texts = args.map((arg) =>
      lib === "torch" && arg.place === "host"
        ? `torch.as_tensor(${this.formula(arg)}, dtype=p.dtype)`
        : this.formula(arg),
    );
    return `${lib}.${called}(${texts.join(", ")})`;
  }

  /** A value with numbers as elements, for operations that count conditions. */
  #number(x: Term): string {
    return x.truth ? `(1.0 * (${this.formula(x)}))` : this.#whole(x);
  }

  #sum(name: "sum" | "rowSum" | "columnSum", x: Term): Text {
    const axis =
      name === "sum" ? "" : name === "rowSum" ? `1, ${this.library.keep}=True` : `0, ${this.library.keep}=True`;
    // One number per row counts once per column.
    if (isLine(x.place)) {
      const times = x.place === "row" ? "cols" : "rows";
      const along = (x.place === "row") === (name === "rowSum");
      const summed = along && name !== "sum" ? this.#within(x, PRODUCT + 1) : `${this.#number(x)}.sum(${axis})`;
      const alone = name !== "sum" && !along;
      return alone ? { text: summed, binds: WHOLE } : { text: `${times} * ${summed}`, binds: PRODUCT };
    }
    return { text: `${this.#number(x)}.sum(${axis})`, binds: WHOLE };
  }

  #norm(name: "norm" | "rms", x: Term): Text {
    const lib = this.library.name;
    if (name === "rms") return { text: `${lib}.sqrt((${this.#within(x, POWER + 1)} ** 2).mean())`, binds: WHOLE };
    const vector = lib === "torch" ? "torch.linalg.vector_norm" : `${lib}.linalg.norm`;
    const norm = `${vector}(${this.formula(x)})`;
    if (!isLine(x.place)) return { text: norm, binds: WHOLE };
    return { text: `${x.place === "row" ? "cols" : "rows"} ** 0.5 * ${norm}`, binds: PRODUCT };
  }

  #byLine(name: "rowMean" | "rowMax" | "columnMean" | "columnMax", x: Term): Text {
    const rows = name.startsWith("row");
    if (x.place === (rows ? "row" : "column")) return this.#print(x);
    const axis = `${rows ? 1 : 0}, ${this.library.keep}=True`;
    if (name.endsWith("Mean")) return { text: `${this.#number(x)}.mean(${axis})`, binds: WHOLE };
    const most = this.library.name === "torch" ? "amax" : "max";
    return { text: `${this.#whole(x)}.${most}(${axis})`, binds: WHOLE };
  }
}

/** A difference other than `1 - x^n` may be below 0. */
function mayBeNegative(term: Term): boolean {
  if (term.kind === "number" || term.kind === "name") return false;
  if (term.kind === "binary" && term.op === "sub") {
    const [a, b] = term.args;
    return !(a.kind === "number" && b.kind === "binary" && b.op === "pow");
  }
  return term.args.some(mayBeNegative);
}
