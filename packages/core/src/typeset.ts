/* Decisions that every printer of formulas shares: how a symbol looks, how a number is written, where brackets are needed. */
import { functions } from "./functions.ts";
import { type Form, operators } from "./operations.ts";
import type { Ast } from "./parse.ts";
import { blockSide, type RuleSpec } from "./spec.ts";

/** A symbol as papers set it: a letter, a word in upright type, an accent over one, a subscript under one. */
export type Typeset =
  | { readonly kind: "letter"; readonly text: string; readonly latex: string }
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "accent"; readonly accent: "hat" | "bar"; readonly of: Typeset }
  | { readonly kind: "sub"; readonly of: Typeset; readonly sub: Typeset };

const letters: ReadonlyMap<string, readonly [text: string, latex: string]> = new Map([
  ["p", ["θ", "\\theta"]],
  ["lr", ["α", "\\alpha"]],
  ["eps", ["ϵ", "\\epsilon"]],
  ["beta", ["β", "\\beta"]],
  ["weightDecay", ["λ", "\\lambda"]],
  ["momentum", ["μ", "\\mu"]],
  ["rho", ["ρ", "\\rho"]],
  ["mu", ["μ", "\\mu"]],
  ["Inf", ["∞", "\\infty"]],
]);

/** `beta1` → β₁, `vHat` → v̂, `gBar` → ḡ, `vMax` → v with the word max below, `weightDecay` → λ. */
export function symbolOf(name: string): Typeset {
  const accent = /^(.+)(Hat|Bar)$/.exec(name);
  if (accent) return { kind: "accent", accent: accent[2] === "Hat" ? "hat" : "bar", of: symbolOf(accent[1]!) }; // both groups matched
  const known = letters.get(name);
  if (known) return { kind: "letter", text: known[0], latex: known[1] };
  const numbered = /^(.*\D)(\d+)$/.exec(name);
  if (numbered)
    return {
      kind: "sub",
      of: symbolOf(numbered[1]!),
      sub: { kind: "letter", text: numbered[2]!, latex: numbered[2]! },
    };
  const compound = /^([a-z]+)([A-Z]\w*)$/.exec(name);
  if (compound && (compound[1]!.length === 1 || letters.has(compound[1]!))) {
    const below = letters.has(compound[2]!) ? symbolOf(compound[2]!) : word(compound[2]!.toLowerCase());
    return { kind: "sub", of: symbolOf(compound[1]!), sub: below };
  }
  return name.length > 1 ? word(name) : { kind: "letter", text: name, latex: name };
}

const word = (text: string): Typeset => ({ kind: "word", text });

/** The meaning of a rule's rows and columns, and its blocks, where it has them: lines of text and symbols above its equations. */
export function viewOf({
  layout,
  blocks,
}: Pick<RuleSpec, "layout" | "blocks">): readonly (readonly (string | Typeset)[])[] {
  const sides = { out: "outputs", in: "inputs" } as const;
  const side = blocks && blockSide(blocks);
  const many = typeof side === "string" ? symbolOf(side) : String(side);
  return [
    ...(layout ? [[`rows are ${sides[layout[0]]}, columns are ${sides[layout[1]]}`]] : []),
    ...(blocks && "rows" in blocks ? [["for each of ", many, " blocks of rows"]] : []),
    ...(blocks && "size" in blocks ? [["for each block of at most ", many, " rows and as many columns"]] : []),
  ];
}

/** Small numbers are powers of ten: 1e-8 is 10⁻⁸, 0.003 is 3 · 10⁻³. */
export function numberOf(value: number): { readonly digits: string; readonly exponent?: number } {
  if (!(value > 0 && value < 0.01)) return { digits: String(value) };
  const [digits, exponent] = value.toExponential().split("e");
  return { digits: digits!, exponent: Number(exponent) }; // toExponential has both
}

/** How a function is set; those of macros by their names. */
export const formOf = (name: string): Form => functions.get(name)?.form ?? "word";

/** How tightly what is printed holds together: a fraction needs no brackets. */
export function strength(e: Ast): number {
  if (e.kind === "binary") return e.op === "div" ? 9 : operators[e.op].binds;
  if (e.kind === "unary") return e.op === "transpose" ? 9 : 7;
  return e.kind === "choice" ? 1 : 10;
}
