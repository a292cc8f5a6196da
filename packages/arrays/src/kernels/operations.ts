import { type ScalarOp, scalarOps } from "@descent/core/graph";

/** An operation on the first `n` numbers of up to three arrays, into `o`. */
export type Operation = (o: Float32Array, n: number, a: Float32Array, b: Float32Array, c: Float32Array) => void;

/**
 * Storing into a Float32Array rounds. For + − × ÷ and √ that gives what float32 hardware gives, because float64 has
 * more than twice float32's digits; the rest is defined as the float64 function, rounded.
 */
export const operations: Readonly<Record<ScalarOp, Operation>> = {
  neg: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = -a[i]!;
  },
  sqrt: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.sqrt(a[i]!);
  },
  abs: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.abs(a[i]!);
  },
  sign: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.sign(a[i]!);
  },
  exp: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.exp(a[i]!);
  },
  log: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.log(a[i]!);
  },
  tanh: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.tanh(a[i]!);
  },
  cos: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.cos(a[i]!);
  },
  sin: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.sin(a[i]!);
  },
  erf: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = scalarOps.erf(a[i]!);
  },
  floor: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = Math.floor(a[i]!);
  },
  not: (o, n, a) => {
    for (let i = 0; i < n; i++) o[i] = a[i] === 0 ? 1 : 0;
  },
  add: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! + b[i]!;
  },
  sub: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! - b[i]!;
  },
  mul: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! * b[i]!;
  },
  div: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! / b[i]!;
  },
  mod: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! % b[i]!;
  },
  atan2: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = Math.atan2(a[i]!, b[i]!);
  },
  pow: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! ** b[i]!;
  },
  min: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = Math.min(a[i]!, b[i]!);
  },
  max: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = Math.max(a[i]!, b[i]!);
  },
  lt: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! < b[i]! ? 1 : 0;
  },
  le: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! <= b[i]! ? 1 : 0;
  },
  gt: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! > b[i]! ? 1 : 0;
  },
  ge: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i]! >= b[i]! ? 1 : 0;
  },
  eq: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i] === b[i] ? 1 : 0;
  },
  ne: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i] !== b[i] ? 1 : 0;
  },
  and: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i] !== 0 && b[i] !== 0 ? 1 : 0;
  },
  or: (o, n, a, b) => {
    for (let i = 0; i < n; i++) o[i] = a[i] !== 0 || b[i] !== 0 ? 1 : 0;
  },
  select: (o, n, a, b, c) => {
    for (let i = 0; i < n; i++) o[i] = a[i] !== 0 ? b[i]! : c[i]!;
  },
};
