import { type Expr, scalarOps, topological } from "./expr.ts";

/** Values by name: hyper-parameters, `t`, and what is known of the parameter. */
export type Env = Readonly<Record<string, number>>;

/**
 * Host expressions as one function of an environment, in double precision. `1 - b^n` is taken as −expm1(n·log b), which
 * keeps every digit of a bias correction when b is close to one.
 */
export function hostFunction(roots: readonly Expr[]): (env: Env, known?: ReadonlyMap<Expr, number>) => number[] {
  const order = topological(roots);
  const at = new Map(order.map((e, i) => [e, i]));
  const slots = order.map((e) => e.args.map((a) => at.get(a)!));
  const wanted = roots.map((r) => at.get(r)!);
  return (env, known) => {
    const value = new Float64Array(order.length);
    const evaluate = (e: Expr, i: number): number => {
      if (e.op === "const") return e.value as number; // const nodes hold numbers
      if (e.op === "var") {
        const found = env[e.value as string]; // var nodes hold names
        if (found === undefined) throw new TypeError(`no value for \`${e.value}\``);
        return found;
      }
      if (e.op === "sum" || e.op === "sumsq" || e.op === "matmul" || e.op === "transpose")
        throw new TypeError(`\`${e.op}\` is not a host operation`);
      const [a, b] = slots[i]! as [number, number]; // b is read for subtractions only
      if (e.op === "sub" && value[a] === 1 && order[b]!.op === "pow") {
        const [base, power] = slots[b]!.map((k) => value[k]!) as [number, number]; // pow has two arguments
        if (base > 0) return -Math.expm1(power * Math.log(base));
      }
      return scalarOps[e.op](...slots[i]!.map((k) => value[k]!));
    };
    order.forEach((e, i) => {
      value[i] = known?.get(e) ?? evaluate(e, i);
    });
    return wanted.map((k) => value[k]!);
  };
}
