import { operators } from "./operations.ts";
import { type Ast, fold, parse } from "./parse.ts";
import { linesOf, type RuleSpec } from "./spec.ts";
import { formOf, numberOf, strength, symbolOf, type Typeset } from "./typeset.ts";

function symbol(s: Typeset): string {
  switch (s.kind) {
    case "letter":
      return s.latex;
    case "word":
      return `\\mathrm{${s.text}}`;
    case "accent":
      return `\\${s.accent}{${symbol(s.of)}}`;
    case "sub":
      return `${symbol(s.of)}_{${symbol(s.sub)}}`;
  }
}

const print = (ast: Ast): string => fold<string>(ast, printNode);

function printNode(e: Ast, operands: readonly string[]): string {
  const [a = "", b = "", c = ""] = operands;
  const brackets = (operand: Ast, text: string, least: number): string =>
    strength(operand) < least ? `\\left(${text}\\right)` : text;
  switch (e.kind) {
    case "number": {
      const { digits, exponent } = numberOf(e.value);
      return exponent === undefined ? digits : `${digits === "1" ? "" : `${digits} \\cdot `}10^{${exponent}}`;
    }
    case "name":
      return symbol(symbolOf(e.name));
    case "call": {
      const form = formOf(e.name);
      if (form === "root") return `\\sqrt{${a}}`;
      if (typeof form === "object") {
        const [open, close] = form.latex;
        return `${open}${a}${close}${form.below === undefined ? "" : `_{\\mathrm{${form.below}}}`}`;
      }
      return `${form === "verb" ? `\\${e.name}` : `\\operatorname{${e.name}}`}\\left(${operands.join(", ")}\\right)`;
    }
    case "unary":
      if (e.op === "transpose") return `${brackets(e.of, a, 9)}^{\\top}`;
      return `${e.op === "neg" ? "-" : "\\lnot "}${brackets(e.of, a, 7)}`;
    case "choice":
      return `\\begin{cases} ${b} & ${a} \\\\ ${c} & \\text{otherwise} \\end{cases}`;
    case "binary": {
      if (e.op === "div") return `\\frac{${a}}{${b}}`;
      if (e.op === "pow") return `${brackets(e.left, a, 9)}^{${b}}`;
      const { binds, latex } = operators[e.op];
      // a number after a product sign would read as one number with what precedes it
      const dot = e.op === "mul" && e.right.kind === "number" ? " \\cdot " : latex;
      return `${brackets(e.left, a, binds)}${dot}${brackets(e.right, b, binds + (e.op === "sub" ? 1 : 0))}`;
    }
  }
}

/** One equation as LaTeX: `vHat`, `v / (1 - beta2^t)` gives `\hat{v} \leftarrow \frac{v}{1 - \beta_{2}^{t}}`. */
export const latexEquation = (name: string, source: string): string =>
  `${symbol(symbolOf(name))} \\leftarrow ${print(parse(source))}`;

/** A rule as its paper's algorithm box, one aligned line an equation, for any LaTeX or MathJax. */
export function latex(rule: Pick<RuleSpec, "update" | "before">): string {
  const lines = linesOf("latex", rule);
  const body = lines.map(([name, source]) => latexEquation(name, source).replace(" \\leftarrow ", " &\\leftarrow "));
  return `\\begin{aligned}\n${body.join(" \\\\\n")}\n\\end{aligned}`;
}
