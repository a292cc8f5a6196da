import { expect, test } from "vitest";
import { free, freeCopies } from "../src/session/freed.ts";

test("a buffer that is freed is detached, once where several views share it", () => {
  const numbers = new Float32Array(8);
  free([numbers.buffer, numbers.subarray(2).buffer]);
  expect(numbers.length).toBe(0);
});

test("what cannot be given away stays: shared memory, and WebAssembly's", () => {
  const shared = new Float32Array(new SharedArrayBuffer(16)).fill(2);
  const inside = new Float32Array(new WebAssembly.Memory({ initial: 1 }).buffer).fill(3);
  free([shared.buffer, inside.buffer]);
  expect(shared).toEqual(new Float32Array(4).fill(2));
  expect(inside[0]).toBe(3);
});

test("of what a run returned, only copies of what it filled are freed", () => {
  const tensor = (data: Float32Array) => ({ type: "float32", dims: [data.length], data, location: "cpu" }) as never; // of what a run returns
  const [own, copy] = [new Float32Array(4), new Float32Array(4)];
  const [loss, same] = [new Float32Array(1), new Float32Array(2)];
  freeCopies({ g: tensor(copy), loss: tensor(loss), h: tensor(same) }, { g: tensor(own), h: tensor(same) });
  expect([own.length, copy.length, loss.length, same.length]).toEqual([4, 0, 1, 2]);
});
