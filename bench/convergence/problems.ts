import { stream } from "@descent/initializers";
import { type Digits, pixels, side } from "../../apps/mnist/src/data/digits.ts";
import { loadMnist } from "../../apps/mnist/src/data/mnist.ts";

export type Arrays = Readonly<Record<string, Float32Array>>;

/** A function to minimize, whose parameters are all matrices, so that every rule can train all of it. */
export interface Problem {
  readonly name: string;
  /** A description in a sentence. */
  readonly about: string;
  /** The most steps that a rule may take, and the loss that it must get to. */
  readonly budget: number;
  readonly goal: number;
  /** Steps between two looks at the loss. */
  readonly every: number;
  /** Powers of ten by which a rule's default rate is multiplied, in the order in which they are tried. */
  readonly powers: readonly number[];
  readonly start: Readonly<Record<string, { readonly data: Float32Array; readonly shape: readonly number[] }>>;
  /** Whether gradients are of batches, so that two of one step agree and those of two steps do not. */
  gradient(p: Arrays, step: number): { readonly loss: number; readonly gradients: Record<string, Float32Array> };
  /** The gradient at labels drawn from the model's own predictions, where there are labels. */
  sampled?(p: Arrays, step: number): Record<string, Float32Array>;
  loss(p: Arrays): number;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
/** Half decades on both sides of the default, nearest first. */
const fine = [0, 0.5, -0.5, 1, -1, 1.5, -1.5, 2, -2, 3];
const coarse = [0, 1, -1, 2, -2];

/** A function of few numbers with its gradient. */
function surface(
  given: Pick<Problem, "name" | "about" | "budget" | "goal">,
  shape: readonly number[],
  from: readonly number[],
  value: (x: readonly number[]) => number,
  slope: (x: readonly number[]) => readonly number[],
): Problem {
  return {
    ...given,
    every: 1,
    powers: fine,
    start: { w: { data: Float32Array.from(from), shape } },
    gradient: ({ w }) => {
      const x = [...w!]; // its one parameter
      return { loss: value(x), gradients: { w: Float32Array.from(slope(x)) } };
    },
    loss: ({ w }) => value([...w!]),
  };
}

function quadratic(): Problem {
  const n = 12;
  const v = range(n).map((i) => i + 1);
  const vv = v.reduce((sum, x) => sum + x * x, 0);
  const eigenvalues = range(n).map((i) => 100 ** (i / (n - 1)));
  const reflect = (x: readonly number[]): number[] => {
    const along = (2 * x.reduce((sum, xi, i) => sum + xi * v[i]!, 0)) / vv; // both have n
    return x.map((xi, i) => xi - along * v[i]!);
  };
  const slope = (x: readonly number[]): number[] => reflect(reflect(x).map((y, i) => eigenvalues[i]! * y));
  const value = (x: readonly number[]): number => slope(x).reduce((sum, g, i) => sum + 0.5 * g * x[i]!, 0);
  const from = range(n).map(() => 1);
  const about =
    "½ wᵀHw of 12 numbers, eigenvalues from 1 to 100, none along an axis, from all ones; goal: 1e-3 of the first loss";
  const given = { name: "quadratic", about, budget: 2000, goal: 1e-3 * value(from) };
  return surface(given, [3, 4], from, value, slope);
}

function rosenbrock(): Problem {
  const about = "(1 − x)² + 100 (y − x²)² from (−1.2, 1); goal: 0.1";
  return surface(
    { name: "Rosenbrock", about, budget: 2000, goal: 0.1 },
    [1, 2],
    [-1.2, 1],
    ([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    ([x = 0, y = 0]) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
  );
}

function beale(): Problem {
  const about = "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)² from (1, 1); goal: 0.01";
  const terms = (x: number, y: number): number[] => [1.5, 2.25, 2.625].map((c, k) => c - x + x * y ** (k + 1));
  return surface(
    { name: "Beale", about, budget: 2000, goal: 0.01 },
    [1, 2],
    [1, 1],
    ([x = 0, y = 0]) => terms(x, y).reduce((sum, r) => sum + r * r, 0),
    ([x = 0, y = 0]) => [
      terms(x, y).reduce((sum, r, k) => sum + 2 * r * (y ** (k + 1) - 1), 0),
      terms(x, y).reduce((sum, r, k) => sum + 2 * r * x * (k + 1) * y ** k, 0),
    ],
  );
}

/** Examples as rows of numbers, with their classes. */
interface Examples {
  readonly rows: readonly Float32Array[];
  readonly labels: readonly number[];
}

/** Layers without biases, relu between them; the loss is the mean cross-entropy. */
class Network {
  readonly sizes: readonly number[];
  constructor(sizes: readonly number[]) {
    this.sizes = sizes;
  }

  names = (): string[] => this.sizes.slice(1).map((_, i) => `layer${i}`);

  /** The values of each layer, from the input to the logits. */
  #forward(p: Arrays, row: Float32Array): Float32Array[] {
    const values = [row];
    for (const [i, name] of this.names().entries()) {
      const [w, x, out] = [p[name]!, values[i]!, new Float32Array(this.sizes[i + 1]!)]; // one more size than layers
      for (let a = 0; a < x.length; a++) {
        const xa = x[a]!;
        if (xa !== 0) for (let b = 0; b < out.length; b++) out[b]! += xa * w[a * out.length + b]!;
      }
      if (i < this.sizes.length - 2) for (let b = 0; b < out.length; b++) out[b] = Math.max(0, out[b]!);
      values.push(out);
    }
    return values;
  }

  static #softmax(logits: Float32Array): number[] {
    const top = Math.max(...logits);
    const all = [...logits].map((x) => Math.exp(x - top));
    const sum = all.reduce((a, b) => a + b, 0);
    return all.map((x) => x / sum);
  }

  loss(p: Arrays, { rows, labels }: Examples): number {
    const each = rows.map((row, i) => -Math.log(Network.#softmax(this.#forward(p, row).at(-1)!)[labels[i]!]! + 1e-30));
    return each.reduce((a, b) => a + b, 0) / rows.length;
  }

  /** The loss and its gradient; with `draw`, at labels drawn from the predictions by its numbers in [0, 1). */
  gradient(p: Arrays, { rows, labels }: Examples, draw?: (i: number) => number) {
    const gradients = Object.fromEntries(this.names().map((name) => [name, new Float32Array(p[name]!.length)]));
    let loss = 0;
    for (const [i, row] of rows.entries()) {
      const values = this.#forward(p, row);
      const shares = Network.#softmax(values.at(-1)!); // the logits
      let label = labels[i]!;
      if (draw) {
        let left = draw(i);
        label = Math.max(0, shares.findIndex((share) => (left -= share) < 0)); // biome-ignore format: one line
      }
      loss -= Math.log(shares[label]! + 1e-30) / rows.length;
      let back = Float32Array.from(shares, (share, k) => (share - (k === label ? 1 : 0)) / rows.length);
      for (let layer = this.sizes.length - 2; layer >= 0; layer--) {
        const name = `layer${layer}`;
        const [w, g, x] = [p[name]!, gradients[name]!, values[layer]!];
        const down = new Float32Array(x.length);
        for (let a = 0; a < x.length; a++) {
          const xa = x[a]!;
          if (xa === 0) continue; // nothing comes through relu, and inputs need no gradient
          for (let b = 0; b < back.length; b++) {
            g[a * back.length + b]! += xa * back[b]!;
            down[a]! += w[a * back.length + b]! * back[b]!;
          }
        }
        back = down;
      }
    }
    return { loss, gradients };
  }

  /** Normal numbers of variance 2 over the inputs. */
  start(): Problem["start"] {
    return Object.fromEntries(
      this.names().map((name, i) => {
        const [rows, cols] = [this.sizes[i]!, this.sizes[i + 1]!];
        const random = stream(0, name);
        const data = Float32Array.from({ length: rows * cols }, (_, k) => random.normal(k) * Math.sqrt(2 / rows));
        return [name, { data, shape: [rows, cols] }];
      }),
    );
  }
}

function logistic(): Problem {
  const [count, features, classes] = [60, 6, 3];
  const random = stream(1, "logistic");
  const truth = range(features * classes).map((i) => 2 * random.normal(i));
  const rows = range(count).map((k) => Float32Array.from({ length: features }, (_, i) => i === 0 ? 1 : random.normal(1000 + k * features + i))); // biome-ignore format: one line
  const labels = rows.map((row, k) => {
    const logits = range(classes).map((c) => row.reduce((sum, x, i) => sum + x * truth[i * classes + c]!, 0));
    const noisy = logits.map((x, c) => x - Math.log(-Math.log(random.uniform(10_000 + k * classes + c) + 1e-12)));
    return noisy.indexOf(Math.max(...noisy));
  });
  const network = new Network([features, classes]);
  const all = { rows, labels };
  const zeros = { layer0: { data: new Float32Array(features * classes), shape: [features, classes] } };
  // The least loss, by gradient descent with steps far below 2 / L.
  const w = { layer0: new Float32Array(features * classes) };
  const first = network.loss(w, all);
  let least = first;
  for (let step = 0; step < 2000; step++) {
    const { loss, gradients } = network.gradient(w, all);
    least = loss;
    for (const [i, g] of gradients.layer0!.entries()) w.layer0[i]! -= g;
  }
  return {
    name: "logistic regression",
    about: `${count} examples of ${features} features and ${classes} classes, all in each step, from zeros; goal: 1 % of the way from the least loss to the first`,
    budget: 200,
    goal: least + 0.01 * (first - least),
    every: 5,
    powers: coarse,
    start: zeros,
    gradient: (p) => network.gradient(p, all),
    sampled: (p, step) => network.gradient(p, all, (i) => stream(2, "labels").uniform(step * count + i)).gradients,
    loss: (p) => network.loss(p, all),
  };
}

async function mlp(): Promise<Problem> {
  const [batch, half] = [64, side / 2];
  const { train, test } = await loadMnist();
  /** Means of 2 × 2 pixels, 1 for ink. */
  const shrunk = (all: Digits, k: number): Float32Array =>
    Float32Array.from({ length: half * half }, (_, i) => {
      const at = k * pixels + 2 * Math.floor(i / half) * side + 2 * (i % half);
      return [0, 1, side, side + 1].reduce((sum, o) => sum + all.images[at + o]!, 0) / (4 * 255);
    });
  const examples = (all: Digits, places: readonly number[]): Examples => ({
    rows: places.map((k) => shrunk(all, k)),
    labels: places.map((k) => all.labels[k]!),
  });
  const held = examples(test, range(256));
  const random = stream(3, "batches");
  const places = (step: number): number[] =>
    range(batch).map((i) => Math.floor(random.uniform(step * batch + i) * train.count));
  const network = new Network([half * half, 16, 10]);
  const batches = range(201).map((step) => examples(train, places(step)));
  return {
    name: "MLP on MNIST",
    about: `${half * half}-16-10 without biases, on digits of half the size, batches of ${batch}; goal: a loss of 0.7 on 256 test digits`,
    budget: 200,
    goal: 0.7,
    every: 20,
    powers: coarse,
    start: network.start(),
    gradient: (p, step) => network.gradient(p, batches[step]!),
    sampled: (p, step) => network.gradient(p, batches[step]!, (i) => stream(4, "labels").uniform(step * batch + i)).gradients, // biome-ignore format: one line
    loss: (p) => network.loss(p, held),
  };
}

/** All problems, the quickest first. */
export const problems = async (): Promise<readonly Problem[]> => [quadratic(), rosenbrock(), beale(), logistic(), await mlp()]; // biome-ignore format: one line
