import { isCallback, isRecord, OptimizerError, shown, takes } from "./errors.ts";
import { type Infix, operators } from "./operations.ts";

/** One right-hand side as it was written, before it becomes a graph; LaTeX is printed from this. */
export type Ast =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Ast[]; readonly at: number }
  | { readonly kind: "unary"; readonly op: "neg" | "not" | "transpose"; readonly of: Ast; readonly at: number }
  | { readonly kind: "binary"; readonly op: Infix; readonly left: Ast; readonly right: Ast; readonly at: number }
  | { readonly kind: "choice"; readonly test: Ast; readonly yes: Ast; readonly no: Ast; readonly at: number };

/** Longer than any equation somebody wrote: a limit for text from strangers. */
const LONGEST = 100_000;
const LONGEST_NAME = 64;

const CHOICE = 1;
const MINUS = 7;
const infix: ReadonlyMap<string, { readonly op: Infix; readonly binds: number }> = new Map(
  (Object.keys(operators) as Infix[]).map((op) => [operators[op].token, { op, binds: operators[op].binds }]), // keys of a literal
);

const letter = "A-Za-z_\\u0370-\\u03ff";
const token = new RegExp(
  `\\s*(?:(\\d+\\.?\\d*(?:[eE][-+]?\\d+)?|\\.\\d+(?:[eE][-+]?\\d+)?)|([${letter}][\\w\\u0370-\\u03ff]*(?:\\.[${letter}][\\w\\u0370-\\u03ff]*)*)|(<=|>=|==|!=|&&|\\|\\||[-+*/%@'^()?:<>,!]))`,
  "y",
);
const blank = /\s*/y;
const name = new RegExp(`^[${letter}][\\w\\u0370-\\u03ff]*(?:\\.[${letter}][\\w\\u0370-\\u03ff]*)*$`);
const startsName = new RegExp(`^[${letter}]`);

/** Whether an equation can call something by this name. */
export const isName = (text: string): boolean => text.length <= LONGEST_NAME && name.test(text) && text !== "__proto__";

/** The names that an equation reads or calls. */
export const namesIn = (source: string): string[] =>
  tokensOf(source).flatMap(({ text }) => (startsName.test(text) ? [text] : []));

/** An equation with names replaced. */
export function renamed(source: string, names: ReadonlyMap<string, string>): string {
  let [text, end] = ["", 0];
  for (const { text: name, at } of tokensOf(source)) {
    const other = names.get(name);
    if (other === undefined) continue;
    text += source.slice(end, at) + other;
    end = at + name.length;
  }
  return text + source.slice(end);
}

/** A complaint with the equation, or what surrounds the place in a long one, and a caret under the offending token. */
export function complain(message: string, source: string, at: number): never {
  const from = at > 100 ? at - 60 : 0;
  const to = source.length - at > 100 ? at + 60 : source.length;
  const part = source.slice(from, to).replaceAll(/\s/g, " ");
  const shownPart = `${from > 0 ? "…" : ""}${part}${to < source.length ? "…" : ""}`;
  throw new SyntaxError(`${message}\n    ${shownPart}\n    ${" ".repeat(at - from + (from > 0 ? 1 : 0))}^`);
}

interface Token {
  readonly text: string;
  readonly at: number;
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  for (let end = 0; ; end = token.lastIndex) {
    token.lastIndex = end;
    const match = token.exec(source);
    if (!match) {
      blank.lastIndex = end;
      blank.exec(source);
      if (blank.lastIndex < source.length) complain("unexpected character", source, blank.lastIndex);
      return tokens;
    }
    const text = (match[1] ?? match[2] ?? match[3])!; // one of the three groups matched
    if (text.length > LONGEST_NAME)
      complain("a name or number too long to read", source, token.lastIndex - text.length);
    tokens.push({ text, at: token.lastIndex - text.length });
  }
}

/** The construct that still waits for an operand, and how tightly the expression around it binds. */
type Open = { readonly binds: number; readonly at: number } & (
  | { readonly kind: "bracket" }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Ast[] }
  | { readonly kind: "unary"; readonly op: "neg" | "not" }
  | { readonly kind: "binary"; readonly op: Infix; readonly left: Ast }
  | { readonly kind: "yes"; readonly test: Ast }
  | { readonly kind: "no"; readonly test: Ast; readonly yes: Ast }
);

/**
 * Parses one right-hand side, e.g. `beta1 * m + (1 - beta1) * g`, by precedence climbing on a stack of its own, so that
 * depth is not limited and time grows with length alone. Throws a SyntaxError with a caret, and an OptimizerError for
 * what is not text or longer than 100,000 characters.
 */
export function parse(source: string): Ast {
  if (typeof source !== "string")
    throw new OptimizerError(`An equation is text, such as "p - lr * g", and not ${shown(source)}.`);
  if (source.length > LONGEST)
    throw new OptimizerError(
      `An equation of ${source.length} characters is too long to read; the limit is ${LONGEST}. It begins ${shown(source)}.`,
    );
  const tokens = tokensOf(source);
  const open: Open[] = [];
  let i = 0;
  let binds = 0;
  const peek = (): string => tokens[i]?.text ?? "";
  const at = (): number => tokens[i]?.at ?? source.length;
  const expect = (text: string): void => {
    if (peek() !== text) complain(`expected \`${text}\``, source, at());
    i++;
  };
  /** Reads up to the end of a number or name, leaving open what stands before it. */
  const operand = (): Ast => {
    for (;;) {
      const start = at();
      const text = peek();
      i++;
      if (/^[\d.]/.test(text)) return { kind: "number", value: Number(text), at: start };
      if (text === "-" || text === "!") {
        open.push({ kind: "unary", op: text === "-" ? "neg" : "not", binds, at: start });
        binds = MINUS;
      } else if (text === "(") {
        open.push({ kind: "bracket", binds, at: start });
        binds = 0;
      } else if (!startsName.test(text)) complain("expected a value", source, start);
      else if (peek() === "(") {
        i++;
        if (peek() === ")") {
          i++;
          return { kind: "call", name: text, args: [], at: start };
        }
        open.push({ kind: "call", name: text, args: [], binds, at: start });
        binds = 0;
      } else return { kind: "name", name: text, at: start };
    }
  };

  let left = operand();
  for (;;) {
    const here = at();
    const text = peek();
    const next = infix.get(text);
    if (text === "'") {
      i++;
      left = { kind: "unary", op: "transpose", of: left, at: here };
    } else if (text === "?" && binds <= CHOICE) {
      i++;
      open.push({ kind: "yes", test: left, binds, at: here });
      binds = CHOICE;
      left = operand();
    } else if (next && next.binds >= binds) {
      i++;
      open.push({ kind: "binary", op: next.op, left, binds, at: here });
      binds = next.op === "pow" ? MINUS : next.binds + 1;
      left = operand();
    } else {
      const outer = open.pop();
      if (!outer) break;
      binds = outer.binds;
      if (outer.kind === "unary") left = { kind: "unary", op: outer.op, of: left, at: outer.at };
      else if (outer.kind === "binary") left = { ...outer, kind: "binary", right: left };
      else if (outer.kind === "no") left = { kind: "choice", test: outer.test, yes: outer.yes, no: left, at: outer.at };
      else if (outer.kind === "bracket") expect(")");
      else if (outer.kind === "yes") {
        expect(":");
        open.push({ ...outer, kind: "no", yes: left });
        binds = CHOICE;
        left = operand();
      } else {
        const args = [...outer.args, left];
        if (peek() === ",") {
          i++;
          open.push({ ...outer, args });
          binds = 0;
          left = operand();
        } else {
          expect(")");
          left = { kind: "call", name: outer.name, args, at: outer.at };
        }
      }
    }
  }
  if (i < tokens.length) complain(`unexpected \`${peek()}\``, source, at());
  return left;
}

const parts = (ast: Ast): readonly Ast[] => {
  switch (ast.kind) {
    case "call":
      return ast.args;
    case "unary":
      return [ast.of];
    case "binary":
      return [ast.left, ast.right];
    case "choice":
      return [ast.test, ast.yes, ast.no];
    default:
      return [];
  }
};

/** Folds a tree, operands first: `make` gets the results of the operands. Deep trees need no deep stack. */
export function fold<T>(ast: Ast, make: (node: Ast, operands: readonly T[]) => T): T {
  takes("fold", "what parse returns", ast, isRecord(ast) && typeof ast.kind === "string");
  takes("fold", "a function of a node and the results of its operands", make, isCallback(make));
  const open: { readonly node: Ast; readonly parts: readonly Ast[]; readonly done: T[] }[] = [];
  let node: Ast | undefined = ast;
  for (;;) {
    for (; node; node = parts(node)[0]) open.push({ node, parts: parts(node), done: [] });
    const { node: whole, done } = open.pop()!; // something was pushed, or had operands left
    const value = make(whole, done);
    const outer = open.at(-1);
    if (!outer) return value;
    outer.done.push(value);
    node = outer.parts[outer.done.length];
  }
}
