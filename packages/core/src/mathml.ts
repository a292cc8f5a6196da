import { type Ast, type Infix, parse } from "./parse.ts";
import { inOrder, type RuleSpec } from "./spec.ts";
import { numberOf, power, strength, symbolOf, type Typeset } from "./typeset.ts";

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const mi = (text: string): string => `<mi>${escaped(text)}</mi>`;
const mo = (text: string): string => `<mo>${escaped(text)}</mo>`;
const mn = (text: string): string => `<mn>${escaped(text)}</mn>`;
const row = (...parts: readonly string[]): string =>
  parts.length === 1 ? parts[0]! : `<mrow>${parts.join("")}</mrow>`; // one part
const fenced = (open: string, inside: string, close: string): string => row(mo(open), inside, mo(close));

function symbol(s: Typeset): string {
  switch (s.kind) {
    case "letter":
      return /^\d/.test(s.text) ? mn(s.text) : mi(s.text);
    case "word":
      return `<mtext>${escaped(s.text)}</mtext>`;
    case "accent":
      return `<mover accent="true">${symbol(s.of)}${mo(s.accent === "hat" ? "^" : "¯")}</mover>`;
    case "sub":
      return `<msub>${symbol(s.of)}${symbol(s.sub)}</msub>`;
  }
}

const between: Readonly<Record<Exclude<Infix, "div" | "pow">, string>> = {
  or: "∨",
  and: "∧",
  lt: "<",
  le: "≤",
  gt: ">",
  ge: "≥",
  eq: "=",
  ne: "≠",
  add: "+",
  sub: "−",
  mul: "\u2062", // an invisible times
  matmul: "\u2062",
};
const brackets = (e: Ast, least: number): string => (strength(e) < least ? fenced("(", print(e), ")") : print(e));

function print(e: Ast): string {
  switch (e.kind) {
    case "number": {
      const { digits, exponent } = numberOf(e.value);
      if (exponent === undefined) return mn(digits);
      const ten = `<msup>${mn("10")}${mn(String(exponent).replace("-", "−"))}</msup>`;
      return digits === "1" ? ten : row(mn(digits), mo("·"), ten);
    }
    case "name":
      return symbol(symbolOf(e.name));
    case "call": {
      const args = e.args.map(print);
      const first = args[0]!; // a call has an argument
      if (e.name === "sqrt") return `<msqrt>${first}</msqrt>`;
      if (e.name === "abs") return fenced("|", first, "|");
      if (e.name === "norm") return fenced("‖", first, "‖");
      if (e.name === "totalNorm") return `<msub>${fenced("‖", first, "‖")}<mtext>model</mtext></msub>`;
      if (e.name === "floor") return fenced("⌊", first, "⌋");
      return row(mi(e.name), fenced("(", args.join(mo(",")), ")"));
    }
    case "unary":
      if (e.op === "transpose") return `<msup>${brackets(e.of, 9)}${mo("⊤")}</msup>`;
      return row(mo(e.op === "neg" ? "−" : "¬"), brackets(e.of, 7));
    case "choice": {
      const line = (value: string, test: string): string => `<mtr><mtd>${value}</mtd><mtd>${test}</mtd></mtr>`;
      const lines = line(print(e.yes), print(e.test)) + line(print(e.no), "<mtext>otherwise</mtext>");
      return row(mo("{"), `<mtable columnalign="left">${lines}</mtable>`);
    }
    case "binary": {
      if (e.op === "div") return `<mfrac>${print(e.left)}${print(e.right)}</mfrac>`;
      if (e.op === "pow") return `<msup>${brackets(e.left, 9)}${print(e.right)}</msup>`;
      const own = power[e.op];
      // a number after a product sign would read as one number with the factor before it
      const sign = e.op === "mul" && e.right.kind === "number" ? "·" : between[e.op];
      return row(brackets(e.left, own), mo(sign), brackets(e.right, own + (e.op === "sub" ? 1 : 0)));
    }
  }
}

/** A rule as its paper's algorithm box in MathML, which browsers set without a library; one row of a table per equation. */
export function mathml(rule: Pick<RuleSpec, "update" | "before">): string {
  const lines = [...(rule.before ?? []), rule.update].flatMap(inOrder);
  const rows = lines.map(
    ([name, source]) =>
      `<mtr><mtd>${symbol(symbolOf(name))}</mtd><mtd>${mo("←")}</mtd><mtd>${print(parse(source))}</mtd></mtr>`,
  );
  return `<math display="block"><mtable columnalign="right center left">${rows.join("")}</mtable></math>`;
}
