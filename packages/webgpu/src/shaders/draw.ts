import type { Drawing } from "@descent/core/adapter";
import { normalNumbers, philoxRounds } from "@descent/core/kernels";

/** Threads of a workgroup, each of which draws four numbers. */
export const DRAWERS = 64;

const text = (x: number): string => `${x >>> 0}u`;
const float = (x: number): string => (Number.isInteger(x) ? `${x}.0` : String(x));
/** Horner's scheme over the first of some coefficients: float32 needs fewer than float64. */
const polynomial = (coefficients: readonly number[], x: string): string => {
  const [last, ...rest] = coefficients.slice(0, 7).reverse();
  return rest.reduce((sum, c) => `fma(${sum}, ${x}, ${float(c)})`, float(last!)); // none is empty
};

/** Core's `radius` and `direction` in float32: near 1 the logarithm is of what is missing to 1, which the word has exactly. */
const normal = `
fn radius(word: u32) -> f32 {
  var missing = 0.0;
  var s = 0.0;
  if (word >= 0x80000000u) {
    let rest = f32(~word) * ${float(2 ** -32)};
    s = rest / (2.0 - rest);
  } else {
    let x = word + 1u;
    let zeros = countLeadingZeros(x);
    let m = f32(x << zeros) * ${float(2 ** -31)};
    missing = (f32(zeros) + 1.0) * ${Math.LN2};
    s = (1.0 - m) / (1.0 + m);
  }
  let z = s * s;
  return sqrt(2.0 * (missing + s * ${polynomial(normalNumbers.LOG, "z")}));
}
fn direction(word: u32) -> vec2f {
  let moved = word + 0x20000000u;
  let x = f32(i32(moved & 0x3fffffffu) - 0x20000000) * ${normalNumbers.STEP};
  let z = x * x;
  let sine = x * ${polynomial(normalNumbers.SIN, "z")};
  let cosine = ${polynomial(normalNumbers.COS, "z")};
  switch (moved >> 30u) {
    case 0u: { return vec2f(cosine, sine); }
    case 1u: { return vec2f(-sine, cosine); }
    case 2u: { return vec2f(-cosine, -sine); }
    default: { return vec2f(sine, -cosine); }
  }
}
fn numbers(words: vec4u) -> vec4f {
  return vec4f(radius(words.x) * direction(words.y), radius(words.z) * direction(words.w));
}`;

const numbers: Readonly<Record<Drawing["distribution"], string>> = {
  normal,
  uniform: `fn numbers(words: vec4u) -> vec4f { return vec4f(words >> vec4u(8u)) * ${float(2 ** -24)}; }`,
  rademacher:
    "fn numbers(words: vec4u) -> vec4f { return select(vec4f(-1.0), vec4f(1.0), words >= vec4u(0x80000000u)); }",
};

/**
 * A shader that fills a buffer with random numbers: core's `draw`, with the same integers, and normal numbers to 1e-6. `task`
 * holds the key, `t`, the site, the parameter, the first number divided by four, and how many there are.
 */
export const drawShader = (distribution: Drawing["distribution"]): string => `
@group(0) @binding(0) var<storage, read> task: array<u32>;
@group(0) @binding(1) var<storage, read_write> drawn: array<f32>;
fn high(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let left = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let right = (a & 0xffffu) * (b >> 16u) + (left & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (left >> 16u) + (right >> 16u);
}
fn philox(counter: vec4u, first: vec2u) -> vec4u {
  var c = counter;
  var key = first;
  for (var round = 0u; round < ${philoxRounds.count}u; round++) {
    let a = ${text(philoxRounds.multipliers[0])};
    let b = ${text(philoxRounds.multipliers[1])};
    c = vec4u(high(b, c.z) ^ c.y ^ key.x, b * c.z, high(a, c.x) ^ c.w ^ key.y, a * c.x);
    key += vec2u(${philoxRounds.weyl.map(text).join(", ")});
  }
  return c;
}
${numbers[distribution]}
@compute @workgroup_size(${DRAWERS})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) ids: vec3u, @builtin(local_invocation_index) thread: u32) {
  let block = (id.x + id.y * ids.x) * ${DRAWERS}u + thread;
  if (4u * block >= task[6]) { return; }
  let found = numbers(philox(vec4u(task[5] + block, task[2], task[3], task[4]), vec2u(task[0], task[1])));
  let left = min(4u, task[6] - 4u * block);
  for (var k = 0u; k < left; k++) { drawn[4u * block + k] = found[k]; }
}
`;
