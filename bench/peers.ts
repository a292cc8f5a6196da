import type { Rule } from "./protocol.ts";

/** The process a peer lives in: peers that would disturb each other have processes of their own. */
export type Home =
  | "arrays"
  | "ordinary"
  | "shared"
  | "native"
  | "native shared"
  | "codecs"
  | "by hand"
  | "tfjs descent"
  | "tfjs"
  | "tfjs cpu"
  | "onnx"
  | "jax"
  | "jax descent"
  | "c"
  | "torch"
  | "torch shared";

/** A program that updates parameters. */
export interface Peer {
  /** Its name within its process. */
  readonly who: string;
  readonly label: string;
  readonly home: Home;
  readonly threads: 1 | 2;
  readonly rules: readonly Rule[];
  /** Measured beside every rule, to show what memory allows. */
  readonly limit?: true;
  /** The total of parameters above which a step takes seconds … */
  readonly most?: number;
  /** … and below which two threads wait for each other for longer than they work. */
  readonly least?: number;
  /** Peak memory in bytes per parameter; four arrays by default. */
  readonly bytes?: number;
  /** Whether the report gives its share of the memory's speed. */
  readonly memory?: true;
  /** Whether it is in the tables of growth. */
  readonly grows?: true;
}

export const ARRAYS_BYTES = 16;
/** The number of parameters from which Descent shares a step between threads. */
const SHARED = 2 ** 18;
const every: readonly Rule[] = ["adamw", "momentum", "lion", "lamb", "clip"];

/** The peer that the others are compared with. */
export const base: Peer = {
  ...{ who: "arrays", label: "Descent, arrays of `allocate`", home: "arrays", threads: 1, rules: every },
  ...{ memory: true, grows: true },
};

/** In the order of the report. */
export const peers: readonly Peer[] = [
  base,
  { who: "arrays", label: "Descent, arrays of `allocate`, two threads", home: "shared", threads: 2, rules: ["adamw", "clip"], least: SHARED, memory: true }, // biome-ignore format: one peer a line
  { who: "native", label: "Descent, machine code of @descent/native", home: "native", threads: 1, rules: every, memory: true, grows: true }, // biome-ignore format: one peer a line
  { who: "native", label: "Descent, machine code, two threads", home: "native shared", threads: 2, rules: ["adamw", "clip"], least: SHARED, memory: true }, // biome-ignore format: one peer a line
  {
    who: "native ordinary",
    label: "Descent, machine code, ordinary arrays",
    home: "native",
    threads: 1,
    rules: ["adamw"],
  },
  { who: "bfloat16", label: "Descent, its state in bfloat16", home: "codecs", threads: 1, rules: ["adamw"] },
  { who: "float8", label: "Descent, its state in 8 bits", home: "codecs", threads: 1, rules: ["adamw"] },
  { who: "ordinary", label: "Descent, ordinary arrays", home: "ordinary", threads: 1, rules: every, grows: true },
  { who: "tfjs descent", label: "Descent on tfjs-wasm", home: "tfjs descent", threads: 1, rules: ["adamw", "momentum"], grows: true }, // biome-ignore format: one peer a line
  { who: "c baseline", label: "C, 128 bits", home: "c", threads: 1, rules: every, memory: true, grows: true },
  { who: "c native", label: "C, this machine's vectors", home: "c", threads: 1, rules: every, memory: true },
  {
    who: "c baseline",
    label: "C, 128 bits, two threads",
    home: "c",
    threads: 2,
    rules: ["adamw"],
    least: SHARED,
    memory: true,
  },
  { who: "c native", label: "C, this machine's vectors, two threads", home: "c", threads: 2, rules: ["adamw"], least: SHARED, memory: true }, // biome-ignore format: one peer a line
  { who: "wasm by hand", label: "a kernel by hand in WebAssembly", home: "by hand", threads: 1, rules: ["adamw"] },
  { who: "by hand", label: "a loop by hand in JavaScript", home: "by hand", threads: 1, rules: every, grows: true },
  { who: "tfjs", label: "tf.train on tfjs-wasm", home: "tfjs", threads: 1, rules: ["adamw", "momentum"], bytes: 92, grows: true }, // biome-ignore format: one peer a line
  { who: "tfjs cpu", label: "tf.train on tfjs-cpu", home: "tfjs cpu", threads: 1, rules: ["adamw"], most: 1e6 },
  { who: "jax descent", label: "Descent on jax-js", home: "jax descent", threads: 1, rules: ["adamw"], bytes: 64 },
  { who: "jax", label: "jax-js, optax's AdamW under `jit`", home: "jax", threads: 1, rules: ["adamw"], bytes: 64 },
  { who: "onnx", label: "an ONNX graph in onnxruntime-node", home: "onnx", threads: 1, rules: ["adamw"], bytes: 64 },
  { who: "torch foreach", label: "PyTorch, foreach", home: "torch", threads: 1, rules: ["adamw", "momentum", "clip"], bytes: 32, grows: true }, // biome-ignore format: one peer a line
  { who: "torch fused", label: "PyTorch, fused", home: "torch", threads: 1, rules: ["adamw", "momentum", "clip"], memory: true, grows: true }, // biome-ignore format: one peer a line
  { who: "torch fused", label: "PyTorch, fused, two threads", home: "torch shared", threads: 2, rules: ["adamw", "clip"], least: SHARED, memory: true }, // biome-ignore format: one peer a line
];

/** The limit set by memory: AdamW's reads and writes in C, or a copy where there is no compiler. */
export const limits = {
  c: [
    { who: "c native", label: "limit", home: "c", threads: 1, rules: ["limit"] },
    { who: "c native", label: "limit", home: "c", threads: 2, rules: ["limit"], least: SHARED },
  ],
  javascript: [{ who: "by hand", label: "limit", home: "by hand", threads: 1, rules: ["limit"] }],
} as const satisfies Readonly<Record<string, readonly Peer[]>>;

export const idOf = ({ who, threads, rules }: Peer): string =>
  `${who} ${threads}${rules[0] === "limit" ? " limit" : ""}`;
