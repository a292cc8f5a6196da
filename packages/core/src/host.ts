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
  // Values, and the number of the call that computed each. They are kept between calls, as is a function for every
  // expression: a step of a small model costs little more than its host values.
  const done = new Float64Array(order.length);
  const call = new Float64Array(order.length);
  let calls = 0;
  let env: Env = {};
  let known: ReadonlyMap<Expr, number> | undefined;
  const value = (i: number): number => {
    if (call[i] !== calls) {
      done[i] = known?.get(order[i]!) ?? nodes[i]!();
      call[i] = calls;
    }
    return done[i]!;
  };
  const nodes = order.map((e) =>
    node(
      e,
      (arg) => at.get(arg)!,
      value,
      (name) => env[name],
    ),
  );
  const wanted = roots.map((r) => at.get(r)!);
  return (given, finished) => {
    calls++;
    env = given;
    known = finished;
    return wanted.map(value);
  };
}

/** One expression as a function of what its arguments are at the time. */
function node(
  e: Expr,
  indexOf: (e: Expr) => number,
  value: (i: number) => number,
  read: (name: string) => number | undefined,
): () => number {
  if (e.op === "const") return () => e.value as number; // const nodes hold numbers
  if (e.op === "var") {
    const name = e.value as string; // var nodes hold names
    return () => {
      const found = read(name);
      if (found === undefined) throw new TypeError(`no value for \`${name}\``);
      return found;
    };
  }
  if (e.op === "sum" || e.op === "sumsq" || e.op === "matmul" || e.op === "transpose")
    return () => {
      throw new TypeError(`\`${e.op}\` is not a host operation`);
    };
  const operation = scalarOps[e.op];
  const [a = 0, b = 0, c = 0] = e.args.map(indexOf);
  if (e.op === "sub" && e.args[1]!.op === "pow") {
    const [base, power] = e.args[1]!.args.map(indexOf) as [number, number]; // pow has two arguments
    return () =>
      value(a) === 1 && value(base) > 0
        ? -Math.expm1(value(power) * Math.log(value(base)))
        : operation(value(a), value(b));
  }
  if (e.args.length === 1) return () => operation(value(a));
  if (e.args.length === 2) return () => operation(value(a), value(b));
  return () => operation(value(a), value(b), value(c));
}
