/** The types of values that code here computes with. */
export type Type = "i32" | "f32" | "f64" | "v128";

/** The bytes of instructions, with places for locals and imports, whose numbers are known once the function is complete. */
export type Code = number | Local | Import | readonly Code[];

/** Instructions that leave one value. */
export interface Value<T extends Type> {
  /** The type of number that is left on the stack. */
  readonly type: T;
  readonly code: Code;
}
/** A 32-bit integer: a count, an address, a condition. */
export type I32 = Value<"i32">;
/** A float32. */
export type F32 = Value<"f32">;
/** A float64. */
export type F64 = Value<"f64">;
/** Sixteen bytes: four float32 numbers or integers, two float64 numbers. */
export type V128 = Value<"v128">;

/** An i32, or a number that is written as a constant. */
export type Int = I32 | number;

/** Instructions that leave nothing. */
export interface Statement {
  readonly type: "nothing";
  readonly code: Code;
}

/** Statements in the order in which they run. */
export type Body = Statement | readonly Body[];

/** A value of these instructions. */
export const value = <T extends Type>(type: T, ...code: readonly Code[]): Value<T> => ({ type, code });
/** A statement of these instructions. */
export const statement = (...code: readonly Code[]): Statement => ({ type: "nothing", code });
/** The instructions of a body. */
export const codeOf = (body: Body | Value<Type>): Code => ("code" in body ? body.code : body.map(codeOf));

/** A non-negative integer in LEB128. */
export function unsigned(n: number): number[] {
  const out: number[] = [];
  do {
    const low = n & 127;
    n >>>= 7;
    out.push(n ? low | 128 : low);
  } while (n);
  return out;
}

/** A 32-bit integer in signed LEB128. */
export function signed(n: number): number[] {
  const out: number[] = [];
  for (;;) {
    const low = n & 127;
    n >>= 7;
    if ((n === 0 && !(low & 64)) || (n === -1 && low & 64)) return [...out, low];
    out.push(low | 128);
  }
}

/** The four bytes of a float32. */
export const float = (x: number): number[] => [...new Uint8Array(Float32Array.of(x).buffer)];

/** A variable of a function. It is a value itself: its own. */
export class Local<T extends Type = Type> implements Value<T> {
  /** The type of number that it holds. */
  readonly type: T;
  readonly code: Code = [0x20, this];

  constructor(type: T) {
    this.type = type;
  }

  /** Gives it a new value. */
  set(to: Value<T>): Statement {
    return statement(to.code, 0x21, this);
  }

  /** Gives it a new value, which is also the result. */
  tee(to: Value<T>): Value<T> {
    return value(this.type, to.code, 0x22, this);
  }
}

/** A function from float64 numbers to one that JavaScript supplies under a name. */
export class Import {
  readonly name: string;
  /** How many numbers it takes. */
  readonly arity: number;

  constructor(name: string, arity: number) {
    this.name = name;
    this.arity = arity;
  }

  /** The expression of a call. */
  call(...args: readonly F64[]): F64 {
    return value("f64", ...args.map((a) => a.code), 0x10, this);
  }
}
