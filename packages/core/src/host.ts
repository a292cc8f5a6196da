import { type Expr, scalarOps, topological } from "./expr.ts";

/** Values by name: hyper-parameters, `t`, and what is known of the parameter. */
export type Env = Readonly<Record<string, number>>;

/**
 * Expressions as one function of an environment, in double precision; what is `known` already (a finished reduction)
 * is taken, not computed. `1 - b^n` is −expm1(n·log b), which keeps every digit of a bias correction when b is close
 * to one.
 */
export function hostFunction(roots: readonly Expr[]): (env: Env, known?: ReadonlyMap<Expr, number>) => number[] {
  const order = topological(roots);
  const at = new Map(order.map((e, i) => [e, i]));
  const args = order.map((e) => e.args.map((a) => at.get(a)!));
  const wanted = roots.map((r) => at.get(r)!);
  return (env, known) => {
    const done: (number | undefined)[] = [];
    const value = (i: number): number => (done[i] ??= known?.get(order[i]!) ?? compute(order[i]!, args[i]!));
    const compute = (e: Expr, operands: readonly number[]): number => {
      if (e.op === "const") return e.value as number; // const nodes hold numbers
      if (e.op === "var") {
        const found = env[e.value as string]; // var nodes hold names
        if (found === undefined) throw new TypeError(`no value for \`${e.value}\``);
        return found;
      }
      if (e.op === "sum" || e.op === "sumsq" || e.op === "matmul" || e.op === "transpose")
        throw new TypeError(`\`${e.op}\` is not a host operation`);
      if (e.op === "sub" && e.args[1]!.op === "pow" && value(operands[0]!) === 1) {
        const [base, power] = args[operands[1]!]!.map(value) as [number, number]; // pow has two arguments
        if (base > 0) return -Math.expm1(power * Math.log(base));
      }
      return scalarOps[e.op](...operands.map(value));
    };
    return wanted.map(value);
  };
}
