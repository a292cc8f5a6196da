import { isCallback, isRecord, takes } from "../errors.ts";
import { checkExpr, type Expr, isBoolean } from "../expr.ts";
import type { ScalarOp } from "../operations.ts";

/** The spellings that differ between shading languages; everything else reads the same in all of them. */
export interface Language {
  /** A new name for a value, which is constant from then on. */
  local(type: "float" | "uint" | "bool", name: string, value: string): string;
  /** A function from floats to a float. */
  define(name: string, parameters: readonly string[], body: string): string;
  /** One of two values, by a condition. */
  choose(condition: string, yes: string, no: string): string;
  /** The bits of a float. */
  bits(float: string): string;
  /** The float that has these bits. */
  float(bits: string): string;
}

/** WebGPU's. It has no way to forbid that `a * b + c` is rounded once, or that subnormal numbers are flushed. */
export const wgsl: Language = {
  local: (_, name, value) => `let ${name} = ${value};`,
  define: (name, parameters, body) => `fn ${name}(${parameters.map((p) => `${p}: f32`).join(", ")}) -> f32 {${body}}`,
  choose: (condition, yes, no) => `select(${no}, ${yes}, ${condition})`,
  bits: (float) => `bitcast<u32>(${float})`,
  float: (bits) => `bitcast<f32>(${bits})`,
};

/** GLSL ES 3.00, WebGL 2's. What was said of WGSL holds here as well: `precise` came with ES 3.20. */
export const glsl: Language = {
  local: (type, name, value) => `${type === "bool" ? "" : "highp "}${type} ${name} = ${value};`,
  define: (name, parameters, body) =>
    `highp float ${name}(${parameters.map((p) => `highp float ${p}`).join(", ")}) {${body}}`,
  choose: (condition, yes, no) => `(${condition} ? ${yes} : ${no})`,
  bits: (float) => `floatBitsToUint(${float})`,
  float: (bits) => `uintBitsToFloat(${bits})`,
};

/** Arithmetic on the values of a kernel, as text. */
export interface Shader {
  /** Functions that the statements call, for the top of the shader. */
  readonly functions: string;
  /** Computes `order`, one variable per expression. */
  readonly statements: string;
  /** A value as a float: one of `order`, a constant or a leaf. */
  value(e: Expr): string;
}

/** Operations that both languages have between their operands. */
const infix = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  eq: "==",
  ne: "!=",
  and: "&&",
  or: "||",
} as const satisfies Readonly<Partial<Record<ScalarOp, string>>>;
type Between = keyof typeof infix;
const isBetween = (op: string): op is Between => Object.hasOwn(infix, op);
const functionOf = (op: string): ((l: Language) => string) | "built in" | undefined =>
  Object.hasOwn(functions, op) ? functions[op as keyof typeof functions] : undefined; // as was asked

/** By bits: languages have no `isnan` or let compilers assume that there are no NaNs. */
const nan = ({ bits }: Language, x: string): string => `(${bits(x)} & 0x7fffffffu) > 0x7f800000u`;

/**
 * Operations that shading languages leave open, or have without the cases that the array backends agree on: NaN goes
 * through `min`, `max` and `sign`, −0 is less than 0, and negative numbers have powers where the exponent is whole.
 */
const functions: Readonly<
  Record<Exclude<ScalarOp, Between | "select" | "not" | "neg">, ((l: Language) => string) | "built in">
> = {
  sqrt: "built in",
  abs: "built in",
  exp: "built in",
  log: "built in",
  floor: "built in",
  sign: (l) => l.define("d_sign", ["x"], ` return ${l.choose("x > 0.0", "1.0", l.choose("x < 0.0", "-1.0", "x"))}; `),
  min: (l) => extreme(l, "d_min", "<", "|"),
  max: (l) => extreme(l, "d_max", ">", "&"),
  pow: (l) =>
    l.define(
      "d_pow",
      ["x", "y"],
      `
  if (y == 0.0) { return 1.0; }
  if (${nan(l, "x")} || ${nan(l, "y")}) { return x + y; }
  ${l.local("float", "size", "exp2(y * log2(abs(x)))")}
  if ((${l.bits("x")} >> 31u) == 0u) { return size; }
  if (floor(y) != y) { return ${l.choose("x * 0.5 == x", "size", l.float(`${l.bits("size")} | 0x7fffffffu`))}; }
  ${l.local("float", "halved", "y * 0.5")}
  return ${l.choose("floor(halved) == halved", "size", "-size")};
`,
    ),
  cos: (l) => circular(l, "d_cos", ["cosine", "-sine", "-cosine", "sine"], "false"),
  sin: (l) => circular(l, "d_sin", ["sine", "cosine", "-sine", "-cosine"], "x < 0.0"),
  // The series near 0; elsewhere Abramowitz and Stegun 7.1.26, to 1.5e-7.
  erf: (l) =>
    l.define(
      "d_erf",
      ["x"],
      `
  ${l.local("float", "size", "abs(x)")}
  ${l.local("float", "z", "x * x")}
  if (size < 0.5) { return 1.1283791671 * x * (1.0 - z * (0.33333333333 - z * (0.1 - z * (0.02380952381 - z * (4.6296296296e-3 - z * 7.5757575758e-4))))); }
  ${l.local("float", "u", "1.0 / (1.0 + 0.3275911 * size)")}
  ${l.local("float", "rest", "u * (0.254829592 + u * (-0.284496736 + u * (1.421413741 + u * (-1.453152027 + u * 1.061405429)))) * exp(-z)")}
  ${l.local("float", "near", l.choose("size > 6.0", "1.0", "1.0 - rest"))}
  return ${l.choose("x > 0.0", "near", l.choose("x < 0.0", "-near", "x"))};
`,
    ),
  // Languages leave zeros open. Abramowitz and Stegun 4.4.49, to 2e-8 between 0 and 1.
  atan2: (l) =>
    l.define(
      "d_atan2",
      ["y", "x"],
      `
  ${l.local("float", "high", "max(abs(y), abs(x))")}
  ${l.local("float", "q", l.choose("high > 0.0", "min(abs(y), abs(x)) / high", "0.0"))}
  ${l.local("float", "z", "q * q")}
  ${l.local("float", "poly", "q * (1.0 + z * (-0.3333314528 + z * (0.1999355085 + z * (-0.1420889944 + z * (0.1065626393 + z * (-0.0752896400 + z * (0.0429096138 + z * (-0.0161657367 + z * 0.0028662257))))))))")}
  ${l.local("float", "eighth", l.choose("abs(y) > abs(x)", "1.5707963268 - poly", "poly"))}
  ${l.local("float", "front", l.choose(`(${l.bits("x")} >> 31u) != 0u`, "3.1415926536 - eighth", "eighth"))}
  return ${l.choose(`(${l.bits("y")} >> 31u) != 0u`, "-front", "front")};
`,
    ),
  // With the sign of x, as in C; languages differ, and lose what lies below the quotient's last place.
  mod: (l) =>
    l.define(
      "d_mod",
      ["x", "y"],
      `
  ${l.local("float", "size", "abs(y)")}
  ${l.local("float", "first", "abs(x) - floor(abs(x) / size) * size")}
  ${l.local("float", "second", l.choose("first < 0.0", "first + size", "first"))}
  ${l.local("float", "rest", l.choose("second >= size", "second - size", "second"))}
  return ${l.choose("x < 0.0", "-rest", "rest")};
`,
    ),
  // Languages inherit the error, and the overflow, of a quotient of exponentials. By Cephes again.
  tanh: (l) =>
    l.define(
      "d_tanh",
      ["x"],
      `
  ${l.local("float", "size", "abs(x)")}
  if (size > 9.0) { return ${l.choose("x > 0.0", "1.0", "-1.0")}; }
  if (size > 0.625) {
    ${l.local("float", "far", "1.0 - 2.0 / (exp(2.0 * size) + 1.0)")}
    return ${l.choose("x > 0.0", "far", "-far")};
  }
  ${l.local("float", "z", "x * x")}
  return ((((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z + 1.33314422036e-1) * z - 3.33332819422e-1) * z * x + x;
`,
    ),
};

/**
 * Languages let sines and cosines be 2^-11 off. By the reduction and the polynomials of Cephes: 1e-7, for arguments up to
 * 8192. `quarters` are the values in the four quarters of a turn, for |x|; `negated` says where the result changes its sign.
 */
const circular = (
  l: Language,
  name: string,
  quarters: readonly [string, string, string, string],
  negated: string,
): string =>
  l.define(
    name,
    ["x"],
    `
  ${l.local("float", "size", "abs(x)")}
  ${l.local("float", "octants", "2.0 * floor((floor(size * 1.27323954473516) + 1.0) * 0.5)")}
  ${l.local("float", "turn", "octants - 8.0 * floor(octants * 0.125)")}
  ${l.local("float", "y", "((size - octants * 0.78515625) - octants * 2.4187564849853515625e-4) - octants * 3.77489497744594108e-8")}
  ${l.local("float", "z", "y * y")}
  ${l.local("float", "sine", "((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * y + y")}
  ${l.local("float", "cosine", "((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0")}
  ${l.local("float", "found", l.choose("turn == 2.0", quarters[1], l.choose("turn == 4.0", quarters[2], l.choose("turn == 6.0", quarters[3], quarters[0]))))}
  return ${l.choose(negated, "-found", "found")};
`,
  );

const extreme = (l: Language, name: string, better: string, ofZeros: string): string =>
  l.define(
    name,
    ["x", "y"],
    `
  if (${nan(l, "x")}) { return x; }
  if (${nan(l, "y")}) { return y; }
  if (x == y) { return ${l.float(`${l.bits("x")} ${ofZeros} ${l.bits("y")}`)}; }
  return ${l.choose(`x ${better} y`, "x", "y")};
`,
  );

/** Float32 numbers to the bit: small whole ones as digits, others by their bits. */
function literal(l: Language, value: number): string {
  const x = Math.fround(value);
  if (Number.isInteger(x) && Math.abs(x) < 2 ** 24 && !Object.is(x, -0)) return `${x < 0 ? `(${x}.0)` : `${x}.0`}`;
  return l.float(`0x${new Uint32Array(Float32Array.of(x).buffer)[0]!.toString(16)}u`);
}

/**
 * Prints `order` (children first) as statements of one thread that computes one element. `leaf` names what is not
 * computed here, always a float: buffers and arguments as they were read before. Constants are printed where they are
 * needed; infinities and NaN are named first, because WGSL refuses expressions that it can see are not finite.
 *
 * A device may differ from the array backends in what its language leaves open: it may round `a * b + c` once, flush
 * subnormal numbers, be 2.5 units in the last place off in a quotient or a root and more in `exp`, `log` and powers, and
 * compute what is not finite as it likes. One that rounds every operation gives the same bits.
 */
export function shader(l: Language, order: readonly Expr[], leaf: (e: Expr) => string): Shader {
  const whole =
    isRecord(l) && ["local", "define", "choose", "bits", "float"].every((name) => isCallback(Reflect.get(l, name)));
  takes("shader", "a language: wgsl or glsl", l, whole);
  takes("shader", "a list of expressions", order, Array.isArray(order));
  for (const e of order) checkExpr(e, "`shader`");
  takes("shader", "a function that names what is read", leaf, isCallback(leaf));
  const computed = new Map(order.map((e, i) => [e, `e${i}`]));
  const statements: string[] = [];
  const odd = new Map<string, string>();
  const constant = (value: number): string => {
    const text = literal(l, value);
    if (Number.isFinite(Math.fround(value))) return text;
    let name = odd.get(text);
    if (name === undefined) {
      odd.set(text, (name = `odd${odd.size}`));
      const bits = value > 0 ? "0x7f800000u" : value < 0 ? "0xff800000u" : "0x7fc00000u";
      statements.push(l.local("uint", `${name}Bits`, bits), l.local("float", name, l.float(`${name}Bits`)));
    }
    return name;
  };
  const plain = (e: Expr): string => (e.op === "const" ? constant(e.value) : (computed.get(e) ?? leaf(e)));
  const isTruth = (e: Expr): boolean => computed.has(e) && isBoolean(e);
  const number = (e: Expr): string => (isTruth(e) ? l.choose(plain(e), "1.0", "0.0") : plain(e));
  const truth = (e: Expr): string => (isTruth(e) ? plain(e) : `(${plain(e)} != 0.0)`);

  const compute = (e: Expr): string => {
    const [a, b, c] = e.args as readonly [Expr, Expr, Expr]; // as many as the operation reads
    switch (e.op) {
      case "select":
        return l.choose(truth(a), number(b), number(c));
      case "and":
      case "or":
        return `${truth(a)} ${infix[e.op]} ${truth(b)}`;
      case "not":
        return `!${truth(a)}`;
      case "neg":
        return `-${number(a)}`;
      default: {
        if (isBetween(e.op)) return `${number(a)} ${infix[e.op]} ${number(b)}`;
        return `${functionOf(e.op) === "built in" ? e.op : `d_${e.op}`}(${e.args.map(number).join(", ")})`;
      }
    }
  };
  for (const [e, name] of computed) {
    const value = compute(e);
    statements.push(l.local(isBoolean(e) ? "bool" : "float", name, value));
  }
  const used = [...new Set(order.map((e) => e.op))];
  return {
    functions: used
      .flatMap((op) => {
        const made = functionOf(op);
        return typeof made === "function" ? made(l) : [];
      })
      .join("\n"),
    statements: statements.join("\n"),
    value: number,
  };
}
