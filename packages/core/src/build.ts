import { apply } from "./construct.ts";
import { isCallback, isRecord, suggestion, takes } from "./errors.ts";
import { constant, type Expr } from "./expr.ts";
import { functions } from "./functions.ts";
import { type Ast, complain, fold } from "./parse.ts";

/** The meaning of a name: a value, a macro, or nothing. */
export type Lookup = (name: string) => Expr | ((...args: Expr[]) => Expr) | undefined;

/** Turns a parsed right-hand side into a graph, looking its names up in `scope`; `names` are offered for typing mistakes. */
export function build(ast: Ast, source: string, lookup: Lookup, names: Iterable<string> = []): Expr {
  takes("build", "what parse returns", ast, isRecord(ast) && typeof ast.kind === "string");
  takes("build", "the text that was parsed", source, typeof source === "string");
  takes("build", "a function from names to values", lookup, isCallback(lookup));
  return fold<Expr>(ast, (e, operands) => {
    switch (e.kind) {
      case "number":
        return constant(e.value);
      case "name": {
        const found = lookup(e.name);
        if (typeof found === "object") return found;
        if (typeof found === "function" || functions.has(e.name))
          return complain(`\`${e.name}\` is a function; give it its arguments`, source, e.at);
        return complain(`unknown symbol \`${e.name}\`.${suggestion(e.name, names)}`, source, e.at);
      }
      case "call": {
        const macro = lookup(e.name);
        if (typeof macro === "function") return placed(e, source, () => macro(...operands));
        const f = functions.get(e.name);
        if (macro) return complain(`\`${e.name}\` is a value, not a function`, source, e.at);
        if (!f) {
          const near = suggestion(e.name, [...functions.keys(), ...names]);
          return complain(`unknown function \`${e.name}\`.${near}`, source, e.at);
        }
        if (f.arity !== operands.length)
          return complain(`\`${e.name}\` takes ${f.arity}, not ${operands.length}`, source, e.at);
        return placed(e, source, () => f.build(...operands));
      }
      case "unary":
      case "binary":
        return placed(e, source, () => apply(e.op, ...operands));
      case "choice":
        return apply("select", ...operands);
    }
  });
}

/** The result of `make`; its complaint gets a caret under the token of `e`. */
function placed(e: Ast, source: string, make: () => Expr): Expr {
  try {
    return make();
  } catch (error) {
    if (error instanceof SyntaxError && !error.message.includes("\n")) complain(error.message, source, e.at);
    throw error;
  }
}
