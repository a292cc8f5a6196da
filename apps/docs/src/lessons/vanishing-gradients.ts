import { normal } from "@descent/initializers";
import { lineChart } from "@descent/viz";
import { choice, lengthOf, lesson, Network, normals, range, say } from "../kit/index.ts";

const WIDTH = 24;

export default lesson({
  number: 8,
  id: "vanishing-gradients",
  title: "Gradients vanish, gradients explode",
  from: "A, B",
  question: "Why did deep networks not train?",
  words: [
    "On its way back through a layer, a gradient is multiplied by the weights and by the slope of the nonlinearity. Twenty layers multiply twenty such factors: a little below one, and nothing arrives at the first layer; a little above, and too much does.",
    "The slope of a sigmoid is at most ¼, so each layer of sigmoids shrinks the gradient at least fourfold unless the weights make up for it. A ReLU’s slope is 1 where it is active.",
  ],
  claim:
    "Each layer of sigmoids multiplies a gradient by at most ¼ of its weights’ norm; the scale of the weights decides whether ReLUs keep it.",
  knobs: {
    depth: range("Layers", [2, 30], 15, 1),
    activation: choice("Nonlinearity", { sigmoid: "sigmoid", tanh: "tanh", relu: "ReLU" }),
    scale: range("Scale of weights", [0.3, 4], 1, 0.02, true),
  },
  model({ depth, activation, scale }) {
    const layers = Math.round(depth);
    const sizes = Array.from({ length: layers + 1 }, () => WIDTH);
    const net = new Network(sizes, activation, normal({ std: scale / Math.sqrt(WIDTH) }));
    const draw = normals(3);
    const all = net.outputs(Float64Array.from({ length: WIDTH }, draw));
    const last = Float64Array.from({ length: WIDTH }, draw);
    const norm = lengthOf(last);
    const deltas = net.back(
      all,
      last.map((v) => v / norm),
    );
    return { signal: all.map(lengthOf), gradient: deltas.map(lengthOf), net };
  },
  caption: ({ gradient }, { depth }) => {
    const ratio = gradient[0]!;
    return `A gradient of length 1 at the output has length ${say(ratio)} at the first of ${Math.round(depth)} layers: a factor of ${say(ratio ** (1 / Math.round(depth)))} per layer. ${ratio < 1e-3 ? "It vanishes." : ratio > 1e3 ? "It explodes." : "It arrives."}`;
  },
  key: () => ["signal forwards", "gradient backwards"],
  figures: ({ signal, gradient }) => [
    lineChart({
      title: "Lengths by layer",
      x: { label: "layer" },
      y: { label: "length", log: true },
      series: [
        { name: "signal", y: signal.map((v) => Math.max(v, 1e-30)) },
        { name: "gradient", y: gradient.map((v) => Math.max(v, 1e-30)) },
      ],
      points: true,
      height: 380,
      id: "layers",
    }),
  ],
});
