/** A failed check: its message says which tensor, element and step, and what a backend must do. */
export class ConformanceError extends Error {
  override readonly name = "ConformanceError";
}

export function fail(message: string): never {
  throw new ConformanceError(message);
}

export function assert(holds: boolean, message: string): asserts holds {
  if (!holds) fail(message);
}

/** Adds to whatever failed in a check how far the check had got. */
export async function within<R>(where: string, body: () => R | Promise<R>): Promise<R> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ConformanceError(`${where}: ${error.message}`, { cause: error });
  }
}

type Tensors = Readonly<Record<string, Float32Array>>;

const view = new DataView(new ArrayBuffer(4));
/** The bits of a float32 as an integer that counts in units of the last place, across zero too. */
function ordinal(x: number): number {
  view.setFloat32(0, x);
  const bits = view.getInt32(0);
  return bits < 0 ? -2147483648 - bits : bits;
}
function bits(x: number): string {
  view.setFloat32(0, x);
  return `0x${view.getUint32(0).toString(16).padStart(8, "0")}`;
}

/**
 * Fails unless both hold the same tensors, to the last bit; zeros of both signs are told apart, NaN equals NaN. The
 * message names the tensor, the element, both numbers with their bits, and how far apart they are.
 */
export function sameBits(actual: Tensors, expected: Tensors): void {
  const [have, want] = [actual, expected].map((tensors) => Object.keys(tensors).sort().join(", "));
  assert(have === want, `the tensors are ${have || "none"}; expected ${want || "none"}`);
  for (const [name, x] of Object.entries(expected)) {
    const y = actual[name]!; // the names agree
    assert(y.length === x.length, `\`${name}\` has ${y.length} elements; expected ${x.length}`);
    const i = x.findIndex((v, k) => !Object.is(v, y[k]));
    if (i < 0) continue;
    const [got, wanted] = [y[i]!, x[i]!];
    const apart = Math.abs(ordinal(got) - ordinal(wanted));
    const others = x.filter((v, k) => !Object.is(v, y[k])).length - 1;
    fail(
      `\`${name}\`[${i}] is ${got} (${bits(got)}); expected ${wanted} (${bits(wanted)}), ` +
        `${Number.isNaN(got) || Number.isNaN(wanted) ? "" : `${apart} unit${apart === 1 ? "" : "s"} in the last place apart, `}` +
        `and ${others} other element${others === 1 ? " differs" : "s differ"}`,
    );
  }
}

/** Fails unless both are the same JSON-like values, typed arrays by their bits; names the first path that differs. */
export function sameState(actual: unknown, expected: unknown, at = "state"): void {
  if (Object.is(actual, expected)) return;
  const both = [actual, expected];
  if (!both.every((x): x is object => typeof x === "object" && x !== null))
    fail(`${at} is ${String(actual)}; expected ${String(expected)}`);
  const [a, b] = both as [Record<string, unknown>, Record<string, unknown>]; // objects, read by their own keys
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  for (const key of keys) sameState(a[key], b[key], `${at}.${key}`);
}
