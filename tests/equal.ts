import { expect } from "vitest";

const made = Symbol.for("descent.equal");

/**
 * Arrays of numbers of one kind with the same bits are equal at once: element by element, as `toEqual` compares them, 60,000
 * numbers take half a second. All else is left to it, and so is saying what differs.
 */
function same(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return undefined;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || a.byteLength !== b.byteLength) return undefined;
  const [x, y] = [a, b].map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  return x!.every((byte, i) => byte === y![i]) ? true : undefined; // there are two
}

// A process runs many files, and each of them this one.
if (!Reflect.has(globalThis, made)) {
  Reflect.set(globalThis, made, true);
  expect.addEqualityTesters([same]);
}
