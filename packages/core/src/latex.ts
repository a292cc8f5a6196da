import { type Ast, type Infix, parse } from "./parse.ts";
import { inOrder, type RuleSpec } from "./spec.ts";
import { numberOf, power, strength, symbolOf, type Typeset } from "./typeset.ts";

const verbs: Readonly<Record<string, string>> = {
  exp: "\\exp",
  log: "\\log",
  tanh: "\\tanh",
  cos: "\\cos",
  min: "\\min",
  max: "\\max",
};

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

const between: Readonly<Partial<Record<Infix, string>>> = {
  or: " \\lor ",
  and: " \\land ",
  lt: " < ",
  le: " \\le ",
  gt: " > ",
  ge: " \\ge ",
  eq: " = ",
  ne: " \\ne ",
  add: " + ",
  sub: " - ",
  mul: "\\,",
  matmul: "\\,",
};
const brackets = (e: Ast, least: number): string => (strength(e) < least ? `\\left(${print(e)}\\right)` : print(e));

function print(e: Ast): string {
  switch (e.kind) {
    case "number": {
      const { digits, exponent } = numberOf(e.value);
      return exponent === undefined ? digits : `${digits === "1" ? "" : `${digits} \\cdot `}10^{${exponent}}`;
    }
    case "name":
      return symbol(symbolOf(e.name));
    case "call": {
      const args = e.args.map(print);
      if (e.name === "sqrt") return `\\sqrt{${args[0]}}`;
      if (e.name === "abs") return `\\left|${args[0]}\\right|`;
      if (e.name === "norm") return `\\left\\lVert ${args[0]} \\right\\rVert`;
      if (e.name === "totalNorm") return `\\left\\lVert ${args[0]} \\right\\rVert_{\\mathrm{model}}`;
      if (e.name === "floor") return `\\left\\lfloor ${args[0]} \\right\\rfloor`;
      return `${verbs[e.name] ?? `\\operatorname{${e.name}}`}\\left(${args.join(", ")}\\right)`;
    }
    case "unary":
      if (e.op === "transpose") return `${brackets(e.of, 9)}^{\\top}`;
      return `${e.op === "neg" ? "-" : "\\lnot "}${brackets(e.of, 7)}`;
    case "choice":
      return `\\begin{cases} ${print(e.yes)} & ${print(e.test)} \\\\ ${print(e.no)} & \\text{otherwise} \\end{cases}`;
    case "binary": {
      if (e.op === "div") return `\\frac{${print(e.left)}}{${print(e.right)}}`;
      if (e.op === "pow") return `${brackets(e.left, 9)}^{${print(e.right)}}`;
      const own = power[e.op];
      // a number after a product sign would read as one number with what precedes it
      const dot = e.op === "mul" && e.right.kind === "number" ? " \\cdot " : between[e.op]!;
      return `${brackets(e.left, own)}${dot}${brackets(e.right, own + (e.op === "sub" ? 1 : 0))}`;
    }
  }
}

/** One equation as LaTeX: `vHat`, `v / (1 - beta2^t)` gives `\hat{v} \leftarrow \frac{v}{1 - \beta_{2}^{t}}`. */
export const latexEquation = (name: string, source: string): string =>
  `${symbol(symbolOf(name))} \\leftarrow ${print(parse(source))}`;

/** A rule as its paper's algorithm box, one aligned line an equation, for any LaTeX or MathJax. */
export function latex(rule: Pick<RuleSpec, "update" | "before">): string {
  const lines = [...(rule.before ?? []), rule.update].flatMap(inOrder);
  const body = lines.map(([name, source]) => latexEquation(name, source).replace(" \\leftarrow ", " &\\leftarrow "));
  return `\\begin{aligned}\n${body.join(" \\\\\n")}\n\\end{aligned}`;
}
