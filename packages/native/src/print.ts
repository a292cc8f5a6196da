import { type Expr, type ExprOf, isBoolean, type Reduction, type ScalarOp } from "@descent/core/graph";
import { type Kernel, operand } from "@descent/core/kernels";

/** How an operation is written, from operands that are numbers; `bool` operands are truths. */
type Print = (a: string, b: string, c: string) => string;

/** With an instruction that rounds as float32 does. Those that are missing JavaScript computes, in its own double precision. */
const operations: Readonly<Partial<Record<ScalarOp, Print>>> = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  min: (a, b) => `smaller(${a}, ${b})`,
  max: (a, b) => `larger(${a}, ${b})`,
  abs: (a) => `__builtin_fabsf(${a})`,
  neg: (a) => `-${a}`,
  sqrt: (a) => `__builtin_sqrtf(${a})`,
  floor: (a) => `__builtin_floorf(${a})`,
  sign: (a) => `sign(${a})`,
  eq: (a, b) => `${a} == ${b}`,
  ne: (a, b) => `${a} != ${b}`,
  lt: (a, b) => `${a} < ${b}`,
  gt: (a, b) => `${a} > ${b}`,
  le: (a, b) => `${a} <= ${b}`,
  ge: (a, b) => `${a} >= ${b}`,
  and: (a, b) => `${a} & ${b}`,
  or: (a, b) => `${a} | ${b}`,
  not: (a) => `!${a}`,
  select: (a, b, c) => `${a} ? ${b} : ${c}`,
};

/** NaN and signed zeros as in JavaScript and WebAssembly: NaN wins, and -0 is smaller than 0. */
const helpers = `#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
static inline float smaller(float a, float b) {
  float x = a < b ? a : b;
  x = a == 0 && b == 0 ? -(-a - b) : x;
  return a != a ? a : x;
}
static inline float larger(float a, float b) {
  float x = a > b ? a : b;
  x = a == 0 && b == 0 ? a + b : x;
  return a != a ? a : x;
}
static inline float sign(float a) { return a > 0 || a < 0 ? __builtin_copysignf(1, a) : a; }
static inline double largest(double a, double b) {
  double x = a > b ? a : b;
  x = a == 0 && b == 0 ? a + b : x;
  return a != a ? a : x;
}
typedef float f4 __attribute__((vector_size(16)));
typedef double d4 __attribute__((vector_size(32)));
`;

/** The entries, for that many buffers. The threads of one call end with it: starting one takes some 20 µs, and callers have that much for each to do. */
const entries = (buffers: number): string => {
  const each = (write: (i: number) => string): string => Array.from({ length: buffers }, (_, i) => write(i)).join("");
  return `void k(char *memory, unsigned frame, unsigned results) {
  const unsigned *at = (const unsigned *)(memory + frame);
  float *const b[BUFFERS + 1] = { ${each((i) => `(float *)(memory + at[${1 + i}]), `)}0 };
  part(b, (const float *)at, 0, at[0], (double *)(memory + results));
}
struct work { float *const *b; const float *at; double *parts; long n, chunk, next; };
static void *pieces(void *given) {
  struct work *w = given;
  const long piece = 4 * w->chunk, step = SUMS ? w->chunk : piece;
  for (;;) {
    const long first = __atomic_fetch_add(&w->next, piece, __ATOMIC_RELAXED);
    if (first >= w->n) return 0;
    const long end = first + piece < w->n ? first + piece : w->n;
    for (long i = first; i < end; i += step)
      part(w->b, w->at, i, i + step < end ? step : end - i, w->parts + i / w->chunk * SUMS);
  }
}
int whole(char *memory, unsigned frame, unsigned results, unsigned chunk, int threads${each((i) => `, float *x${i}`)}) {
  const unsigned *at = (const unsigned *)(memory + frame);
  float *const b[BUFFERS + 1] = { ${each((i) => `x${i} ? x${i} : (float *)(memory + at[${1 + i}]), `)}0 };
  if (!SUMS && threads < 2) {
    part(b, (const float *)at, 0, at[0], 0);
    return 1;
  }
  struct work w = { b, (const float *)at, 0, at[0], chunk, 0 };
  const long chunks = (w.n + w.chunk - 1) / w.chunk;
  if (SUMS && !(w.parts = malloc(chunks * SUMS * sizeof(double)))) return 0;
  pthread_t others[64];
  sigset_t all, before;
  int started = 0;
  if (threads > 1) {
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < threads - 1 && started < 64 && !pthread_create(others + started, 0, pieces, &w)) started++;
    pthread_sigmask(SIG_SETMASK, &before, 0);
  }
  pieces(&w);
  for (int i = 0; i < started; i++) pthread_join(others[i], 0);
  if (SUMS) for (long i = 0; i < chunks; i++) add((double *)(memory + results), w.parts + i * SUMS);
  free(w.parts);
  return 1 + started;
}
`;
};

/** Numbers whose sums are taken at a time, from a copy in the first-level cache. */
const BLOCK = 256;

/** Why a kernel cannot be printed so that its numbers are those of WebAssembly to the bit; `undefined` if it can. */
export function refusal({ order, byRows }: Kernel): string | undefined {
  if (byRows) return "it runs by rows and columns, which are too short for calls";
  const missing = order.find(({ op }) => !Object.hasOwn(operations, op));
  return missing && `it needs \`${missing.op}\`, which C libraries round otherwise than JavaScript does`;
}

/**
 * A kernel as C: `k(memory, frame, sums)`. At `frame` of the memory lie, four bytes each: the number of elements, where
 * every buffer begins, and a float for every argument. It writes one double for every sum at `sums`: the order of
 * additions is that of WebAssembly, four lanes.
 *
 * `whole(memory, frame, sums, chunk, threads, …buffers)` is the same for loops of any length, on several threads, and for buffers
 * that lie anywhere: those that are not null. Threads take pieces of some chunks; sums are taken chunk by chunk and added in their
 * order to the doubles at `sums`, so that the bits do not depend on the number of threads.
 */
export function print(kernel: Kernel): string {
  const { buffers, args, constants, order, sums } = kernel;
  const names = new Map<Expr, string>();
  const inOrder = new Set(order);
  const nameOf = (e: Expr): string => names.get(e)!; // children come first
  const isTruth = (e: Expr): boolean => inOrder.has(e) && isBoolean(e);
  const number = (e: Expr): string => (isTruth(e) ? `(${nameOf(e)} ? 1.0f : 0.0f)` : nameOf(e));
  const truth = (e: Expr): string => (isTruth(e) ? nameOf(e) : `(${nameOf(e)} != 0)`);
  for (const [i, { key }] of args.entries()) names.set(key, `a${i}`);
  for (const [i, e] of constants.entries()) names.set(e, `c${i}`);

  const loads = buffers.flatMap(({ key, read }, i) => {
    if (!read) return [];
    names.set(key, `x${i}`);
    return [`const float x${i} = b${i}[i];`];
  });
  // A buffer may be stored under the very expression that is computed for it: from then on the name is the new value's.
  const computed = order.map((e, i) => {
    const [a, b, c] = e.args as readonly [Expr, Expr, Expr]; // as many as the operation reads
    const print = operations[e.op as ScalarOp]!; // `refusal` came before
    const logical = e.op === "and" || e.op === "or" || e.op === "not";
    const [first, others] = [logical || e.op === "select" ? truth : number, logical ? truth : number];
    const text = print(first(a), b && others(b), c && others(c));
    names.set(e, `v${i}`);
    return `const ${isBoolean(e) ? "int" : "float"} v${i} = ${text};`;
  });
  const stores = buffers.flatMap(({ store }, i) => (store ? [`b${i}[i] = ${number(store)};`] : []));
  const copies = sums.map((e, k) => `t${k}[i] = ${number(operand(e))};`);
  const body = [...loads, ...computed, ...stores];
  const elements = (end: string, lines: readonly string[]): string[] => [
    "#pragma GCC ivdep",
    `for (long i = 0; i < ${end}; i++) {`,
    ...lines.map((line) => `  ${line}`),
    "}",
  ];
  const begin = [
    ...buffers.map((_, i) => `float *b${i} = b[${i}] + first;`),
    ...args.map((_, i) => `const float a${i} = at[${1 + buffers.length + i}];`),
    ...constants.map((e, i) => `const float c${i} = ${literal(e.value)};`),
  ];
  const summed = [
    ...sums.map((e, k) => `d4 s${k} = ${starts(e)};`),
    `for (long left = n; left > 0; left -= ${BLOCK}) {`,
    `  const long m = left < ${BLOCK} ? left : ${BLOCK};`,
    ...sums.map((_, k) => `  float t${k}[${BLOCK}] __attribute__((aligned(64)));`),
    ...elements("m", [...body, ...copies]).map((line) => `  ${line}`),
    ...buffers.map((_, i) => `  b${i} += m;`),
    ...sums.flatMap((e, k) => lanes(e, k)).map((line) => `  ${line}`),
    "}",
    ...sums.map(({ op }, k) =>
      op === "largest"
        ? `into[${k}] = largest(largest(s${k}[0], s${k}[1]), largest(s${k}[2], s${k}[3]));`
        : `into[${k}] = (s${k}[0] + s${k}[1]) + (s${k}[2] + s${k}[3]);`,
    ),
  ];
  return [
    helpers,
    "static __attribute__((noinline)) void part(float *const *b, const float *at, long first, long n, double *into) {",
    ...[...begin, ...(sums.length > 0 ? summed : elements("n", body))].map((line) => `  ${line}`),
    "}",
    "static void add(double *into, const double *part) {",
    ...sums.map(({ op }, k) =>
      op === "largest" ? `  into[${k}] = largest(into[${k}], part[${k}]);` : `  into[${k}] = into[${k}] + part[${k}];`,
    ),
    "}",
    `enum { SUMS = ${sums.length}, BUFFERS = ${buffers.length} };`,
    entries(buffers.length),
  ].join("\n");
}

const starts = ({ op }: ExprOf<Reduction>): string => {
  const one = op === "largest" ? "-__builtin_inf()" : "0";
  return `{${[one, one, one, one].join(", ")}}`;
};

/** Adds a block of numbers to the four lanes of a sum. */
function lanes({ op }: ExprOf<Reduction>, k: number): string[] {
  if (op === "largest") return [`for (long i = 0; i < m; i++) s${k}[i & 3] = largest(s${k}[i & 3], t${k}[i]);`];
  const square = op === "sumsq";
  return [
    "for (long i = 0; i + 4 <= m; i += 4) {",
    `  const d4 x = __builtin_convertvector(*(f4 *)(t${k} + i), d4);`,
    `  s${k} += ${square ? "x * x" : "x"};`,
    "}",
    `for (long i = m & ~3L; i < m; i++) { const double x = t${k}[i]; s${k}[i & 3] += ${square ? "x * x" : "x"}; }`,
  ];
}

/** A float32, so that it is read as the very same. */
function literal(value: number): string {
  const x = Math.fround(value);
  if (Number.isNaN(x)) return '__builtin_nanf("")';
  if (!Number.isFinite(x)) return x < 0 ? "-__builtin_inff()" : "__builtin_inff()";
  const text = Object.is(x, -0) ? "-0" : String(x);
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}
