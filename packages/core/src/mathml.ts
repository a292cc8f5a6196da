import { type Block, blocksOf, phasesOf } from "./blocks.ts";
import { operators } from "./operations.ts";
import { type Ast, fold, parse } from "./parse.ts";
import { checkLines, type RuleSpec } from "./spec.ts";
import { formOf, numberOf, strength, symbolOf, type Typeset, viewOf } from "./typeset.ts";

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const mi = (text: string): string => `<mi>${escaped(text)}</mi>`;
const mo = (text: string): string => `<mo>${escaped(text)}</mo>`;
const mn = (text: string): string => `<mn>${escaped(text)}</mn>`;
/** Added up, because a joined text is copied at every level: a sum of 10,000 terms would take seconds. */
const row = (...parts: readonly string[]): string =>
  parts.length === 1 ? parts[0]! : `${parts.reduce((text, part) => text + part, "<mrow>")}</mrow>`; // one part
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

/** Whether an operand of something that binds so strongly begins ("left") or ends ("right") with a word, without brackets. */
function hasWordAt(side: "left" | "right", operand: Ast, least: number): boolean {
  let [at, binds] = [operand, least];
  while (strength(at) >= binds)
    if (at.kind === "binary" && at.op !== "div" && at.op !== "pow") [at, binds] = [at[side], operators[at.op].binds];
    else if (at.kind === "unary" && at.op !== "transpose" && side === "right") [at, binds] = [at.of, 7];
    else break;
  return at.kind === "name" && symbolOf(at.name).kind === "word";
}

const print = (ast: Ast): string => fold<string>(ast, printNode);

function printNode(e: Ast, operands: readonly string[]): string {
  const [a = "", b = "", c = ""] = operands;
  const brackets = (operand: Ast, text: string, least: number): string =>
    strength(operand) < least ? fenced("(", text, ")") : text;
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
      const form = formOf(e.name);
      if (form === "root") return `<msqrt>${a}</msqrt>`;
      if (typeof form === "string") return row(mi(e.name), fenced("(", operands.join(mo(",")), ")"));
      const inside = fenced(form.text[0], a, form.text[1]);
      return form.below === undefined ? inside : `<msub>${inside}<mtext>${form.below}</mtext></msub>`;
    }
    case "unary":
      if (e.op === "transpose") return `<msup>${brackets(e.of, a, 9)}${mo("⊤")}</msup>`;
      return row(mo(e.op === "neg" ? "−" : "¬"), brackets(e.of, a, 7));
    case "choice": {
      const line = (value: string, test: string): string => `<mtr><mtd>${value}</mtd><mtd>${test}</mtd></mtr>`;
      const lines = line(b, a) + line(c, "<mtext>otherwise</mtext>");
      return row(mo("{"), `<mtable columnalign="left">${lines}</mtable>`);
    }
    case "binary": {
      if (e.op === "div") return `<mfrac>${a}${b}</mfrac>`;
      if (e.op === "pow") {
        // The exponent of a symbol with an index stands above the index and not behind it.
        const base = e.left.kind === "name" ? symbolOf(e.left.name) : undefined;
        if (base?.kind === "sub") return `<msubsup>${symbol(base.of)}${symbol(base.sub)}${b}</msubsup>`;
        return `<msup>${brackets(e.left, a, 9)}${b}</msup>`;
      }
      const { binds, text } = operators[e.op];
      // a number after a product sign would read as one number with the factor before it
      const sign = e.op === "mul" && e.right.kind === "number" ? "·" : text;
      // words without a space between them would read as one
      const words = e.op === "mul" && (hasWordAt("right", e.left, binds) || hasWordAt("left", e.right, binds));
      const times = words ? `<mo rspace="0.17em">${sign}</mo>` : mo(sign);
      return row(brackets(e.left, a, binds), times, brackets(e.right, b, binds + (e.op === "sub" ? 1 : 0)));
    }
  }
}

/** A rule as its paper's algorithm box in MathML, which browsers set without a library; one row of a table per equation. */
export function mathml(
  rule: Pick<RuleSpec, "phases" | "before" | "update" | "after" | "readout" | "layout" | "blocks">,
): string {
  checkLines("mathml", rule);
  const phases = phasesOf(rule);
  const heading = (text: string, rest = ""): string =>
    `<mtr><mtd columnspan="3"><mtext>${text}</mtext>${rest}</mtd></mtr>`;
  const equation = ([name, source]: readonly [string, string]): string =>
    `<mtr><mtd>${symbol(symbolOf(name))}</mtd><mtd>${mo("←")}</mtd><mtd>${print(parse(source))}</mtd></mtr>`;
  const block = ({ when, lines }: Block): string[] => [
    ...(when === undefined ? [] : [heading("if ", print(parse(when)))]),
    ...lines.map(equation),
  ];
  const view = viewOf(rule).map((parts) =>
    parts.map((part) => (typeof part === "string" ? `<mtext>${part}</mtext>` : symbol(part))).join(""),
  );
  const rows = [
    ...view.map((line) => `<mtr><mtd columnspan="3">${line}</mtd></mtr>`),
    ...phases.flatMap((phase) => [
      ...(phases.length > 1 ? [heading(phase)] : []),
      ...blocksOf(rule, phase).flatMap(block),
    ]),
    ...(rule.readout ? [heading("readout"), equation(["p", rule.readout.p])] : []),
  ];
  return `<math display="block"><mtable columnalign="right center left">${rows.join("")}</mtable></math>`;
}
