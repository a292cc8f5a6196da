import { rule } from "@descent/core";
import { apply, build, constant, type Expr, parse, scalarOps, trace, variable } from "@descent/core/graph";
import { glsl, type Kernel, kernelPlan, type Language, reach, shader, wgsl } from "@descent/core/kernels";
import { expect, test } from "vitest";

const bits = new DataView(new ArrayBuffer(4));
const tools = {
  ...Object.fromEntries((["abs", "floor", "exp", "log2"] as const).map((f) => [f, Math[f]])),
  exp2: (x: number): number => 2 ** x,
  bits: (x: number): number => {
    bits.setFloat32(0, x);
    return bits.getUint32(0);
  },
  float: (x: number): number => {
    bits.setUint32(0, x);
    return bits.getFloat32(0);
  },
};
/** A third language, which tests can run. Its numbers are wider, so it shows what is computed and not how it is rounded. */
const javascript: Language = {
  local: (_, name, value) => `const ${name} = ${value};`,
  define: (name, parameters, body) => `function ${name}(${parameters.join()}) {${body}}`,
  choose: (condition, yes, no) => `(${condition} ? ${yes} : ${no})`,
  bits: (float) => `bits(${float})`,
  float: (x) => `float(${x})`,
};

/** The value of `e` where its variables x, y and z are these numbers, by what is printed for it. */
function evaluate(e: Expr, numbers: readonly number[]): number {
  const order = reach([e], () => false).filter((x) => x.op !== "var" && x.op !== "const");
  const { functions, statements, value } = shader(javascript, order, (x) => String(x.value));
  const source = `${functions}\n${statements}\nreturn ${value(e)};`.replaceAll(/\b(0x[0-9a-f]+|\d+)u\b/g, "$1");
  return new Function(...Object.keys(tools), "x", "y", "z", source)(...Object.values(tools), ...numbers);
}

const [x, y] = [variable("x", "tensor"), variable("y", "tensor")];
const formula = (text: string): Expr =>
  build(parse(text), text, (name) => (name === "x" ? x : name === "y" ? y : undefined), ["x", "y"]);
const odd = [0, -0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 2.5, -2.5, 2 ** 100, Infinity, -Infinity, Number.NaN];

test.each(["min", "max"] as const)("%s takes NaN on and tells zeros apart", (op) => {
  for (const a of odd)
    for (const b of odd) expect(evaluate(formula(`${op}(x, y)`), [a, b]), `${a} ${b}`).toBe(scalarOps[op](a, b));
});

test("the sign of NaN is NaN and that of −0 is −0", () => {
  for (const a of odd) expect(evaluate(formula("sign(x)"), [a])).toBe(Math.sign(a));
});

test("powers are those of JavaScript, of negative numbers and of what is not finite too", () => {
  for (const a of odd)
    for (const b of odd) {
      const wanted = a ** b;
      const actual = evaluate(formula("x ^ y"), [a, b]);
      if (Number.isFinite(wanted) && wanted !== 0) expect(actual / wanted, `${a} ** ${b}`).toBeCloseTo(1, 12);
      else expect(actual, `${a} ** ${b}`).toBe(wanted);
    }
});

test("cosines and hyperbolic tangents are a float32's last place off at most", () => {
  for (let a = -100; a <= 100; a += 0.37)
    expect(evaluate(formula("cos(x)"), [a]), `cos ${a}`).toBeCloseTo(Math.cos(a), 6);
  for (let a = -12; a <= 12; a += 0.037)
    expect(evaluate(formula("tanh(x)"), [a]) / Math.tanh(a), `tanh ${a}`).toBeCloseTo(1, 6);
  expect([Infinity, -Infinity, 0].map((a) => evaluate(formula("tanh(x)"), [a]))).toEqual([1, -1, 0]);
  for (const f of ["cos(x)", "tanh(x)"]) expect(evaluate(formula(f), [Number.NaN])).toBeNaN();
  expect(evaluate(formula("cos(x)"), [Infinity])).toBeNaN();
});

test("what is true counts as one where a number is asked for, and what is not zero as true", () => {
  for (const a of [0, 1, -2])
    for (const b of [0, 3]) {
      expect(evaluate(formula("(x < y) + 1"), [a, b])).toBe(+(a < b) + 1);
      expect(evaluate(formula("x && !(y > 1) ? 5 : x == 0 || y"), [a, b])).toBe(
        a !== 0 && b <= 1 ? 5 : +(a === 0 || b !== 0),
      );
      expect(evaluate(formula("x >= y"), [a, b])).toBe(+(a >= b));
    }
});

test("constants keep every bit of a float32, infinities and NaN included", () => {
  const values = [0.1, -0.1, 1 / 3, 1e-45, -1e-40, 3.4e38, 1e-8, 16777216, 7, -7, -0, Infinity, -Infinity, Number.NaN];
  for (const value of values) {
    const e = apply("select", formula("x > 0"), constant(value), y);
    expect(evaluate(e, [1, 0])).toBe(Math.fround(value));
  }
});

const lion = rule({
  id: "lion",
  title: "Lion",
  paper: "",
  hyper: { lr: 1e-4, beta1: 0.9, beta2: 0.99 },
  state: { m: 0 },
  update: {
    p: "p - lr * sign(beta1 * m + (1 - beta1) * g)",
    m: "beta2 * m + (1 - beta2) * g",
  },
});

test.each([
  ["WGSL", wgsl],
  ["GLSL ES 3.00", glsl],
] as const)("an element of Lion in %s", (_, language) => {
  const [kernel] = kernelPlan(trace(lion().rule)).kernels as [Kernel]; // Lion is one loop
  const { functions, statements, value } = shader(language, kernel.order, (e) =>
    e.op === "var" ? String(e.value) : `a${kernel.args.findIndex(({ key }) => key === e)}`,
  );
  const stores = kernel.buffers.flatMap(({ key, store }) => (store ? `${key.value} <- ${value(store)}` : []));
  expect([functions, statements, ...stores].join("\n")).toMatchSnapshot();
});

test("no value in a shader bears a word that its language keeps for itself", () => {
  // The OpenGL ES Shading Language 3.00, section 3.8; WebGPU Shading Language, section "Reserved Words".
  const kept = {
    glsl: `active asm atomic_uint attribute cast class coherent common double enum extern external filter fixed goto half image1D
      image2D image3D inline input interface long namespace noinline noperspective output packed partition patch public readonly
      resource restrict row_major sample short sizeof static subroutine superp template this typedef union unsigned using varying
      volatile writeonly`,
    wgsl: `NULL Self abstract active alignas as asm async attribute auto await become cast catch class coherent common compile
      concept crate debugger delete demote do enum explicit export extends extern external filter final finally friend from get
      goto highp impl implements import inline interface layout lowp macro match mediump meta mod module move mut mutable
      namespace new nil noinline null of operator package partition pass patch precise precision priv protected pub public
      readonly ref regardless register require resource restrict self set shared sizeof smooth snorm static std subroutine super
      target template this throw trait try type typedef typename typeof union unless unorm unsafe unsized use using varying
      virtual volatile where with writeonly yield`,
  };
  const scalar = Object.keys(scalarOps) as (keyof typeof scalarOps)[];
  const all = scalar.map((op) => apply(op, ...[x, y, x].slice(0, scalarOps[op].length)));
  for (const [language, words] of [
    [glsl, kept.glsl],
    [wgsl, kept.wgsl],
  ] as const) {
    // biome-ignore format: one line
    const declared = new Set<string>();
    const watching: Language = {
      ...language,
      local: (type, name, value) => {
        declared.add(name);
        return language.local(type, name, value);
      },
      define: (name, parameters, body) => {
        for (const each of [name, ...parameters]) declared.add(each);
        return language.define(name, parameters, body);
      },
    };
    shader(watching, all, (e) => String(e.value));
    expect(declared.size).toBeGreaterThan(20);
    expect([...declared].filter((name) => words.split(/\s+/).includes(name))).toEqual([]);
  }
});
