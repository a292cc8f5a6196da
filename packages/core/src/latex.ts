import { type Block, blocksOf, phasesOf } from "./blocks.ts";
import { operators } from "./operations.ts";
import { type Ast, fold, parse } from "./parse.ts";
import { checkLines, type RuleSpec } from "./spec.ts";
import { formOf, numberOf, strength, symbolOf, type Typeset, viewOf } from "./typeset.ts";

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

const aligned = (name: string, source: string): string =>
  latexEquation(name, source).replace(" \\leftarrow ", " &\\leftarrow ");

/** Guarded equations stand under their condition. */
function lines({ when, lines }: Block): string[] {
  const equations = lines.map(([name, source]) => aligned(name, source));
  return when === undefined
    ? equations
    : [`&\\textbf{if } ${print(parse(when))}`, ...equations.map((line) => line.replace("&", "&\\quad "))];
}

/** A rule as its paper's algorithm box, one aligned line per equation, for any LaTeX or MathJax. */
export function latex(
  rule: Pick<RuleSpec, "phases" | "before" | "update" | "after" | "readout" | "layout" | "blocks">,
): string {
  checkLines("latex", rule);
  const phases = phasesOf(rule);
  const title = (phase: string): string[] => (phases.length > 1 ? [`&\\textbf{${phase}}`] : []);
  const view = viewOf(rule).map((parts) =>
    parts.map((part) => (typeof part === "string" ? `\\text{${part}}` : symbol(part))).join(""),
  );
  const body = [
    ...view.map((line) => `&${line}`),
    ...phases.flatMap((phase) => [...title(phase), ...blocksOf(rule, phase).flatMap(lines)]),
    ...(rule.readout ? ["&\\textbf{readout}", aligned("p", rule.readout.p)] : []),
  ];
  return `\\begin{aligned}\n${body.join(" \\\\\n")}\n\\end{aligned}`;
}
