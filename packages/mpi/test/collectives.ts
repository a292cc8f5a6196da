import type { Numbers, World } from "../src/index.ts";

/** Arrays of every kind and every memory, small ones that V8 moves among them. */
const arrays = (): Readonly<Record<string, Numbers>> => ({
  small: new Float32Array(3),
  float32: new Float32Array(100_003),
  float64: new Float64Array(7),
  int8: new Int8Array(5),
  uint8: new Uint8Array(5),
  int16: new Int16Array(5),
  uint16: new Uint16Array(5),
  int32: new Int32Array(5),
  uint32: new Uint32Array(5),
  int64: new BigInt64Array(5),
  uint64: new BigUint64Array(5),
  wasm: new Float32Array(new WebAssembly.Memory({ initial: 20 }).buffer, 65_536, 1000),
  shared: new Float32Array(new WebAssembly.Memory({ initial: 20, maximum: 20, shared: true }).buffer, 65_536, 1000),
  empty: new Float32Array(0),
});

const fill = (numbers: Numbers, value: number): void => {
  if (numbers instanceof BigInt64Array || numbers instanceof BigUint64Array) numbers.fill(BigInt(value));
  else numbers.fill(value);
};
const all = (numbers: Numbers, value: number): boolean =>
  Array.from<number | bigint>(numbers).every((x) => Number(x) === value);

/** Runs every operation on every kind of array; returns what was wrong. */
export async function collectivesOn(world: World<void> | World<Promise<void>>): Promise<string[]> {
  const { rank, size } = world;
  const wrong: string[] = [];
  const expect = (what: string, ok: boolean): void => {
    if (!ok) wrong.push(`rank ${rank}: ${what}`);
  };
  for (const [kind, numbers] of Object.entries(arrays())) {
    for (const [how, value] of [
      ["sum", (size * (size + 1)) / 2],
      ["max", size],
      ["min", 1],
    ] as const) {
      fill(numbers, rank + 1);
      await world.sum(numbers, how);
      expect(`${how} of ${kind}`, all(numbers, value));
    }
    fill(numbers, rank);
    await world.broadcast(numbers, size - 1);
    expect(`broadcast of ${kind}`, all(numbers, size - 1));
  }
  // Pieces of 1, 2, 3 … numbers, and one of none where there are ranks enough.
  const counts = Array.from({ length: size }, (_, r) => (r === 2 ? 0 : r + 1));
  const total = counts.reduce((a, b) => a + b, 0);
  const start = counts.slice(0, rank).reduce((a, b) => a + b, 0);
  const whole = Float64Array.from({ length: total }, (_, i) => i * (rank + 1));
  const piece = new Float64Array(counts[rank]!);
  await world.reduceScatter(whole, piece, counts);
  expect(
    "reduceScatter",
    [...piece].every((x, i) => x === ((start + i) * size * (size + 1)) / 2),
  );
  const sent = Int16Array.from({ length: total }, (_, i) => 100 * rank + i);
  const got = new Int16Array(counts[rank]! * size);
  await world.allToAll(sent, got, counts);
  expect(
    "allToAll",
    [...got].every((x, i) => x === 100 * Math.floor(i / counts[rank]!) + start + (i % counts[rank]!)),
  );
  const gathered = new Float32Array(total).fill(-1);
  gathered.fill(rank, start, start + counts[rank]!);
  await world.gather(gathered, counts);
  expect("gather", gathered.join() === counts.flatMap((n, r) => Array<number>(n).fill(r)).join());
  await world.barrier();
  return wrong;
}
