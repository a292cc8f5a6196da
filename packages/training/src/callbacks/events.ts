/* TensorBoard's files: records of TensorFlow (length, CRC, bytes, CRC), each an Event in protocol buffers (tensorflow/core/util/event.proto). */

/** Counts of numbers between limits; `limits` are upper ones. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** One event: the version that begins a file, or values of a step. */
export interface Event {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step?: number | undefined;
  readonly version?: string | undefined;
  readonly values?: Readonly<Record<string, number | Histogram>> | undefined;
}

/** An event as the bytes of a record. */
export function recordOf({ time, step, version, values = {} }: Event): Uint8Array {
  const summary = Object.entries(values).map(([tag, value]) =>
    field(1, [
      ...field(1, utf8(tag)),
      ...(typeof value === "number" ? [(2 << 3) | 5, ...float(value)] : field(5, histogramBytes(value))),
    ]),
  );
  const event = [
    ...doubleField(1, time),
    ...(step === undefined ? [] : [2 << 3, ...varint(step)]),
    ...(version === undefined ? [] : field(3, utf8(version))),
    ...(summary.length === 0 ? [] : field(5, summary.flat())),
  ];
  const record = new Uint8Array(12 + event.length + 4);
  const view = new DataView(record.buffer);
  view.setUint32(0, event.length, true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(event, 12);
  view.setUint32(12 + event.length, masked(record.subarray(12, 12 + event.length)), true);
  return record;
}

/** The numbers between 1,024 limits at most, that grow by a tenth from 1e-12 on as TensorFlow's do; those without numbers are left out. */
export function histogram(data: Float32Array): Histogram {
  const counts = new Map<number, number>();
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (const x of data) {
    if (!Number.isFinite(x)) continue;
    count++;
    min = Math.min(min, x);
    max = Math.max(max, x);
    sum += x;
    squares += x * x;
    const k = bucketOf(x);
    counts.set(k, (counts.get(k) ?? 0) + 1);
  }
  const filled = [...counts].sort(([a], [b]) => a - b);
  // A bucket reaches from the limit before it: gaps between buckets need limits too.
  const rows = filled.flatMap(([k, n], i): [number, number][] =>
    i > 0 && filled[i - 1]![0] < k - 1
      ? [
          [k - 1, 0],
          [k, n],
        ]
      : [[k, n]],
  );
  return {
    ...(count === 0 ? { min: 0, max: 0 } : { min, max }),
    count,
    sum,
    squares,
    limits: rows.map(([k]) => limitOf(k)),
    counts: rows.map(([, n]) => n),
  };
}

const LEAST = 1e-12;
const GROWTH = Math.log(1.1);
/** The bucket of a number: those of positive ones count up from 1, of negative ones down from 0, which holds the rest. */
function bucketOf(x: number): number {
  const size = Math.abs(x);
  if (size <= LEAST) return 0;
  const k = Math.max(1, Math.ceil(Math.log(size / LEAST) / GROWTH - 1e-9));
  return x > 0 ? k : -k;
}
/** The upper limit of a bucket. */
const limitOf = (k: number): number => (k >= 0 ? LEAST * 1.1 ** k : -LEAST * 1.1 ** (-k - 1));

function histogramBytes({ min, max, count, sum, squares, limits, counts }: Histogram): number[] {
  const packed = (xs: readonly number[]): number[] => xs.flatMap(double);
  return [
    ...doubleField(1, min),
    ...doubleField(2, max),
    ...doubleField(3, count),
    ...doubleField(4, sum),
    ...doubleField(5, squares),
    ...field(6, packed(limits)),
    ...field(7, packed(counts)),
  ];
}

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];
const field = (number: number, bytes: readonly number[]): number[] => [
  (number << 3) | 2,
  ...varint(bytes.length),
  ...bytes,
];
const doubleField = (number: number, x: number): number[] => [(number << 3) | 1, ...double(x)];

function varint(x: number): number[] {
  const bytes: number[] = [];
  let rest = x;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
const double = (x: number): number[] => [...new Uint8Array(Float64Array.of(x).buffer)];
const float = (x: number): number[] => [...new Uint8Array(Float32Array.of(x).buffer)];

/** CRC-32C by bytes. */
const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0x82f63b78 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** A checksum as TensorFlow's records have it: rotated and moved, so that one over data with checksums in it is a good one. */
function masked(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
