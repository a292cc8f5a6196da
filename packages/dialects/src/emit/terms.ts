import { OptimizerError } from "@descent/core";
import { type Expr, type Infix, isBoolean, isReduction, type Place, topological } from "@descent/core/graph";
import type { MacroText, Term } from "./script.ts";

/** An expression as lines: what is read more than once has a name, the last line is the value. */
export interface Lines {
  readonly lines: readonly (readonly [name: string, value: Term])[];
  readonly value: Term;
}

const infix: ReadonlySet<string> = new Set<string>([
  "or", "and", "lt", "gt", "le", "ge", "eq", "ne", "add", "sub", "mul", "div", "mod", "matmul", "pow",
] satisfies Infix[]); // biome-ignore format: one list
const isInfix = (op: string): op is Infix => infix.has(op);
const sums: Readonly<Record<string, string>> = { scalar: "sum", row: "rowSum", column: "columnSum" };
const extremes: Readonly<Record<string, string>> = { scalar: "largest", row: "rowMax", column: "columnMax" };

/** The expressions that a macro makes as lines of code. */
export function linesOf({ name }: MacroText, root: Expr): Lines {
  const all = topological([root]);
  const uses = new Map<Expr, number>();
  for (const e of all) for (const arg of e.args) uses.set(arg, (uses.get(arg) ?? 0) + 1);
  const terms = new Map<Expr, Term>();
  const lines: [string, Term][] = [];
  for (const e of all) {
    const term = termOf(e, name, (arg) => terms.get(arg)!); // arguments come first
    const leaf = e.op === "var" || e.op === "const" || e.args.length === 0;
    if (leaf || e === root || uses.get(e)! < 2) {
      terms.set(e, term);
      continue;
    }
    const symbol = `y${lines.length + 1}`;
    lines.push([symbol, term]);
    terms.set(e, { kind: "name", name: symbol, place: e.place, truth: isBoolean(e) });
  }
  return { lines, value: terms.get(root)! };
}

function termOf(e: Expr, macro: string, of: (e: Expr) => Term): Term {
  const { place } = e;
  const truth = isBoolean(e);
  const args = e.args.map(of);
  const [a, b, c] = args as [Term, Term, Term]; // as many as the operation has
  const call = (name: string, of: readonly Term[] = args): Term => ({ kind: "call", name, args: of, place, truth });
  const plain = (name: string): Term => ({ kind: "name", name, place, truth });
  if (e.op === "const") return { kind: "number", value: e.value, place, truth: false };
  if (e.op === "var") return plain(e.value);
  if (e.op === "extent") return call(e.value === "size" ? "elements" : e.value);
  if (isReduction(e)) {
    if (e.value === "model")
      throw new OptimizerError(
        `The macro \`${macro}\` adds up over the model, which emitted code does in equations only.`,
      );
    if (e.op === "largest") return call(extremes[e.value]!);
    if (e.op === "sum") return call(sums[e.value]!);
    const two: Term = { kind: "number", value: 2, place: "host", truth: false };
    return call(sums[e.value]!, [{ kind: "binary", op: "pow", args: [a, two], place: a.place, truth: false }]);
  }
  const [inner] = e.args;
  if (e.op === "sqrt" && inner?.op === "sumsq" && inner.value === "scalar") return call("norm", [of(inner.args[0])]);
  if (e.op === "neg" || e.op === "not" || e.op === "transpose")
    return { kind: "unary", op: e.op, args: [a], place, truth };
  if (e.op === "select") return { kind: "choice", args: [a, b, c], place, truth };
  if (isInfix(e.op)) return { kind: "binary", op: e.op, args: [a, b], place, truth };
  return call(e.op);
}

/** `weightDecay` → `weight_decay`, `ema.average` → `ema_average`. */
export const snake = (name: string): string =>
  name
    .replaceAll(".", "_")
    .replace(/([a-z0-9\u03b1-\u03c9])([A-Z])/g, "$1_$2")
    .toLowerCase();

/** Whether a place holds one number per row or per column. */
export const isLine = (place: Place): place is "row" | "column" => place === "row" || place === "column";
