/* Sums of products of names, and how their atoms are written. */

/** A sum of products: the key is the sorted factors joined by a separator, "" for the constant term. */
export type Polynomial = ReadonlyMap<string, number>;

/** Stands between the factors of a key, and in no name. */
export const separator = "\u0000";

export function plus(a: Polynomial, b: Polynomial): Polynomial {
  const sum = new Map(a);
  for (const [key, c] of b) sum.set(key, (sum.get(key) ?? 0) + c);
  return clean(sum);
}
export function times(a: Polynomial, b: Polynomial): Polynomial {
  const all = new Map<string, number>();
  for (const [k, c] of a)
    for (const [l, d] of b) {
      const key = [...factors(k), ...factors(l)].sort().join(separator);
      all.set(key, (all.get(key) ?? 0) + c * d);
    }
  return clean(all);
}
function clean(p: Map<string, number>): Polynomial {
  for (const [key, c] of p) if (c === 0) p.delete(key);
  return p;
}

/** A part of an expression, in parentheses where it needs them. */
export function group(source = ""): string {
  return /^('[^']*'|[^\s(),']+)$/.test(source) ? source : `(${source})`;
}

/** Quotes names that an expression would otherwise split. */
export function atomOf(name: string): string {
  return /^[^\s(),']+$/.test(name) && !/^-?\d+$|^[+\-*/]$/.test(name) ? name : `'${name.replaceAll("'", "’")}'`;
}
/** A name without the quotes around it. */
export function bare(atom: string): string {
  return atom.startsWith("'") ? atom.slice(1, -1) : atom;
}
export function factors(key: string): string[] {
  return key === "" ? [] : key.split(separator);
}
export function without(all: readonly string[], gone: readonly string[]): string[] | undefined {
  const rest = [...all];
  for (const factor of gone) {
    const at = rest.indexOf(factor);
    if (at < 0) return undefined;
    rest.splice(at, 1);
  }
  return rest;
}
export function byDegree(a: readonly [string, number], b: readonly [string, number]): number {
  return factors(b[0]).length - factors(a[0]).length || (a[0] < b[0] ? -1 : 1);
}
