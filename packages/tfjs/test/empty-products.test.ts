import { configured } from "@descent/core/adapter";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tf, use } from "./backends.ts";
import { tfjs } from "./target.ts";

beforeAll(() => use("wasm"));
afterAll(() => use("cpu"));

test("a product of matrices with nothing between them is 0, whatever the memory held", async () => {
  const rule = configured(
    {
      id: "products",
      title: "Products",
      paper: "",
      hyper: { lr: 0.1 },
      state: { r: { place: ["cols", "cols"], init: 1 } },
      update: { r: "r + g' @ g", p: "p - lr * g @ r" },
    },
    {},
  );
  const target = tfjs("tfjs wasm, composed", { fused: false });
  const empty = { shape: [0, 3], data: new Float32Array(0) };
  const session = await target.start({ empty }, rule);
  for (let step = 0; step < 20; step++) {
    tf.dispose(tf.fill([3, 3], step + 1)); // leaves its numbers behind
    await session.update({ empty: new Float32Array(0) });
  }
  const { tensors } = await session.state();
  expect([...tensors["r/empty"]!.data]).toEqual(Array(9).fill(1));
  session.dispose();
});
