import { reference } from "@descent/conformance";
import { describeBackend } from "@descent/conformance/vitest";
import { configured } from "@descent/core/adapter";
import { expect, test } from "vitest";

describeBackend(reference, { exact: true });

test("the reference rounds every operation on elements, and none on the host", async () => {
  const [a, b, c] = [0.1, 0.2, 0.3].map(Math.fround) as [number, number, number];
  const rule = configured(
    {
      id: "probe",
      title: "Probe",
      paper: "",
      hyper: { c: 0.1 },
      state: {},
      update: { p: "(p * p + g) * g * (c * 3)" },
    },
    {},
  );
  const session = await reference.start({ w: { shape: [2], data: Float32Array.of(a, b) } }, rule);
  session.update({ w: Float32Array.of(b, c) });
  const by = (p: number, g: number): number => {
    const { fround } = Math;
    return fround(fround(fround(fround(fround(p * p) + g) * g)) * fround(0.1 * 3));
  };
  expect(await session.read("w")).toEqual(Float32Array.of(by(a, b), by(b, c)));
});

test("the reference sums in double precision", async () => {
  const rule = configured(
    { id: "probe", title: "Probe", paper: "", hyper: {}, state: {}, update: { p: "p * 0 + sum(g)" } },
    {},
  );
  // In single precision the ones would vanish beside 2^24.
  const session = await reference.start({ w: { shape: [5], data: new Float32Array(5) } }, rule);
  session.update({ w: Float32Array.of(2 ** 24, 1, 1, 1, -(2 ** 24)) });
  expect(await session.read("w")).toEqual(new Float32Array(5).fill(3));
});
