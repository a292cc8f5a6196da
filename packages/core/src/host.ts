import { OptimizerError, takes } from "./errors.ts";
import { type Expr, isMatrixOp, isReduction, postorder, topological } from "./expr.ts";
import { scalarOps } from "./operations.ts";

/** Values by name: hyper-parameters, `t`, and what is known of the parameter. */
export type Env = Readonly<Record<string, number>>;

/** Gives the numbers that it was made for their values, from those given. */
export type Compute = (numbers: Float64Array) => void;

/**
 * A row of float64 numbers with a place for each expression: what is given is put there, the rest is computed from it,
 * by a list of operations made once, so that a step costs no more than its arithmetic.
 */
export class Sheet {
  readonly #at = new Map<Expr, number>();
  readonly #constants: (readonly [at: number, value: number])[] = [];

  /** The place of an expression that is given. */
  give(e: Expr): number {
    const known = this.#at.get(e);
    if (known !== undefined) return known;
    const at = this.#at.size;
    this.#at.set(e, at);
    return at;
  }

  /** The place of an expression that is given, or was to be computed. */
  at(e: Expr): number {
    const at = this.#at.get(e);
    if (at === undefined) throw new OptimizerError(`\`${e.op}\` is neither given nor computed.`);
    return at;
  }

  /** A function that computes the expressions that have no place yet from those that have one by now. */
  compute(roots: readonly Expr[]): Compute {
    const operations: Operation[] = [];
    const places: number[] = [];
    const wanted = postorder(roots, (e) => (this.#at.has(e) || e.op === "const" ? [] : operation(e).args));
    for (const e of wanted) {
      if (this.#at.has(e)) continue;
      if (e.op === "const") this.#constants.push([this.give(e), e.value]);
      else {
        const { f, args } = operation(e);
        const [a = 0, b = 0, c = 0] = args.map((arg) => this.at(arg));
        operations.push(f);
        places.push(this.give(e), a, b, c);
      }
    }
    // The place of a result, then those of three arguments, of which an operation reads as many as it has.
    const from = Int32Array.from(places);
    return (numbers) => {
      for (let i = 0, k = 0; i < operations.length; i++, k += 4)
        numbers[from[k]!] = operations[i]!(numbers[from[k + 1]!]!, numbers[from[k + 2]!]!, numbers[from[k + 3]!]!);
    };
  }

  /** A row with room for all that have a place, in which constants have their values. */
  row(): Float64Array {
    const row = new Float64Array(this.#at.size);
    for (const [at, value] of this.#constants) row[at] = value;
    return row;
  }
}

type Operation = (a: number, b: number, c: number) => number;

/** `1 - b^n` is −expm1(n·log b), which keeps every digit of a bias correction when b is close to one. */
const minusPower: Operation = (a, base, power) =>
  a === 1 && base > 0 ? -Math.expm1(power * Math.log(base)) : a - base ** power;

function operation(e: Expr): { readonly f: Operation; readonly args: readonly Expr[] } {
  if (e.op === "sub" && e.args[1].op === "pow") return { f: minusPower, args: [e.args[0], ...e.args[1].args] };
  if (e.op === "const" || e.op === "var" || e.op === "extent" || isReduction(e) || isMatrixOp(e))
    throw new OptimizerError(
      `\`${e.op === "var" ? e.value : e.op}\` is not computed on the host, and has no value there.`,
    );
  return { f: scalarOps[e.op], args: e.args };
}

/** Expressions as one function of an environment, in double precision. */
export function hostFunction(roots: readonly Expr[]): (env: Env) => number[] {
  const sheet = new Sheet();
  const variables = topological(roots).flatMap((e) => (e.op === "var" ? [{ name: e.value, at: sheet.give(e) }] : []));
  const compute = sheet.compute(roots);
  const wanted = roots.map((e) => sheet.at(e));
  const numbers = sheet.row();
  return (env) => {
    takes("a host function", "numbers by name", env, typeof env === "object" && env !== null);
    for (const { name, at } of variables) {
      const value = env[name];
      if (value === undefined) throw new OptimizerError(`There is no value for \`${name}\`.`);
      takes("a host function", "numbers by name", env, typeof value === "number");
      numbers[at] = value;
    }
    compute(numbers);
    return wanted.map((at) => numbers[at]!);
  };
}
