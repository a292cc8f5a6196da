import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { afterEach, expect, test, vi } from "vitest";

/* Work on many parameters in one buffer, counted as looks at arrays and at the record of gradients instead of timed. */

const typed: object = Object.getPrototypeOf(Float32Array.prototype);
afterEach(() => vi.restoreAllMocks());

/** How often a typed array is asked where it lies and how long it is. */
function looks(work: () => void): number {
  let count = 0;
  const spies = (["byteOffset", "byteLength", "buffer", "length"] as const).map((name) => {
    const { get } = Object.getOwnPropertyDescriptor(typed, name)!;
    return vi.spyOn(typed as Float32Array, name as "byteOffset", "get").mockImplementation(function (this: unknown) {
      count++;
      return get!.call(this);
    });
  });
  work();
  for (const spy of spies) spy.mockRestore();
  return count;
}

/** So many parameters of two numbers, last first, in one buffer. */
function parameters(n: number): Record<string, Float32Array> {
  const whole = new Float32Array(2 * n);
  const names = Array.from({ length: n }, (_, i) => n - 1 - i);
  return Object.fromEntries(names.map((i) => [`w${i}`, whole.subarray(2 * i, 2 * i + 2)]));
}

test("an optimizer of 40,000 subarrays of one buffer looks at each as often as one of 20,000", () => {
  const each = [20_000, 40_000].map((n) => {
    const all = parameters(n);
    return looks(() => optimizer(all, adam(), { engine: "interpreter" })) / n;
  });
  expect(each[0]).toBeGreaterThan(0);
  expect(Math.abs(each[1]! - each[0]!)).toBeLessThan(0.1); // a look for each pair would be 20,000 more
});

test("a step of one of 40,000 parameters looks at as much as a step of one of 20", () => {
  const [few, many] = [20, 40_000].map((n) => {
    const opt = optimizer(parameters(n), adam(), { engine: "interpreter" });
    const g = Float32Array.of(1, -1);
    opt.update({ w5: g });
    let asked = 0;
    const counting = new Proxy(
      { w5: g },
      {
        get: (record, name, self) => {
          asked++;
          return Reflect.get(record, name, self);
        },
      },
    );
    const arrays = looks(() => opt.update(counting));
    expect(opt.inspect().parameters.w5!.t).toBe(2);
    return { asked, arrays };
  });
  expect(few!.asked).toBeGreaterThan(0);
  expect(few!.arrays).toBeGreaterThan(0);
  expect(many).toEqual(few);
});
