import { OptimizerError, shown, suggestion } from "./errors.ts";
import { type Arithmetic, apply, type Comparison, constant, type Expr, functions, type Logic } from "./expr.ts";

/** One right-hand side as it was written, before it becomes a graph; LaTeX is printed from this. */
export type Ast =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Ast[]; readonly at: number }
  | { readonly kind: "unary"; readonly op: "neg" | "not" | "transpose"; readonly of: Ast; readonly at: number }
  | { readonly kind: "binary"; readonly op: Infix; readonly left: Ast; readonly right: Ast; readonly at: number }
  | { readonly kind: "choice"; readonly test: Ast; readonly yes: Ast; readonly no: Ast; readonly at: number };
/** Operators between two operands. */
export type Infix = Exclude<Arithmetic, "min" | "max"> | Comparison | Logic | "matmul";

/** Binding powers, loosest first: choice < or < and < comparison < sum < product < minus < power < transpose. */
const infix: Readonly<Record<string, readonly [power: number, op: Infix]>> = {
  "||": [2, "or"],
  "&&": [3, "and"],
  "<": [4, "lt"],
  ">": [4, "gt"],
  "<=": [4, "le"],
  ">=": [4, "ge"],
  "==": [4, "eq"],
  "!=": [4, "ne"],
  "+": [5, "add"],
  "-": [5, "sub"],
  "*": [6, "mul"],
  "/": [6, "div"],
  "@": [6, "matmul"],
  "^": [8, "pow"],
};
const CHOICE = 1;
const MINUS = 7;

const letter = "A-Za-z_\\u0370-\\u03ff";
const token = new RegExp(
  `\\s*(?:(\\d+\\.?\\d*(?:[eE][-+]?\\d+)?|\\.\\d+(?:[eE][-+]?\\d+)?)|([${letter}][\\w\\u0370-\\u03ff]*)|(<=|>=|==|!=|&&|\\|\\||[-+*/@'^()?:<>,!]))`,
  "y",
);
const isName = (text: string): boolean => new RegExp(`^[${letter}]`).test(text);

/** A complaint with the equation and a caret under the offending token. */
export function complain(message: string, source: string, at: number): never {
  throw new SyntaxError(`${message}\n    ${source}\n    ${" ".repeat(at)}^`);
}

/** Parses one right-hand side, e.g. `beta1 * m + (1 - beta1) * g`. Throws a SyntaxError with a caret. */
export function parse(source: string): Ast {
  if (typeof source !== "string")
    throw new OptimizerError(`An equation is text, such as "p - lr * g", and not ${shown(source)}.`);
  const tokens: { readonly text: string; readonly at: number }[] = [];
  token.lastIndex = 0;
  for (let end = 0; source.slice(end).trim() !== ""; end = token.lastIndex) {
    token.lastIndex = end;
    const match = token.exec(source);
    if (!match) return complain("unexpected character", source, end + source.slice(end).search(/\S/));
    const text = (match[1] ?? match[2] ?? match[3])!; // one of the three groups matched
    tokens.push({ text, at: token.lastIndex - text.length });
  }
  let i = 0;
  const peek = (): string => tokens[i]?.text ?? "";
  const at = (): number => tokens[i]?.at ?? source.length;
  const expect = (text: string): void => {
    if (peek() !== text) complain(`expected \`${text}\``, source, at());
    i++;
  };

  function prefix(): Ast {
    const start = at();
    const text = peek();
    i++;
    if (/^[\d.]/.test(text)) return { kind: "number", value: Number(text), at: start };
    if (text === "-") return { kind: "unary", op: "neg", of: expression(MINUS), at: start };
    if (text === "!") return { kind: "unary", op: "not", of: expression(MINUS), at: start };
    if (text === "(") {
      const inner = expression(0);
      expect(")");
      return inner;
    }
    if (!isName(text)) return complain("expected a value", source, start);
    if (peek() !== "(") return { kind: "name", name: text, at: start };
    i++;
    const args = [expression(0)];
    while (peek() === ",") {
      i++;
      args.push(expression(0));
    }
    expect(")");
    return { kind: "call", name: text, args, at: start };
  }
  function expression(power: number): Ast {
    let left = prefix();
    for (;;) {
      const here = at();
      if (peek() === "?" && power <= CHOICE) {
        i++;
        const yes = expression(CHOICE);
        expect(":");
        left = { kind: "choice", test: left, yes, no: expression(CHOICE), at: here };
        continue;
      }
      if (peek() === "'") {
        i++;
        left = { kind: "unary", op: "transpose", of: left, at: here };
        continue;
      }
      const entry = infix[peek()];
      if (!entry || entry[0] < power) return left;
      i++;
      const [binds, op] = entry;
      left = { kind: "binary", op, left, right: expression(op === "pow" ? MINUS : binds + 1), at: here };
    }
  }
  const root = expression(0);
  if (i < tokens.length) complain(`unexpected \`${peek()}\``, source, at());
  return root;
}

/** What a name stands for: a value, a macro, or nothing. */
export type Lookup = (name: string) => Expr | ((...args: Expr[]) => Expr) | undefined;

/** Turns a parsed right-hand side into a graph, looking its names up in `scope`; `names` are offered for typing mistakes. */
export function build(ast: Ast, source: string, lookup: Lookup, names: Iterable<string> = []): Expr {
  const known = [...names];
  const at = (e: Ast): Expr => {
    switch (e.kind) {
      case "number":
        return constant(e.value);
      case "name": {
        const found = lookup(e.name);
        if (typeof found === "object") return found;
        if (typeof found === "function" || e.name in functions)
          return complain(`\`${e.name}\` is a function; give it its arguments`, source, e.at);
        return complain(`unknown symbol \`${e.name}\`.${suggestion(e.name, known)}`, source, e.at);
      }
      case "call": {
        const args = e.args.map(at);
        const macro = lookup(e.name);
        if (typeof macro === "function") return macro(...args);
        const f = functions[e.name];
        if (macro) return complain(`\`${e.name}\` is a value, not a function`, source, e.at);
        if (!f)
          return complain(
            `unknown function \`${e.name}\`.${suggestion(e.name, [...Object.keys(functions), ...known])}`,
            source,
            e.at,
          );
        if (f.arity !== args.length)
          return complain(`\`${e.name}\` takes ${f.arity}, not ${args.length}`, source, e.at);
        return made(e, () => f.build(...args));
      }
      case "unary":
        return made(e, () => apply(e.op, at(e.of)));
      case "binary":
        return made(e, () => apply(e.op, at(e.left), at(e.right)));
      case "choice":
        return apply("select", at(e.test), at(e.yes), at(e.no));
    }
  };
  const made = (e: Ast, make: () => Expr): Expr => {
    try {
      return make();
    } catch (error) {
      if (error instanceof SyntaxError && !error.message.includes("\n")) complain(error.message, source, e.at);
      throw error;
    }
  };
  return at(ast);
}
