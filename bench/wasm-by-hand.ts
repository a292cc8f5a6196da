import type { Arrays, Step } from "./by-hand.ts";

/* ---- instructions of WebAssembly: https://webassembly.github.io/spec/core/binary ---- */
type Bytes = readonly number[];
const [I32, F32, V128, VOID] = [0x7f, 0x7d, 0x7b, 0x40];
const unsigned = (n: number): Bytes => (n < 128 ? [n] : [(n & 127) | 128, ...unsigned(n >> 7)]);
const signed = (n: number): Bytes => (n < 64 ? [n] : [(n & 127) | 128, ...signed(n >> 7)]); // never negative here
const simd = (op: number): Bytes => [0xfd, ...unsigned(op)];
const section = (id: number, ...body: number[]): Bytes => [id, ...unsigned(body.length), ...body];
const get = (local: number): Bytes => [0x20, local];
const set = (local: number): Bytes => [0x21, local];
const tee = (local: number): Bytes => [0x22, local];
const load = (offset: number): Bytes => [...simd(0x00), 4, ...unsigned(offset)];
const store = (offset: number): Bytes => [...simd(0x0b), 4, ...unsigned(offset)];
const add = (n: number): Bytes => [0x41, ...signed(n), 0x6a];
const LOOP = [0x03, VOID];
const BELOW = 0x49;
const AGAIN_IF = [0x0d, 0];
const END = 0x0b;
const SPLAT = simd(0x13);
const [SQRT, ADD, SUB, MUL, DIV] = [simd(0xe3), simd(0xe4), simd(0xe5), simd(0xe6), simd(0xe7)];

/** The number of four-wide vectors per iteration of the loop. */
const UNROLL = 4;

/** AdamW, four numbers at a time, as people would write it in WebAssembly's text format. */
function code(): Bytes {
  const [p, g, m, v, end] = [0, 1, 2, 3, 4]; // addresses: the loop turns until p reaches the end
  const scalars = [5, 6, 7, 8, 9, 10, 11, 12]; // arguments, which are spread over vectors
  const [b1, a1, b2, a2, rate, root, eps, keep, x, a, b] = [13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23];
  const turn = (at: number): Bytes => [
    ...[get(g), load(at), set(x)].flat(),
    ...[get(m), get(b1), get(m), load(at), MUL, get(a1), get(x), MUL, ADD, tee(a), store(at)].flat(),
    ...[get(v), get(b2), get(v), load(at), MUL, get(a2), get(x), MUL, get(x), MUL, ADD, tee(b), store(at)].flat(),
    ...[get(p), get(keep), get(p), load(at), MUL, get(rate), get(a), MUL].flat(),
    ...[get(b), SQRT, get(root), MUL, get(eps), ADD, DIV, SUB, store(at)].flat(),
  ];
  const body = [
    ...[1, 11, V128],
    ...scalars.flatMap((local) => [...get(local), ...SPLAT, ...set(local + 8)]),
    ...LOOP,
    ...Array.from({ length: UNROLL }, (_, i) => turn(16 * i)).flat(),
    ...[p, g, m, v].flatMap((local) => [...get(local), ...add(16 * UNROLL), ...set(local)]),
    ...[...get(p), ...get(end), BELOW, ...AGAIN_IF, END, END],
  ];
  return [1, ...unsigned(body.length), ...body];
}

const [M, F] = [0x6d, 0x66]; // names
const bytes = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 13, I32, I32, I32, I32, I32, F32, F32, F32, F32, F32, F32, F32, F32, 0),
    ...section(2, 1, 1, M, 1, M, 2, 0, 1), // a memory is imported …
    ...section(3, 1, 0),
    ...section(7, 1, 1, F, 0, 0), // … and a function exported
    ...section(10, ...code()),
  );

/** `count` tensors of `size` in one memory, and AdamW of all of them by a kernel written by hand. */
export function inWasm(count: number, size: number): { readonly tensors: readonly Arrays[]; readonly step: Step } {
  const room = Math.ceil(size / (4 * UNROLL)) * 4 * UNROLL; // the loop takes whole turns
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * 4 * room * count) / 65536) });
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes()), { m: { m: memory } }).exports;
  const run = f as (p: number, g: number, m: number, v: number, end: number, ...scalars: number[]) => void; // as declared above
  const array = (which: number, k: number): Float32Array =>
    new Float32Array(memory.buffer, 4 * room * (which * count + k), size);
  const tensors = Array.from({ length: count }, (_, k) => ({
    ...{ p: array(0, k), g: array(1, k), m: array(2, k), v: array(3, k) },
  }));
  const [b1, b2] = [0.9, 0.999];
  return {
    tensors,
    step: (_, t, lr) => {
      const [rate, root, keep] = [lr / (1 - b1 ** t), 1 / Math.sqrt(1 - b2 ** t), 1 - lr * 0.01];
      for (const { p, g, m, v } of tensors)
        run(
          ...([p.byteOffset, g.byteOffset, m.byteOffset, v.byteOffset, p.byteOffset + 4 * room] as const),
          ...[b1, 1 - b1, b2, 1 - b2, rate, root, 1e-8, keep],
        );
    },
  };
}
