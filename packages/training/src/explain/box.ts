/** The value of a symbol before the update. */
export interface Known {
  /** As the equations call it. */
  readonly symbol: string;
  /** In double precision. */
  readonly value: number;
}

/** A line of the rule with its value. */
export interface Line extends Known {
  /** The right-hand side, as the rule has it. */
  readonly equation: string;
  /** The same with numbers for symbols; what is summed over a tensor or the model stays in symbols. */
  readonly numbers: string;
  /** The condition under which it runs, and whether it did. A line that did not run has the value from before. */
  readonly when: string | undefined;
  /** Whether the condition held; without one, true. */
  readonly ran: boolean;
}

/** One element's share of an update. `String(box)` is the paper's box with numbers in it. */
export interface Box {
  /** The title of its rule. */
  readonly rule: string;
  /** The phase of the round that this is. */
  readonly phase: string;
  /** The parameter's name. */
  readonly parameter: string;
  /** The element, counted as it lies in the array. */
  readonly index: number;
  /** Updates of this parameter, this one included. */
  readonly t: number;
  /** The values that the update was given, and hyper-parameters. */
  readonly given: readonly Known[];
  readonly lines: readonly Line[];
  /** The box as text. */
  toString(): string;
}

/** A number as short as it can be told apart in single precision. */
export function short(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  const seven = Number(x.toPrecision(7));
  return String(seven).replace("e+", "e");
}

/** Functions whose arguments are not the element's own numbers. */
const WHOLE = /^(sum|mean|norm|rms|largest|total|row|column|eye|triu|qr|eigh|svd|inverseRoot|solve)/;

/** An equation with numbers for its symbols. */
export function substituted(source: string, values: ReadonlyMap<string, number>, macros: readonly string[]): string {
  if (/[@']/.test(source)) return source; // matrices
  const open: boolean[] = [];
  let whole = false; // whether the next parenthesis holds something summed
  return source.replace(/[A-Za-z_][\w.]*|[()]|\d[\w.]*(?:e[+-]?\d+)?|\s+|./g, (token, at: number) => {
    if (token === "(") open.push(whole);
    if (token === ")") open.pop();
    const call = /^[A-Za-z_]/.test(token) && /^\s*\(/.test(source.slice(at + token.length));
    whole = call && (WHOLE.test(token) || macros.includes(token));
    const value = call || open.includes(true) ? undefined : values.get(token);
    if (value === undefined) return token;
    return value < 0 && token !== source.trim() ? `(${short(value)})` : short(value);
  });
}

/** The box as text. */
export function textOf({ rule, phase, parameter, index, t, given, lines }: Omit<Box, "toString">): string {
  const width = Math.max(...[...given, ...lines].map(({ symbol }) => symbol.length));
  const told = phase === "update" ? "" : `, phase ${phase}`;
  const head = `${rule}, update ${t}${told} of ${parameter}[${index}]`;
  const before = given.map(({ symbol, value }) => `  ${symbol.padEnd(width)}   ${short(value)}`);
  const after = lines.flatMap(({ symbol, equation, numbers, value, when, ran }) => {
    const name = `  ${symbol.padEnd(width)} = `;
    const more = `  ${" ".repeat(width)} = `;
    if (!ran) return [`${name}${equation}`, `${more}${short(value)}, unchanged: ${when} does not hold`];
    return [`${name}${equation}`, ...(numbers === equation ? [] : [`${more}${numbers}`]), `${more}${short(value)}`];
  });
  return [head, "", ...before, "", ...after].join("\n");
}
