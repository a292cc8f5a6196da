import { expect, test } from "vitest";
import { importModel, survey } from "../src/index.ts";
import { constant, tensorOf } from "../src/proto/index.ts";
import { info, model, node } from "./protos.ts";

/** The kernel of a Fourier transform: windowed cosines, and sines below them. */
const basis = (size: number): Float32Array =>
  Float32Array.from({ length: (size + 2) * size }, (_, i) => {
    const [row, n] = [Math.floor(i / size), i % size];
    const bins = size / 2 + 1;
    const angle = (2 * Math.PI * (row % bins) * n) / size;
    return (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size)) * (row < bins ? Math.cos(angle) : -Math.sin(angle));
  });

test("the kernel of a short-time Fourier transform is not trained: its numbers tell, or its name", () => {
  const kernel = (name: string, f: (i: number) => number) =>
    tensorOf(
      name,
      constant(
        basis(16).map((v, i) => v + f(i)),
        "float32",
        [18, 1, 16],
      ),
    );
  const names = ["stft.weight", "stft.forward_basis_buffer", "conv.weight"];
  const graph = importModel(
    model({
      producerName: "pytorch",
      graph: {
        node: names.map((name, i) => node("Conv", ["x", name], [`y${i}`])),
        initializer: names.map((name, k) => kernel(name, (i) => (k === 0 ? 0 : 1e-2 * Math.sin(i * i)))),
        input: [info("x", [1, 1, 64])],
        output: names.map((_, i) => ({ name: `y${i}` })),
      },
    }),
  );
  expect(survey(graph).map(({ name, trained, because }) => [name, trained, because])).toEqual([
    ["stft.weight", false, "a table of angles"],
    ["stft.forward_basis_buffer", false, "named like a buffer"],
    ["conv.weight", true, "a kernel"],
  ]);
});
