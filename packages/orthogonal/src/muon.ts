import { decay, formula, type Macro, rule } from "@descent/core";
import { apply } from "@descent/core/graph";

const unit = formula({ y: "x / max(norm(x), 1e-7)" });
/** One step of a quintic Newton–Schulz iteration, which takes singular values between 0 and 1 to about 1. */
const step = formula({ a: "x @ x'", b: "-4.775 * a + 2.0315 * a @ a", y: "3.4445 * x + b @ x" });

/** The nearest matrix with orthonormal rows or columns, roughly: five steps on the short side. */
const orthogonal: Macro = ({ rows, cols }, given) => {
  const turn = (x: typeof given): typeof given => (rows > cols ? apply("transpose", x!) : x); // called with one argument
  let x = unit(turn(given)!);
  for (let k = 0; k < 5; k++) x = step(x);
  return turn(x)!;
};

/**
 * Momentum whose matrix is made orthogonal: every direction of the update gets about the same length (Jordan et al., 2024).
 * For hidden matrices and convolutions, as matrices of outputs against inputs; give embeddings, biases and the last layer
 * another rule. As in PyTorch, whose iteration rounds to bfloat16; here it is float32.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.95)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.1)
 */
export const muon = rule({
  id: "muon",
  title: "Muon",
  paper: "https://kellerjordan.github.io/posts/muon/",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, momentum: 0.95, weightDecay: 0.1 },
  state: { m: 0 },
  macros: { orthogonal },
  before: [decay],
  update: {
    m: "momentum * m + (1 - momentum) * g",
    ahead: "momentum * m + (1 - momentum) * g",
    p: "p - lr * sqrt(max(1, rows / cols)) * orthogonal(ahead)",
  },
});
