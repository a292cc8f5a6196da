/** A mistake in a call. The message says what went wrong, where, and what to do about it. */
export class OptimizerError extends Error {
  override readonly name = "OptimizerError";
}

/** Longer words are not typing mistakes, and comparing them would take long. */
const LONGEST = 64;

/** The candidate within two or so typing mistakes of `word`, for "did you mean …?". */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate.length > LONGEST) continue;
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

/** Restricted Damerau–Levenshtein: insertions, deletions, substitutions and swaps of neighbours. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let d = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, before[j - 2]! + 1);
      row.push(d);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

/** "did you mean `beta1`?" with a leading space, or nothing. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  if (near === undefined) return "";
  const alike =
    near.normalize() === word.normalize() ? " They look alike, but their Unicode normal forms differ (NFC, NFD)." : "";
  return ` Did you mean \`${near}\`?${alike}`;
}

/** `a`, `b` and 7 more: names in an error, never a screenful. */
export function list(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).map((n) => `\`${n}\``);
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

/** Whether a value is an object of named values: neither a list, a Map nor an instance of a class, whose values could be missed. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null; // Object.prototype, whichever realm's
}

/** Whether a value is a function that can be called: a class is one only to `new`. */
export const isCallback = (value: unknown): value is (...args: never[]) => unknown =>
  typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value));

/** Any value in a few words, for an error: `0.5`, `"adam"`, "a promise", "an object { lr, eps }". Never throws. */
export function shown(value: unknown): string {
  try {
    if (typeof value === "string")
      return value.length > 40 ? `${JSON.stringify(value.slice(0, 40))}…` : JSON.stringify(value);
    if (typeof value === "function") {
      const kind = isCallback(value) ? "function" : "class";
      return value.name === "" ? `a ${kind}` : `the ${kind} \`${value.name}\``;
    }
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "symbol") return "a symbol";
    if (typeof value !== "object" || value === null) return String(value);
    if (Array.isArray(value)) return shownList(value);
    if (isRecord(value)) {
      const names = Object.keys(value);
      if (names.length === 0) return "an empty object";
      return `an object { ${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""} }`.slice(0, 200);
    }
    const kind: unknown = value.constructor?.name;
    if (typeof kind !== "string" || kind === "") return "an object";
    return `${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind}`.slice(0, 80);
  } catch {
    return "an object"; // a proxy, say, that answers no question
  }
}

/** A list by its length; a few short texts, such as names, as they are. */
function shownList(values: readonly unknown[]): string {
  if (values.length === 0) return "an empty list";
  const texts = values.length <= 4 && values.every((value) => typeof value === "string" && value.length <= 20);
  return texts ? `[${values.map((value) => JSON.stringify(value)).join(", ")}]` : `a list of ${values.length}`;
}

/** Throws unless an argument fits; `wanted` says what the function takes: "a list of names". */
export function takes(call: string, wanted: string, given: unknown, fits: boolean): void {
  if (!fits) throw new OptimizerError(`\`${call}\` takes ${wanted}; got ${shown(given)}.`);
}

/** "there are `a`, `b`", or "there are none". */
export const among = (names: readonly string[]): string =>
  names.length === 0 ? "there are none" : `there are ${list(names)}`;
