import type { Equations, RuleSpec, Slots } from "@descent/core/adapter";
import { functions, reductions } from "@descent/core/graph";

/*
 * Every token of every equation changed, one at a time.
 */

/** A text to mutate: a rule, or a transform, whose blocks come alone. */
export interface Mutable {
  readonly hyper: RuleSpec["hyper"];
  readonly state?: Slots | undefined;
  readonly inputs?: RuleSpec["inputs"];
  readonly before?: Equations | readonly Equations[] | undefined;
  readonly update?: Equations | undefined;
  readonly after?: Equations | readonly Equations[] | undefined;
  readonly phases?: Readonly<Record<string, Equations>> | undefined;
  readonly when?: string | undefined;
  readonly t?: string | undefined;
  readonly readout?: { readonly p: string } | undefined;
}

export interface Mutant<T> {
  readonly name: string;
  readonly change: (text: T) => T;
}

/** The element-wise functions of so many arguments that equations call. */
const ofArity = (n: number): string[] =>
  [...functions].flatMap(([name, f]) => (f.arity === n && !Object.hasOwn(reductions, name) ? [name] : []));
const alike: readonly (readonly string[])[] = [
  ["+", "-", "*", "/"],
  ["^", "*"],
  ["<", ">", "<=", ">=", "==", "!="],
  ["&&", "||"],
  ofArity(1),
  ofArity(2),
  ["norm", "sum", "mean", "rms", "totalNorm"],
  ["totalNorm", "norm", "total"],
];
const facts = ["p", "g", "t", "decays"];
const tokens = /([A-Za-z]\w*|\d+\.?\d*(?:[eE][-+]?\d+)?|<=|>=|==|!=|&&|\|\||[-+*/^<>])/;

/** Everything one token may become. */
function replacements(parts: readonly string[], i: number, scope: readonly string[]): string[] {
  const token = parts[i]!;
  if (/^\d/.test(token)) {
    const x = Number(token);
    return [x + 1, x - 1, ...(Number.isInteger(x) ? [2 * x] : [1.01 * x])].filter((y) => y !== x).map(literal);
  }
  const call = parts[i + 1]?.trim().startsWith("(") ?? false;
  if (/^[A-Za-z]/.test(token) && !call) return [...scope.filter((s) => s !== token), `(-${token})`];
  // A minus without a left operand can only go.
  const before = parts.slice(0, i).join("").trim();
  if (token === "-" && /(^|[-+*/^(,?:<>=&|])$/.test(before)) return [""];
  return (alike.find((set) => set[0] === token) ?? alike.find((set) => set.includes(token)) ?? []).filter(
    (x) => x !== token,
  );
}
const literal = (x: number): string => (x < 0 ? `(${x})` : String(x));

/** Whether a line is the first of its kind with other digits, as learners side by side have them: that one stands for it. */
function repeats(symbol: string, equations: Equations): boolean {
  const first = symbol.replace(/[2-9]$/, "1");
  const bare = (text: string): string => text.replace(/\d/g, "");
  return first !== symbol && equations[first] !== undefined && bare(equations[first]) === bare(equations[symbol]!); // its own line
}

function* changesOf(equations: Equations, known: readonly string[]): Generator<readonly [string, Equations]> {
  const scope = new Set(known);
  for (const [symbol, source] of Object.entries(equations)) {
    if (repeats(symbol, equations)) {
      scope.add(symbol);
      continue;
    }
    const parts = source.split(tokens);
    for (let i = 1; i < parts.length; i += 2)
      for (const to of replacements(parts, i, [...scope])) {
        const mutated = parts.with(i, to).join("");
        yield [`${symbol} = ${mutated}`, { ...equations, [symbol]: mutated }];
      }
    scope.add(symbol);
  }
}

const isList = (blocks: Mutable["before"]): blocks is readonly Equations[] => Array.isArray(blocks);
const listed = (blocks: Mutable["before"]): readonly Equations[] =>
  blocks === undefined ? [] : isList(blocks) ? blocks : [blocks];

/** Blocks with one of them changed, in the form in which they are given. */
const withBlock = (blocks: Mutable["before"], k: number, changed: Equations): Mutable["before"] =>
  isList(blocks) ? blocks.with(k, changed) : changed;

/** The mutants of a text; of its `before`, and of nothing else, that many blocks where `fronts` says it. */
export function mutants<T extends Mutable>(
  text: T,
  { fronts, readout = false }: { readonly fronts?: number | undefined; readonly readout?: boolean } = {},
): Mutant<T>[] {
  const { state = {}, update = {} } = text;
  const known = [...facts, ...[text.hyper, state, text.inputs ?? {}].flatMap(Object.keys)];
  const out: Mutant<T>[] = [];
  const add = (name: string, part: (text: T) => Partial<Mutable>): void => {
    out.push({ name, change: (now) => ({ ...now, ...part(now) }) });
  };
  for (const [k, equations] of listed(text.before).slice(0, fronts).entries())
    for (const [name, changed] of changesOf(equations, known))
      add(name, (now) => ({ before: withBlock(now.before, k, changed) }));
  if (fronts !== undefined) return out;
  for (const [name, changed] of changesOf(update, known)) add(name, () => ({ update: changed }));
  const made = [...known, ...Object.keys(update), ...(isList(text.before) ? [] : Object.keys(text.before ?? {})), "p0"];
  for (const [k, equations] of listed(text.after).entries())
    for (const [name, changed] of changesOf(equations, [...new Set(made)]))
      add(`after, ${name}`, (now) => ({ after: withBlock(now.after, k, changed) }));
  for (const [phase, equations] of Object.entries(text.phases ?? {}))
    for (const [name, changed] of changesOf(equations, known))
      add(`${phase}, ${name}`, (now) => ({ phases: { ...now.phases, [phase]: changed } }));
  for (const part of ["when", "t"] as const)
    if (text[part] !== undefined)
      for (const [name, changed] of changesOf({ [part]: text[part] }, known)) add(name, () => changed);
  if (readout && text.readout)
    for (const [name, changed] of changesOf({ ...text.readout }, known))
      add(`readout, ${name}`, () => ({ readout: changed as { readonly p: string } })); // of the same name
  for (const [slot, init] of Object.entries(state)) {
    if (/[2-9]$/.test(slot) && Object.hasOwn(state, slot.replace(/.$/, "1"))) continue; // as with lines
    const place = typeof init === "object" ? init : { place: "tensor" as const, init };
    const others = typeof place.init === "number" ? [place.init + 1, place.init - 1] : [0, 1];
    for (const other of others)
      add(`state ${slot} starts as ${other}`, (now) => ({
        state: { ...now.state, [slot]: { ...place, init: other } },
      }));
  }
  return out;
}
