import { OnnxError } from "../errors.ts";
import { type Constant, checkConstant } from "./constant.ts";

const word = new DataView(new ArrayBuffer(4));

/** The bits of the float16 nearest to x, ties to even. */
export function toHalf(x: number): number {
  word.setFloat32(0, x);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00;
  // 65520 and more rounds to infinity; what lies below 2^-25 to zero.
  if (rest >= 0x477ff000) return sign | 0x7c00;
  if (rest < 0x33000000) return sign;
  const exponent = (rest >>> 23) - 112;
  const mantissa = (rest & 0x7fffff) | 0x800000;
  // A subnormal loses more of its mantissa, and has no leading one to take off.
  const shift = exponent > 0 ? 13 : 14 - exponent;
  const kept = mantissa >>> shift;
  const lost = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const rounded = kept + (lost > half || (lost === half && (kept & 1) === 1) ? 1 : 0);
  return sign | (exponent > 0 ? rounded + ((exponent - 1) << 10) : rounded);
}

/** The number that the bits of a float16 stand for. */
export function fromHalf(bits: number): number {
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 1023;
  const size =
    exponent === 31
      ? mantissa === 0
        ? Number.POSITIVE_INFINITY
        : Number.NaN
      : exponent === 0
        ? mantissa * 2 ** -24
        : (1024 + mantissa) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}

/** The bits of the bfloat16 nearest to x, ties to even. */
export function toBfloat16(x: number): number {
  word.setFloat32(0, x);
  const bits = word.getUint32(0);
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The number that the bits of a bfloat16 stand for. */
export function fromBfloat16(bits: number): number {
  word.setUint32(0, (bits << 16) >>> 0);
  return word.getFloat32(0);
}

/** The numbers of a floating tensor as float32: in place if they are that, else converted. */
export function floatsOf(value: Constant): Float32Array {
  checkConstant("A tensor", value);
  const { elem, data } = value;
  if (data instanceof Float32Array && elem === "float32") return data;
  if (elem === "float64") return Float32Array.from(Array.from(data, Number));
  if (elem === "float16") return Float32Array.from(Array.from(data, Number), fromHalf);
  if (elem === "bfloat16") return Float32Array.from(Array.from(data, Number), fromBfloat16);
  throw new OnnxError(`A tensor of ${elem} cannot be read as floats.`);
}
