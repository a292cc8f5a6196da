import { adam } from "@descent/adam";
import { expectTypeOf, test } from "vitest";
import { allocate, optimizer } from "../src/index.ts";

test("a misspelt parameter is a compile error where its gradient is given", () => {
  const g = new Float32Array(2);
  const opt = optimizer({ w: g, b: { data: g, role: "bias" } }, adam());
  opt.update({ w: g });
  opt.update({ w: g, b: undefined });
  // @ts-expect-error `v` is not a parameter
  opt.update({ v: g });
  // @ts-expect-error gradients are float32
  opt.update({ w: new Float64Array(2) });
  // @ts-expect-error roles are few
  optimizer({ w: { data: g, role: "biass" } }, adam());
  const { parameters } = allocate({ w: [2], b: { shape: [3], role: "bias" } });
  expectTypeOf(parameters).toEqualTypeOf<{ readonly w: Float32Array; readonly b: Float32Array }>();
});

test("names of parameters that come and go are known to the compiler", () => {
  const g = new Float32Array(2);
  const opt = optimizer({ w: g }, adam());
  const grown = opt.add({ b: g });
  grown.update({ w: g, b: g });
  const fewer = grown.remove("w");
  fewer.update({ b: g });
  // @ts-expect-error `w` was removed
  fewer.update({ w: g });
  // @ts-expect-error `v` is not a parameter
  grown.remove("v");
  // @ts-expect-error `v` is not a parameter
  opt.rename({ v: "w" });
  // @ts-expect-error `v` is not a parameter
  opt.rebind({ v: g });
});
