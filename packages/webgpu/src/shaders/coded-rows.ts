import type { Codec } from "@descent/arrays/engine";
import { codecFunctions, decoded, encoding } from "./codes.ts";
import { aroundCodes } from "./frame.ts";
import { STEPPED, THREADS } from "./kernel.ts";

/*
 * Some rows of a tensor that a codec keeps: numbers out of codes, and back. Their table says how many workgroups there are, how long
 * a row is, how many rows, how many numbers the tensor has, where its codes begin, its heads, its seed, and where the rows' numbers
 * begin. Behind that are the rows in ascending order, where among the numbers each of them lies, and which stretches of the tensor
 * the workgroups encode.
 */

/** Words of the table before its rows. */
export const ROW_HEAD = 8;

const frame = (functions: string, written: "codes" | "numbers", body: string): string => `${functions}
@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, ${written === "codes" ? "read_write" : "read"}> codes: array<u32>;
@group(0) @binding(2) var<storage, ${written === "numbers" ? "read_write" : "read"}> numbers: array<f32>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) ids: vec3u, @builtin(local_invocation_index) thread: u32) {
let group = id.x + id.y * ids.x;
if (group >= table[0]) { return; }
let cols = table[1];
let many = table[2];
let length = table[3];
let words = table[4];
let heads = table[5];
let seed = table[6];
let origin = table[7];
${body}
}
`;

const place = (codec: Codec) => ({ codec, binding: "codes", words: "words", heads: "heads", seed: "seed" });

/** A shader that decodes the rows. */
export const decodingRows = (codec: Codec): string =>
  frame(
    codecFunctions([codec]),
    "numbers",
    `for (var k = 0u; k < ${STEPPED / THREADS}u; k++) {
let i = group * ${STEPPED}u + k * ${THREADS}u + thread;
if (i < many * cols) {
let at = table[${ROW_HEAD}u + i / cols] * cols + i % cols;
numbers[origin + table[${ROW_HEAD}u + many + i / cols] * cols + i % cols] = ${decoded(place(codec), "at")};
}
}`,
  );

/** A shader that encodes them, with the rows between them as they are. */
export function encodingRows(codec: Codec): string {
  const codes = encoding([place(codec)]);
  return frame(
    codecFunctions([codec]) + codes.declared,
    "codes",
    `let turn = table[${ROW_HEAD}u + 2u * many + group];
let first = 0u;
${aroundCodes(
  codes,
  `var low = 0u;
var high = many;
while (high - low > 1u) {
  let middle = (low + high) / 2u;
  if (table[${ROW_HEAD}u + middle] <= row) { low = middle; } else { high = middle; }
}
var value = ${decoded(place(codec), "i")};
if (table[${ROW_HEAD}u + low] == row) { value = numbers[origin + table[${ROW_HEAD}u + many + low] * cols + column]; }
${codes.take(0, "value")}`,
)}`,
  );
}
