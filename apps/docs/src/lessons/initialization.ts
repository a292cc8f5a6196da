import { optimizer } from "@descent/arrays";
import { constant, heNormal, type Initializer, normal, xavierNormal } from "@descent/initializers";
import { sgd } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { choice, lesson, mean, Network, normals, range, say } from "../kit/index.ts";

const WIDTH = 32;
const starts: Readonly<Record<string, () => Initializer>> = {
  equal: () => constant(0.05),
  small: () => normal({ std: 0.05 }),
  xavier: () => xavierNormal(),
  he: () => heNormal(),
};

const [UPDATES, UNITS] = [25, 6];

export default lesson({
  number: 9,
  id: "initialization",
  title: "Where weights start",
  from: "A, B",
  question: "Why not start every weight at the same number?",
  words: [
    "Equal weights make all units of a layer compute the same thing, so they get the same gradient, and stay equal for ever. Random numbers break the tie; their scale must keep the signal’s size through the layers.",
    "Xavier’s scale keeps the variance of linear and tanh layers, `2 / (fanIn + fanOut)`. A ReLU throws half away, so He’s is twice as large, `2 / fanIn`.",
  ],
  claim:
    "Units that start equal are equal after training; with He’s scale the size of ReLU activations hardly changes over ten layers, with Xavier’s their variance halves in each layer.",
  knobs: {
    start: choice("Start", { equal: "all 0.05", small: "normal, 0.05", xavier: "Xavier", he: "He" }, "he"),
    activation: choice("Nonlinearity", { relu: "ReLU", tanh: "tanh" }),
    layers: range("Layers", [2, 16], 10, 1),
  },
  model({ start, activation, layers }) {
    const depth = Math.round(layers);
    const net = new Network([...Array.from({ length: depth + 1 }, () => WIDTH), 2], activation, starts[start]!(), 5);
    const draw = normals(11);
    const samples = Array.from({ length: 24 }, () => Float64Array.from({ length: WIDTH }, draw));
    const outputs = samples.map((x) => net.outputs(x).slice(0, depth + 1));
    const size = Array.from({ length: depth + 1 }, (_, l) =>
      Math.sqrt(mean(outputs.flatMap((all) => Array.from(all[l]!, (v) => v * v)))),
    );
    // A small training: are the units of the first layer still one and the same?
    const small = new Network([4, UNITS, 2], activation, starts[start]!(), 2);
    const opt = optimizer(small.weights, sgd({ lr: 0.5 }));
    const data = Array.from({ length: 16 }, (_, i) => ({ x: Array.from({ length: 4 }, draw), label: i % 2 }));
    for (let step = 0; step < UPDATES; step++) opt.update({ ...small.look(data).gradients });
    opt.dispose();
    const w = small.weights.w0!;
    const apart = Math.max(...Array.from(w, (v, i) => Math.abs(v - w[i - (i % UNITS)]!)));
    return { size, apart };
  },
  caption: ({ size, apart }) =>
    `The root mean square of activations goes from ${say(size[0]!)} to ${say(size.at(-1)!)} over ${size.length - 1} layers, a factor of ${say((size.at(-1)! / size[0]!) ** (1 / (size.length - 1)))} per layer. After ${UPDATES} updates of a small network, the weights of two units differ by up to ${say(apart)}${apart === 0 ? `: they are one unit, ${UNITS} times over` : ""}.`,
  key: () => ["root mean square of activations"],
  figures: ({ size }) => [
    lineChart({
      title: "The size of activations by layer",
      x: { label: "layer" },
      y: { label: "root mean square", log: true },
      series: [{ name: "activations", y: size.map((v) => Math.max(v, 1e-12)) }],
      points: true,
      height: 360,
      id: "sizes",
    }),
  ],
});
