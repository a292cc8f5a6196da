// Written by `npm run docs` from the rules themselves.
import type { RuleEntry } from "./entry.ts";

/** Every rule, by family and name. */
export const rules: readonly RuleEntry[] = [
  {
    "id": "adadelta",
    "name": "adadelta",
    "family": "adagrad",
    "title": "Adadelta",
    "paper": "https://arxiv.org/abs/1212.5701",
    "sentence": "A rate in the units of the parameter: the size of recent steps over the size of recent gradients, so `lr` is a plain factor (1, as in PyTorch).",
    "comment": "A rate in the units of the parameter: the size of recent steps over the size of recent gradients, so `lr` is a plain factor (1, as in PyTorch). It uses the new mean square of the gradient and the old one of the steps (Zeiler, 2012).",
    "equations": [
      ["v", "rho * v + (1 - rho) * g^2"],
      ["d", "sqrt(u + eps) / sqrt(v + eps) * g"],
      ["u", "rho * u + (1 - rho) * d^2"],
      ["p", "p - lr * d"]
    ],
    "latex": "\\begin{aligned}\nv &\\leftarrow \\rho\\,v + \\left(1 - \\rho\\right)\\,g^{2} \\\\\nd &\\leftarrow \\frac{\\sqrt{u + \\epsilon}}{\\sqrt{v + \\epsilon}}\\,g \\\\\nu &\\leftarrow \\rho\\,u + \\left(1 - \\rho\\right)\\,d^{2} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,d\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><msqrt><mrow><mi>u</mi><mo>+</mo><mi>ϵ</mi></mrow></msqrt><msqrt><mrow><mi>v</mi><mo>+</mo><mi>ϵ</mi></mrow></msqrt></mfrac><mo>⁢</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo>⁢</mo><mi>u</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>d</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>d</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "rho",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "u", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.Adadelta, float64", "error": 5e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adagrad",
    "name": "adagrad",
    "family": "adagrad",
    "title": "Adagrad",
    "paper": "https://jmlr.org/papers/v12/duchi11a.html",
    "sentence": "Each parameter's rate falls with the squares of all gradients it has seen, so rare features keep learning.",
    "comment": "Each parameter's rate falls with the squares of all gradients it has seen, so rare features keep learning. The rate does not decay, the sum starts at 0, and ε is outside the root, as in PyTorch (Duchi, Hazan and Singer, 2011).",
    "equations": [
      ["rate", "lr / (1 + decay * (t - 1))"],
      ["s", "s + g^2"],
      ["p", "p - rate * g / (sqrt(s) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{rate} &\\leftarrow \\frac{\\alpha}{1 + \\mathrm{decay}\\,\\left(t - 1\\right)} \\\\\ns &\\leftarrow s + g^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\mathrm{rate}\\,g}{\\sqrt{s} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>α</mi><mrow><mn>1</mn><mo>+</mo><mrow><mtext>decay</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow><mo>)</mo></mrow></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>s</mi><mo>+</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow><mrow><msqrt><mi>s</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "decay",
        "default": 0,
        "range": [0, null],
        "meaning": "lowers the rate as 1/(1 + decay·(t−1))"
      },
      {
        "name": "initial",
        "default": 0,
        "range": [0, null],
        "meaning": "where the running sum or mean of squares starts"
      },
      {
        "name": "eps",
        "default": 1e-10,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "s", "place": "tensor", "init": "initial" }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "torch 2.13.0, torch.optim.Adagrad (lr_decay = decay, initial_accumulator_value = initial), float64",
      "error": 2e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adagrad-eps-inside",
    "name": "adagradEpsInside",
    "family": "adagrad",
    "title": "Adagrad, ε inside the root",
    "paper": "https://jmlr.org/papers/v12/duchi11a.html",
    "sentence": "Adagrad with ε inside the root, as lectures print it and Keras and Optax do it: the denominator is at least √ε.",
    "comment": "Adagrad with ε inside the root, as lectures print it and Keras and Optax do it: the denominator is at least √ε. The rate does not decay and the sum starts at `initial`.",
    "equations": [
      ["s", "s + g^2"],
      ["p", "p - lr * g / sqrt(s + eps)"]
    ],
    "latex": "\\begin{aligned}\ns &\\leftarrow s + g^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,g}{\\sqrt{s + \\epsilon}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>s</mi><mo>+</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow><msqrt><mrow><mi>s</mi><mo>+</mo><mi>ϵ</mi></mrow></msqrt></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "initial",
        "default": 0,
        "range": [0, null],
        "meaning": "where the running sum or mean of squares starts"
      },
      {
        "name": "eps",
        "default": 1e-7,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "s", "place": "tensor", "init": "initial" }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, adagrad, float64", "error": 2e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adagrad-norm",
    "name": "adagradNorm",
    "family": "adagrad",
    "title": "AdaGrad-Norm",
    "paper": "https://arxiv.org/abs/1806.01811",
    "sentence": "One rate for the whole model, `lr` over the root of the sum of all squared gradient norms so far: it finds a rate that converges whatever the smoothness and the noise are, without being told either.",
    "comment": "One rate for the whole model, `lr` over the root of the sum of all squared gradient norms so far: it finds a rate that converges whatever the smoothness and the noise are, without being told either (Ward, Wu and Bottou, 2019, Algorithm 1).",
    "equations": [
      ["b", "sqrt(b^2 + totalNorm(g)^2)"],
      ["p", "p - lr / b * g"]
    ],
    "latex": "\\begin{aligned}\nb &\\leftarrow \\sqrt{b^{2} + \\left\\lVert g \\right\\rVert_{\\mathrm{model}}^{2}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha}{b}\\,g\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mrow><msup><mi>b</mi><mn>2</mn></msup><mo>+</mo><msup><msub><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mtext>model</mtext></msub><mn>2</mn></msup></mrow></msqrt></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mi>α</mi><mi>b</mi></mfrac><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "initial",
        "default": 0.01,
        "range": [5e-324, null],
        "meaning": "where the running sum or mean of squares starts"
      }
    ],
    "slots": [
      { "name": "b", "place": "model", "init": "initial" }
    ],
    "bytes": 0,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "numpy 2.4.6, a float64 transcription of arXiv:1806.01811, Algorithm 1: b_j² ← b_(j−1)² + ‖G_(j−1)‖², then x_j ← x_(j−1) − (η / b_j) G_(j−1); the authors' code (github.com/xwuShirley/pytorch, 06f3d31, torch/optim/adagradnorm.py) has a b for each row instead",
      "error": 2e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "cocob",
    "name": "cocob",
    "family": "adagrad",
    "title": "COCOB",
    "paper": "https://arxiv.org/abs/1705.07795",
    "sentence": "There is no rate to choose: each element bets a fraction of its winnings on the sign of its next gradient, and the fraction is what an optimal gambler would have bet so far.",
    "comment": "There is no rate to choose: each element bets a fraction of its winnings on the sign of its next gradient, and the fraction is what an optimal gambler would have bet so far. Defaults are the authors' (Orabona and Tommasi, 2017).",
    "equations": [
      ["most", "max(most, abs(g))"],
      ["gathered", "gathered + abs(g)"],
      ["reward", "max(reward - g * (p - x0), 0)"],
      ["theta", "theta - g"],
      ["p", "x0 + theta / (most * max(gathered + most, alpha * most)) * (most + reward)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{most} &\\leftarrow \\max\\left(\\mathrm{most}, \\left|g\\right|\\right) \\\\\n\\mathrm{gathered} &\\leftarrow \\mathrm{gathered} + \\left|g\\right| \\\\\n\\mathrm{reward} &\\leftarrow \\max\\left(\\mathrm{reward} - g\\,\\left(\\theta - x_{0}\\right), 0\\right) \\\\\n\\mathrm{theta} &\\leftarrow \\mathrm{theta} - g \\\\\n\\theta &\\leftarrow x_{0} + \\frac{\\mathrm{theta}}{\\mathrm{most}\\,\\max\\left(\\mathrm{gathered} + \\mathrm{most}, \\mathrm{alpha}\\,\\mathrm{most}\\right)}\\,\\left(\\mathrm{most} + \\mathrm{reward}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>most</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mtext>most</mtext><mo>,</mo><mrow><mo>|</mo><mi>g</mi><mo>|</mo></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>gathered</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>gathered</mtext><mo>+</mo><mrow><mo>|</mo><mi>g</mi><mo>|</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>reward</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mtext>reward</mtext><mo>−</mo><mrow><mi>g</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><msub><mi>x</mi><mn>0</mn></msub></mrow><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>0</mn><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>theta</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>theta</mtext><mo>−</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>x</mi><mn>0</mn></msub><mo>+</mo><mrow><mfrac><mtext>theta</mtext><mrow><mtext>most</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mtext>gathered</mtext><mo>+</mo><mtext>most</mtext></mrow><mo>,</mo><mrow><mtext>alpha</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>most</mtext></mrow><mo>)</mo></mrow></mrow></mrow></mfrac><mo>⁢</mo><mrow><mo>(</mo><mrow><mtext>most</mtext><mo>+</mo><mtext>reward</mtext></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "alpha",
        "default": 100,
        "range": [0, null],
        "meaning": "limits the first bets: the largest gradient counts at least α times in the denominator"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "x0", "place": "tensor", "init": "p" },
      { "name": "most", "place": "tensor", "init": "eps" },
      { "name": "gathered", "place": "tensor", "init": 0 },
      { "name": "reward", "place": "tensor", "init": 0 },
      { "name": "theta", "place": "tensor", "init": 0 }
    ],
    "bytes": 20,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, contrib.cocob, float64", "error": 2e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 1
  },
  {
    "id": "ftrl",
    "name": "ftrl",
    "family": "adagrad",
    "title": "FTRL-Proximal",
    "paper": "https://doi.org/10.1145/2487575.2488200",
    "sentence": "Follows the regularised leader: the parameter is recomputed from the sum of all gradients, and is exactly 0 where that sum does not exceed `l1`.",
    "comment": "Follows the regularised leader: the parameter is recomputed from the sum of all gradients, and is exactly 0 where that sum does not exceed `l1`. Sparse linear models come out sparse. The rate falls as Adagrad's (McMahan et al., 2013).",
    "equations": [
      ["before", "sqrt(n)"],
      ["n", "n + g^2"],
      ["z", "z + g - (sqrt(n) - before) / lr * p"],
      ["p", "abs(z) <= l1 ? 0 : (sign(z) * l1 - z) / ((beta + sqrt(n)) / lr + l2)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{before} &\\leftarrow \\sqrt{n} \\\\\nn &\\leftarrow n + g^{2} \\\\\nz &\\leftarrow z + g - \\frac{\\sqrt{n} - \\mathrm{before}}{\\alpha}\\,\\theta \\\\\n\\theta &\\leftarrow \\begin{cases} 0 & \\left|z\\right| \\le l_{1} \\\\ \\frac{\\operatorname{sign}\\left(z\\right)\\,l_{1} - z}{\\frac{\\beta + \\sqrt{n}}{\\alpha} + l_{2}} & \\text{otherwise} \\end{cases}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>before</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mi>n</mi></msqrt></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>n</mi><mo>+</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mtd></mtr><mtr><mtd><mi>z</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>z</mi><mo>+</mo><mi>g</mi></mrow><mo>−</mo><mrow><mfrac><mrow><msqrt><mi>n</mi></msqrt><mo>−</mo><mtext>before</mtext></mrow><mi>α</mi></mfrac><mo>⁢</mo><mi>θ</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mn>0</mn></mtd><mtd><mrow><mrow><mo>|</mo><mi>z</mi><mo>|</mo></mrow><mo>≤</mo><msub><mi>l</mi><mn>1</mn></msub></mrow></mtd></mtr><mtr><mtd><mfrac><mrow><mrow><mrow><mi>sign</mi><mrow><mo>(</mo><mi>z</mi><mo>)</mo></mrow></mrow><mo>⁢</mo><msub><mi>l</mi><mn>1</mn></msub></mrow><mo>−</mo><mi>z</mi></mrow><mrow><mfrac><mrow><mi>β</mi><mo>+</mo><msqrt><mi>n</mi></msqrt></mrow><mi>α</mi></mfrac><mo>+</mo><msub><mi>l</mi><mn>2</mn></msub></mrow></mfrac></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "l1",
        "default": 0,
        "range": [0, null],
        "meaning": "the weight of |p| in what is minimised: elements that do not pay it are 0"
      },
      {
        "name": "l2",
        "default": 0,
        "range": [0, null],
        "meaning": "weight of the penalty l2/2 · ‖p‖² whose gradient is added to g"
      },
      {
        "name": "beta",
        "default": 1,
        "range": [0, null],
        "meaning": "added to the root of the sum of squares, β"
      }
    ],
    "slots": [
      { "name": "z", "place": "tensor", "init": 0 },
      { "name": "n", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, FTRL, float64", "error": 1e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the sum of squares is infinite, and the difference of its roots is NaN at the next step."
    ],
    "mutants": 1
  },
  {
    "id": "madgrad",
    "name": "madgrad",
    "family": "adagrad",
    "title": "MADGRAD",
    "paper": "https://arxiv.org/abs/2101.11075",
    "sentence": "Adagrad by dual averaging: the parameter is where it started minus the weighted sum of all gradients over the cube root of their squares, approached with momentum.",
    "comment": "Adagrad by dual averaging: the parameter is where it started minus the weighted sum of all gradients over the cube root of their squares, approached with momentum. It generalises as SGD does and needs little decay. ε is also added to the rate, as in the authors' code (Defazio and Jelassi, 2021).",
    "equations": [
      ["weight", "(lr + eps) * sqrt(t)"],
      ["v", "v + weight * g^2"],
      ["s", "s + weight * g"],
      ["p", "momentum * p + (1 - momentum) * (x0 - s / (v^(1/3) + eps))"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{weight} &\\leftarrow \\left(\\alpha + \\epsilon\\right)\\,\\sqrt{t} \\\\\nv &\\leftarrow v + \\mathrm{weight}\\,g^{2} \\\\\ns &\\leftarrow s + \\mathrm{weight}\\,g \\\\\n\\theta &\\leftarrow \\mu\\,\\theta + \\left(1 - \\mu\\right)\\,\\left(x_{0} - \\frac{s}{v^{\\frac{1}{3}} + \\epsilon}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>weight</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mi>α</mi><mo>+</mo><mi>ϵ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><msqrt><mi>t</mi></msqrt></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>v</mi><mo>+</mo><mrow><mtext>weight</mtext><mo rspace=\"0.17em\">⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>s</mi><mo>+</mo><mrow><mtext>weight</mtext><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>θ</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><msub><mi>x</mi><mn>0</mn></msub><mo>−</mo><mfrac><mi>s</mi><mrow><msup><mi>v</mi><mfrac><mn>1</mn><mn>3</mn></mfrac></msup><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "x0", "place": "tensor", "init": "p" },
      { "name": "s", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, contrib.madgrad, float64", "error": 5e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "rmsprop",
    "name": "rmsprop",
    "family": "adagrad",
    "title": "RMSProp",
    "paper": "https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
    "sentence": "Adagrad that forgets: it divides the gradient by the root of its recent mean square, so only sign and regularity count.",
    "comment": "Adagrad that forgets: it divides the gradient by the root of its recent mean square, so only sign and regularity count. Defaults and ε outside the root are PyTorch's (`rho` is its `alpha`); Hinton's lecture has rho 0.9 and lr 1e-3.",
    "equations": [
      ["v", "rho * v + (1 - rho) * g^2"],
      ["p", "p - lr * g / (sqrt(v) + eps)"]
    ],
    "latex": "\\begin{aligned}\nv &\\leftarrow \\rho\\,v + \\left(1 - \\rho\\right)\\,g^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,g}{\\sqrt{v} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "rho",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.RMSprop (alpha = rho), float64", "error": 2e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "rmsprop-centered",
    "name": "rmspropCentered",
    "family": "adagrad",
    "title": "Centered RMSProp",
    "paper": "https://arxiv.org/abs/1308.0850",
    "sentence": "RMSProp that divides by the gradient's standard deviation instead of its root mean square.",
    "comment": "RMSProp that divides by the gradient's standard deviation instead of its root mean square (Graves, 2013). Rounding can make the variance slightly negative; it is clamped at 0, where other libraries give NaN.",
    "equations": [
      ["v", "rho * v + (1 - rho) * g^2"],
      ["gBar", "rho * gBar + (1 - rho) * g"],
      ["variance", "max(v - gBar^2, 0)"],
      ["p", "p - lr * g / (sqrt(variance) + eps)"]
    ],
    "latex": "\\begin{aligned}\nv &\\leftarrow \\rho\\,v + \\left(1 - \\rho\\right)\\,g^{2} \\\\\n\\bar{g} &\\leftarrow \\rho\\,\\bar{g} + \\left(1 - \\rho\\right)\\,g \\\\\n\\mathrm{variance} &\\leftarrow \\max\\left(v - \\bar{g}^{2}, 0\\right) \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,g}{\\sqrt{\\mathrm{variance}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>g</mi><mo>¯</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo>⁢</mo><mover accent=\"true\"><mi>g</mi><mo>¯</mo></mover></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>variance</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>v</mi><mo>−</mo><msup><mover accent=\"true\"><mi>g</mi><mo>¯</mo></mover><mn>2</mn></msup></mrow><mo>,</mo><mn>0</mn><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow><mrow><msqrt><mtext>variance</mtext></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "rho",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "gBar", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.RMSprop (alpha = rho, centered=True), float64", "error": 9e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the mean square and the squared mean both overflow float32, and their difference is NaN."
    ],
    "mutants": 2
  },
  {
    "id": "rmsprop-centered-momentum",
    "name": "rmspropCenteredMomentum",
    "family": "adagrad",
    "title": "Centered RMSProp with momentum",
    "paper": "https://arxiv.org/abs/1308.0850",
    "sentence": "Centered RMSProp plus momentum: the full method of Graves (2013), with the rate outside the sum, as in PyTorch.",
    "comment": "Centered RMSProp plus momentum: the full method of Graves (2013), with the rate outside the sum, as in PyTorch.",
    "equations": [
      ["v", "rho * v + (1 - rho) * g^2"],
      ["gBar", "rho * gBar + (1 - rho) * g"],
      ["variance", "max(v - gBar^2, 0)"],
      ["b", "momentum * b + g / (sqrt(variance) + eps)"],
      ["p", "p - lr * b"]
    ],
    "latex": "\\begin{aligned}\nv &\\leftarrow \\rho\\,v + \\left(1 - \\rho\\right)\\,g^{2} \\\\\n\\bar{g} &\\leftarrow \\rho\\,\\bar{g} + \\left(1 - \\rho\\right)\\,g \\\\\n\\mathrm{variance} &\\leftarrow \\max\\left(v - \\bar{g}^{2}, 0\\right) \\\\\nb &\\leftarrow \\mu\\,b + \\frac{g}{\\sqrt{\\mathrm{variance}} + \\epsilon} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,b\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>g</mi><mo>¯</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo>⁢</mo><mover accent=\"true\"><mi>g</mi><mo>¯</mo></mover></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>variance</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>v</mi><mo>−</mo><msup><mover accent=\"true\"><mi>g</mi><mo>¯</mo></mover><mn>2</mn></msup></mrow><mo>,</mo><mn>0</mn><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mfrac><mi>g</mi><mrow><msqrt><mtext>variance</mtext></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>b</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "rho",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "gBar", "place": "tensor", "init": 0 },
      { "name": "b", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.RMSprop (alpha = rho, centered=True), float64", "error": 5e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the mean square and the squared mean both overflow float32, and their difference is NaN."
    ],
    "mutants": 2
  },
  {
    "id": "rmsprop-eps-inside",
    "name": "rmspropEpsInside",
    "family": "adagrad",
    "title": "RMSProp, ε inside the root",
    "paper": "https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
    "sentence": "RMSProp with ε inside the root, as lectures print it and Keras and Optax do it: the denominator is at least √ε.",
    "comment": "RMSProp with ε inside the root, as lectures print it and Keras and Optax do it: the denominator is at least √ε. The other defaults are Hinton's.",
    "equations": [
      ["v", "rho * v + (1 - rho) * g^2"],
      ["p", "p - lr * g / sqrt(v + eps)"]
    ],
    "latex": "\\begin{aligned}\nv &\\leftarrow \\rho\\,v + \\left(1 - \\rho\\right)\\,g^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,g}{\\sqrt{v + \\epsilon}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow><msqrt><mrow><mi>v</mi><mo>+</mo><mi>ϵ</mi></mrow></msqrt></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "rho",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, rmsprop(eps_in_sqrt=True), float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "rmsprop-momentum",
    "name": "rmspropMomentum",
    "family": "adagrad",
    "title": "RMSProp with momentum",
    "paper": "https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
    "sentence": "RMSProp plus momentum: normalised gradients accumulate, and the rate multiplies their sum, as in PyTorch.",
    "comment": "RMSProp plus momentum: normalised gradients accumulate, and the rate multiplies their sum, as in PyTorch.",
    "equations": [
      ["v", "rho * v + (1 - rho) * g^2"],
      ["b", "momentum * b + g / (sqrt(v) + eps)"],
      ["p", "p - lr * b"]
    ],
    "latex": "\\begin{aligned}\nv &\\leftarrow \\rho\\,v + \\left(1 - \\rho\\right)\\,g^{2} \\\\\nb &\\leftarrow \\mu\\,b + \\frac{g}{\\sqrt{v} + \\epsilon} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,b\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mfrac><mi>g</mi><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>b</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "rho",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "b", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.RMSprop (alpha = rho), float64", "error": 2e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "acprop",
    "name": "acprop",
    "family": "adam",
    "title": "ACProp",
    "paper": "https://arxiv.org/abs/2110.05454",
    "sentence": "A gradient over the deviation that was known before it came: dividing by the previous variance keeps the step unbiased and convergent where Adam is not.",
    "comment": "A gradient over the deviation that was known before it came: dividing by the previous variance keeps the step unbiased and convergent where Adam is not. There is no momentum in the step; the mean only centres the variance. ε is added to the state and to its root, as in the authors' code (Zhuang et al., 2021).",
    "equations": [
      ["before", "t > 1 ? s + eps : 0"],
      ["deviation", "t > 1 ? sqrt(before / (1 - beta2^(t - 1))) + eps : 1"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["s", "beta2 * before + (1 - beta2) * (g - m)^2"],
      ["p", "p - lr * g / deviation"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{before} &\\leftarrow \\begin{cases} s + \\epsilon & t > 1 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{deviation} &\\leftarrow \\begin{cases} \\sqrt{\\frac{\\mathrm{before}}{1 - \\beta_{2}^{t - 1}}} + \\epsilon & t > 1 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\ns &\\leftarrow \\beta_{2}\\,\\mathrm{before} + \\left(1 - \\beta_{2}\\right)\\,\\left(g - m\\right)^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,g}{\\mathrm{deviation}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>before</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>s</mi><mo>+</mo><mi>ϵ</mi></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>deviation</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><msqrt><mfrac><mtext>before</mtext><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>before</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mi>g</mi><mo>−</mo><mi>m</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow><mtext>deviation</mtext></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running variance of gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-16,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "s", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/juntang-zhuang/ACProp-Optimizer, a880843), rectify=False, float64",
      "error": 5e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adabelief",
    "name": "adabelief",
    "family": "adam",
    "title": "AdaBelief",
    "paper": "https://arxiv.org/abs/2010.07468",
    "sentence": "Adam that trusts the gradients it predicted: v tracks the surprise g − m rather than g.",
    "comment": "Adam that trusts the gradients it predicted: v tracks the surprise g − m rather than g. ε is added to the state at every step as well as outside the root, as in the paper and the authors' code.",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * (g - m)^2 + eps"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * mHat / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\left(g - m\\right)^{2} + \\epsilon \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mi>g</mi><mo>−</mo><mi>m</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></mrow><mo>+</mo><mi>ϵ</mi></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-16,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, optax.adabelief (eps_root = eps), float64", "error": 5e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adabound",
    "name": "adabound",
    "family": "adam",
    "title": "AdaBound",
    "paper": "https://arxiv.org/abs/1902.09843",
    "sentence": "Adam at the start, SGD at the end: each element's rate is kept between bounds that close in on `finalLr`.",
    "comment": "Adam at the start, SGD at the end: each element's rate is kept between bounds that close in on `finalLr`. As in the authors' code, ε is added to the uncorrected root and the momentum is corrected inside the bounds (Luo et al., 2019).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["least", "finalLr * (1 - 1 / (gamma * t + 1))"],
      ["most", "finalLr * (1 + 1 / (gamma * t))"],
      ["rate", "lr * sqrt(1 - beta2^t) / (1 - beta1^t) / (sqrt(v) + eps)"],
      ["p", "p - clamp(rate, least, most) * m"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\mathrm{least} &\\leftarrow \\mathrm{finalLr}\\,\\left(1 - \\frac{1}{\\mathrm{gamma}\\,t + 1}\\right) \\\\\n\\mathrm{most} &\\leftarrow \\mathrm{finalLr}\\,\\left(1 + \\frac{1}{\\mathrm{gamma}\\,t}\\right) \\\\\n\\mathrm{rate} &\\leftarrow \\frac{\\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}}}{\\sqrt{v} + \\epsilon} \\\\\n\\theta &\\leftarrow \\theta - \\operatorname{clamp}\\left(\\mathrm{rate}, \\mathrm{least}, \\mathrm{most}\\right)\\,m\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>least</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>finalLr</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mfrac><mn>1</mn><mrow><mrow><mtext>gamma</mtext><mo rspace=\"0.17em\">⁢</mo><mi>t</mi></mrow><mo>+</mo><mn>1</mn></mrow></mfrac></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>most</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>finalLr</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><mfrac><mn>1</mn><mrow><mtext>gamma</mtext><mo rspace=\"0.17em\">⁢</mo><mi>t</mi></mrow></mfrac></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>clamp</mi><mrow><mo>(</mo><mtext>rate</mtext><mo>,</mo><mtext>least</mtext><mo>,</mo><mtext>most</mtext><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>m</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "finalLr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the rate of the SGD that it becomes"
      },
      {
        "name": "gamma",
        "default": 0.001,
        "range": [5e-324, 1],
        "meaning": "how fast the bounds close in, γ"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/Luolc/AdaBound, 2e928c3), float64", "error": 4e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "adagc",
    "name": "adagc",
    "family": "adam",
    "title": "AdaGC",
    "paper": "https://arxiv.org/abs/2502.11034",
    "sentence": "AdamW behind a clip that each tensor sets for itself: its gradient may be at most `lambdaRel` times as long as its recent mean, so a spike in one layer is cut at once.",
    "comment": "AdamW behind a clip that each tensor sets for itself: its gradient may be at most `lambdaRel` times as long as its recent mean, so a spike in one layer is cut at once. During the first `warmup` steps the whole model is clipped to `lambdaAbs` (Wang et al., 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["early", "t == 1 || t < warmup"],
      ["limit", "early ? lambdaAbs / (totalNorm(g) + eps) : lambdaRel * max(usual, eps) / max(norm(g), eps)"],
      ["c", "min(1, limit) * g"],
      ["usual", "t == 1 ? norm(c) : (early ? min(usual, norm(c)) : beta3 * usual + (1 - beta3) * norm(c))"],
      ["m", "beta1 * m + (1 - beta1) * c"],
      ["v", "beta2 * v + (1 - beta2) * c^2"],
      ["p", "p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\mathrm{early} &\\leftarrow t = 1 \\lor t < \\mathrm{warmup} \\\\\n\\mathrm{limit} &\\leftarrow \\begin{cases} \\frac{\\mathrm{lambdaAbs}}{\\left\\lVert g \\right\\rVert_{\\mathrm{model}} + \\epsilon} & \\mathrm{early} \\\\ \\frac{\\mathrm{lambdaRel}\\,\\max\\left(\\mathrm{usual}, \\epsilon\\right)}{\\max\\left(\\left\\lVert g \\right\\rVert, \\epsilon\\right)} & \\text{otherwise} \\end{cases} \\\\\nc &\\leftarrow \\min\\left(1, \\mathrm{limit}\\right)\\,g \\\\\n\\mathrm{usual} &\\leftarrow \\begin{cases} \\left\\lVert c \\right\\rVert & t = 1 \\\\ \\begin{cases} \\min\\left(\\mathrm{usual}, \\left\\lVert c \\right\\rVert\\right) & \\mathrm{early} \\\\ \\beta_{3}\\,\\mathrm{usual} + \\left(1 - \\beta_{3}\\right)\\,\\left\\lVert c \\right\\rVert & \\text{otherwise} \\end{cases} & \\text{otherwise} \\end{cases} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,c \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,c^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\frac{m}{1 - \\beta_{1}^{t}}}{\\sqrt{\\frac{v}{1 - \\beta_{2}^{t}}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mtext>early</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>t</mi><mo>=</mo><mn>1</mn></mrow><mo>∨</mo><mrow><mi>t</mi><mo>&lt;</mo><mtext>warmup</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mtext>limit</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mtext>lambdaAbs</mtext><mrow><msub><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mtext>model</mtext></msub><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd><mtd><mtext>early</mtext></mtd></mtr><mtr><mtd><mfrac><mrow><mtext>lambdaRel</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mi>max</mi><mrow><mo>(</mo><mtext>usual</mtext><mo>,</mo><mi>ϵ</mi><mo>)</mo></mrow></mrow></mrow><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mo>,</mo><mi>ϵ</mi><mo>)</mo></mrow></mrow></mfrac></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>min</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mtext>limit</mtext><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mtext>usual</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mo>‖</mo><mi>c</mi><mo>‖</mo></mrow></mtd><mtd><mrow><mi>t</mi><mo>=</mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>min</mi><mrow><mo>(</mo><mtext>usual</mtext><mo>,</mo><mrow><mo>‖</mo><mi>c</mi><mo>‖</mo></mrow><mo>)</mo></mrow></mrow></mtd><mtd><mtext>early</mtext></mtd></mtr><mtr><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>usual</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>3</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>‖</mo><mi>c</mi><mo>‖</mo></mrow></mrow></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>c</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>c</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mrow><mrow><msqrt><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "beta3",
        "default": 0.98,
        "range": [0, 1],
        "meaning": "how much of the running mean of clipped lengths is kept at each step"
      },
      {
        "name": "lambdaRel",
        "default": 1.05,
        "range": [0, null],
        "meaning": "how many times its usual length a gradient may have, after the warm-up"
      },
      {
        "name": "lambdaAbs",
        "default": 1,
        "range": [0, null],
        "meaning": "the length of the whole model's gradient, at most, during the warm-up"
      },
      {
        "name": "warmup",
        "default": 100,
        "range": [0, null],
        "meaning": "the number of the step from which on lengths are relative"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "usual", "place": "scalar", "init": 0 }
    ],
    "bytes": 8,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, AdaGC, float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the square of the gradient is infinite, and the square of its scale is 0."
    ],
    "mutants": 17
  },
  {
    "id": "adai",
    "name": "adai",
    "family": "adam",
    "title": "Adai",
    "paper": "https://arxiv.org/abs/2006.15815",
    "sentence": "Adapts the momentum instead of the rate: elements with large gradients, compared with the mean over the model, get less inertia.",
    "comment": "Adapts the momentum instead of the rate: elements with large gradients, compared with the mean over the model, get less inertia. Steps keep SGD's direction of descent, so minima are as flat. Defaults are the authors' (Xie et al., 2020).",
    "equations": [
      ["v", "beta2 * v + g^2"],
      ["vHat", "v / (1 - beta2^t)"],
      ["share", "vHat > 0 ? vHat / (total(vHat) / total(g == g)) : 0"],
      ["b", "clamp(1 - beta0 * share, 0, 1 - eps)"],
      ["product", "product * b"],
      ["m", "b * m + (1 - b) * g"],
      ["p", "p - lr * m / (1 - product)"]
    ],
    "latex": "\\begin{aligned}\nv &\\leftarrow \\beta_{2}\\,v + g^{2} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\mathrm{share} &\\leftarrow \\begin{cases} \\frac{\\hat{v}}{\\frac{\\operatorname{total}\\left(\\hat{v}\\right)}{\\operatorname{total}\\left(g = g\\right)}} & \\hat{v} > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\nb &\\leftarrow \\operatorname{clamp}\\left(1 - \\beta_{0}\\,\\mathrm{share}, 0, 1 - \\epsilon\\right) \\\\\n\\mathrm{product} &\\leftarrow \\mathrm{product}\\,b \\\\\nm &\\leftarrow b\\,m + \\left(1 - b\\right)\\,g \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,m}{1 - \\mathrm{product}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>share</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover><mfrac><mrow><mi>total</mi><mrow><mo>(</mo><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover><mo>)</mo></mrow></mrow><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mi>g</mi><mo>=</mo><mi>g</mi></mrow><mo>)</mo></mrow></mrow></mfrac></mfrac></mtd><mtd><mrow><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>clamp</mi><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><msub><mi>β</mi><mn>0</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>share</mtext></mrow></mrow><mo>,</mo><mn>0</mn><mo>,</mo><mrow><mn>1</mn><mo>−</mo><mi>ϵ</mi></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>product</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>product</mtext><mo rspace=\"0.17em\">⁢</mo><mi>b</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>b</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>b</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>m</mi></mrow><mrow><mn>1</mn><mo>−</mo><mtext>product</mtext></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta0",
        "default": 0.1,
        "range": [0, null],
        "meaning": "how fast inertia falls with the size of gradients, β₀"
      },
      {
        "name": "beta2",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "product", "place": "tensor", "init": 1 }
    ],
    "bytes": 12,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/zeke-xie/adaptive-inertia-adai, e6c1b9d), float64", "error": 5e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the squares are infinite, and infinity over infinity is NaN."
    ],
    "mutants": 12
  },
  {
    "id": "adam",
    "name": "adam",
    "family": "adam",
    "title": "Adam",
    "paper": "https://arxiv.org/abs/1412.6980",
    "sentence": "The mean of recent gradients over the root of their mean square, both corrected for starting at zero: steps are about `lr`, whatever the gradient's scale.",
    "comment": "The mean of recent gradients over the root of their mean square, both corrected for starting at zero: steps are about `lr`, whatever the gradient's scale. ε is added outside the root, as in the paper and PyTorch.",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * mHat / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.Adam, float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adam-atan2",
    "name": "adamAtan2",
    "family": "adam",
    "title": "Adam-atan2",
    "paper": "https://arxiv.org/abs/2407.05872",
    "sentence": "Adam without ε: atan2 of the two means is their quotient where it is small, is bounded, and does not care how small both are.",
    "comment": "Adam without ε: atan2 of the two means is their quotient where it is small, is bounded, and does not care how small both are. `scale` makes up for the bend, so that Adam's rates fit (Everett et al., 2024).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * scale * atan2(mHat, sqrt(vHat))"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\mathrm{scale}\\,\\operatorname{atan2}\\left(\\hat{m}, \\sqrt{\\hat{v}}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>scale</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mrow><mi>atan2</mi><mrow><mo>(</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover><mo>,</mo><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "scale",
        "default": 1.27,
        "range": [0, null],
        "meaning": "the factor on the arc, a of the paper"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/lucidrains/adam-atan2-pytorch, b42d7cb), float64", "error": 2e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adam-eps-inside",
    "name": "adamEpsInside",
    "family": "adam",
    "title": "Adam, ε inside the root",
    "paper": "https://arxiv.org/abs/1412.6980",
    "sentence": "Adam with ε inside the root, as some lectures print it and Optax's `eps_root` does it: the denominator is at least √ε, so an ε of 1e-8 here weighs as much as 1e-4 outside.",
    "comment": "Adam with ε inside the root, as some lectures print it and Optax's `eps_root` does it: the denominator is at least √ε, so an ε of 1e-8 here weighs as much as 1e-4 outside.",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * mHat / sqrt(vHat + eps)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v} + \\epsilon}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><msqrt><mrow><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover><mo>+</mo><mi>ϵ</mi></mrow></msqrt></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, adam(eps=0, eps_root=eps), float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adamax",
    "name": "adamax",
    "family": "adam",
    "title": "Adamax",
    "paper": "https://arxiv.org/abs/1412.6980",
    "sentence": "Adam that divides by the largest recent gradient instead of the root mean square, and so needs no bias correction there.",
    "comment": "Adam that divides by the largest recent gradient instead of the root mean square, and so needs no bias correction there. ε is inside the maximum, as in PyTorch.",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["u", "max(beta2 * u, abs(g) + eps)"],
      ["mHat", "m / (1 - beta1^t)"],
      ["p", "p - lr * mHat / u"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nu &\\leftarrow \\max\\left(\\beta_{2}\\,u, \\left|g\\right| + \\epsilon\\right) \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{u}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>u</mi></mrow><mo>,</mo><mrow><mrow><mo>|</mo><mi>g</mi><mo>|</mo></mrow><mo>+</mo><mi>ϵ</mi></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mi>u</mi></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.002,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "u", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.Adamax, float64", "error": 3e-7 },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "adamaxw",
    "name": "adamaxw",
    "family": "adam",
    "title": "AdamaxW",
    "paper": "https://arxiv.org/abs/1412.6980",
    "sentence": "Adamax with decoupled weight decay: parameters shrink by `lr·weightDecay` first, then step.",
    "comment": "Adamax with decoupled weight decay: parameters shrink by `lr·weightDecay` first, then step. The default decay is AdamW's.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["u", "max(beta2 * u, abs(g) + eps)"],
      ["mHat", "m / (1 - beta1^t)"],
      ["p", "p - lr * mHat / u"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nu &\\leftarrow \\max\\left(\\beta_{2}\\,u, \\left|g\\right| + \\epsilon\\right) \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{u}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>u</mi></mrow><mo>,</mo><mrow><mrow><mo>|</mo><mi>g</mi><mo>|</mo></mrow><mo>+</mo><mi>ϵ</mi></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mi>u</mi></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.002,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "u", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, adamaxw, decay masked where the role is bias, float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "adamod",
    "name": "adamod",
    "family": "adam",
    "title": "AdaMod",
    "paper": "https://arxiv.org/abs/1910.12249",
    "sentence": "Adam whose rates may not exceed their own running mean, element by element: that bounds them in the first steps, when v is a poor estimate, and replaces a warm-up.",
    "comment": "Adam whose rates may not exceed their own running mean, element by element: that bounds them in the first steps, when v is a poor estimate, and replaces a warm-up. ε is added to the uncorrected root, as in the authors' code (Ding et al., 2019).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["rate", "lr * sqrt(1 - beta2^t) / (1 - beta1^t) / (sqrt(v) + eps)"],
      ["usual", "beta3 * usual + (1 - beta3) * rate"],
      ["p", "p - min(rate, usual) * m"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\mathrm{rate} &\\leftarrow \\frac{\\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}}}{\\sqrt{v} + \\epsilon} \\\\\n\\mathrm{usual} &\\leftarrow \\beta_{3}\\,\\mathrm{usual} + \\left(1 - \\beta_{3}\\right)\\,\\mathrm{rate} \\\\\n\\theta &\\leftarrow \\theta - \\min\\left(\\mathrm{rate}, \\mathrm{usual}\\right)\\,m\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>usual</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>usual</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>3</mn></msub></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>min</mi><mrow><mo>(</mo><mtext>rate</mtext><mo>,</mo><mtext>usual</mtext><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>m</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "beta3",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of rates is kept at each step"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "usual", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/lancopku/AdaMod, d866407), float64", "error": 9e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adams",
    "name": "adams",
    "family": "adam",
    "title": "AdamS",
    "paper": "https://arxiv.org/abs/2011.11152",
    "sentence": "Adam with stable decay: the rate of decay is divided by the root mean square of the whole model's gradients, so decay keeps its strength against the step while gradients shrink.",
    "comment": "Adam with stable decay: the rate of decay is divided by the root mean square of the whole model's gradients, so decay keeps its strength against the step while gradients shrink. Amsgrad's maximum is left out (Xie et al., 2020).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["typical", "sqrt(total(vHat) / total(g == g))"],
      ["kept", "typical > 0 ? 1 - lr * weightDecay * decays / typical : 1"],
      ["p", "kept * p - lr * mHat / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\mathrm{typical} &\\leftarrow \\sqrt{\\frac{\\operatorname{total}\\left(\\hat{v}\\right)}{\\operatorname{total}\\left(g = g\\right)}} \\\\\n\\mathrm{kept} &\\leftarrow \\begin{cases} 1 - \\frac{\\alpha\\,\\lambda\\,\\mathrm{decays}}{\\mathrm{typical}} & \\mathrm{typical} > 0 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\mathrm{kept}\\,\\theta - \\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>typical</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mfrac><mrow><mi>total</mi><mrow><mo>(</mo><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover><mo>)</mo></mrow></mrow><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mi>g</mi><mo>=</mo><mi>g</mi></mrow><mo>)</mo></mrow></mrow></mfrac></msqrt></mtd></mtr><mtr><mtd><mtext>kept</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mn>1</mn><mo>−</mo><mfrac><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mtext>typical</mtext></mfrac></mrow></mtd><mtd><mrow><mtext>typical</mtext><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/zeke-xie/stable-weight-decay-regularization, e0abb1d), float64",
      "error": 5e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 13
  },
  {
    "id": "adamw",
    "name": "adamw",
    "family": "adam",
    "title": "AdamW",
    "paper": "https://arxiv.org/abs/1711.05101",
    "sentence": "Adam whose weight decay does not pass through the adaptive rate: parameters shrink by `lr·weightDecay` first, then step.",
    "comment": "Adam whose weight decay does not pass through the adaptive rate: parameters shrink by `lr·weightDecay` first, then step. Biases and normalisation scales do not decay unless `decays` says so; the default decay is PyTorch's.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * mHat / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "torch 2.13.0, torch.optim.AdamW, one group per tensor, weight_decay 0 where the role is bias, float64",
      "error": 6e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adan",
    "name": "adan",
    "family": "adam",
    "title": "Adan",
    "paper": "https://arxiv.org/abs/2208.06677",
    "sentence": "Nesterov's method without the extra gradient: a mean of the gradients' changes predicts where they go, and the denominator is that of the predicted gradient.",
    "comment": "Nesterov's method without the extra gradient: a mean of the gradients' changes predicts where they go, and the denominator is that of the predicted gradient. The betas say how much is kept, as in the authors' code, and decay is the paper's proximal division after the step (Xie et al., 2022).",
    "equations": [
      ["change", "t > 1 ? g - last : 0"],
      ["last", "g"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["d", "beta2 * d + (1 - beta2) * change"],
      ["n", "beta3 * n + (1 - beta3) * (g + beta2 * change)^2"],
      ["u", "(m / (1 - beta1^t) + beta2 * d / (1 - beta2^t)) / (sqrt(n / (1 - beta3^t)) + eps)"],
      ["p", "(p - lr * u) / (1 + lr * weightDecay * decays)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{change} &\\leftarrow \\begin{cases} g - \\mathrm{last} & t > 1 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{last} &\\leftarrow g \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nd &\\leftarrow \\beta_{2}\\,d + \\left(1 - \\beta_{2}\\right)\\,\\mathrm{change} \\\\\nn &\\leftarrow \\beta_{3}\\,n + \\left(1 - \\beta_{3}\\right)\\,\\left(g + \\beta_{2}\\,\\mathrm{change}\\right)^{2} \\\\\nu &\\leftarrow \\frac{\\frac{m}{1 - \\beta_{1}^{t}} + \\frac{\\beta_{2}\\,d}{1 - \\beta_{2}^{t}}}{\\sqrt{\\frac{n}{1 - \\beta_{3}^{t}}} + \\epsilon} \\\\\n\\theta &\\leftarrow \\frac{\\theta - \\alpha\\,u}{1 + \\alpha\\,\\lambda\\,\\mathrm{decays}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>change</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>g</mi><mo>−</mo><mtext>last</mtext></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>g</mi></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>d</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>change</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo>⁢</mo><mi>n</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>3</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mi>g</mi><mo>+</mo><mrow><msub><mi>β</mi><mn>2</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>change</mtext></mrow></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mo>+</mo><mfrac><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>d</mi></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mrow><mrow><msqrt><mfrac><mi>n</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>3</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>u</mi></mrow></mrow><mrow><mn>1</mn><mo>+</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow></mfrac></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.98,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.92,
        "range": [0, 1],
        "meaning": "how much of the running mean of the gradients' changes is kept at each step"
      },
      {
        "name": "beta3",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared predicted gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "d", "place": "tensor", "init": 0 },
      { "name": "n", "place": "tensor", "init": 0 },
      { "name": "last", "place": "tensor", "init": 0 }
    ],
    "bytes": 16,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, Adan (weight_decouple=False), float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adanorm",
    "name": "adanorm",
    "family": "adam",
    "title": "AdaNorm",
    "paper": "https://arxiv.org/abs/2210.06364",
    "sentence": "Adam whose momentum takes in no gradient shorter than the running mean of lengths: small gradients are stretched to it, tensor by tensor, so the momentum does not die out.",
    "comment": "Adam whose momentum takes in no gradient shorter than the running mean of lengths: small gradients are stretched to it, tensor by tensor, so the momentum does not die out. As in the authors' code ε is added to v at every step and to its corrected root (Dubey et al., 2022).",
    "equations": [
      ["length", "0.95 * length + 0.05 * norm(g)"],
      ["m", "beta1 * m + (1 - beta1) * g * max(length / max(norm(g), 1e-30), 1)"],
      ["v", "beta2 * v + (1 - beta2) * g^2 + eps"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * mHat / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{length} &\\leftarrow 0.95\\,\\mathrm{length} + 0.05\\,\\left\\lVert g \\right\\rVert \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g\\,\\max\\left(\\frac{\\mathrm{length}}{\\max\\left(\\left\\lVert g \\right\\rVert, 10^{-30}\\right)}, 1\\right) \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} + \\epsilon \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mn>0.95</mn><mo rspace=\"0.17em\">⁢</mo><mtext>length</mtext></mrow><mo>+</mo><mrow><mn>0.05</mn><mo>⁢</mo><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mrow><mi>max</mi><mrow><mo>(</mo><mfrac><mtext>length</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mo>,</mo><msup><mn>10</mn><mn>−30</mn></msup><mo>)</mo></mrow></mrow></mfrac><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow><mo>+</mo><mi>ϵ</mi></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "length", "place": "scalar", "init": 0 }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/shivram1987/AdaNorm, 8f90abc), float64", "error": 0.000002 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 2
  },
  {
    "id": "adanw",
    "name": "adanw",
    "family": "adam",
    "title": "Adan with decoupled decay",
    "paper": "https://arxiv.org/abs/2208.06677",
    "sentence": "Adan with AdamW's decoupled decay in place of the proximal one: parameters shrink first, then step.",
    "comment": "Adan with AdamW's decoupled decay in place of the proximal one: parameters shrink first, then step. The two differ by terms of the order of (lr·weightDecay)².",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["change", "t > 1 ? g - last : 0"],
      ["last", "g"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["d", "beta2 * d + (1 - beta2) * change"],
      ["n", "beta3 * n + (1 - beta3) * (g + beta2 * change)^2"],
      ["u", "(m / (1 - beta1^t) + beta2 * d / (1 - beta2^t)) / (sqrt(n / (1 - beta3^t)) + eps)"],
      ["p", "p - lr * u"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\mathrm{change} &\\leftarrow \\begin{cases} g - \\mathrm{last} & t > 1 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{last} &\\leftarrow g \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nd &\\leftarrow \\beta_{2}\\,d + \\left(1 - \\beta_{2}\\right)\\,\\mathrm{change} \\\\\nn &\\leftarrow \\beta_{3}\\,n + \\left(1 - \\beta_{3}\\right)\\,\\left(g + \\beta_{2}\\,\\mathrm{change}\\right)^{2} \\\\\nu &\\leftarrow \\frac{\\frac{m}{1 - \\beta_{1}^{t}} + \\frac{\\beta_{2}\\,d}{1 - \\beta_{2}^{t}}}{\\sqrt{\\frac{n}{1 - \\beta_{3}^{t}}} + \\epsilon} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mtext>change</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>g</mi><mo>−</mo><mtext>last</mtext></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>g</mi></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>d</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>change</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo>⁢</mo><mi>n</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>3</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mi>g</mi><mo>+</mo><mrow><msub><mi>β</mi><mn>2</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>change</mtext></mrow></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mo>+</mo><mfrac><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>d</mi></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mrow><mrow><msqrt><mfrac><mi>n</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>3</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.98,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.92,
        "range": [0, 1],
        "meaning": "how much of the running mean of the gradients' changes is kept at each step"
      },
      {
        "name": "beta3",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared predicted gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "d", "place": "tensor", "init": 0 },
      { "name": "n", "place": "tensor", "init": 0 },
      { "name": "last", "place": "tensor", "init": 0 }
    ],
    "bytes": 16,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, Adan (weight_decouple=True), float64", "error": 4e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adapnm",
    "name": "adapnm",
    "family": "adam",
    "title": "AdaPNM",
    "paper": "https://arxiv.org/abs/2103.17182",
    "sentence": "AMSGrad with positive-negative momentum: two running means take turns, and the numerator is the fresh one minus a part of the stale one, which keeps the signal and raises the noise as a smaller batch would.",
    "comment": "AMSGrad with positive-negative momentum: two running means take turns, and the numerator is the fresh one minus a part of the stale one, which keeps the signal and raises the noise as a smaller batch would. Defaults are the authors' (Xie et al., 2021).",
    "equations": [
      ["fresh", "beta1^2 * stale + (1 - beta1^2) * g"],
      ["stale", "m"],
      ["m", "fresh"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["vMax", "max(vMax, v)"],
      ["u", "((1 + beta0) * m - beta0 * stale) / sqrt((1 + beta0)^2 + beta0^2)"],
      ["p", "p - lr * u / (1 - beta1^t) / (sqrt(vMax / (1 - beta2^t)) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{fresh} &\\leftarrow \\beta_{1}^{2}\\,\\mathrm{stale} + \\left(1 - \\beta_{1}^{2}\\right)\\,g \\\\\n\\mathrm{stale} &\\leftarrow m \\\\\nm &\\leftarrow \\mathrm{fresh} \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\nv_{\\mathrm{max}} &\\leftarrow \\max\\left(v_{\\mathrm{max}}, v\\right) \\\\\nu &\\leftarrow \\frac{\\left(1 + \\beta_{0}\\right)\\,m - \\beta_{0}\\,\\mathrm{stale}}{\\sqrt{\\left(1 + \\beta_{0}\\right)^{2} + \\beta_{0}^{2}}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\frac{\\alpha\\,u}{1 - \\beta_{1}^{t}}}{\\sqrt{\\frac{v_{\\mathrm{max}}}{1 - \\beta_{2}^{t}}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>fresh</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msubsup><mi>β</mi><mn>1</mn><mn>2</mn></msubsup><mo rspace=\"0.17em\">⁢</mo><mtext>stale</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mn>2</mn></msubsup></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>stale</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>m</mi></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mtext>fresh</mtext></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>v</mi><mtext>max</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>v</mi><mtext>max</mtext></msub><mo>,</mo><mi>v</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><msub><mi>β</mi><mn>0</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>m</mi></mrow><mo>−</mo><mrow><msub><mi>β</mi><mn>0</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>stale</mtext></mrow></mrow><msqrt><mrow><msup><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><msub><mi>β</mi><mn>0</mn></msub></mrow><mo>)</mo></mrow><mn>2</mn></msup><mo>+</mo><msubsup><mi>β</mi><mn>0</mn><mn>2</mn></msubsup></mrow></msqrt></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>u</mi></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mrow><msqrt><mfrac><msub><mi>v</mi><mtext>max</mtext></msub><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta0",
        "default": 1,
        "range": [0, null],
        "meaning": "the weight of the stale mean; the fresh one has 1 + β₀"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "stale", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "vMax", "place": "tensor", "init": 0 }
    ],
    "bytes": 16,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/zeke-xie/Positive-Negative-Momentum, 9ffd201), float64",
      "error": 3e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 1
  },
  {
    "id": "adasmooth",
    "name": "adasmooth",
    "family": "adam",
    "title": "AdaSmooth",
    "paper": "https://arxiv.org/abs/2204.00825",
    "sentence": "RMSProp whose memory adapts: where the parameter's moves add up, v forgets fast, and where they cancel it remembers long.",
    "comment": "RMSProp whose memory adapts: where the parameter's moves add up, v forgets fast, and where they cancel it remembers long. How far it came is divided by how far it walked, element by element (Lu, 2022). ε is inside the root.",
    "equations": [
      ["came", "came + p - last"],
      ["walked", "walked + abs(p - last)"],
      ["last", "p"],
      ["ratio", "abs(came) / (walked + eps)"],
      ["c", "((slow - fast) * ratio + 1 - slow)^2"],
      ["v", "(1 - c) * v + c * g^2"],
      ["p", "p - lr * g / sqrt(v + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{came} &\\leftarrow \\mathrm{came} + \\theta - \\mathrm{last} \\\\\n\\mathrm{walked} &\\leftarrow \\mathrm{walked} + \\left|\\theta - \\mathrm{last}\\right| \\\\\n\\mathrm{last} &\\leftarrow \\theta \\\\\n\\mathrm{ratio} &\\leftarrow \\frac{\\left|\\mathrm{came}\\right|}{\\mathrm{walked} + \\epsilon} \\\\\nc &\\leftarrow \\left(\\left(\\mathrm{slow} - \\mathrm{fast}\\right)\\,\\mathrm{ratio} + 1 - \\mathrm{slow}\\right)^{2} \\\\\nv &\\leftarrow \\left(1 - c\\right)\\,v + c\\,g^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,g}{\\sqrt{v + \\epsilon}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>came</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>came</mtext><mo>+</mo><mi>θ</mi></mrow><mo>−</mo><mtext>last</mtext></mrow></mtd></mtr><mtr><mtd><mtext>walked</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>walked</mtext><mo>+</mo><mrow><mo>|</mo><mrow><mi>θ</mi><mo>−</mo><mtext>last</mtext></mrow><mo>|</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>θ</mi></mtd></mtr><mtr><mtd><mtext>ratio</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mo>|</mo><mtext>came</mtext><mo>|</mo></mrow><mrow><mtext>walked</mtext><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mo>←</mo></mtd><mtd><msup><mrow><mo>(</mo><mrow><mrow><mrow><mrow><mo>(</mo><mrow><mtext>slow</mtext><mo>−</mo><mtext>fast</mtext></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>ratio</mtext></mrow><mo>+</mo><mn>1</mn></mrow><mo>−</mo><mtext>slow</mtext></mrow><mo>)</mo></mrow><mn>2</mn></msup></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>c</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mi>c</mi><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow><msqrt><mrow><mi>v</mi><mo>+</mo><mi>ϵ</mi></mrow></msqrt></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "fast",
        "default": 0.5,
        "range": [0, 1],
        "meaning": "how much of v is kept, at the fastest"
      },
      {
        "name": "slow",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of v is kept, at the slowest"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "last", "place": "tensor", "init": "p" },
      { "name": "came", "place": "tensor", "init": 0 },
      { "name": "walked", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 16,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, AdaSmooth, float64", "error": 9e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "ademamix",
    "name": "ademamix",
    "family": "adam",
    "title": "AdEMAMix",
    "paper": "https://arxiv.org/abs/2409.03137",
    "sentence": "Adam with a second, far slower mean of gradients beside the fast one: gradients stay useful for tens of thousands of steps.",
    "comment": "Adam with a second, far slower mean of gradients beside the fast one: gradients stay useful for tens of thousands of steps. Both α and beta3 grow from small values over the first `warmup` steps, beta3 so that its half-life grows linearly (Pagliardini, Ablin and Grangier, 2024). The slow mean is not corrected for starting at zero.",
    "equations": [
      ["done", "t < warmup ? t / warmup : 1"],
      ["kept", "exp(1 / ((1 - done) / log(beta1) + done / log(beta3)))"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["slow", "kept * slow + (1 - kept) * g"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * (mHat + alpha * done * slow) / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{done} &\\leftarrow \\begin{cases} \\frac{t}{\\mathrm{warmup}} & t < \\mathrm{warmup} \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{kept} &\\leftarrow \\exp\\left(\\frac{1}{\\frac{1 - \\mathrm{done}}{\\log\\left(\\beta_{1}\\right)} + \\frac{\\mathrm{done}}{\\log\\left(\\beta_{3}\\right)}}\\right) \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\mathrm{slow} &\\leftarrow \\mathrm{kept}\\,\\mathrm{slow} + \\left(1 - \\mathrm{kept}\\right)\\,g \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\left(\\hat{m} + \\mathrm{alpha}\\,\\mathrm{done}\\,\\mathrm{slow}\\right)}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>done</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mi>t</mi><mtext>warmup</mtext></mfrac></mtd><mtd><mrow><mi>t</mi><mo>&lt;</mo><mtext>warmup</mtext></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>kept</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>exp</mi><mrow><mo>(</mo><mfrac><mn>1</mn><mrow><mfrac><mrow><mn>1</mn><mo>−</mo><mtext>done</mtext></mrow><mrow><mi>log</mi><mrow><mo>(</mo><msub><mi>β</mi><mn>1</mn></msub><mo>)</mo></mrow></mrow></mfrac><mo>+</mo><mfrac><mtext>done</mtext><mrow><mi>log</mi><mrow><mo>(</mo><msub><mi>β</mi><mn>3</mn></msub><mo>)</mo></mrow></mrow></mfrac></mrow></mfrac><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>slow</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>slow</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover><mo>+</mo><mrow><mrow><mtext>alpha</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>done</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>slow</mtext></mrow></mrow><mo>)</mo></mrow></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "beta3",
        "default": 0.9999,
        "range": [0, 1],
        "meaning": "how much of the slow mean of gradients is kept at each step"
      },
      {
        "name": "alpha",
        "default": 5,
        "range": [0, null],
        "meaning": "the weight of the slow mean, α"
      },
      {
        "name": "warmup",
        "default": 0,
        "range": [0, null],
        "meaning": "the number of steps over which α and beta3 grow; 0 for none, the length of the training in the paper"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "slow", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, AdEMAMix (t_alpha_beta3 = warmup), float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 1
  },
  {
    "id": "adopt",
    "name": "adopt",
    "family": "adam",
    "title": "ADOPT",
    "paper": "https://arxiv.org/abs/2411.02853",
    "sentence": "Adam that divides each gradient by a mean square it is not part of, before it enters the momentum: it converges for every beta2.",
    "comment": "Adam that divides each gradient by a mean square it is not part of, before it enters the momentum: it converges for every beta2. ε is the least denominator, and the normalised gradient is cut off at (t−1)^¼, so the first one only fills v, as in the authors' code and Optax; pytorch_optimizer cuts off at t^¼ (Taniguchi et al., 2024).",
    "equations": [
      ["bound", "(t - 1)^0.25"],
      ["n", "clamp(g / max(sqrt(v), eps), -bound, bound)"],
      ["m", "beta1 * m + (1 - beta1) * n"],
      ["v", "t > 1 ? beta2 * v + (1 - beta2) * g^2 : g^2"],
      ["p", "p - lr * m"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{bound} &\\leftarrow \\left(t - 1\\right)^{0.25} \\\\\nn &\\leftarrow \\operatorname{clamp}\\left(\\frac{g}{\\max\\left(\\sqrt{v}, \\epsilon\\right)}, -\\mathrm{bound}, \\mathrm{bound}\\right) \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,n \\\\\nv &\\leftarrow \\begin{cases} \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} & t > 1 \\\\ g^{2} & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,m\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>bound</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msup><mrow><mo>(</mo><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow><mo>)</mo></mrow><mn>0.25</mn></msup></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>clamp</mi><mrow><mo>(</mo><mfrac><mi>g</mi><mrow><mi>max</mi><mrow><mo>(</mo><msqrt><mi>v</mi></msqrt><mo>,</mo><mi>ϵ</mi><mo>)</mo></mrow></mrow></mfrac><mo>,</mo><mrow><mo>−</mo><mtext>bound</mtext></mrow><mo>,</mo><mtext>bound</mtext><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>n</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><msup><mi>g</mi><mn>2</mn></msup></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>m</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.9999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, contrib.adopt, float64", "error": 0.000002 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 1
  },
  {
    "id": "amos",
    "name": "amos",
    "family": "adam",
    "title": "Amos",
    "paper": "https://arxiv.org/abs/2210.11693",
    "sentence": "Decay that the gradients' size decides, and a rate that falls as decay adds up, so that nothing needs a schedule: one number per tensor replaces Adam's two per weight.",
    "comment": "Decay that the gradients' size decides, and a rate that falls as decay adds up, so that nothing needs a schedule: one number per tensor replaces Adam's two per weight. Steps are measured against the size that weights are expected to have, √(2 / inputs) for matrices and ½ for vectors. Constants and defaults are pytorch_optimizer's, without momentum (Tian and Parikh, 2022).",
    "equations": [
      ["square", "mean(g^2)"],
      ["v", "beta2 * v + (1 - beta2) * square"],
      ["r", "(1 - beta2^t) / (v + eps)"],
      ["rate", "lr * (ndim > 1 ? sqrt(2 / cols) : 0.5)"],
      ["gamma", "lr^2 * r * square / sqrt(1 + c * sqrt(lr) * b)"],
      ["u", "(gamma / 2 * p + rate * sqrt(r) * g) / (1 + d * sqrt(rate) * b)"],
      ["b", "b * (1 + gamma) + gamma"],
      ["p", "p - u"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\mathrm{square} &\\leftarrow \\operatorname{mean}\\left(g^{2}\\right) \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\mathrm{square} \\\\\nr &\\leftarrow \\frac{1 - \\beta_{2}^{t}}{v + \\epsilon} \\\\\n\\mathrm{rate} &\\leftarrow \\alpha\\,\\left(\\begin{cases} \\sqrt{\\frac{2}{\\mathrm{cols}}} & \\mathrm{ndim} > 1 \\\\ 0.5 & \\text{otherwise} \\end{cases}\\right) \\\\\n\\mathrm{gamma} &\\leftarrow \\frac{\\alpha^{2}\\,r\\,\\mathrm{square}}{\\sqrt{1 + c\\,\\sqrt{\\alpha}\\,b}} \\\\\nu &\\leftarrow \\frac{\\frac{\\mathrm{gamma}}{2}\\,\\theta + \\mathrm{rate}\\,\\sqrt{r}\\,g}{1 + d\\,\\sqrt{\\mathrm{rate}}\\,b} \\\\\nb &\\leftarrow b\\,\\left(1 + \\mathrm{gamma}\\right) + \\mathrm{gamma} \\\\\n\\theta &\\leftarrow \\theta - u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mtext>square</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>mean</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>square</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow><mrow><mi>v</mi><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><msqrt><mfrac><mn>2</mn><mtext>cols</mtext></mfrac></msqrt></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>0.5</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>gamma</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mrow><msup><mi>α</mi><mn>2</mn></msup><mo>⁢</mo><mi>r</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>square</mtext></mrow><msqrt><mrow><mn>1</mn><mo>+</mo><mrow><mrow><mi>c</mi><mo>⁢</mo><msqrt><mi>α</mi></msqrt></mrow><mo>⁢</mo><mi>b</mi></mrow></mrow></msqrt></mfrac></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mrow><mfrac><mtext>gamma</mtext><mn>2</mn></mfrac><mo>⁢</mo><mi>θ</mi></mrow><mo>+</mo><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><msqrt><mi>r</mi></msqrt></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow><mrow><mn>1</mn><mo>+</mo><mrow><mrow><mi>d</mi><mo>⁢</mo><msqrt><mtext>rate</mtext></msqrt></mrow><mo>⁢</mo><mi>b</mi></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>b</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><mtext>gamma</mtext></mrow><mo>)</mo></mrow></mrow><mo>+</mo><mtext>gamma</mtext></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mi>u</mi></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-18,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "c",
        "default": 0.25,
        "range": [0, null],
        "meaning": "how much the falling rate damps decay"
      },
      {
        "name": "d",
        "default": 0.25,
        "range": [0, null],
        "meaning": "how much it damps the step"
      }
    ],
    "slots": [
      { "name": "v", "place": "scalar", "init": 0 },
      { "name": "b", "place": "scalar", "init": 0 }
    ],
    "bytes": 0,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, Amos, float64", "error": 2e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the mean square is infinite, and is multiplied by the inverse of its running mean, 0."
    ],
    "mutants": 1
  },
  {
    "id": "amsbound",
    "name": "amsbound",
    "family": "adam",
    "title": "AMSBound",
    "paper": "https://arxiv.org/abs/1902.09843",
    "sentence": "AdaBound with AMSGrad's maximum: the rates cannot rise again on their way to SGD's.",
    "comment": "AdaBound with AMSGrad's maximum: the rates cannot rise again on their way to SGD's (Luo et al., 2019).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["vMax", "max(vMax, v)"],
      ["least", "finalLr * (1 - 1 / (gamma * t + 1))"],
      ["most", "finalLr * (1 + 1 / (gamma * t))"],
      ["rate", "lr * sqrt(1 - beta2^t) / (1 - beta1^t) / (sqrt(vMax) + eps)"],
      ["p", "p - clamp(rate, least, most) * m"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\nv_{\\mathrm{max}} &\\leftarrow \\max\\left(v_{\\mathrm{max}}, v\\right) \\\\\n\\mathrm{least} &\\leftarrow \\mathrm{finalLr}\\,\\left(1 - \\frac{1}{\\mathrm{gamma}\\,t + 1}\\right) \\\\\n\\mathrm{most} &\\leftarrow \\mathrm{finalLr}\\,\\left(1 + \\frac{1}{\\mathrm{gamma}\\,t}\\right) \\\\\n\\mathrm{rate} &\\leftarrow \\frac{\\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}}}{\\sqrt{v_{\\mathrm{max}}} + \\epsilon} \\\\\n\\theta &\\leftarrow \\theta - \\operatorname{clamp}\\left(\\mathrm{rate}, \\mathrm{least}, \\mathrm{most}\\right)\\,m\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>v</mi><mtext>max</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>v</mi><mtext>max</mtext></msub><mo>,</mo><mi>v</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>least</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>finalLr</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mfrac><mn>1</mn><mrow><mrow><mtext>gamma</mtext><mo rspace=\"0.17em\">⁢</mo><mi>t</mi></mrow><mo>+</mo><mn>1</mn></mrow></mfrac></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>most</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>finalLr</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><mfrac><mn>1</mn><mrow><mtext>gamma</mtext><mo rspace=\"0.17em\">⁢</mo><mi>t</mi></mrow></mfrac></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mrow><msqrt><msub><mi>v</mi><mtext>max</mtext></msub></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>clamp</mi><mrow><mo>(</mo><mtext>rate</mtext><mo>,</mo><mtext>least</mtext><mo>,</mo><mtext>most</mtext><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>m</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "finalLr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the rate of the SGD that it becomes"
      },
      {
        "name": "gamma",
        "default": 0.001,
        "range": [5e-324, 1],
        "meaning": "how fast the bounds close in, γ"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "vMax", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/Luolc/AdaBound, 2e928c3), amsbound=True, float64", "error": 4e-7 },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "amsgrad",
    "name": "amsgrad",
    "family": "adam",
    "title": "AMSGrad",
    "paper": "https://openreview.net/forum?id=ryQu7f-RZ",
    "sentence": "Adam whose rates never rise again: it divides by the largest mean square seen, which fixes a case where Adam does not converge.",
    "comment": "Adam whose rates never rise again: it divides by the largest mean square seen, which fixes a case where Adam does not converge. The maximum is over the uncorrected v, as in PyTorch; Optax uses v̂ (Reddi, Kale and Kumar, 2018).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["vMax", "max(vMax, v)"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "vMax / (1 - beta2^t)"],
      ["p", "p - lr * mHat / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\nv_{\\mathrm{max}} &\\leftarrow \\max\\left(v_{\\mathrm{max}}, v\\right) \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v_{\\mathrm{max}}}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>v</mi><mtext>max</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>v</mi><mtext>max</mtext></msub><mo>,</mo><mi>v</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><msub><mi>v</mi><mtext>max</mtext></msub><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "vMax", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.Adam (amsgrad=True), float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 1
  },
  {
    "id": "ano",
    "name": "ano",
    "family": "adam",
    "title": "Ano",
    "paper": "https://arxiv.org/abs/2508.18258",
    "sentence": "Direction from the momentum's sign, distance from the newest gradient over Yogi's root mean square: noise in one does not pass into the other.",
    "comment": "Direction from the momentum's sign, distance from the newest gradient over Yogi's root mean square: noise in one does not pass into the other. The mean square is not additive, so it does not keep a spike for long (Kegreisz, 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + g"],
      ["v", "beta2 * v + (1 - beta2) * sign(g^2 - v) * g^2"],
      ["p", "p - lr * abs(g) * sign(m) / (sqrt(v / (1 - beta2^t)) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\operatorname{sign}\\left(g^{2} - v\\right)\\,g^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\left|g\\right|\\,\\operatorname{sign}\\left(m\\right)}{\\sqrt{\\frac{v}{1 - \\beta_{2}^{t}}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mrow><msup><mi>g</mi><mn>2</mn></msup><mo>−</mo><mi>v</mi></mrow><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>|</mo><mi>g</mi><mo>|</mo></mrow></mrow><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mi>m</mi><mo>)</mo></mrow></mrow></mrow><mrow><msqrt><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.92,
        "range": [0, 1],
        "meaning": "how much of the sum of gradients is kept at each step; the sign forgets its scale"
      },
      {
        "name": "beta2",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, Ano, float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: v is infinite after one step, and g^2 - v is NaN at the next."
    ],
    "mutants": 0
  },
  {
    "id": "bcos",
    "name": "bcos",
    "family": "adam",
    "title": "BCOS",
    "paper": "https://arxiv.org/abs/2507.08472",
    "sentence": "AdamW's performance with one slot: the second moment of the momentum is not tracked but computed, from the momentum before the step and the gradient.",
    "comment": "AdamW's performance with one slot: the second moment of the momentum is not tracked but computed, from the momentum before the step and the gradient. The conditional form of the paper, with the authors' defaults (Jiang et al., 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["old", "t > 1 ? m : g"],
      ["kept", "3 * beta1^2 - 2 * beta1^3"],
      ["v", "kept * old^2 + (1 - beta1)^2 * (g^2 + 2 * beta1 * old * g)"],
      ["m", "beta1 * old + (1 - beta1) * g"],
      ["p", "p - lr * m / (sqrt(v) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\mathrm{old} &\\leftarrow \\begin{cases} m & t > 1 \\\\ g & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{kept} &\\leftarrow 3\\,\\beta_{1}^{2} - 2\\,\\beta_{1}^{3} \\\\\nv &\\leftarrow \\mathrm{kept}\\,\\mathrm{old}^{2} + \\left(1 - \\beta_{1}\\right)^{2}\\,\\left(g^{2} + 2\\,\\beta_{1}\\,\\mathrm{old}\\,g\\right) \\\\\nm &\\leftarrow \\beta_{1}\\,\\mathrm{old} + \\left(1 - \\beta_{1}\\right)\\,g \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,m}{\\sqrt{v} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mtext>old</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mi>m</mi></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>g</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>kept</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mn>3</mn><mo>⁢</mo><msubsup><mi>β</mi><mn>1</mn><mn>2</mn></msubsup></mrow><mo>−</mo><mrow><mn>2</mn><mo>⁢</mo><msubsup><mi>β</mi><mn>1</mn><mn>3</mn></msubsup></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><msup><mtext>old</mtext><mn>2</mn></msup></mrow><mo>+</mo><mrow><msup><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mn>2</mn></msup><mo>⁢</mo><mrow><mo>(</mo><mrow><msup><mi>g</mi><mn>2</mn></msup><mo>+</mo><mrow><mrow><mrow><mn>2</mn><mo>⁢</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>old</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>old</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>m</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/facebookresearch/bcos, d617b5c), float64", "error": 4e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the square of m and its product with g are infinite with unequal signs."
    ],
    "mutants": 0
  },
  {
    "id": "cautious-adamw",
    "name": "cautiousAdamw",
    "family": "adam",
    "title": "Cautious AdamW",
    "paper": "https://arxiv.org/abs/2411.16085",
    "sentence": "AdamW that skips elements whose momentum points against their gradient, and scales the others up to keep the mean step.",
    "comment": "AdamW that skips elements whose momentum points against their gradient, and scales the others up to keep the mean step. The scale is at most 1000, as in the authors' code and timm (Liang et al., 2024).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["agrees", "m * sign(g) > 0"],
      ["p", "p - lr * mHat / (sqrt(vHat) + eps) * agrees / max(mean(agrees), 1e-3)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\mathrm{agrees} &\\leftarrow m\\,\\operatorname{sign}\\left(g\\right) > 0 \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\\,\\mathrm{agrees}}{\\max\\left(\\operatorname{mean}\\left(\\mathrm{agrees}\\right), 10^{-3}\\right)}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>agrees</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>m</mi><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow></mrow><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo rspace=\"0.17em\">⁢</mo><mtext>agrees</mtext></mrow><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>mean</mi><mrow><mo>(</mo><mtext>agrees</mtext><mo>)</mo></mrow></mrow><mo>,</mo><msup><mn>10</mn><mn>−3</mn></msup><mo>)</mo></mrow></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "timm 1.0.31, AdamWLegacy (caution=True), float64", "error": 4e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 5
  },
  {
    "id": "diffgrad",
    "name": "diffgrad",
    "family": "adam",
    "title": "diffGrad",
    "paper": "https://arxiv.org/abs/1909.11015",
    "sentence": "Adam with friction where the gradient hardly changes: the step is multiplied by the sigmoid of its change, from ½ in flat places to 1.",
    "comment": "Adam with friction where the gradient hardly changes: the step is multiplied by the sigmoid of its change, from ½ in flat places to 1. ε is added to the uncorrected root, as in the authors' code (Dubey et al., 2019).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["friction", "1 / (1 + exp(-abs(last - g)))"],
      ["last", "g"],
      ["p", "p - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * friction * m / (sqrt(v) + eps)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\mathrm{friction} &\\leftarrow \\frac{1}{1 + \\exp\\left(-\\left|\\mathrm{last} - g\\right|\\right)} \\\\\n\\mathrm{last} &\\leftarrow g \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}}\\,\\mathrm{friction}\\,m}{\\sqrt{v} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>friction</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mn>1</mn><mrow><mn>1</mn><mo>+</mo><mrow><mi>exp</mi><mrow><mo>(</mo><mrow><mo>−</mo><mrow><mo>|</mo><mrow><mtext>last</mtext><mo>−</mo><mi>g</mi></mrow><mo>|</mo></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>g</mi></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mrow><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mo rspace=\"0.17em\">⁢</mo><mtext>friction</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>m</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "last", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/shivram1987/diffGrad, 73233ba), float64", "error": 6e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "exadam",
    "name": "exadam",
    "family": "adam",
    "title": "EXAdam",
    "paper": "https://arxiv.org/abs/2412.20302",
    "sentence": "Adam with two corrections that fade as the betas' powers do, each moment's by how sure the other is, and with the newest gradient once more in the numerator.",
    "comment": "Adam with two corrections that fade as the betas' powers do, each moment's by how sure the other is, and with the newest gradient once more in the numerator. As in the authors' code (Adly, 2024).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["d1", "1 + v / (v + eps) * beta2^t"],
      ["d2", "1 + m^2 / (m^2 + eps) * beta1^t"],
      ["u", "(m + g) / (1 - beta1^t) * d1"],
      ["w", "v / (1 - beta2^t) * d2"],
      ["p", "p - lr * u / (sqrt(w) + eps)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\nd_{1} &\\leftarrow 1 + \\frac{v}{v + \\epsilon}\\,\\beta_{2}^{t} \\\\\nd_{2} &\\leftarrow 1 + \\frac{m^{2}}{m^{2} + \\epsilon}\\,\\beta_{1}^{t} \\\\\nu &\\leftarrow \\frac{m + g}{1 - \\beta_{1}^{t}}\\,d_{1} \\\\\nw &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}}\\,d_{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,u}{\\sqrt{w} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>d</mi><mn>1</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mn>1</mn><mo>+</mo><mrow><mfrac><mi>v</mi><mrow><mi>v</mi><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>⁢</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>d</mi><mn>2</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mn>1</mn><mo>+</mo><mrow><mfrac><msup><mi>m</mi><mn>2</mn></msup><mrow><msup><mi>m</mi><mn>2</mn></msup><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>⁢</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mrow><mi>m</mi><mo>+</mo><mi>g</mi></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mo>⁢</mo><msub><mi>d</mi><mn>1</mn></msub></mrow></mtd></mtr><mtr><mtd><mi>w</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac><mo>⁢</mo><msub><mi>d</mi><mn>2</mn></msub></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>u</mi></mrow><mrow><msqrt><mi>w</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/AhmedMostafa16/EXAdam, 989d7b6), float64", "error": 2e-7 },
    "extremes": ["In float32 it does not stay finite with gradients near 1e30: v is infinite, and v over v is NaN."],
    "mutants": 0
  },
  {
    "id": "fadam",
    "name": "fadam",
    "family": "adam",
    "title": "FAdam",
    "paper": "https://arxiv.org/abs/2405.12807",
    "sentence": "Adam read as natural gradient descent: v is a diagonal Fisher information, the gradient is divided by its root and cut off by its root mean square before the momentum, and decay passes through the same metric.",
    "comment": "Adam read as natural gradient descent: v is a diagonal Fisher information, the gradient is divided by its root and cut off by its root mean square before the momentum, and decay passes through the same metric. As in the author's code, where the paper lets ε fall with small gradients (Hwang, 2024).",
    "equations": [
      ["kept", "beta2 * (1 - beta2^(t - 1)) / (1 - beta2^t)"],
      ["v", "kept * v + (1 - kept) * g^2"],
      ["base", "v^power + eps * max(rms(g), 1)"],
      ["n", "g / base"],
      ["m", "beta1 * m + (1 - beta1) * n * clip / max(rms(n), 1)"],
      ["w", "p / base"],
      ["p", "p - lr * (m + weightDecay * decays * w * clip / max(rms(w), 1))"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{kept} &\\leftarrow \\frac{\\beta_{2}\\,\\left(1 - \\beta_{2}^{t - 1}\\right)}{1 - \\beta_{2}^{t}} \\\\\nv &\\leftarrow \\mathrm{kept}\\,v + \\left(1 - \\mathrm{kept}\\right)\\,g^{2} \\\\\n\\mathrm{base} &\\leftarrow v^{\\mathrm{power}} + \\epsilon\\,\\max\\left(\\operatorname{rms}\\left(g\\right), 1\\right) \\\\\nn &\\leftarrow \\frac{g}{\\mathrm{base}} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\frac{\\left(1 - \\beta_{1}\\right)\\,n\\,\\mathrm{clip}}{\\max\\left(\\operatorname{rms}\\left(n\\right), 1\\right)} \\\\\nw &\\leftarrow \\frac{\\theta}{\\mathrm{base}} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\left(m + \\frac{\\lambda\\,\\mathrm{decays}\\,w\\,\\mathrm{clip}}{\\max\\left(\\operatorname{rms}\\left(w\\right), 1\\right)}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>kept</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msubsup></mrow><mo>)</mo></mrow></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>base</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>v</mi><mtext>power</mtext></msup><mo>+</mo><mrow><mi>ϵ</mi><mo>⁢</mo><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>rms</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>g</mi><mtext>base</mtext></mfrac></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mfrac><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>n</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>clip</mtext></mrow><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>rms</mi><mrow><mo>(</mo><mi>n</mi><mo>)</mo></mrow></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>w</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>θ</mi><mtext>base</mtext></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>m</mi><mo>+</mo><mfrac><mrow><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>w</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>clip</mtext></mrow><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>rms</mi><mrow><mo>(</mo><mi>w</mi><mo>)</mo></mrow></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mfrac></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "power",
        "default": 0.5,
        "range": [0, null],
        "meaning": "the power of v in the denominator"
      },
      {
        "name": "clip",
        "default": 1,
        "range": [0, null],
        "meaning": "the largest root mean square of the divided gradient, and of the divided weights"
      },
      {
        "name": "weightDecay",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/lessw2020/FAdam_PyTorch, c32faab), float64", "error": 9e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 2
  },
  {
    "id": "grams",
    "name": "grams",
    "family": "adam",
    "title": "Grams",
    "paper": "https://arxiv.org/abs/2412.17107",
    "sentence": "How far from Adam, which way from the gradient: the step has the size of Adam's and the sign of the newest gradient, so stale momentum can slow a parameter but not turn it around.",
    "comment": "How far from Adam, which way from the gradient: the step has the size of Adam's and the sign of the newest gradient, so stale momentum can slow a parameter but not turn it around. ε is the authors' (Cao, Li and Song, 2024).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * abs(mHat) / (sqrt(vHat) + eps) * sign(g)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\left|\\hat{m}\\right|}{\\sqrt{\\hat{v}} + \\epsilon}\\,\\operatorname{sign}\\left(g\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>|</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover><mo>|</mo></mrow></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, Grams, float64", "error": 6e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 2
  },
  {
    "id": "laprop",
    "name": "laprop",
    "family": "adam",
    "title": "LaProp",
    "paper": "https://arxiv.org/abs/2002.04839",
    "sentence": "Adam with its two halves in the other order: each gradient is divided by the root mean square first and then averaged, so momentum and normalisation no longer interfere and beta1 may exceed √beta2.",
    "comment": "Adam with its two halves in the other order: each gradient is divided by the root mean square first and then averaged, so momentum and normalisation no longer interfere and beta1 may exceed √beta2. The rate is inside the mean. Defaults are the authors' (Ziyin, Wang and Ueda, 2020).",
    "equations": [
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["vHat", "v / (1 - beta2^t)"],
      ["m", "beta1 * m + (1 - beta1) * lr * g / (sqrt(vHat) + eps)"],
      ["p", "p - m / (1 - beta1^t)"]
    ],
    "latex": "\\begin{aligned}\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\frac{\\left(1 - \\beta_{1}\\right)\\,\\alpha\\,g}{\\sqrt{\\hat{v}} + \\epsilon} \\\\\n\\theta &\\leftarrow \\theta - \\frac{m}{1 - \\beta_{1}^{t}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mfrac><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>α</mi></mrow><mo>⁢</mo><mi>g</mi></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.0004,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-15,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/Z-T-WANG/LaProp-Optimizer, a419916), float64", "error": 2e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "lazy-adam",
    "name": "lazyAdam",
    "family": "adam",
    "title": "Lazy Adam",
    "paper": "https://arxiv.org/abs/1412.6980",
    "sentence": "Adam for embeddings: rows without a gradient stay as they are, moments included, where Adam would keep moving words that are not in the batch.",
    "comment": "Adam for embeddings: rows without a gradient stay as they are, moments included, where Adam would keep moving words that are not in the batch. The correction of the moments counts the whole parameter's steps, and ε is not corrected, as in PyTorch's SparseAdam. Where gradients of some rows are given as such, `{ rows, data }`, any rule is lazy, and counts the steps of each row.",
    "equations": [
      ["touched", "rowSum(abs(g)) > 0"],
      ["m", "touched ? beta1 * m + (1 - beta1) * g : m"],
      ["v", "touched ? beta2 * v + (1 - beta2) * g^2 : v"],
      ["p", "touched ? p - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps) : p"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{touched} &\\leftarrow \\operatorname{rowSum}\\left(\\left|g\\right|\\right) > 0 \\\\\nm &\\leftarrow \\begin{cases} \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g & \\mathrm{touched} \\\\ m & \\text{otherwise} \\end{cases} \\\\\nv &\\leftarrow \\begin{cases} \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} & \\mathrm{touched} \\\\ v & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\begin{cases} \\theta - \\frac{\\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}}\\,m}{\\sqrt{v} + \\epsilon} & \\mathrm{touched} \\\\ \\theta & \\text{otherwise} \\end{cases}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>touched</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><mo>|</mo><mi>g</mi><mo>|</mo></mrow><mo>)</mo></mrow></mrow><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd><mtd><mtext>touched</mtext></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd><mtd><mtext>touched</mtext></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mo>⁢</mo><mi>m</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd><mtd><mtext>touched</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr></mtable></math>",
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.SparseAdam, float64", "error": 2e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "mars",
    "name": "mars",
    "family": "adam",
    "title": "MARS-AdamW",
    "paper": "https://arxiv.org/abs/2411.10438",
    "sentence": "AdamW on a gradient from which the noise of the last one is removed: γ of the change is added, as in variance reduction, and the result is cut off at length 1.",
    "comment": "AdamW on a gradient from which the noise of the last one is removed: γ of the change is added, as in variance reduction, and the result is cut off at length 1. Before the first gradient the last one is 0, as in the authors' code, which steps vectors with plain AdamW: give them to it with `partition` (Yuan et al., 2024).",
    "equations": [
      ["raw", "g + gamma * beta1 / (1 - beta1) * (g - last)"],
      ["c", "raw / max(norm(raw), 1)"],
      ["last", "g"],
      ["m", "beta1 * m + (1 - beta1) * c"],
      ["v", "beta2 * v + (1 - beta2) * c^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * (mHat / (sqrt(vHat) + eps) + weightDecay * decays * p)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{raw} &\\leftarrow g + \\frac{\\mathrm{gamma}\\,\\beta_{1}}{1 - \\beta_{1}}\\,\\left(g - \\mathrm{last}\\right) \\\\\nc &\\leftarrow \\frac{\\mathrm{raw}}{\\max\\left(\\left\\lVert \\mathrm{raw} \\right\\rVert, 1\\right)} \\\\\n\\mathrm{last} &\\leftarrow g \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,c \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,c^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\left(\\frac{\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon} + \\lambda\\,\\mathrm{decays}\\,\\theta\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>raw</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>g</mi><mo>+</mo><mrow><mfrac><mrow><mtext>gamma</mtext><mo rspace=\"0.17em\">⁢</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow></mfrac><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>g</mi><mo>−</mo><mtext>last</mtext></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mtext>raw</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mo>‖</mo><mtext>raw</mtext><mo>‖</mo></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>g</mi></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>c</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>c</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mfrac><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.003,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "gamma",
        "default": 0.025,
        "range": [0, null],
        "meaning": "how much of the change of the gradient is added, times beta1/(1 − beta1); γ"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "last", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/AGI-Arena/MARS, 4831e28) (mars-adamw, optimize_1d=True), float64",
      "error": 3e-7
    },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "mars-lion",
    "name": "marsLion",
    "family": "adam",
    "title": "MARS-Lion",
    "paper": "https://arxiv.org/abs/2411.10438",
    "sentence": "The sign of MARS's mean gradient: variance reduction for a step of fixed size, at Lion's cost and one slot more.",
    "comment": "The sign of MARS's mean gradient: variance reduction for a step of fixed size, at Lion's cost and one slot more. The mean is kept as a sum, whose scale does not change the sign (Yuan et al., 2024).",
    "equations": [
      ["raw", "g + gamma * beta1 / (1 - beta1) * (g - last)"],
      ["c", "raw / max(norm(raw), 1)"],
      ["last", "g"],
      ["m", "beta1 * m + c"],
      ["p", "p - lr * (sign(m) + weightDecay * decays * p)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{raw} &\\leftarrow g + \\frac{\\mathrm{gamma}\\,\\beta_{1}}{1 - \\beta_{1}}\\,\\left(g - \\mathrm{last}\\right) \\\\\nc &\\leftarrow \\frac{\\mathrm{raw}}{\\max\\left(\\left\\lVert \\mathrm{raw} \\right\\rVert, 1\\right)} \\\\\n\\mathrm{last} &\\leftarrow g \\\\\nm &\\leftarrow \\beta_{1}\\,m + c \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\left(\\operatorname{sign}\\left(m\\right) + \\lambda\\,\\mathrm{decays}\\,\\theta\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>raw</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>g</mi><mo>+</mo><mrow><mfrac><mrow><mtext>gamma</mtext><mo rspace=\"0.17em\">⁢</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow></mfrac><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>g</mi><mo>−</mo><mtext>last</mtext></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mtext>raw</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mo>‖</mo><mtext>raw</mtext><mo>‖</mo></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>g</mi></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mi>c</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mi>sign</mi><mrow><mo>(</mo><mi>m</mi><mo>)</mo></mrow></mrow><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.003,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the sum of gradients is kept at each step"
      },
      {
        "name": "gamma",
        "default": 0.025,
        "range": [0, null],
        "meaning": "how much of the change of the gradient is added, times beta1/(1 − beta1); γ"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "last", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/AGI-Arena/MARS, 4831e28) (mars-lion, optimize_1d=True), float64",
      "error": 7e-7
    },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "nadam",
    "name": "nadam",
    "family": "adam",
    "title": "NAdam",
    "paper": "https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
    "sentence": "Adam with Nesterov's look-ahead in its mean gradient.",
    "comment": "Adam with Nesterov's look-ahead in its mean gradient. The momentum warms up as Dozat's μ; the product of all μ so far is part of the state. Defaults are PyTorch's (Dozat, 2016).",
    "equations": [
      ["mu", "beta1 * (1 - 0.5 * 0.96^(t * decay))"],
      ["muNext", "beta1 * (1 - 0.5 * 0.96^((t + 1) * decay))"],
      ["product", "product * mu"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "muNext * m / (1 - product * muNext) + (1 - mu) * g / (1 - product)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * mHat / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\mu &\\leftarrow \\beta_{1}\\,\\left(1 - 0.5\\,0.96^{t\\,\\mathrm{decay}}\\right) \\\\\n\\mu_{\\mathrm{next}} &\\leftarrow \\beta_{1}\\,\\left(1 - 0.5\\,0.96^{\\left(t + 1\\right)\\,\\mathrm{decay}}\\right) \\\\\n\\mathrm{product} &\\leftarrow \\mathrm{product}\\,\\mu \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{\\mu_{\\mathrm{next}}\\,m}{1 - \\mathrm{product}\\,\\mu_{\\mathrm{next}}} + \\frac{\\left(1 - \\mu\\right)\\,g}{1 - \\mathrm{product}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>μ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mn>0.5</mn><mo>⁢</mo><msup><mn>0.96</mn><mrow><mi>t</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decay</mtext></mrow></msup></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>μ</mi><mtext>next</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mn>0.5</mn><mo>⁢</mo><msup><mn>0.96</mn><mrow><mrow><mo>(</mo><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decay</mtext></mrow></msup></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>product</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>product</mtext><mo rspace=\"0.17em\">⁢</mo><mi>μ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mrow><msub><mi>μ</mi><mtext>next</mtext></msub><mo>⁢</mo><mi>m</mi></mrow><mrow><mn>1</mn><mo>−</mo><mrow><mtext>product</mtext><mo rspace=\"0.17em\">⁢</mo><msub><mi>μ</mi><mtext>next</mtext></msub></mrow></mrow></mfrac><mo>+</mo><mfrac><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><mrow><mn>1</mn><mo>−</mo><mtext>product</mtext></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.002,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "decay",
        "default": 0.004,
        "range": [0, null],
        "meaning": "how fast the momentum warms up: μ = beta1·(1 − 0.96^(t·decay)/2), PyTorch's momentum_decay"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "product", "place": "host", "init": 1 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.NAdam (momentum_decay = decay), float64", "error": 4e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "nadamw",
    "name": "nadamw",
    "family": "adam",
    "title": "NAdamW",
    "paper": "https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
    "sentence": "NAdam with decoupled weight decay: parameters shrink by `lr·weightDecay` first, then step.",
    "comment": "NAdam with decoupled weight decay: parameters shrink by `lr·weightDecay` first, then step. The default decay is AdamW's.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["mu", "beta1 * (1 - 0.5 * 0.96^(t * decay))"],
      ["muNext", "beta1 * (1 - 0.5 * 0.96^((t + 1) * decay))"],
      ["product", "product * mu"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "muNext * m / (1 - product * muNext) + (1 - mu) * g / (1 - product)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * mHat / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\mu &\\leftarrow \\beta_{1}\\,\\left(1 - 0.5\\,0.96^{t\\,\\mathrm{decay}}\\right) \\\\\n\\mu_{\\mathrm{next}} &\\leftarrow \\beta_{1}\\,\\left(1 - 0.5\\,0.96^{\\left(t + 1\\right)\\,\\mathrm{decay}}\\right) \\\\\n\\mathrm{product} &\\leftarrow \\mathrm{product}\\,\\mu \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{\\mu_{\\mathrm{next}}\\,m}{1 - \\mathrm{product}\\,\\mu_{\\mathrm{next}}} + \\frac{\\left(1 - \\mu\\right)\\,g}{1 - \\mathrm{product}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>μ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mn>0.5</mn><mo>⁢</mo><msup><mn>0.96</mn><mrow><mi>t</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decay</mtext></mrow></msup></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>μ</mi><mtext>next</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mn>0.5</mn><mo>⁢</mo><msup><mn>0.96</mn><mrow><mrow><mo>(</mo><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decay</mtext></mrow></msup></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>product</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>product</mtext><mo rspace=\"0.17em\">⁢</mo><mi>μ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mrow><msub><mi>μ</mi><mtext>next</mtext></msub><mo>⁢</mo><mi>m</mi></mrow><mrow><mn>1</mn><mo>−</mo><mrow><mtext>product</mtext><mo rspace=\"0.17em\">⁢</mo><msub><mi>μ</mi><mtext>next</mtext></msub></mrow></mrow></mfrac><mo>+</mo><mfrac><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><mrow><mn>1</mn><mo>−</mo><mtext>product</mtext></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.002,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "decay",
        "default": 0.004,
        "range": [0, null],
        "meaning": "how fast the momentum warms up: μ = beta1·(1 − 0.96^(t·decay)/2), PyTorch's momentum_decay"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "product", "place": "host", "init": 1 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, NAdam (decoupled_weight_decay=True), float64", "error": 5e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "optimistic-adam",
    "name": "optimisticAdam",
    "family": "adam",
    "title": "Optimistic Adam",
    "paper": "https://arxiv.org/abs/1711.00141",
    "sentence": "Adam that assumes its step will change again as it just did, which ends the circling of Adam in games such as GANs.",
    "comment": "Adam that assumes its step will change again as it just did, which ends the circling of Adam in games such as GANs. At the first step nothing has changed yet, as in Optax's second version (Daskalakis et al., 2017).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["u", "mHat / (sqrt(vHat) + eps)"],
      ["change", "t > 1 ? u - last : 0"],
      ["last", "u"],
      ["p", "p - lr * (u + optimism * change)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\nu &\\leftarrow \\frac{\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon} \\\\\n\\mathrm{change} &\\leftarrow \\begin{cases} u - \\mathrm{last} & t > 1 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{last} &\\leftarrow u \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\left(u + \\mathrm{optimism}\\,\\mathrm{change}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>change</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>u</mi><mo>−</mo><mtext>last</mtext></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>u</mi></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>u</mi><mo>+</mo><mrow><mtext>optimism</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>change</mtext></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      { "name": "optimism", "default": 1, "meaning": "how much of the last change of the step is expected again" }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "last", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "optax 0.2.8, optimistic_adam_v2(alpha=1, beta=optimism, nesterov=False), float64",
      "error": 4e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "padam",
    "name": "padam",
    "family": "adam",
    "title": "Padam",
    "paper": "https://arxiv.org/abs/1806.06763",
    "sentence": "AMSGrad with a power between SGD's 0 and Adam's ½ on v: rates differ less between elements, so they can be larger and generalise as SGD does.",
    "comment": "AMSGrad with a power between SGD's 0 and Adam's ½ on v: rates differ less between elements, so they can be larger and generalise as SGD does. ε is added to the uncorrected root, as in the authors' code (Chen et al., 2018).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["vMax", "max(vMax, v)"],
      ["p", "p - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(vMax) + eps)^(2 * partial)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\nv_{\\mathrm{max}} &\\leftarrow \\max\\left(v_{\\mathrm{max}}, v\\right) \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}}\\,m}{\\left(\\sqrt{v_{\\mathrm{max}}} + \\epsilon\\right)^{2\\,\\mathrm{partial}}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>v</mi><mtext>max</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>v</mi><mtext>max</mtext></msub><mo>,</mo><mi>v</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mo>⁢</mo><mi>m</mi></mrow><msup><mrow><mo>(</mo><mrow><msqrt><msub><mi>v</mi><mtext>max</mtext></msub></msqrt><mo>+</mo><mi>ϵ</mi></mrow><mo>)</mo></mrow><mrow><mn>2</mn><mo rspace=\"0.17em\">⁢</mo><mtext>partial</mtext></mrow></msup></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "partial",
        "default": 0.25,
        "range": [0, 1],
        "meaning": "the power of v in the denominator"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "vMax", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/uclaml/Padam, 586a02b), float64", "error": 0.000002 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 1
  },
  {
    "id": "qhadam",
    "name": "qhadam",
    "family": "adam",
    "title": "QHAdam",
    "paper": "https://arxiv.org/abs/1810.06801",
    "sentence": "Adam whose two means are each mixed with the newest gradient: ν₁ of the numerator and ν₂ of the denominator are the means.",
    "comment": "Adam whose two means are each mixed with the newest gradient: ν₁ of the numerator and ν₂ of the denominator are the means. Defaults are those that the authors recommend; ν₁ = ν₂ = 1 is Adam (Ma and Yarats, 2018).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * ((1 - nu1) * g + nu1 * mHat) / (sqrt((1 - nu2) * g^2 + nu2 * vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\left(\\left(1 - \\mathrm{nu}_{1}\\right)\\,g + \\mathrm{nu}_{1}\\,\\hat{m}\\right)}{\\sqrt{\\left(1 - \\mathrm{nu}_{2}\\right)\\,g^{2} + \\mathrm{nu}_{2}\\,\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mtext>nu</mtext><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><mo>+</mo><mrow><msub><mtext>nu</mtext><mn>1</mn></msub><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow></mrow><mo>)</mo></mrow></mrow><mrow><msqrt><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mtext>nu</mtext><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow><mo>+</mo><mrow><msub><mtext>nu</mtext><mn>2</mn></msub><mo>⁢</mo><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mrow></mrow></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.995,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "nu1",
        "default": 0.7,
        "range": [0, null],
        "meaning": "the share of the running mean in the numerator, ν₁"
      },
      {
        "name": "nu2",
        "default": 1,
        "range": [0, null],
        "meaning": "the share of the running mean in the denominator, ν₂"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/facebookresearch/qhoptim, e81dea3), float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: with ν₂ = 1 the square of g, which is infinite, is multiplied by 0."
    ],
    "mutants": 0
  },
  {
    "id": "radam",
    "name": "radam",
    "family": "adam",
    "title": "RAdam",
    "paper": "https://arxiv.org/abs/1908.03265",
    "sentence": "Adam that needs no warm-up: it is plain momentum until its mean square has more than five degrees of freedom, and then the adaptive rate enters by the factor r.",
    "comment": "Adam that needs no warm-up: it is plain momentum until its mean square has more than five degrees of freedom, and then the adaptive rate enters by the factor r. ε is added to the uncorrected root and the threshold is 5, as in the authors' code and PyTorch; with beta2 = 0.999 the first five steps are momentum.",
    "equations": [
      ["rhoInf", "2 / (1 - beta2) - 1"],
      ["rho", "rhoInf - 2 * t * beta2^t / (1 - beta2^t)"],
      ["r", "sqrt((rho - 4) * (rho - 2) * rhoInf / ((rhoInf - 4) * (rhoInf - 2) * rho))"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["p", "p - lr * mHat * (rho > 5 ? r * sqrt(1 - beta2^t) / (sqrt(v) + eps) : 1)"]
    ],
    "latex": "\\begin{aligned}\n\\rho_{\\infty} &\\leftarrow \\frac{2}{1 - \\beta_{2}} - 1 \\\\\n\\rho &\\leftarrow \\rho_{\\infty} - \\frac{2\\,t\\,\\beta_{2}^{t}}{1 - \\beta_{2}^{t}} \\\\\nr &\\leftarrow \\sqrt{\\frac{\\left(\\rho - 4\\right)\\,\\left(\\rho - 2\\right)\\,\\rho_{\\infty}}{\\left(\\rho_{\\infty} - 4\\right)\\,\\left(\\rho_{\\infty} - 2\\right)\\,\\rho}} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\hat{m}\\,\\left(\\begin{cases} \\frac{r\\,\\sqrt{1 - \\beta_{2}^{t}}}{\\sqrt{v} + \\epsilon} & \\rho > 5 \\\\ 1 & \\text{otherwise} \\end{cases}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><msub><mi>ρ</mi><mi>∞</mi></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mn>2</mn><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow></mfrac><mo>−</mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>ρ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mfrac><mrow><mrow><mn>2</mn><mo>⁢</mo><mi>t</mi></mrow><mo>⁢</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mfrac><mrow><mrow><mrow><mo>(</mo><mrow><mi>ρ</mi><mo>−</mo><mn>4</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>ρ</mi><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><msub><mi>ρ</mi><mi>∞</mi></msub></mrow><mrow><mrow><mrow><mo>(</mo><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mn>4</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>ρ</mi></mrow></mfrac></msqrt></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mi>r</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd><mtd><mrow><mi>ρ</mi><mo>></mo><mn>5</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.RAdam, float64", "error": 4e-7 },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "radamw",
    "name": "radamw",
    "family": "adam",
    "title": "RAdamW",
    "paper": "https://arxiv.org/abs/1908.03265",
    "sentence": "RAdam with decoupled weight decay: parameters shrink by `lr·weightDecay` first, then step.",
    "comment": "RAdam with decoupled weight decay: parameters shrink by `lr·weightDecay` first, then step. The default decay is AdamW's.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["rhoInf", "2 / (1 - beta2) - 1"],
      ["rho", "rhoInf - 2 * t * beta2^t / (1 - beta2^t)"],
      ["r", "sqrt((rho - 4) * (rho - 2) * rhoInf / ((rhoInf - 4) * (rhoInf - 2) * rho))"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["p", "p - lr * mHat * (rho > 5 ? r * sqrt(1 - beta2^t) / (sqrt(v) + eps) : 1)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\rho_{\\infty} &\\leftarrow \\frac{2}{1 - \\beta_{2}} - 1 \\\\\n\\rho &\\leftarrow \\rho_{\\infty} - \\frac{2\\,t\\,\\beta_{2}^{t}}{1 - \\beta_{2}^{t}} \\\\\nr &\\leftarrow \\sqrt{\\frac{\\left(\\rho - 4\\right)\\,\\left(\\rho - 2\\right)\\,\\rho_{\\infty}}{\\left(\\rho_{\\infty} - 4\\right)\\,\\left(\\rho_{\\infty} - 2\\right)\\,\\rho}} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\hat{m}\\,\\left(\\begin{cases} \\frac{r\\,\\sqrt{1 - \\beta_{2}^{t}}}{\\sqrt{v} + \\epsilon} & \\rho > 5 \\\\ 1 & \\text{otherwise} \\end{cases}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><msub><mi>ρ</mi><mi>∞</mi></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mn>2</mn><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow></mfrac><mo>−</mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>ρ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mfrac><mrow><mrow><mn>2</mn><mo>⁢</mo><mi>t</mi></mrow><mo>⁢</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mfrac><mrow><mrow><mrow><mo>(</mo><mrow><mi>ρ</mi><mo>−</mo><mn>4</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>ρ</mi><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><msub><mi>ρ</mi><mi>∞</mi></msub></mrow><mrow><mrow><mrow><mo>(</mo><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mn>4</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>ρ</mi></mrow></mfrac></msqrt></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mi>r</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd><mtd><mrow><mi>ρ</mi><mo>></mo><mn>5</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, RAdam (decoupled_weight_decay=True), float64", "error": 2e-7 },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "ranger",
    "name": "ranger",
    "family": "adam",
    "title": "Ranger",
    "paper": "https://github.com/lessw2020/Ranger-Deep-Learning-Optimizer",
    "sentence": "RAdam on gradients whose mean per output is subtracted, with a look-ahead every `every` steps: three remedies for an unstable start in one.",
    "comment": "RAdam on gradients whose mean per output is subtracted, with a look-ahead every `every` steps: three remedies for an unstable start in one (Wright, 2019). Defaults are the author's. ε is not corrected.",
    "equations": [
      ["c", "ndim > 1 ? g - rowMean(g) : g"],
      ["rhoInf", "2 / (1 - beta2) - 1"],
      ["rho", "rhoInf - 2 * t * beta2^t / (1 - beta2^t)"],
      ["r", "sqrt((rho - 4) * (rho - 2) * rhoInf / ((rhoInf - 4) * (rhoInf - 2) * rho))"],
      ["m", "beta1 * m + (1 - beta1) * c"],
      ["v", "beta2 * v + (1 - beta2) * c^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["step", "mHat * (rho > 5 ? r * sqrt(1 - beta2^t) / (sqrt(v) + eps) : 1)"],
      ["p", "(1 - lr * weightDecay * decays) * p - lr * step"],
      ["slow", "t % every == 0 ? slow + alpha * (p - slow) : slow"],
      ["p", "t % every == 0 ? slow : p"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\nc &\\leftarrow \\begin{cases} g - \\operatorname{rowMean}\\left(g\\right) & \\mathrm{ndim} > 1 \\\\ g & \\text{otherwise} \\end{cases} \\\\\n\\rho_{\\infty} &\\leftarrow \\frac{2}{1 - \\beta_{2}} - 1 \\\\\n\\rho &\\leftarrow \\rho_{\\infty} - \\frac{2\\,t\\,\\beta_{2}^{t}}{1 - \\beta_{2}^{t}} \\\\\nr &\\leftarrow \\sqrt{\\frac{\\left(\\rho - 4\\right)\\,\\left(\\rho - 2\\right)\\,\\rho_{\\infty}}{\\left(\\rho_{\\infty} - 4\\right)\\,\\left(\\rho_{\\infty} - 2\\right)\\,\\rho}} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,c \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,c^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\mathrm{step} &\\leftarrow \\hat{m}\\,\\left(\\begin{cases} \\frac{r\\,\\sqrt{1 - \\beta_{2}^{t}}}{\\sqrt{v} + \\epsilon} & \\rho > 5 \\\\ 1 & \\text{otherwise} \\end{cases}\\right) \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta - \\alpha\\,\\mathrm{step} \\\\\n\\mathrm{slow} &\\leftarrow \\begin{cases} \\mathrm{slow} + \\mathrm{alpha}\\,\\left(\\theta - \\mathrm{slow}\\right) & t \\bmod \\mathrm{every} = 0 \\\\ \\mathrm{slow} & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\begin{cases} \\mathrm{slow} & t \\bmod \\mathrm{every} = 0 \\\\ \\theta & \\text{otherwise} \\end{cases}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>g</mi><mo>−</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow></mrow></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>g</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><msub><mi>ρ</mi><mi>∞</mi></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mn>2</mn><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow></mfrac><mo>−</mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>ρ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mfrac><mrow><mrow><mn>2</mn><mo>⁢</mo><mi>t</mi></mrow><mo>⁢</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mfrac><mrow><mrow><mrow><mo>(</mo><mrow><mi>ρ</mi><mo>−</mo><mn>4</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>ρ</mi><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><msub><mi>ρ</mi><mi>∞</mi></msub></mrow><mrow><mrow><mrow><mo>(</mo><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mn>4</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>ρ</mi></mrow></mfrac></msqrt></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>c</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>c</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>step</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover><mo>⁢</mo><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mi>r</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd><mtd><mrow><mi>ρ</mi><mo>></mo><mn>5</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>step</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mtext>slow</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mtext>slow</mtext><mo>+</mo><mrow><mtext>alpha</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mtext>slow</mtext></mrow><mo>)</mo></mrow></mrow></mrow></mtd><mtd><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mtext>slow</mtext></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>slow</mtext></mtd><mtd><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.00001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "every",
        "default": 6,
        "range": [1, null],
        "meaning": "the number of steps between two looks back"
      },
      {
        "name": "alpha",
        "default": 0.5,
        "range": [0, null],
        "meaning": "how far slow weights go towards fast ones"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "slow", "place": "tensor", "init": "p" }
    ],
    "bytes": 12,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/lessw2020/Ranger-Deep-Learning-Optimizer, c82a304), in float64",
      "error": 5e-7
    },
    "extremes": [],
    "mutants": 8
  },
  {
    "id": "ranger21",
    "name": "ranger21",
    "family": "adam",
    "title": "Ranger21",
    "paper": "https://arxiv.org/abs/2106.13731",
    "sentence": "Eight remedies around Adam: gradients clipped by row, centred and standardized; positive-negative momentum; the largest variance, made smooth at 0; decay that the model's variance scales; rows pulled towards length 1; and a look-ahead.",
    "comment": "Eight remedies around Adam: gradients clipped by row, centred and standardized; positive-negative momentum; the largest variance, made smooth at 0; decay that the model's variance scales; rows pulled towards length 1; and a look-ahead (Wright and Demeure, 2021). Its warm-up and warm-down are schedules of `lr` here. As in pytorch_optimizer, where the variance sees gradients standardized once, and the momentum twice.",
    "equations": [
      ["long", "clip * max(sqrt(rowSum(p^2)), 1e-3) / max(sqrt(rowSum(g^2)), 1e-6)"],
      ["c", "min(1, long) * g"],
      ["centred", "ndim > 1 ? c - rowMean(c) : c"],
      ["deviation", "norm(centred - mean(centred)) / sqrt(size - 1)"],
      ["n", "size > 2 ? centred / (deviation + 1e-8) : centred"],
      ["v", "beta2 * v + (1 - beta2) * n^2"],
      ["typical", "sqrt((1 + total(v / (1 - beta2^t))) / total(g == g))"],
      ["vMax", "max(vMax, v)"],
      ["root", "sqrt(vMax / (1 - beta2^t)) + eps"],
      ["bent", "smooth * root > 20 ? root : log(1 + exp(smooth * root)) / smooth"],
      ["again", "size > 2 ? n / (norm(n - mean(n)) / sqrt(size - 1) + 1e-8) : n"],
      ["fresh", "beta1^2 * stale + (1 - beta1^2) * again"],
      ["stale", "m"],
      ["m", "fresh"],
      ["step", "((1 + beta0) * m - beta0 * stale) / sqrt((1 + beta0)^2 + beta0^2) / (1 - beta1^t)"],
      ["q", "(1 - lr * weightDecay * decays / typical) * p"],
      ["drawn", "(1 - 2 * lr * normLoss * (1 - 1 / (sqrt(rowSum(q^2)) + eps))) * q"],
      ["p", "drawn - lr * step / bent"],
      ["slow", "t % every == 0 ? slow + alpha * (p - slow) : slow"],
      ["p", "t % every == 0 ? slow : p"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\mathrm{long} &\\leftarrow \\frac{\\mathrm{clip}\\,\\max\\left(\\sqrt{\\operatorname{rowSum}\\left(\\theta^{2}\\right)}, 10^{-3}\\right)}{\\max\\left(\\sqrt{\\operatorname{rowSum}\\left(g^{2}\\right)}, 10^{-6}\\right)} \\\\\nc &\\leftarrow \\min\\left(1, \\mathrm{long}\\right)\\,g \\\\\n\\mathrm{centred} &\\leftarrow \\begin{cases} c - \\operatorname{rowMean}\\left(c\\right) & \\mathrm{ndim} > 1 \\\\ c & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{deviation} &\\leftarrow \\frac{\\left\\lVert \\mathrm{centred} - \\operatorname{mean}\\left(\\mathrm{centred}\\right) \\right\\rVert}{\\sqrt{\\mathrm{size} - 1}} \\\\\nn &\\leftarrow \\begin{cases} \\frac{\\mathrm{centred}}{\\mathrm{deviation} + 10^{-8}} & \\mathrm{size} > 2 \\\\ \\mathrm{centred} & \\text{otherwise} \\end{cases} \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,n^{2} \\\\\n\\mathrm{typical} &\\leftarrow \\sqrt{\\frac{1 + \\operatorname{total}\\left(\\frac{v}{1 - \\beta_{2}^{t}}\\right)}{\\operatorname{total}\\left(g = g\\right)}} \\\\\nv_{\\mathrm{max}} &\\leftarrow \\max\\left(v_{\\mathrm{max}}, v\\right) \\\\\n\\mathrm{root} &\\leftarrow \\sqrt{\\frac{v_{\\mathrm{max}}}{1 - \\beta_{2}^{t}}} + \\epsilon \\\\\n\\mathrm{bent} &\\leftarrow \\begin{cases} \\mathrm{root} & \\mathrm{smooth}\\,\\mathrm{root} > 20 \\\\ \\frac{\\log\\left(1 + \\exp\\left(\\mathrm{smooth}\\,\\mathrm{root}\\right)\\right)}{\\mathrm{smooth}} & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{again} &\\leftarrow \\begin{cases} \\frac{n}{\\frac{\\left\\lVert n - \\operatorname{mean}\\left(n\\right) \\right\\rVert}{\\sqrt{\\mathrm{size} - 1}} + 10^{-8}} & \\mathrm{size} > 2 \\\\ n & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{fresh} &\\leftarrow \\beta_{1}^{2}\\,\\mathrm{stale} + \\left(1 - \\beta_{1}^{2}\\right)\\,\\mathrm{again} \\\\\n\\mathrm{stale} &\\leftarrow m \\\\\nm &\\leftarrow \\mathrm{fresh} \\\\\n\\mathrm{step} &\\leftarrow \\frac{\\frac{\\left(1 + \\beta_{0}\\right)\\,m - \\beta_{0}\\,\\mathrm{stale}}{\\sqrt{\\left(1 + \\beta_{0}\\right)^{2} + \\beta_{0}^{2}}}}{1 - \\beta_{1}^{t}} \\\\\nq &\\leftarrow \\left(1 - \\frac{\\alpha\\,\\lambda\\,\\mathrm{decays}}{\\mathrm{typical}}\\right)\\,\\theta \\\\\n\\mathrm{drawn} &\\leftarrow \\left(1 - 2\\,\\alpha\\,\\mathrm{normLoss}\\,\\left(1 - \\frac{1}{\\sqrt{\\operatorname{rowSum}\\left(q^{2}\\right)} + \\epsilon}\\right)\\right)\\,q \\\\\n\\theta &\\leftarrow \\mathrm{drawn} - \\frac{\\alpha\\,\\mathrm{step}}{\\mathrm{bent}} \\\\\n\\mathrm{slow} &\\leftarrow \\begin{cases} \\mathrm{slow} + \\mathrm{alpha}\\,\\left(\\theta - \\mathrm{slow}\\right) & t \\bmod \\mathrm{every} = 0 \\\\ \\mathrm{slow} & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\begin{cases} \\mathrm{slow} & t \\bmod \\mathrm{every} = 0 \\\\ \\theta & \\text{otherwise} \\end{cases}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mtext>long</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mtext>clip</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mi>max</mi><mrow><mo>(</mo><msqrt><mrow><mi>rowSum</mi><mrow><mo>(</mo><msup><mi>θ</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt><mo>,</mo><msup><mn>10</mn><mn>−3</mn></msup><mo>)</mo></mrow></mrow></mrow><mrow><mi>max</mi><mrow><mo>(</mo><msqrt><mrow><mi>rowSum</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt><mo>,</mo><msup><mn>10</mn><mn>−6</mn></msup><mo>)</mo></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>min</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mtext>long</mtext><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mtext>centred</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>c</mi><mo>−</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><mi>c</mi><mo>)</mo></mrow></mrow></mrow></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>deviation</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mo>‖</mo><mrow><mtext>centred</mtext><mo>−</mo><mrow><mi>mean</mi><mrow><mo>(</mo><mtext>centred</mtext><mo>)</mo></mrow></mrow></mrow><mo>‖</mo></mrow><msqrt><mrow><mtext>size</mtext><mo>−</mo><mn>1</mn></mrow></msqrt></mfrac></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mtext>centred</mtext><mrow><mtext>deviation</mtext><mo>+</mo><msup><mn>10</mn><mn>−8</mn></msup></mrow></mfrac></mtd><mtd><mrow><mtext>size</mtext><mo>></mo><mn>2</mn></mrow></mtd></mtr><mtr><mtd><mtext>centred</mtext></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>n</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>typical</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mfrac><mrow><mn>1</mn><mo>+</mo><mrow><mi>total</mi><mrow><mo>(</mo><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac><mo>)</mo></mrow></mrow></mrow><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mi>g</mi><mo>=</mo><mi>g</mi></mrow><mo>)</mo></mrow></mrow></mfrac></msqrt></mtd></mtr><mtr><mtd><msub><mi>v</mi><mtext>max</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>v</mi><mtext>max</mtext></msub><mo>,</mo><mi>v</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>root</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msqrt><mfrac><msub><mi>v</mi><mtext>max</mtext></msub><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mtd></mtr><mtr><mtd><mtext>bent</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>root</mtext></mtd><mtd><mrow><mrow><mtext>smooth</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>root</mtext></mrow><mo>></mo><mn>20</mn></mrow></mtd></mtr><mtr><mtd><mfrac><mrow><mi>log</mi><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><mrow><mi>exp</mi><mrow><mo>(</mo><mrow><mtext>smooth</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>root</mtext></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mtext>smooth</mtext></mfrac></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>again</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mi>n</mi><mrow><mfrac><mrow><mo>‖</mo><mrow><mi>n</mi><mo>−</mo><mrow><mi>mean</mi><mrow><mo>(</mo><mi>n</mi><mo>)</mo></mrow></mrow></mrow><mo>‖</mo></mrow><msqrt><mrow><mtext>size</mtext><mo>−</mo><mn>1</mn></mrow></msqrt></mfrac><mo>+</mo><msup><mn>10</mn><mn>−8</mn></msup></mrow></mfrac></mtd><mtd><mrow><mtext>size</mtext><mo>></mo><mn>2</mn></mrow></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>fresh</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msubsup><mi>β</mi><mn>1</mn><mn>2</mn></msubsup><mo rspace=\"0.17em\">⁢</mo><mtext>stale</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mn>2</mn></msubsup></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>again</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mtext>stale</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>m</mi></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mtext>fresh</mtext></mtd></mtr><mtr><mtd><mtext>step</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mfrac><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><msub><mi>β</mi><mn>0</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>m</mi></mrow><mo>−</mo><mrow><msub><mi>β</mi><mn>0</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>stale</mtext></mrow></mrow><msqrt><mrow><msup><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><msub><mi>β</mi><mn>0</mn></msub></mrow><mo>)</mo></mrow><mn>2</mn></msup><mo>+</mo><msubsup><mi>β</mi><mn>0</mn><mn>2</mn></msubsup></mrow></msqrt></mfrac><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>q</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mfrac><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mtext>typical</mtext></mfrac></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mtext>drawn</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mrow><mn>2</mn><mo>⁢</mo><mi>α</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>normLoss</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mfrac><mn>1</mn><mrow><msqrt><mrow><mi>rowSum</mi><mrow><mo>(</mo><msup><mi>q</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>q</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>drawn</mtext><mo>−</mo><mfrac><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>step</mtext></mrow><mtext>bent</mtext></mfrac></mrow></mtd></mtr><mtr><mtd><mtext>slow</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mtext>slow</mtext><mo>+</mo><mrow><mtext>alpha</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mtext>slow</mtext></mrow><mo>)</mo></mrow></mrow></mrow></mtd><mtd><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mtext>slow</mtext></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>slow</mtext></mtd><mtd><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta0",
        "default": 0.9,
        "range": [0, null],
        "meaning": "the weight of the stale mean; the fresh one has 1 + β₀"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "clip",
        "default": 0.01,
        "range": [0, null],
        "meaning": "how long a row's gradient may be, in lengths of the row"
      },
      {
        "name": "smooth",
        "default": 50,
        "range": [5e-324, null],
        "meaning": "how sharply the denominator bends at 0, β of its softplus"
      },
      {
        "name": "normLoss",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "how strongly rows are drawn to length 1"
      },
      {
        "name": "every",
        "default": 5,
        "range": [1, null],
        "meaning": "the number of steps between two looks back"
      },
      {
        "name": "alpha",
        "default": 0.5,
        "range": [0, null],
        "meaning": "how far slow weights go towards fast ones"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "stale", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "vMax", "place": "tensor", "init": 0 },
      { "name": "slow", "place": "tensor", "init": "p" }
    ],
    "bytes": 20,
    "passes": 7,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "pytorch_optimizer 4.1.0, Ranger21 (disable_lr_scheduler=True), no decay where the role is bias, float64",
      "error": 8e-7
    },
    "extremes": [],
    "mutants": 31
  },
  {
    "id": "simplified-ademamix",
    "name": "simplifiedAdemamix",
    "family": "adam",
    "title": "Simplified AdEMAMix",
    "paper": "https://arxiv.org/abs/2502.02431",
    "sentence": "AdEMAMix with one mean instead of two: a long sum of gradients, and the newest gradient α times on top.",
    "comment": "AdEMAMix with one mean instead of two: a long sum of gradients, and the newest gradient α times on top. The sum is not normalised, so a good `lr` is about (1 − beta1) times AdamW's (Morwani et al., 2025). Defaults are Optax's.",
    "equations": [
      ["m", "beta1 * m + g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * (m + alpha * g) / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\left(m + \\mathrm{alpha}\\,g\\right)}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>m</mi><mo>+</mo><mrow><mtext>alpha</mtext><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow><mo>)</mo></mrow></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the sum of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "alpha",
        "default": 0,
        "range": [0, null],
        "meaning": "the extra weight of the newest gradient, α"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, contrib.simplified_ademamix, float64", "error": 5e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "spam",
    "name": "spam",
    "family": "adam",
    "title": "SPAM",
    "paper": "https://arxiv.org/abs/2501.06842",
    "sentence": "Adam that clips spikes and forgets them: elements whose square is above `threshold` times its running mean are cut to that, and every `every` steps the moments start anew, with a warm-up along half a cosine.",
    "comment": "Adam that clips spikes and forgets them: elements whose square is above `threshold` times its running mean are cut to that, and every `every` steps the moments start anew, with a warm-up along half a cosine. Nothing is clipped in the first `settle` steps, nor in as many after that; the first of all has no warm-up. Every element has moments; the authors can also give them to a random part (Huang et al., 2025).",
    "equations": [
      ["age", "t % every"],
      ["anew", "age == 0"],
      [
        "rise",
        "t >= every && age < warmup ? 1 - 0.99 * (1 + cos(3.141592653589793 * (age + 1) / (warmup + 1))) / 2 : 1"
      ],
      ["clips", "age >= settle"],
      ["c", "clips && g^2 > threshold * v ? sign(g) * sqrt(threshold * v) : g"],
      ["m", "anew ? (1 - beta1) * c : beta1 * m + (1 - beta1) * c"],
      ["v", "anew ? (1 - beta2) * c^2 : beta2 * v + (1 - beta2) * c^2"],
      ["rate", "rise * lr * sqrt(1 - beta2^t) / (1 - beta1^t)"],
      ["p", "(1 - lr * weightDecay * decays) * (p - rate * m / (sqrt(v) + eps))"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{age} &\\leftarrow t \\bmod \\mathrm{every} \\\\\n\\mathrm{anew} &\\leftarrow \\mathrm{age} = 0 \\\\\n\\mathrm{rise} &\\leftarrow \\begin{cases} 1 - \\frac{0.99\\,\\left(1 + \\cos\\left(\\frac{3.141592653589793\\,\\left(\\mathrm{age} + 1\\right)}{\\mathrm{warmup} + 1}\\right)\\right)}{2} & t \\ge \\mathrm{every} \\land \\mathrm{age} < \\mathrm{warmup} \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{clips} &\\leftarrow \\mathrm{age} \\ge \\mathrm{settle} \\\\\nc &\\leftarrow \\begin{cases} \\operatorname{sign}\\left(g\\right)\\,\\sqrt{\\mathrm{threshold}\\,v} & \\mathrm{clips} \\land g^{2} > \\mathrm{threshold}\\,v \\\\ g & \\text{otherwise} \\end{cases} \\\\\nm &\\leftarrow \\begin{cases} \\left(1 - \\beta_{1}\\right)\\,c & \\mathrm{anew} \\\\ \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,c & \\text{otherwise} \\end{cases} \\\\\nv &\\leftarrow \\begin{cases} \\left(1 - \\beta_{2}\\right)\\,c^{2} & \\mathrm{anew} \\\\ \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,c^{2} & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{rate} &\\leftarrow \\frac{\\mathrm{rise}\\,\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\left(\\theta - \\frac{\\mathrm{rate}\\,m}{\\sqrt{v} + \\epsilon}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>age</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow></mtd></mtr><mtr><mtd><mtext>anew</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>age</mtext><mo>=</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mtext>rise</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mn>1</mn><mo>−</mo><mfrac><mrow><mn>0.99</mn><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><mrow><mi>cos</mi><mrow><mo>(</mo><mfrac><mrow><mn>3.141592653589793</mn><mo>⁢</mo><mrow><mo>(</mo><mrow><mtext>age</mtext><mo>+</mo><mn>1</mn></mrow><mo>)</mo></mrow></mrow><mrow><mtext>warmup</mtext><mo>+</mo><mn>1</mn></mrow></mfrac><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mn>2</mn></mfrac></mrow></mtd><mtd><mrow><mrow><mi>t</mi><mo>≥</mo><mtext>every</mtext></mrow><mo>∧</mo><mrow><mtext>age</mtext><mo>&lt;</mo><mtext>warmup</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>clips</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>age</mtext><mo>≥</mo><mtext>settle</mtext></mrow></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mrow><mi>sign</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow><mo>⁢</mo><msqrt><mrow><mtext>threshold</mtext><mo rspace=\"0.17em\">⁢</mo><mi>v</mi></mrow></msqrt></mrow></mtd><mtd><mrow><mtext>clips</mtext><mo>∧</mo><mrow><msup><mi>g</mi><mn>2</mn></msup><mo>></mo><mrow><mtext>threshold</mtext><mo rspace=\"0.17em\">⁢</mo><mi>v</mi></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>g</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>c</mi></mrow></mtd><mtd><mtext>anew</mtext></mtd></mtr><mtr><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>c</mi></mrow></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>c</mi><mn>2</mn></msup></mrow></mtd><mtd><mtext>anew</mtext></mtd></mtr><mtr><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>c</mi><mn>2</mn></msup></mrow></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mrow><mtext>rise</mtext><mo rspace=\"0.17em\">⁢</mo><mi>α</mi></mrow><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>m</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow><mo>)</mo></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "threshold",
        "default": 5000,
        "range": [0, null],
        "meaning": "how many times its running mean a square may be"
      },
      {
        "name": "every",
        "default": 500,
        "range": [1, null],
        "meaning": "the number of steps after which the moments start anew"
      },
      {
        "name": "warmup",
        "default": 50,
        "range": [0, null],
        "meaning": "the number of steps of each warm-up"
      },
      {
        "name": "settle",
        "default": 20,
        "range": [0, null],
        "meaning": "the number of steps without clipping"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, SPAM, float64", "error": 3e-7 },
    "extremes": [],
    "mutants": 8
  },
  {
    "id": "stable-adamw",
    "name": "stableAdamw",
    "family": "adam",
    "title": "StableAdamW",
    "paper": "https://arxiv.org/abs/2304.13013",
    "sentence": "AdamW that slows a tensor down when its gradients outgrow v, as Adafactor does: the rate, and with it the decay, is divided by the root mean square of g/√v where that exceeds 1.",
    "comment": "AdamW that slows a tensor down when its gradients outgrow v, as Adafactor does: the rate, and with it the decay, is divided by the root mean square of g/√v where that exceeds 1. Such spikes are what breaks training at scale. The betas are corrected instead of the means (Wortsman et al., 2023).",
    "equations": [
      ["kept1", "1 - (1 - beta1) / (1 - beta1^t)"],
      ["kept2", "1 - (1 - beta2) / (1 - beta2^t)"],
      ["m", "kept1 * m + (1 - kept1) * g"],
      ["v", "kept2 * v + (1 - kept2) * g^2"],
      ["rate", "lr / max(rms(g / max(sqrt(v), eps)), 1)"],
      ["p", "(1 - rate * weightDecay * decays) * p - rate * m / (sqrt(v) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{kept}_{1} &\\leftarrow 1 - \\frac{1 - \\beta_{1}}{1 - \\beta_{1}^{t}} \\\\\n\\mathrm{kept}_{2} &\\leftarrow 1 - \\frac{1 - \\beta_{2}}{1 - \\beta_{2}^{t}} \\\\\nm &\\leftarrow \\mathrm{kept}_{1}\\,m + \\left(1 - \\mathrm{kept}_{1}\\right)\\,g \\\\\nv &\\leftarrow \\mathrm{kept}_{2}\\,v + \\left(1 - \\mathrm{kept}_{2}\\right)\\,g^{2} \\\\\n\\mathrm{rate} &\\leftarrow \\frac{\\alpha}{\\max\\left(\\operatorname{rms}\\left(\\frac{g}{\\max\\left(\\sqrt{v}, \\epsilon\\right)}\\right), 1\\right)} \\\\\n\\theta &\\leftarrow \\left(1 - \\mathrm{rate}\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta - \\frac{\\mathrm{rate}\\,m}{\\sqrt{v} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><msub><mtext>kept</mtext><mn>1</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mn>1</mn><mo>−</mo><mfrac><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><msub><mtext>kept</mtext><mn>2</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mn>1</mn><mo>−</mo><mfrac><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mtext>kept</mtext><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mtext>kept</mtext><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mtext>kept</mtext><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mtext>kept</mtext><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>α</mi><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>rms</mi><mrow><mo>(</mo><mfrac><mi>g</mi><mrow><mi>max</mi><mrow><mo>(</mo><msqrt><mi>v</mi></msqrt><mo>,</mo><mi>ϵ</mi><mo>)</mo></mrow></mrow></mfrac><mo>)</mo></mrow></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mfrac><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>m</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, StableAdamW, float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 4
  },
  {
    "id": "stable-spam",
    "name": "stableSpam",
    "family": "adam",
    "title": "Stable-SPAM",
    "paper": "https://arxiv.org/abs/2502.17055",
    "sentence": "Adam for gradients with spikes, as in training with four bits: elements above the usual maximum are scaled down to it, each tensor's gradient is given its usual length over its usual root mean square, and the moments start anew every `every` steps.",
    "comment": "Adam for gradients with spikes, as in training with four bits: elements above the usual maximum are scaled down to it, each tensor's gradient is given its usual length over its usual root mean square, and the moments start anew every `every` steps (Huang et al., 2025).",
    "equations": [
      ["anew", "t % every == 0"],
      ["age", "anew ? 1 : age + 1"],
      ["most", "theta * most + (1 - theta) * largest(abs(g))"],
      ["bound", "most / (1 - theta^t)"],
      ["c", "abs(g) > bound ? g / largest(abs(g)) * bound : g"],
      ["usual", "gamma1 * usual + (1 - gamma1) * norm(c)"],
      ["square", "gamma2 * square + (1 - gamma2) * norm(c)^2"],
      ["length", "usual / (1 - gamma1^t) / (sqrt(square / (1 - gamma2^t)) + eps)"],
      ["h", "c / max(norm(c), 1e-30) * length"],
      ["m", "(anew ? 0 : beta1) * m + (1 - beta1) * h"],
      ["v", "(anew ? 0 : beta2) * v + (1 - beta2) * h^2"],
      ["p", "p - lr * m / (1 - beta1^age) / (sqrt(v / (1 - beta2^age)) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{anew} &\\leftarrow t \\bmod \\mathrm{every} = 0 \\\\\n\\mathrm{age} &\\leftarrow \\begin{cases} 1 & \\mathrm{anew} \\\\ \\mathrm{age} + 1 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{most} &\\leftarrow \\mathrm{theta}\\,\\mathrm{most} + \\left(1 - \\mathrm{theta}\\right)\\,\\operatorname{largest}\\left(\\left|g\\right|\\right) \\\\\n\\mathrm{bound} &\\leftarrow \\frac{\\mathrm{most}}{1 - \\mathrm{theta}^{t}} \\\\\nc &\\leftarrow \\begin{cases} \\frac{g}{\\operatorname{largest}\\left(\\left|g\\right|\\right)}\\,\\mathrm{bound} & \\left|g\\right| > \\mathrm{bound} \\\\ g & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{usual} &\\leftarrow \\mathrm{gamma}_{1}\\,\\mathrm{usual} + \\left(1 - \\mathrm{gamma}_{1}\\right)\\,\\left\\lVert c \\right\\rVert \\\\\n\\mathrm{square} &\\leftarrow \\mathrm{gamma}_{2}\\,\\mathrm{square} + \\left(1 - \\mathrm{gamma}_{2}\\right)\\,\\left\\lVert c \\right\\rVert^{2} \\\\\n\\mathrm{length} &\\leftarrow \\frac{\\frac{\\mathrm{usual}}{1 - \\mathrm{gamma}_{1}^{t}}}{\\sqrt{\\frac{\\mathrm{square}}{1 - \\mathrm{gamma}_{2}^{t}}} + \\epsilon} \\\\\nh &\\leftarrow \\frac{c}{\\max\\left(\\left\\lVert c \\right\\rVert, 10^{-30}\\right)}\\,\\mathrm{length} \\\\\nm &\\leftarrow \\left(\\begin{cases} 0 & \\mathrm{anew} \\\\ \\beta_{1} & \\text{otherwise} \\end{cases}\\right)\\,m + \\left(1 - \\beta_{1}\\right)\\,h \\\\\nv &\\leftarrow \\left(\\begin{cases} 0 & \\mathrm{anew} \\\\ \\beta_{2} & \\text{otherwise} \\end{cases}\\right)\\,v + \\left(1 - \\beta_{2}\\right)\\,h^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\frac{\\alpha\\,m}{1 - \\beta_{1}^{\\mathrm{age}}}}{\\sqrt{\\frac{v}{1 - \\beta_{2}^{\\mathrm{age}}}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>anew</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mtext>age</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mn>1</mn></mtd><mtd><mtext>anew</mtext></mtd></mtr><mtr><mtd><mrow><mtext>age</mtext><mo>+</mo><mn>1</mn></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>most</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>theta</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>most</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>theta</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>largest</mi><mrow><mo>(</mo><mrow><mo>|</mo><mi>g</mi><mo>|</mo></mrow><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>bound</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mtext>most</mtext><mrow><mn>1</mn><mo>−</mo><msup><mtext>theta</mtext><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mfrac><mi>g</mi><mrow><mi>largest</mi><mrow><mo>(</mo><mrow><mo>|</mo><mi>g</mi><mo>|</mo></mrow><mo>)</mo></mrow></mrow></mfrac><mo rspace=\"0.17em\">⁢</mo><mtext>bound</mtext></mrow></mtd><mtd><mrow><mrow><mo>|</mo><mi>g</mi><mo>|</mo></mrow><mo>></mo><mtext>bound</mtext></mrow></mtd></mtr><mtr><mtd><mi>g</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>usual</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mtext>gamma</mtext><mn>1</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>usual</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mtext>gamma</mtext><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>‖</mo><mi>c</mi><mo>‖</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>square</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mtext>gamma</mtext><mn>2</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>square</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mtext>gamma</mtext><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>‖</mo><mi>c</mi><mo>‖</mo></mrow><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mfrac><mtext>usual</mtext><mrow><mn>1</mn><mo>−</mo><msubsup><mtext>gamma</mtext><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mrow><msqrt><mfrac><mtext>square</mtext><mrow><mn>1</mn><mo>−</mo><msubsup><mtext>gamma</mtext><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mi>h</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mi>c</mi><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mo>‖</mo><mi>c</mi><mo>‖</mo></mrow><mo>,</mo><msup><mn>10</mn><mn>−30</mn></msup><mo>)</mo></mrow></mrow></mfrac><mo rspace=\"0.17em\">⁢</mo><mtext>length</mtext></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mn>0</mn></mtd><mtd><mtext>anew</mtext></mtd></mtr><mtr><mtd><msub><mi>β</mi><mn>1</mn></msub></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>h</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mn>0</mn></mtd><mtd><mtext>anew</mtext></mtd></mtr><mtr><mtd><msub><mi>β</mi><mn>2</mn></msub></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>h</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>m</mi></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mtext>age</mtext></msubsup></mrow></mfrac><mrow><msqrt><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mtext>age</mtext></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "theta",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of the largest element is kept at each step, γ₃"
      },
      {
        "name": "gamma1",
        "default": 0.7,
        "range": [0, 1],
        "meaning": "how much of the running mean of lengths is kept at each step"
      },
      {
        "name": "gamma2",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared lengths is kept at each step"
      },
      {
        "name": "every",
        "default": 1000,
        "range": [0, null],
        "meaning": "the number of steps after which the moments start anew; 0 for never"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "most", "place": "scalar", "init": 0 },
      { "name": "usual", "place": "scalar", "init": 0 },
      { "name": "square", "place": "scalar", "init": 0 },
      { "name": "age", "place": "host", "init": 0 }
    ],
    "bytes": 8,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, StableSPAM, float64", "error": 3e-7 },
    "extremes": [],
    "mutants": 7
  },
  {
    "id": "yogi",
    "name": "yogi",
    "family": "adam",
    "title": "Yogi",
    "paper": "https://papers.nips.cc/paper/8186",
    "sentence": "Adam whose mean square moves towards g² in steps that do not depend on its own size: it cannot shrink fast, so rates cannot jump.",
    "comment": "Adam whose mean square moves towards g² in steps that do not depend on its own size: it cannot shrink fast, so rates cannot jump. Both moments start at `initial`, and ε is large, as in the authors' experiments and Optax.",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "v - (1 - beta2) * sign(v - g^2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["p", "p - lr * mHat / (sqrt(vHat) + eps)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow v - \\left(1 - \\beta_{2}\\right)\\,\\operatorname{sign}\\left(v - g^{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>v</mi><mo>−</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mrow><mi>v</mi><mo>−</mo><msup><mi>g</mi><mn>2</mn></msup></mrow><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "initial",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "where the running sum or mean of squares starts"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": "initial" },
      { "name": "v", "place": "tensor", "init": "initial" }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, optax.scale_by_yogi and scale_by_learning_rate, float64", "error": 5e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: v is infinite after one step, and v - g^2 is NaN at the next."
    ],
    "mutants": 0
  },
  {
    "id": "adafactor",
    "name": "adafactor",
    "family": "factored",
    "title": "Adafactor",
    "paper": "https://arxiv.org/abs/1804.04235",
    "sentence": "Adam's second moment from one number per row and one per column: their product over the mean is the best approximation of rank one (Shazeer and Stern, 2018), and a step is measured against the size of the parameter.",
    "comment": "Adam's second moment from one number per row and one per column: their product over the mean is the best approximation of rank one (Shazeer and Stern, 2018), and a step is measured against the size of the parameter. Convolutions are matrices of outputs by inputs. As in PyTorch, but `eps1` is float32's; the second moment is written so that tiny gradients do not underflow in the product of a row's and a column's.",
    "equations": [
      ["newest", "t^(-decay)"],
      ["row", "(1 - newest) * row + newest * rowMean(g^2)"],
      ["column", "(1 - newest) * column + newest * columnMean(g^2)"],
      ["rate", "max(eps2, rms(p)) * min(lr, 1 / sqrt(t))"],
      ["share", "ndim > 1 ? row / max(mean(row), eps1) : 1"],
      ["scale", "sqrt(share) * sqrt(column)"],
      ["u", "g / max(scale, eps1)"],
      ["kept", "(1 - lr * weightDecay * decays) * p"],
      ["p", "kept - rate / max(1, rms(u) / clip) * u"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\mathrm{newest} &\\leftarrow t^{-\\mathrm{decay}} \\\\\n\\mathrm{row} &\\leftarrow \\left(1 - \\mathrm{newest}\\right)\\,\\mathrm{row} + \\mathrm{newest}\\,\\operatorname{rowMean}\\left(g^{2}\\right) \\\\\n\\mathrm{column} &\\leftarrow \\left(1 - \\mathrm{newest}\\right)\\,\\mathrm{column} + \\mathrm{newest}\\,\\operatorname{columnMean}\\left(g^{2}\\right) \\\\\n\\mathrm{rate} &\\leftarrow \\max\\left(\\epsilon_{2}, \\operatorname{rms}\\left(\\theta\\right)\\right)\\,\\min\\left(\\alpha, \\frac{1}{\\sqrt{t}}\\right) \\\\\n\\mathrm{share} &\\leftarrow \\begin{cases} \\frac{\\mathrm{row}}{\\max\\left(\\operatorname{mean}\\left(\\mathrm{row}\\right), \\epsilon_{1}\\right)} & \\mathrm{ndim} > 1 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{scale} &\\leftarrow \\sqrt{\\mathrm{share}}\\,\\sqrt{\\mathrm{column}} \\\\\nu &\\leftarrow \\frac{g}{\\max\\left(\\mathrm{scale}, \\epsilon_{1}\\right)} \\\\\n\\mathrm{kept} &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\theta &\\leftarrow \\mathrm{kept} - \\frac{\\mathrm{rate}}{\\max\\left(1, \\frac{\\operatorname{rms}\\left(u\\right)}{\\mathrm{clip}}\\right)}\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mtext>newest</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msup><mi>t</mi><mrow><mo>−</mo><mtext>decay</mtext></mrow></msup></mtd></mtr><mtr><mtd><mtext>row</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>newest</mtext></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>row</mtext></mrow><mo>+</mo><mrow><mtext>newest</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>column</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>newest</mtext></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>column</mtext></mrow><mo>+</mo><mrow><mtext>newest</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mi>columnMean</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>ϵ</mi><mn>2</mn></msub><mo>,</mo><mrow><mi>rms</mi><mrow><mo>(</mo><mi>θ</mi><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><mrow><mi>min</mi><mrow><mo>(</mo><mi>α</mi><mo>,</mo><mfrac><mn>1</mn><msqrt><mi>t</mi></msqrt></mfrac><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>share</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mtext>row</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>mean</mi><mrow><mo>(</mo><mtext>row</mtext><mo>)</mo></mrow></mrow><mo>,</mo><msub><mi>ϵ</mi><mn>1</mn></msub><mo>)</mo></mrow></mrow></mfrac></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>scale</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msqrt><mtext>share</mtext></msqrt><mo>⁢</mo><msqrt><mtext>column</mtext></msqrt></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>g</mi><mrow><mi>max</mi><mrow><mo>(</mo><mtext>scale</mtext><mo>,</mo><msub><mi>ϵ</mi><mn>1</mn></msub><mo>)</mo></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>kept</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>kept</mtext><mo>−</mo><mrow><mfrac><mtext>rate</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mrow><mi>rms</mi><mrow><mo>(</mo><mi>u</mi><mo>)</mo></mrow></mrow><mtext>clip</mtext></mfrac><mo>)</mo></mrow></mrow></mfrac><mo>⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "decay",
        "default": 0.8,
        "range": [0, null],
        "meaning": "how fast the memory of squared gradients grows: t^-decay is the weight of the newest"
      },
      {
        "name": "clip",
        "default": 1,
        "range": [1, null],
        "meaning": "the largest root mean square of an update"
      },
      {
        "name": "eps1",
        "default": 1.1920928955078125e-7,
        "range": [5e-324, null],
        "meaning": "the least denominator"
      },
      {
        "name": "eps2",
        "default": 0.001,
        "range": [0, null],
        "meaning": "the least size of a parameter that steps are measured against"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "row", "place": "row", "init": 0 },
      { "name": "column", "place": "column", "init": 0 }
    ],
    "bytes": 0,
    "passes": 4,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "torch 2.13.0, torch.optim.Adafactor, float64, without decay where the role is bias; a convolution as a matrix",
      "error": 3e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the means of squares by row are infinite, and their share of the mean is NaN."
    ],
    "mutants": 6
  },
  {
    "id": "adafactor-bv",
    "name": "adafactorBv",
    "family": "factored",
    "title": "Adafactor of Big Vision",
    "paper": "https://arxiv.org/abs/2106.04560",
    "sentence": "Adafactor as Google's vision transformers are trained with: the memory of squared gradients is bounded, steps are not measured against the parameter, and a running mean of them makes up for it.",
    "comment": "Adafactor as Google's vision transformers are trained with: the memory of squared gradients is bounded, steps are not measured against the parameter, and a running mean of them makes up for it (Zhai et al., 2022). As in timm, which keeps that mean in bfloat16 and whose rate is 1 by default.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["kept", "min(cap, 1 - t^(-decay))"],
      ["row", "kept * row + (1 - kept) * rowMean(g^2 + eps1)"],
      ["column", "kept * column + (1 - kept) * columnMean(g^2 + eps1)"],
      ["share", "ndim > 1 ? row / mean(row) : 1"],
      ["m", "beta1 * m + (1 - beta1) * g / (sqrt(share) * sqrt(column))"],
      ["p", "p - lr * m"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\mathrm{kept} &\\leftarrow \\min\\left(\\mathrm{cap}, 1 - t^{-\\mathrm{decay}}\\right) \\\\\n\\mathrm{row} &\\leftarrow \\mathrm{kept}\\,\\mathrm{row} + \\left(1 - \\mathrm{kept}\\right)\\,\\operatorname{rowMean}\\left(g^{2} + \\epsilon_{1}\\right) \\\\\n\\mathrm{column} &\\leftarrow \\mathrm{kept}\\,\\mathrm{column} + \\left(1 - \\mathrm{kept}\\right)\\,\\operatorname{columnMean}\\left(g^{2} + \\epsilon_{1}\\right) \\\\\n\\mathrm{share} &\\leftarrow \\begin{cases} \\frac{\\mathrm{row}}{\\operatorname{mean}\\left(\\mathrm{row}\\right)} & \\mathrm{ndim} > 1 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\frac{\\left(1 - \\beta_{1}\\right)\\,g}{\\sqrt{\\mathrm{share}}\\,\\sqrt{\\mathrm{column}}} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,m\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mtext>kept</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>min</mi><mrow><mo>(</mo><mtext>cap</mtext><mo>,</mo><mrow><mn>1</mn><mo>−</mo><msup><mi>t</mi><mrow><mo>−</mo><mtext>decay</mtext></mrow></msup></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>row</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>row</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><mrow><msup><mi>g</mi><mn>2</mn></msup><mo>+</mo><msub><mi>ϵ</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>column</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>column</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>columnMean</mi><mrow><mo>(</mo><mrow><msup><mi>g</mi><mn>2</mn></msup><mo>+</mo><msub><mi>ϵ</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>share</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mtext>row</mtext><mrow><mi>mean</mi><mrow><mo>(</mo><mtext>row</mtext><mo>)</mo></mrow></mrow></mfrac></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mfrac><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><mrow><msqrt><mtext>share</mtext></msqrt><mo>⁢</mo><msqrt><mtext>column</mtext></msqrt></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>m</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of steps is kept"
      },
      {
        "name": "decay",
        "default": 0.8,
        "range": [0, null],
        "meaning": "how fast the memory of squared gradients grows: t^-decay is the weight of the newest"
      },
      {
        "name": "cap",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "the most of that memory that is kept at each step"
      },
      {
        "name": "eps1",
        "default": 1e-30,
        "range": [5e-324, null],
        "meaning": "added to squared gradients"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "row", "place": "row", "init": 0 },
      { "name": "column", "place": "column", "init": 0 },
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "timm 1.0.31, timm.optim.AdafactorBigVision with its mean in float64, float64; a convolution as a matrix",
      "error": 8e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the means of squares by row are infinite, and their share of the mean is NaN."
    ],
    "mutants": 9
  },
  {
    "id": "adafactor-t5",
    "name": "adafactorT5",
    "family": "factored",
    "title": "Adafactor of T5",
    "paper": "https://arxiv.org/abs/1804.04235",
    "sentence": "Adafactor as T5 was trained with, in Transformers' form: `eps1` is added to squared gradients, and decay is relative to the parameter's size, as steps are.",
    "comment": "Adafactor as T5 was trained with, in Transformers' form: `eps1` is added to squared gradients, and decay is relative to the parameter's size, as steps are. A rate without the parameter's size, as many fine-tune with, is `adafactorBv` without momentum (Shazeer and Stern, 2018; Raffel et al., 2020).",
    "equations": [
      ["newest", "t^(-decay)"],
      ["row", "(1 - newest) * row + newest * rowMean(g^2 + eps1)"],
      ["column", "(1 - newest) * column + newest * columnMean(g^2 + eps1)"],
      ["rate", "max(eps2, rms(p)) * min(lr, 1 / sqrt(t))"],
      ["share", "ndim > 1 ? row / mean(row) : 1"],
      ["u", "g / (sqrt(share) * sqrt(column))"],
      ["p", "p - rate * weightDecay * decays * p - rate / max(1, rms(u) / clip) * u"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\mathrm{newest} &\\leftarrow t^{-\\mathrm{decay}} \\\\\n\\mathrm{row} &\\leftarrow \\left(1 - \\mathrm{newest}\\right)\\,\\mathrm{row} + \\mathrm{newest}\\,\\operatorname{rowMean}\\left(g^{2} + \\epsilon_{1}\\right) \\\\\n\\mathrm{column} &\\leftarrow \\left(1 - \\mathrm{newest}\\right)\\,\\mathrm{column} + \\mathrm{newest}\\,\\operatorname{columnMean}\\left(g^{2} + \\epsilon_{1}\\right) \\\\\n\\mathrm{rate} &\\leftarrow \\max\\left(\\epsilon_{2}, \\operatorname{rms}\\left(\\theta\\right)\\right)\\,\\min\\left(\\alpha, \\frac{1}{\\sqrt{t}}\\right) \\\\\n\\mathrm{share} &\\leftarrow \\begin{cases} \\frac{\\mathrm{row}}{\\operatorname{mean}\\left(\\mathrm{row}\\right)} & \\mathrm{ndim} > 1 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\nu &\\leftarrow \\frac{g}{\\sqrt{\\mathrm{share}}\\,\\sqrt{\\mathrm{column}}} \\\\\n\\theta &\\leftarrow \\theta - \\mathrm{rate}\\,\\lambda\\,\\mathrm{decays}\\,\\theta - \\frac{\\mathrm{rate}}{\\max\\left(1, \\frac{\\operatorname{rms}\\left(u\\right)}{\\mathrm{clip}}\\right)}\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mtext>newest</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msup><mi>t</mi><mrow><mo>−</mo><mtext>decay</mtext></mrow></msup></mtd></mtr><mtr><mtd><mtext>row</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>newest</mtext></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>row</mtext></mrow><mo>+</mo><mrow><mtext>newest</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><mrow><msup><mi>g</mi><mn>2</mn></msup><mo>+</mo><msub><mi>ϵ</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>column</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>newest</mtext></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>column</mtext></mrow><mo>+</mo><mrow><mtext>newest</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mi>columnMean</mi><mrow><mo>(</mo><mrow><msup><mi>g</mi><mn>2</mn></msup><mo>+</mo><msub><mi>ϵ</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>ϵ</mi><mn>2</mn></msub><mo>,</mo><mrow><mi>rms</mi><mrow><mo>(</mo><mi>θ</mi><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><mrow><mi>min</mi><mrow><mo>(</mo><mi>α</mi><mo>,</mo><mfrac><mn>1</mn><msqrt><mi>t</mi></msqrt></mfrac><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>share</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mtext>row</mtext><mrow><mi>mean</mi><mrow><mo>(</mo><mtext>row</mtext><mo>)</mo></mrow></mrow></mfrac></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>g</mi><mrow><msqrt><mtext>share</mtext></msqrt><mo>⁢</mo><msqrt><mtext>column</mtext></msqrt></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow></mrow><mo>−</mo><mrow><mfrac><mtext>rate</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mrow><mi>rms</mi><mrow><mo>(</mo><mi>u</mi><mo>)</mo></mrow></mrow><mtext>clip</mtext></mfrac><mo>)</mo></mrow></mrow></mfrac><mo>⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "decay",
        "default": 0.8,
        "range": [0, null],
        "meaning": "how fast the memory of squared gradients grows: t^-decay is the weight of the newest"
      },
      {
        "name": "clip",
        "default": 1,
        "range": [1, null],
        "meaning": "the largest root mean square of an update"
      },
      {
        "name": "eps1",
        "default": 1e-30,
        "range": [5e-324, null],
        "meaning": "added to squared gradients"
      },
      {
        "name": "eps2",
        "default": 0.001,
        "range": [0, null],
        "meaning": "the least size of a parameter that steps are measured against"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "row", "place": "row", "init": 0 },
      { "name": "column", "place": "column", "init": 0 }
    ],
    "bytes": 0,
    "passes": 4,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "transformers 5.24.0, transformers.Adafactor, its literal 1e-2 as the rate, float64; a convolution as a matrix",
      "error": 3e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the means of squares by row are infinite, and their share of the mean is NaN."
    ],
    "mutants": 10
  },
  {
    "id": "adalomo",
    "name": "adalomo",
    "family": "factored",
    "title": "AdaLOMO",
    "paper": "https://arxiv.org/abs/2310.10195",
    "sentence": "Adafactor's second moment and clip without its own rates: the update is grouped by tensor, so that a backward pass may apply each gradient as it comes and drop it.",
    "comment": "Adafactor's second moment and clip without its own rates: the update is grouped by tensor, so that a backward pass may apply each gradient as it comes and drop it. Steps are `lr` times the parameter's size (Lv et al., 2023).",
    "equations": [
      ["newest", "t^(-decay)"],
      ["square", "g^2 + eps1"],
      ["row", "(1 - newest) * row + newest * rowMean(square)"],
      ["column", "(1 - newest) * column + newest * columnMean(square)"],
      ["u", "g / sqrt(row / mean(row)) / sqrt(column)"],
      ["rate", "lr * max(eps2, rms(p))"],
      ["p", "(1 - rate * weightDecay * decays) * p - rate / max(1, rms(u) / clip) * u"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\mathrm{newest} &\\leftarrow t^{-\\mathrm{decay}} \\\\\n\\mathrm{square} &\\leftarrow g^{2} + \\epsilon_{1} \\\\\n\\mathrm{row} &\\leftarrow \\left(1 - \\mathrm{newest}\\right)\\,\\mathrm{row} + \\mathrm{newest}\\,\\operatorname{rowMean}\\left(\\mathrm{square}\\right) \\\\\n\\mathrm{column} &\\leftarrow \\left(1 - \\mathrm{newest}\\right)\\,\\mathrm{column} + \\mathrm{newest}\\,\\operatorname{columnMean}\\left(\\mathrm{square}\\right) \\\\\nu &\\leftarrow \\frac{\\frac{g}{\\sqrt{\\frac{\\mathrm{row}}{\\operatorname{mean}\\left(\\mathrm{row}\\right)}}}}{\\sqrt{\\mathrm{column}}} \\\\\n\\mathrm{rate} &\\leftarrow \\alpha\\,\\max\\left(\\epsilon_{2}, \\operatorname{rms}\\left(\\theta\\right)\\right) \\\\\n\\theta &\\leftarrow \\left(1 - \\mathrm{rate}\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta - \\frac{\\mathrm{rate}}{\\max\\left(1, \\frac{\\operatorname{rms}\\left(u\\right)}{\\mathrm{clip}}\\right)}\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mtext>newest</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msup><mi>t</mi><mrow><mo>−</mo><mtext>decay</mtext></mrow></msup></mtd></mtr><mtr><mtd><mtext>square</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>g</mi><mn>2</mn></msup><mo>+</mo><msub><mi>ϵ</mi><mn>1</mn></msub></mrow></mtd></mtr><mtr><mtd><mtext>row</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>newest</mtext></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>row</mtext></mrow><mo>+</mo><mrow><mtext>newest</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><mtext>square</mtext><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>column</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>newest</mtext></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>column</mtext></mrow><mo>+</mo><mrow><mtext>newest</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mi>columnMean</mi><mrow><mo>(</mo><mtext>square</mtext><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mfrac><mi>g</mi><msqrt><mfrac><mtext>row</mtext><mrow><mi>mean</mi><mrow><mo>(</mo><mtext>row</mtext><mo>)</mo></mrow></mrow></mfrac></msqrt></mfrac><msqrt><mtext>column</mtext></msqrt></mfrac></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>ϵ</mi><mn>2</mn></msub><mo>,</mo><mrow><mi>rms</mi><mrow><mo>(</mo><mi>θ</mi><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mrow><mfrac><mtext>rate</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mrow><mi>rms</mi><mrow><mo>(</mo><mi>u</mi><mo>)</mo></mrow></mrow><mtext>clip</mtext></mfrac><mo>)</mo></mrow></mrow></mfrac><mo>⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "decay",
        "default": 0.8,
        "range": [0, null],
        "meaning": "how fast the memory of squared gradients grows: t^-decay is the weight of the newest"
      },
      {
        "name": "clip",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "the largest root mean square of an update"
      },
      {
        "name": "eps1",
        "default": 1e-30,
        "range": [5e-324, null],
        "meaning": "added to squared gradients"
      },
      {
        "name": "eps2",
        "default": 0.001,
        "range": [0, null],
        "meaning": "the least size of a parameter that steps are measured against"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "row", "place": "row", "init": 0 },
      { "name": "column", "place": "column", "init": 0 }
    ],
    "bytes": 0,
    "passes": 4,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "pytorch_optimizer 4.1.0, AdaLOMO, without decay where the role is bias, float64; a convolution as a matrix",
      "error": 3e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the means of squares by row are infinite, and their share of the mean is NaN."
    ],
    "mutants": 8
  },
  {
    "id": "adam-mini",
    "name": "adamMini",
    "family": "factored",
    "title": "Adam-mini",
    "paper": "https://arxiv.org/abs/2406.16793",
    "sentence": "AdamW with one second moment per output neuron in place of one per weight, because the weights of a neuron share a curvature: half of Adam's state.",
    "comment": "AdamW with one second moment per output neuron in place of one per weight, because the weights of a neuron share a curvature: half of Adam's state. Rows are outputs; vectors have one moment in all. The authors give queries and keys one per head, as `adamMiniHeads` does (Zhang et al., 2024).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * rowMean(g^2)"],
      ["p", "p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\operatorname{rowMean}\\left(g^{2}\\right) \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\frac{m}{1 - \\beta_{1}^{t}}}{\\sqrt{\\frac{v}{1 - \\beta_{2}^{t}}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mrow><mrow><msqrt><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "row", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/zyushun/Adam-mini, 402aadf), the matrix as one of a feed-forward layer, float64",
      "error": 2e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "adam-mini-heads",
    "name": "adamMiniHeads",
    "family": "factored",
    "title": "Adam-mini by heads",
    "paper": "https://arxiv.org/abs/2406.16793",
    "sentence": "AdamW with one second moment per head, for the queries and keys of attention: the weights of a head share a curvature, and those of its neurons do not.",
    "comment": "AdamW with one second moment per head, for the queries and keys of attention: the weights of a head share a curvature, and those of its neurons do not (Zhang et al., 2024). Rows are outputs; give the other layers `adamMini`: `partition({ heads: adamMiniHeads({ heads: 12 }), rest: adamMini() }, …)`. Refuses a parameter whose rows its heads do not divide.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * mean(g^2)"],
      ["p", "p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n&\\text{for each of }\\mathrm{heads}\\text{ blocks of rows} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\operatorname{mean}\\left(g^{2}\\right) \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\frac{m}{1 - \\beta_{1}^{t}}}{\\sqrt{\\frac{v}{1 - \\beta_{2}^{t}}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>for each of </mtext><mtext>heads</mtext><mtext> blocks of rows</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>mean</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mrow><mrow><msqrt><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "blocks": { "rows": "heads" },
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "heads",
        "default": 1,
        "range": [1, null],
        "meaning": "how many heads a parameter holds, one below the other; with grouped keys, as many as there are of those"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "scalar", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/zyushun/Adam-mini, 402aadf), matrices as those of queries and keys, float64",
      "error": 5e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "apollo",
    "name": "apollo",
    "family": "factored",
    "title": "APOLLO",
    "paper": "https://arxiv.org/abs/2412.05270",
    "sentence": "SGD whose rate per column is Adam's, as seen through a random projection to `rank` numbers per column: no decomposition, and moments of `rank` rows.",
    "comment": "SGD whose rate per column is Adam's, as seen through a random projection to `rank` numbers per column: no decomposition, and moments of `rank` rows. An update may not grow by more than 1 % from step to step. The projection is drawn once, the same in every run, where the authors draw a new one every 200 steps; it is of rows, in matrices read as outputs by inputs (Zhu et al., 2024).",
    "equations": [
      ["h", "q' @ g / sqrt(rank)"],
      ["m", "beta1 * m + (1 - beta1) * h"],
      ["v", "beta2 * v + (1 - beta2) * h^2"],
      ["n", "m / (sqrt(v) + eps)"],
      ["u", "g * sqrt(columnSum(n^2)) / (sqrt(columnSum(h^2)) + 1e-8)"],
      ["limiter", "t > 1 ? max(norm(u) / (length + 1e-8), 1.01) / 1.01 : 1"],
      ["length", "norm(u) / limiter"],
      ["rate", "lr * sqrt(1 - beta2^t) / (1 - beta1^t)"],
      ["p", "(1 - lr * weightDecay * decays) * (p - rate * sqrt(scale) / limiter * u)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\nh &\\leftarrow \\frac{q^{\\top}\\,g}{\\sqrt{\\mathrm{rank}}} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,h \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,h^{2} \\\\\nn &\\leftarrow \\frac{m}{\\sqrt{v} + \\epsilon} \\\\\nu &\\leftarrow \\frac{g\\,\\sqrt{\\operatorname{columnSum}\\left(n^{2}\\right)}}{\\sqrt{\\operatorname{columnSum}\\left(h^{2}\\right)} + 10^{-8}} \\\\\n\\mathrm{limiter} &\\leftarrow \\begin{cases} \\frac{\\max\\left(\\frac{\\left\\lVert u \\right\\rVert}{\\mathrm{length} + 10^{-8}}, 1.01\\right)}{1.01} & t > 1 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{length} &\\leftarrow \\frac{\\left\\lVert u \\right\\rVert}{\\mathrm{limiter}} \\\\\n\\mathrm{rate} &\\leftarrow \\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\left(\\theta - \\frac{\\mathrm{rate}\\,\\sqrt{\\mathrm{scale}}}{\\mathrm{limiter}}\\,u\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>h</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><msup><mi>q</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>g</mi></mrow><msqrt><mtext>rank</mtext></msqrt></mfrac></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>h</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>h</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>g</mi><mo>⁢</mo><msqrt><mrow><mi>columnSum</mi><mrow><mo>(</mo><msup><mi>n</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt></mrow><mrow><msqrt><mrow><mi>columnSum</mi><mrow><mo>(</mo><msup><mi>h</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt><mo>+</mo><msup><mn>10</mn><mn>−8</mn></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>limiter</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mi>max</mi><mrow><mo>(</mo><mfrac><mrow><mo>‖</mo><mi>u</mi><mo>‖</mo></mrow><mrow><mtext>length</mtext><mo>+</mo><msup><mn>10</mn><mn>−8</mn></msup></mrow></mfrac><mo>,</mo><mn>1.01</mn><mo>)</mo></mrow></mrow><mn>1.01</mn></mfrac></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mo>‖</mo><mi>u</mi><mo>‖</mo></mrow><mtext>limiter</mtext></mfrac></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><msqrt><mtext>scale</mtext></msqrt></mrow><mtext>limiter</mtext></mfrac><mo>⁢</mo><mi>u</mi></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "rank",
        "default": 256,
        "range": [1, null],
        "meaning": "the number of projected rows, at most the smaller side"
      },
      {
        "name": "scale",
        "default": 1,
        "range": [0, null],
        "meaning": "the square of a factor for the update"
      }
    ],
    "slots": [
      {
        "name": "q",
        "place": ["rows", "rank"],
        "init": "normal"
      },
      {
        "name": "m",
        "place": ["rank", "cols"],
        "init": 0
      },
      {
        "name": "v",
        "place": ["rank", "cols"],
        "init": 0
      },
      { "name": "length", "place": "scalar", "init": 0 }
    ],
    "bytes": 0,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/zhuhanqing/APOLLO, 76b3472), float64, one projection drawn by Descent's generator",
      "error": 0.000001
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 7
  },
  {
    "id": "apollo-mini",
    "name": "apolloMini",
    "family": "factored",
    "title": "APOLLO-Mini",
    "paper": "https://arxiv.org/abs/2412.05270",
    "sentence": "APOLLO with one projected row and one rate per tensor: the memory of SGD with Adam's sense of size.",
    "comment": "APOLLO with one projected row and one rate per tensor: the memory of SGD with Adam's sense of size (Zhu et al., 2024). The projection is drawn once, the same in every run.",
    "equations": [
      ["h", "q' @ g / sqrt(rank)"],
      ["m", "beta1 * m + (1 - beta1) * h"],
      ["v", "beta2 * v + (1 - beta2) * h^2"],
      ["n", "m / (sqrt(v) + eps)"],
      ["u", "g * norm(n) / (norm(h) + 1e-8)"],
      ["limiter", "t > 1 ? max(norm(u) / (length + 1e-8), 1.01) / 1.01 : 1"],
      ["length", "norm(u) / limiter"],
      ["rate", "lr * sqrt(1 - beta2^t) / (1 - beta1^t)"],
      ["p", "(1 - lr * weightDecay * decays) * (p - rate * sqrt(scale) / limiter * u)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\nh &\\leftarrow \\frac{q^{\\top}\\,g}{\\sqrt{\\mathrm{rank}}} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,h \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,h^{2} \\\\\nn &\\leftarrow \\frac{m}{\\sqrt{v} + \\epsilon} \\\\\nu &\\leftarrow \\frac{g\\,\\left\\lVert n \\right\\rVert}{\\left\\lVert h \\right\\rVert + 10^{-8}} \\\\\n\\mathrm{limiter} &\\leftarrow \\begin{cases} \\frac{\\max\\left(\\frac{\\left\\lVert u \\right\\rVert}{\\mathrm{length} + 10^{-8}}, 1.01\\right)}{1.01} & t > 1 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{length} &\\leftarrow \\frac{\\left\\lVert u \\right\\rVert}{\\mathrm{limiter}} \\\\\n\\mathrm{rate} &\\leftarrow \\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\left(\\theta - \\frac{\\mathrm{rate}\\,\\sqrt{\\mathrm{scale}}}{\\mathrm{limiter}}\\,u\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>h</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><msup><mi>q</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>g</mi></mrow><msqrt><mtext>rank</mtext></msqrt></mfrac></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>h</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>h</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>g</mi><mo>⁢</mo><mrow><mo>‖</mo><mi>n</mi><mo>‖</mo></mrow></mrow><mrow><mrow><mo>‖</mo><mi>h</mi><mo>‖</mo></mrow><mo>+</mo><msup><mn>10</mn><mn>−8</mn></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>limiter</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mi>max</mi><mrow><mo>(</mo><mfrac><mrow><mo>‖</mo><mi>u</mi><mo>‖</mo></mrow><mrow><mtext>length</mtext><mo>+</mo><msup><mn>10</mn><mn>−8</mn></msup></mrow></mfrac><mo>,</mo><mn>1.01</mn><mo>)</mo></mrow></mrow><mn>1.01</mn></mfrac></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mo>‖</mo><mi>u</mi><mo>‖</mo></mrow><mtext>limiter</mtext></mfrac></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><msqrt><mtext>scale</mtext></msqrt></mrow><mtext>limiter</mtext></mfrac><mo>⁢</mo><mi>u</mi></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "rank",
        "default": 1,
        "range": [1, null],
        "meaning": "the number of projected rows, at most the smaller side"
      },
      {
        "name": "scale",
        "default": 128,
        "range": [0, null],
        "meaning": "the square of a factor for the update"
      }
    ],
    "slots": [
      {
        "name": "q",
        "place": ["rows", "rank"],
        "init": "normal"
      },
      {
        "name": "m",
        "place": ["rank", "cols"],
        "init": 0
      },
      {
        "name": "v",
        "place": ["rank", "cols"],
        "init": 0
      },
      { "name": "length", "place": "scalar", "init": 0 }
    ],
    "bytes": 0,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/zhuhanqing/APOLLO, 76b3472), float64, one projection drawn by Descent's generator",
      "error": 0.000002
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 9
  },
  {
    "id": "came",
    "name": "came",
    "family": "factored",
    "title": "CAME",
    "paper": "https://arxiv.org/abs/2307.02047",
    "sentence": "Adafactor's memory with momentum, and a confidence: where the clipped update differs from its running mean, the step is shortened, by a second pair of row and column means.",
    "comment": "Adafactor's memory with momentum, and a confidence: where the clipped update differs from its running mean, the step is shortened, by a second pair of row and column means. Vectors keep all their squares and take the mean as it is (Luo et al., 2023). Products of rows and columns are taken as roots, so that tiny gradients do not underflow in them.",
    "equations": [
      ["square", "g^2 + eps1"],
      ["row", "beta2 * row + (1 - beta2) * rowMean(square)"],
      ["column", "beta2 * column + (1 - beta2) * columnMean(square)"],
      ["full", "g / sqrt(row / mean(row)) / sqrt(column)"],
      ["u", "full / max(1, rms(full) / clip)"],
      ["m", "beta1 * m + (1 - beta1) * u"],
      ["differs", "(u - m)^2 + eps2"],
      ["differRow", "beta3 * differRow + (1 - beta3) * rowMean(differs)"],
      ["differColumn", "beta3 * differColumn + (1 - beta3) * columnMean(differs)"],
      ["trusted", "ndim > 1 ? m / sqrt(differRow / mean(differRow)) / sqrt(differColumn) : m"],
      ["p", "(1 - lr * weightDecay * decays) * p - lr * trusted"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\mathrm{square} &\\leftarrow g^{2} + \\epsilon_{1} \\\\\n\\mathrm{row} &\\leftarrow \\beta_{2}\\,\\mathrm{row} + \\left(1 - \\beta_{2}\\right)\\,\\operatorname{rowMean}\\left(\\mathrm{square}\\right) \\\\\n\\mathrm{column} &\\leftarrow \\beta_{2}\\,\\mathrm{column} + \\left(1 - \\beta_{2}\\right)\\,\\operatorname{columnMean}\\left(\\mathrm{square}\\right) \\\\\n\\mathrm{full} &\\leftarrow \\frac{\\frac{g}{\\sqrt{\\frac{\\mathrm{row}}{\\operatorname{mean}\\left(\\mathrm{row}\\right)}}}}{\\sqrt{\\mathrm{column}}} \\\\\nu &\\leftarrow \\frac{\\mathrm{full}}{\\max\\left(1, \\frac{\\operatorname{rms}\\left(\\mathrm{full}\\right)}{\\mathrm{clip}}\\right)} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,u \\\\\n\\mathrm{differs} &\\leftarrow \\left(u - m\\right)^{2} + \\epsilon_{2} \\\\\n\\mathrm{differRow} &\\leftarrow \\beta_{3}\\,\\mathrm{differRow} + \\left(1 - \\beta_{3}\\right)\\,\\operatorname{rowMean}\\left(\\mathrm{differs}\\right) \\\\\n\\mathrm{differColumn} &\\leftarrow \\beta_{3}\\,\\mathrm{differColumn} + \\left(1 - \\beta_{3}\\right)\\,\\operatorname{columnMean}\\left(\\mathrm{differs}\\right) \\\\\n\\mathrm{trusted} &\\leftarrow \\begin{cases} \\frac{\\frac{m}{\\sqrt{\\frac{\\mathrm{differRow}}{\\operatorname{mean}\\left(\\mathrm{differRow}\\right)}}}}{\\sqrt{\\mathrm{differColumn}}} & \\mathrm{ndim} > 1 \\\\ m & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta - \\alpha\\,\\mathrm{trusted}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mtext>square</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>g</mi><mn>2</mn></msup><mo>+</mo><msub><mi>ϵ</mi><mn>1</mn></msub></mrow></mtd></mtr><mtr><mtd><mtext>row</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>row</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><mtext>square</mtext><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>column</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>column</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>columnMean</mi><mrow><mo>(</mo><mtext>square</mtext><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>full</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mfrac><mi>g</mi><msqrt><mfrac><mtext>row</mtext><mrow><mi>mean</mi><mrow><mo>(</mo><mtext>row</mtext><mo>)</mo></mrow></mrow></mfrac></msqrt></mfrac><msqrt><mtext>column</mtext></msqrt></mfrac></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mtext>full</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mrow><mi>rms</mi><mrow><mo>(</mo><mtext>full</mtext><mo>)</mo></mrow></mrow><mtext>clip</mtext></mfrac><mo>)</mo></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>differs</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mrow><mo>(</mo><mrow><mi>u</mi><mo>−</mo><mi>m</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup><mo>+</mo><msub><mi>ϵ</mi><mn>2</mn></msub></mrow></mtd></mtr><mtr><mtd><mtext>differRow</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>differRow</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>3</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><mtext>differs</mtext><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>differColumn</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>differColumn</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>3</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>columnMean</mi><mrow><mo>(</mo><mtext>differs</mtext><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>trusted</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mfrac><mi>m</mi><msqrt><mfrac><mtext>differRow</mtext><mrow><mi>mean</mi><mrow><mo>(</mo><mtext>differRow</mtext><mo>)</mo></mrow></mrow></mfrac></msqrt></mfrac><msqrt><mtext>differColumn</mtext></msqrt></mfrac></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>trusted</mtext></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "options": [
      {
        "name": "lr",
        "default": 0.0002,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "beta3",
        "default": 0.9999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared differences is kept at each step"
      },
      {
        "name": "clip",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "the largest root mean square of an update"
      },
      {
        "name": "eps1",
        "default": 1e-30,
        "range": [5e-324, null],
        "meaning": "added to squared gradients"
      },
      {
        "name": "eps2",
        "default": 1e-16,
        "range": [5e-324, null],
        "meaning": "added to squared differences"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "row", "place": "row", "init": 0 },
      { "name": "column", "place": "column", "init": 0 },
      { "name": "differRow", "place": "row", "init": 0 },
      { "name": "differColumn", "place": "column", "init": 0 }
    ],
    "bytes": 4,
    "passes": 6,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, CAME, float64; a convolution as a matrix", "error": 0.000002 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the means of squares by row are infinite, and their share of the mean is NaN."
    ],
    "mutants": 31
  },
  {
    "id": "conda",
    "name": "conda",
    "family": "factored",
    "title": "Conda",
    "paper": "https://arxiv.org/abs/2509.24218",
    "sentence": "Adam whose second moment is taken per column, in the axes of its first: the left singular vectors of the mean gradient, recomputed every `every` steps, so that the update keeps Muon's axes and each column has a size of its own.",
    "comment": "Adam whose second moment is taken per column, in the axes of its first: the left singular vectors of the mean gradient, recomputed every `every` steps, so that the update keeps Muon's axes and each column has a size of its own (Wang et al., 2025). Rows are projected, of matrices read as outputs by inputs.",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["q", "svd(m, rank)"],
      ["h", "q' @ g"],
      ["v", "beta2 * v + (1 - beta2) * h^2"],
      ["n", "(q' @ m) / (sqrt(v) + eps)"],
      ["rate", "lr * sqrt(1 - beta2^t) / (1 - beta1^t)"],
      ["p", "(1 - lr * weightDecay * decays) * (p - rate * scale * q @ n)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\n&\\textbf{if } t = 1 \\lor t \\bmod \\mathrm{every} = 0 \\\\\nq &\\quad \\leftarrow \\operatorname{svd}\\left(m, \\mathrm{rank}\\right) \\\\\nh &\\leftarrow q^{\\top}\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,h^{2} \\\\\nn &\\leftarrow \\frac{q^{\\top}\\,m}{\\sqrt{v} + \\epsilon} \\\\\n\\mathrm{rate} &\\leftarrow \\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\left(\\theta - \\mathrm{rate}\\,\\mathrm{scale}\\,q\\,n\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>if </mtext><mrow><mrow><mi>t</mi><mo>=</mo><mn>1</mn></mrow><mo>∨</mo><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mi>q</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>svd</mi><mrow><mo>(</mo><mi>m</mi><mo>,</mo><mtext>rank</mtext><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>h</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>q</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>h</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><msup><mi>q</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>m</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>scale</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>q</mi></mrow><mo>⁢</mo><mi>n</mi></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "rank",
        "default": 1000000,
        "range": [1, null],
        "meaning": "the number of directions; by default all"
      },
      {
        "name": "every",
        "default": 2000,
        "range": [1, null],
        "meaning": "how many steps a basis serves"
      },
      {
        "name": "scale",
        "default": 1,
        "range": [0, null],
        "meaning": "a factor for the update"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      {
        "name": "q",
        "place": ["rows", "rank"],
        "init": 0
      },
      {
        "name": "v",
        "place": ["rank", "cols"],
        "init": 0
      }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "pytorch_optimizer 4.1.0, Conda, float64, projection_type=left, singular vectors with a positive largest element",
      "error": 2e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 2
  },
  {
    "id": "fira",
    "name": "fira",
    "family": "factored",
    "title": "Fira",
    "paper": "https://arxiv.org/abs/2410.01623",
    "sentence": "GaLore that also steps along what its subspace leaves out: the rest of each column is scaled as Adam scales the part within, and may not grow by more than 1 % from step to step.",
    "comment": "GaLore that also steps along what its subspace leaves out: the rest of each column is scaled as Adam scales the part within, and may not grow by more than 1 % from step to step (Chen et al., 2024). Rows are projected, of matrices read as outputs by inputs.",
    "equations": [
      ["q", "svd(g, rank)"],
      ["h", "q' @ g"],
      ["m", "beta1 * m + (1 - beta1) * h"],
      ["v", "beta2 * v + (1 - beta2) * h^2"],
      ["n", "m / (sqrt(v) + eps)"],
      ["factor", "sqrt(columnSum(n^2)) / (sqrt(columnSum(h^2)) + 1e-8)"],
      ["rest", "(g - scale * q @ h) * factor"],
      ["limiter", "t > 1 ? max(norm(rest) / (length + 1e-8), 1.01) / 1.01 : 1"],
      ["length", "norm(rest) / limiter"],
      ["rate", "lr * sqrt(1 - beta2^t) / (1 - beta1^t)"],
      ["p", "(1 - lr * weightDecay * decays) * (p - rate * (scale * q @ n + rest / limiter))"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n&\\textbf{if } t = 1 \\lor t \\bmod \\mathrm{every} = 0 \\\\\nq &\\quad \\leftarrow \\operatorname{svd}\\left(g, \\mathrm{rank}\\right) \\\\\nh &\\leftarrow q^{\\top}\\,g \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,h \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,h^{2} \\\\\nn &\\leftarrow \\frac{m}{\\sqrt{v} + \\epsilon} \\\\\n\\mathrm{factor} &\\leftarrow \\frac{\\sqrt{\\operatorname{columnSum}\\left(n^{2}\\right)}}{\\sqrt{\\operatorname{columnSum}\\left(h^{2}\\right)} + 10^{-8}} \\\\\n\\mathrm{rest} &\\leftarrow \\left(g - \\mathrm{scale}\\,q\\,h\\right)\\,\\mathrm{factor} \\\\\n\\mathrm{limiter} &\\leftarrow \\begin{cases} \\frac{\\max\\left(\\frac{\\left\\lVert \\mathrm{rest} \\right\\rVert}{\\mathrm{length} + 10^{-8}}, 1.01\\right)}{1.01} & t > 1 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{length} &\\leftarrow \\frac{\\left\\lVert \\mathrm{rest} \\right\\rVert}{\\mathrm{limiter}} \\\\\n\\mathrm{rate} &\\leftarrow \\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\left(\\theta - \\mathrm{rate}\\,\\left(\\mathrm{scale}\\,q\\,n + \\frac{\\mathrm{rest}}{\\mathrm{limiter}}\\right)\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>if </mtext><mrow><mrow><mi>t</mi><mo>=</mo><mn>1</mn></mrow><mo>∨</mo><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mi>q</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>svd</mi><mrow><mo>(</mo><mi>g</mi><mo>,</mo><mtext>rank</mtext><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>h</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>q</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>h</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>h</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>factor</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><msqrt><mrow><mi>columnSum</mi><mrow><mo>(</mo><msup><mi>n</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt><mrow><msqrt><mrow><mi>columnSum</mi><mrow><mo>(</mo><msup><mi>h</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt><mo>+</mo><msup><mn>10</mn><mn>−8</mn></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>rest</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mi>g</mi><mo>−</mo><mrow><mrow><mtext>scale</mtext><mo rspace=\"0.17em\">⁢</mo><mi>q</mi></mrow><mo>⁢</mo><mi>h</mi></mrow></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>factor</mtext></mrow></mtd></mtr><mtr><mtd><mtext>limiter</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mi>max</mi><mrow><mo>(</mo><mfrac><mrow><mo>‖</mo><mtext>rest</mtext><mo>‖</mo></mrow><mrow><mtext>length</mtext><mo>+</mo><msup><mn>10</mn><mn>−8</mn></msup></mrow></mfrac><mo>,</mo><mn>1.01</mn><mo>)</mo></mrow></mrow><mn>1.01</mn></mfrac></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mo>‖</mo><mtext>rest</mtext><mo>‖</mo></mrow><mtext>limiter</mtext></mfrac></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mrow><mrow><mtext>scale</mtext><mo rspace=\"0.17em\">⁢</mo><mi>q</mi></mrow><mo>⁢</mo><mi>n</mi></mrow><mo>+</mo><mfrac><mtext>rest</mtext><mtext>limiter</mtext></mfrac></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "rank",
        "default": 128,
        "range": [1, null],
        "meaning": "the number of directions, at most the smaller side"
      },
      {
        "name": "every",
        "default": 200,
        "range": [1, null],
        "meaning": "how many steps a subspace serves"
      },
      {
        "name": "scale",
        "default": 1,
        "range": [0, null],
        "meaning": "a factor for the part within the subspace, α"
      }
    ],
    "slots": [
      {
        "name": "q",
        "place": ["rows", "rank"],
        "init": 0
      },
      {
        "name": "m",
        "place": ["rank", "cols"],
        "init": 0
      },
      {
        "name": "v",
        "place": ["rank", "cols"],
        "init": 0
      },
      { "name": "length", "place": "scalar", "init": 0 }
    ],
    "bytes": 0,
    "passes": 3,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "pytorch_optimizer 4.1.0, Fira, float64, projection_type=left, singular vectors with a positive largest element",
      "error": 7e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 4
  },
  {
    "id": "galore",
    "name": "galore",
    "family": "factored",
    "title": "GaLore",
    "paper": "https://arxiv.org/abs/2403.03507",
    "sentence": "Adam in a subspace of `rank` directions, the leading left singular vectors of a gradient, recomputed every `every` steps: moments of `rank` rows replace those of the whole matrix.",
    "comment": "Adam in a subspace of `rank` directions, the leading left singular vectors of a gradient, recomputed every `every` steps: moments of `rank` rows replace those of the whole matrix. Rows are projected, of matrices read as outputs by inputs, where the authors project the shorter side; moments are kept when the subspace changes, as in all implementations (Zhao et al., 2024).",
    "equations": [
      ["q", "svd(g, rank)"],
      ["h", "q' @ g"],
      ["m", "beta1 * m + (1 - beta1) * h"],
      ["v", "beta2 * v + (1 - beta2) * h^2"],
      ["rate", "lr * sqrt(1 - beta2^t) / (1 - beta1^t)"],
      ["p", "(1 - lr * weightDecay * decays) * (p - rate * scale * q @ (m / (sqrt(v) + eps)))"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n&\\textbf{if } t = 1 \\lor t \\bmod \\mathrm{every} = 0 \\\\\nq &\\quad \\leftarrow \\operatorname{svd}\\left(g, \\mathrm{rank}\\right) \\\\\nh &\\leftarrow q^{\\top}\\,g \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,h \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,h^{2} \\\\\n\\mathrm{rate} &\\leftarrow \\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\left(\\theta - \\mathrm{rate}\\,\\mathrm{scale}\\,q\\,\\frac{m}{\\sqrt{v} + \\epsilon}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>if </mtext><mrow><mrow><mi>t</mi><mo>=</mo><mn>1</mn></mrow><mo>∨</mo><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mi>q</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>svd</mi><mrow><mo>(</mo><mi>g</mi><mo>,</mo><mtext>rank</mtext><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>h</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>q</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>h</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>h</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>scale</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>q</mi></mrow><mo>⁢</mo><mfrac><mi>m</mi><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "rank",
        "default": 128,
        "range": [1, null],
        "meaning": "the number of directions, at most the smaller side"
      },
      {
        "name": "every",
        "default": 200,
        "range": [1, null],
        "meaning": "how many steps a subspace serves"
      },
      {
        "name": "scale",
        "default": 0.25,
        "range": [0, null],
        "meaning": "a factor for the update, α"
      }
    ],
    "slots": [
      {
        "name": "q",
        "place": ["rows", "rank"],
        "init": 0
      },
      {
        "name": "m",
        "place": ["rank", "cols"],
        "init": 0
      },
      {
        "name": "v",
        "place": ["rank", "cols"],
        "init": 0
      }
    ],
    "bytes": 0,
    "passes": 1,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "pytorch_optimizer 4.1.0, GaLore, float64, projection_type=left, singular vectors with a positive largest element",
      "error": 0.000001
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 2
  },
  {
    "id": "racs",
    "name": "racs",
    "family": "factored",
    "title": "RACS",
    "paper": "https://arxiv.org/abs/2502.07752",
    "sentence": "SGD scaled by the running mean squares of its rows and of its columns, whose update grows by at most 1 % from step to step; its only state is one number per row and column.",
    "comment": "SGD scaled by the running mean squares of its rows and of its columns, whose update grows by at most 1 % from step to step; its only state is one number per row and column. Means are taken as they are, in one step of the paper's iteration, and those of columns start at 1, as in pytorch_optimizer (Gong et al., 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["row", "rho * row + (1 - rho) * rowMean(g^2)"],
      ["column", "rho * column + (1 - rho) * columnMean(g^2)"],
      ["u", "g / (sqrt(row + eps) * sqrt(column + eps))"],
      ["limit", "t > 1 ? gamma / max(norm(u) / (length + eps), gamma) : 1"],
      ["length", "limit * norm(u)"],
      ["p", "p - lr * alpha * limit * u"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\mathrm{row} &\\leftarrow \\rho\\,\\mathrm{row} + \\left(1 - \\rho\\right)\\,\\operatorname{rowMean}\\left(g^{2}\\right) \\\\\n\\mathrm{column} &\\leftarrow \\rho\\,\\mathrm{column} + \\left(1 - \\rho\\right)\\,\\operatorname{columnMean}\\left(g^{2}\\right) \\\\\nu &\\leftarrow \\frac{g}{\\sqrt{\\mathrm{row} + \\epsilon}\\,\\sqrt{\\mathrm{column} + \\epsilon}} \\\\\n\\mathrm{limit} &\\leftarrow \\begin{cases} \\frac{\\mathrm{gamma}}{\\max\\left(\\frac{\\left\\lVert u \\right\\rVert}{\\mathrm{length} + \\epsilon}, \\mathrm{gamma}\\right)} & t > 1 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{length} &\\leftarrow \\mathrm{limit}\\,\\left\\lVert u \\right\\rVert \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\mathrm{alpha}\\,\\mathrm{limit}\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mtext>row</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>row</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>column</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>ρ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>column</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>ρ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>columnMean</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>g</mi><mrow><msqrt><mrow><mtext>row</mtext><mo>+</mo><mi>ϵ</mi></mrow></msqrt><mo>⁢</mo><msqrt><mrow><mtext>column</mtext><mo>+</mo><mi>ϵ</mi></mrow></msqrt></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>limit</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mtext>gamma</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mfrac><mrow><mo>‖</mo><mi>u</mi><mo>‖</mo></mrow><mrow><mtext>length</mtext><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>,</mo><mtext>gamma</mtext><mo>)</mo></mrow></mrow></mfrac></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>limit</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>‖</mo><mi>u</mi><mo>‖</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>alpha</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>limit</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "rho",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "alpha",
        "default": 0.05,
        "range": [0, null],
        "meaning": "a factor for the update"
      },
      {
        "name": "gamma",
        "default": 1.01,
        "range": [5e-324, null],
        "meaning": "how many times as long an update may be as the last one"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "row", "place": "row", "init": 0 },
      { "name": "column", "place": "column", "init": 1 },
      { "name": "length", "place": "scalar", "init": 0 }
    ],
    "bytes": 0,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, RACS, float64", "error": 0.000001 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 3
  },
  {
    "id": "sm3",
    "name": "sm3",
    "family": "factored",
    "title": "SM3",
    "paper": "https://arxiv.org/abs/1901.11150",
    "sentence": "AdaGrad in the memory of a vector: each element's sum of squares is bounded by the smaller of its row's and its column's largest.",
    "comment": "AdaGrad in the memory of a vector: each element's sum of squares is bounded by the smaller of its row's and its column's largest (Anil et al., 2019, SM3-II, with momentum). Vectors keep all of AdaGrad's numbers. As in Optax.",
    "equations": [
      ["v", "g^2 + min(row, column)"],
      ["row", "rowMax(v)"],
      ["column", "columnMax(v)"],
      ["m", "momentum * m + (1 - momentum) * g / sqrt(v + eps)"],
      ["p", "p - lr * m"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\nv &\\leftarrow g^{2} + \\min\\left(\\mathrm{row}, \\mathrm{column}\\right) \\\\\n\\mathrm{row} &\\leftarrow \\operatorname{rowMax}\\left(v\\right) \\\\\n\\mathrm{column} &\\leftarrow \\operatorname{columnMax}\\left(v\\right) \\\\\nm &\\leftarrow \\mu\\,m + \\frac{\\left(1 - \\mu\\right)\\,g}{\\sqrt{v + \\epsilon}} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,m\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>g</mi><mn>2</mn></msup><mo>+</mo><mrow><mi>min</mi><mrow><mo>(</mo><mtext>row</mtext><mo>,</mo><mtext>column</mtext><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>row</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>rowMax</mi><mrow><mo>(</mo><mi>v</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>column</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>columnMax</mi><mrow><mo>(</mo><mi>v</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mfrac><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><msqrt><mrow><mi>v</mi><mo>+</mo><mi>ϵ</mi></mrow></msqrt></mfrac></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>m</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "options": [
      {
        "name": "lr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "row", "place": "row", "init": 0 },
      { "name": "column", "place": "column", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, optax.scale_by_sm3, float64", "error": 8e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 2
  },
  {
    "id": "adamp",
    "name": "adamp",
    "family": "layerwise",
    "title": "AdamP",
    "paper": "https://arxiv.org/abs/2006.08217",
    "sentence": "AdamW without the part of the step that points along the weights.",
    "comment": "AdamW without the part of the step that points along the weights. Before a normalisation layer that part changes nothing but the weights' length, which grows and shrinks the effective rate. Weights count as such when the gradient is nearly orthogonal to them, by row (one row per output) or else as a whole; vectors are left alone. Defaults are the authors' (Heo et al., 2021).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["d", "m / (sqrt(v / (1 - beta2^t)) + eps)"],
      ["length", "sqrt(rowSum(p^2))"],
      ["along", "sum(abs(rowSum(p * g)) > delta / sqrt(cols) * length * sqrt(rowSum(g^2)))"],
      ["byRow", "ndim > 1 && along == 0"],
      ["whole", "ndim > 1 && abs(sum(p * g)) < delta / sqrt(size) * norm(p) * norm(g)"],
      ["unit", "p / ((byRow ? length : norm(p)) + eps)"],
      ["radial", "byRow ? rowSum(unit * d) : (whole ? sum(unit * d) : 0)"],
      ["ratio", "byRow || whole ? decayRatio : 1"],
      ["p", "(1 - lr * weightDecay * decays * ratio) * p - lr / (1 - beta1^t) * (d - radial * unit)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\nd &\\leftarrow \\frac{m}{\\sqrt{\\frac{v}{1 - \\beta_{2}^{t}}} + \\epsilon} \\\\\n\\mathrm{length} &\\leftarrow \\sqrt{\\operatorname{rowSum}\\left(\\theta^{2}\\right)} \\\\\n\\mathrm{along} &\\leftarrow \\operatorname{sum}\\left(\\left|\\operatorname{rowSum}\\left(\\theta\\,g\\right)\\right| > \\frac{\\mathrm{delta}}{\\sqrt{\\mathrm{cols}}}\\,\\mathrm{length}\\,\\sqrt{\\operatorname{rowSum}\\left(g^{2}\\right)}\\right) \\\\\n\\mathrm{byRow} &\\leftarrow \\mathrm{ndim} > 1 \\land \\mathrm{along} = 0 \\\\\n\\mathrm{whole} &\\leftarrow \\mathrm{ndim} > 1 \\land \\left|\\operatorname{sum}\\left(\\theta\\,g\\right)\\right| < \\frac{\\mathrm{delta}}{\\sqrt{\\mathrm{size}}}\\,\\left\\lVert \\theta \\right\\rVert\\,\\left\\lVert g \\right\\rVert \\\\\n\\mathrm{unit} &\\leftarrow \\frac{\\theta}{\\left(\\begin{cases} \\mathrm{length} & \\mathrm{byRow} \\\\ \\left\\lVert \\theta \\right\\rVert & \\text{otherwise} \\end{cases}\\right) + \\epsilon} \\\\\n\\mathrm{radial} &\\leftarrow \\begin{cases} \\operatorname{rowSum}\\left(\\mathrm{unit}\\,d\\right) & \\mathrm{byRow} \\\\ \\begin{cases} \\operatorname{sum}\\left(\\mathrm{unit}\\,d\\right) & \\mathrm{whole} \\\\ 0 & \\text{otherwise} \\end{cases} & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{ratio} &\\leftarrow \\begin{cases} \\mathrm{decayRatio} & \\mathrm{byRow} \\lor \\mathrm{whole} \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\,\\mathrm{ratio}\\right)\\,\\theta - \\frac{\\alpha}{1 - \\beta_{1}^{t}}\\,\\left(d - \\mathrm{radial}\\,\\mathrm{unit}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><msqrt><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mrow><mi>rowSum</mi><mrow><mo>(</mo><msup><mi>θ</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt></mtd></mtr><mtr><mtd><mtext>along</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>sum</mi><mrow><mo>(</mo><mrow><mrow><mo>|</mo><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><mi>θ</mi><mo>⁢</mo><mi>g</mi></mrow><mo>)</mo></mrow></mrow><mo>|</mo></mrow><mo>></mo><mrow><mrow><mfrac><mtext>delta</mtext><msqrt><mtext>cols</mtext></msqrt></mfrac><mo rspace=\"0.17em\">⁢</mo><mtext>length</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><msqrt><mrow><mi>rowSum</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>byRow</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow><mo>∧</mo><mrow><mtext>along</mtext><mo>=</mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mtext>whole</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow><mo>∧</mo><mrow><mrow><mo>|</mo><mrow><mi>sum</mi><mrow><mo>(</mo><mrow><mi>θ</mi><mo>⁢</mo><mi>g</mi></mrow><mo>)</mo></mrow></mrow><mo>|</mo></mrow><mo>&lt;</mo><mrow><mrow><mfrac><mtext>delta</mtext><msqrt><mtext>size</mtext></msqrt></mfrac><mo>⁢</mo><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow></mrow><mo>⁢</mo><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>unit</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>θ</mi><mrow><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>length</mtext></mtd><mtd><mtext>byRow</mtext></mtd></mtr><mtr><mtd><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>radial</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><mtext>unit</mtext><mo rspace=\"0.17em\">⁢</mo><mi>d</mi></mrow><mo>)</mo></mrow></mrow></mtd><mtd><mtext>byRow</mtext></mtd></mtr><mtr><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>sum</mi><mrow><mo>(</mo><mrow><mtext>unit</mtext><mo rspace=\"0.17em\">⁢</mo><mi>d</mi></mrow><mo>)</mo></mrow></mrow></mtd><mtd><mtext>whole</mtext></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>ratio</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>decayRatio</mtext></mtd><mtd><mrow><mtext>byRow</mtext><mo>∨</mo><mtext>whole</mtext></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>ratio</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mrow><mfrac><mi>α</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>d</mi><mo>−</mo><mrow><mtext>radial</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>unit</mtext></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "delta",
        "default": 0.1,
        "range": [0, null],
        "meaning": "how small the cosine of gradient and weights must be, times √(their number)"
      },
      {
        "name": "decayRatio",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the factor on weight decay where the step was projected"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 4,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/clovaai/AdamP, 7f6f038), float64", "error": 7e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 11
  },
  {
    "id": "fromage",
    "name": "fromage",
    "family": "layerwise",
    "title": "Fromage",
    "paper": "https://arxiv.org/abs/2002.03432",
    "sentence": "Moves every layer by `lr` of its length, and shrinks it so that the lengths do not grow: the step follows from an analysis of how far weights may move before the network's function breaks.",
    "comment": "Moves every layer by `lr` of its length, and shrinks it so that the lengths do not grow: the step follows from an analysis of how far weights may move before the network's function breaks. There is nothing to tune but `lr` (Bernstein et al., 2020).",
    "equations": [
      ["ratio", "norm(p) > 0 && norm(g) > 0 ? norm(p) / norm(g) : 1"],
      ["p", "(p - lr * ratio * g) / sqrt(1 + lr^2)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{ratio} &\\leftarrow \\begin{cases} \\frac{\\left\\lVert \\theta \\right\\rVert}{\\left\\lVert g \\right\\rVert} & \\left\\lVert \\theta \\right\\rVert > 0 \\land \\left\\lVert g \\right\\rVert > 0 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\frac{\\theta - \\alpha\\,\\mathrm{ratio}\\,g}{\\sqrt{1 + \\alpha^{2}}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>ratio</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow></mfrac></mtd><mtd><mrow><mrow><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow><mo>></mo><mn>0</mn></mrow><mo>∧</mo><mrow><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mo>></mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>ratio</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow><msqrt><mrow><mn>1</mn><mo>+</mo><msup><mi>α</mi><mn>2</mn></msup></mrow></msqrt></mfrac></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      }
    ],
    "slots": [],
    "bytes": 0,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, Fromage, float64", "error": 0.000003 },
    "extremes": [],
    "mutants": 2
  },
  {
    "id": "lamb",
    "name": "lamb",
    "family": "layerwise",
    "title": "LAMB",
    "paper": "https://arxiv.org/abs/1904.00962",
    "sentence": "Adam whose step, decay included, is as long as the layer times `lr`: what LARS is to SGD.",
    "comment": "Adam whose step, decay included, is as long as the layer times `lr`: what LARS is to SGD. Both norms are taken as they are (φ is the identity), and there is no clipping by the model's norm, as in the paper and Optax; NVIDIA's version clips first (You et al., 2020).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["mHat", "m / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["u", "mHat / (sqrt(vHat) + eps) + weightDecay * decays * p"],
      ["ratio", "norm(p) > 0 && norm(u) > 0 ? norm(p) / norm(u) : 1"],
      ["p", "p - lr * ratio * u"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\nu &\\leftarrow \\frac{\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon} + \\lambda\\,\\mathrm{decays}\\,\\theta \\\\\n\\mathrm{ratio} &\\leftarrow \\begin{cases} \\frac{\\left\\lVert \\theta \\right\\rVert}{\\left\\lVert u \\right\\rVert} & \\left\\lVert \\theta \\right\\rVert > 0 \\land \\left\\lVert u \\right\\rVert > 0 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\mathrm{ratio}\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>ratio</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow><mrow><mo>‖</mo><mi>u</mi><mo>‖</mo></mrow></mfrac></mtd><mtd><mrow><mrow><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow><mo>></mo><mn>0</mn></mrow><mo>∧</mo><mrow><mrow><mo>‖</mo><mi>u</mi><mo>‖</mo></mrow><mo>></mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>ratio</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, lamb, decay masked where the role is bias, float64", "error": 7e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 5
  },
  {
    "id": "larc",
    "name": "larc",
    "family": "layerwise",
    "title": "LARC",
    "paper": "https://arxiv.org/abs/1708.03888",
    "sentence": "LARS that never exceeds the rate it is given: the layer's rate is the smaller of LARS's and `lr`, so no warm-up is needed to keep the first steps small.",
    "comment": "LARS that never exceeds the rate it is given: the layer's rate is the smaller of LARS's and `lr`, so no warm-up is needed to keep the first steps small. NVIDIA's clipping mode.",
    "equations": [
      ["length", "norm(g) + weightDecay * decays * norm(p)"],
      ["ratio", "norm(p) > 0 && norm(g) > 0 ? trust * norm(p) / length : 1"],
      ["v", "momentum * v + min(lr, ratio) * (g + weightDecay * decays * p)"],
      ["p", "p - v"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{length} &\\leftarrow \\left\\lVert g \\right\\rVert + \\lambda\\,\\mathrm{decays}\\,\\left\\lVert \\theta \\right\\rVert \\\\\n\\mathrm{ratio} &\\leftarrow \\begin{cases} \\frac{\\mathrm{trust}\\,\\left\\lVert \\theta \\right\\rVert}{\\mathrm{length}} & \\left\\lVert \\theta \\right\\rVert > 0 \\land \\left\\lVert g \\right\\rVert > 0 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\nv &\\leftarrow \\mu\\,v + \\min\\left(\\alpha, \\mathrm{ratio}\\right)\\,\\left(g + \\lambda\\,\\mathrm{decays}\\,\\theta\\right) \\\\\n\\theta &\\leftarrow \\theta - v\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>ratio</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mtext>trust</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow></mrow><mtext>length</mtext></mfrac></mtd><mtd><mrow><mrow><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow><mo>></mo><mn>0</mn></mrow><mo>∧</mo><mrow><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mo>></mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mi>min</mi><mrow><mo>(</mo><mi>α</mi><mo>,</mo><mtext>ratio</mtext><mo>)</mo></mrow></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>g</mi><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mi>v</mi></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "trust",
        "default": 0.001,
        "range": [0, null],
        "meaning": "the fraction of its length that a layer moves, η"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "timm 1.0.31, Lars (trust_clip=True, always_adapt=True, eps=0), float64", "error": 3e-7 },
    "extremes": [],
    "mutants": 3
  },
  {
    "id": "lars",
    "name": "lars",
    "family": "layerwise",
    "title": "LARS",
    "paper": "https://arxiv.org/abs/1708.03888",
    "sentence": "Every layer moves by a fixed fraction of its own length, so one rate fits layers whose gradients differ by orders of magnitude, and large batches train.",
    "comment": "Every layer moves by a fixed fraction of its own length, so one rate fits layers whose gradients differ by orders of magnitude, and large batches train. The ratio is the paper's, with the decayed length in its denominator; the rate is inside the velocity. Leave biases and scales to another rule with `partition` (You, Gitman and Ginsburg, 2017).",
    "equations": [
      ["length", "norm(g) + weightDecay * decays * norm(p)"],
      ["ratio", "norm(p) > 0 && norm(g) > 0 ? trust * norm(p) / length : 1"],
      ["v", "momentum * v + lr * ratio * (g + weightDecay * decays * p)"],
      ["p", "p - v"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{length} &\\leftarrow \\left\\lVert g \\right\\rVert + \\lambda\\,\\mathrm{decays}\\,\\left\\lVert \\theta \\right\\rVert \\\\\n\\mathrm{ratio} &\\leftarrow \\begin{cases} \\frac{\\mathrm{trust}\\,\\left\\lVert \\theta \\right\\rVert}{\\mathrm{length}} & \\left\\lVert \\theta \\right\\rVert > 0 \\land \\left\\lVert g \\right\\rVert > 0 \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\nv &\\leftarrow \\mu\\,v + \\alpha\\,\\mathrm{ratio}\\,\\left(g + \\lambda\\,\\mathrm{decays}\\,\\theta\\right) \\\\\n\\theta &\\leftarrow \\theta - v\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>ratio</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mtext>trust</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow></mrow><mtext>length</mtext></mfrac></mtd><mtd><mrow><mrow><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow><mo>></mo><mn>0</mn></mrow><mo>∧</mo><mrow><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mo>></mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>ratio</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mi>g</mi><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mi>v</mi></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "trust",
        "default": 0.001,
        "range": [0, null],
        "meaning": "the fraction of its length that a layer moves, η"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "timm 1.0.31, Lars (always_adapt=True, eps=0), float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 2
  },
  {
    "id": "nero",
    "name": "nero",
    "family": "layerwise",
    "title": "Nero",
    "paper": "https://arxiv.org/abs/2102.07227",
    "sentence": "Every neuron moves by `lr` in units of its own gradient's running norm, and is then put back to mean 0 and length 1: one rate fits every network, and there is no decay to tune.",
    "comment": "Every neuron moves by `lr` in units of its own gradient's running norm, and is then put back to mean 0 and length 1: one rate fits every network, and there is no decay to tune. Rows are neurons, one per output; elements of vectors are neurons of their own, without the constraint, and move in units of their first mean size. Weights are constrained before a step too, which changes them at the first only (Liu, Bernstein, Meister and Yue, 2021).",
    "equations": [
      ["length", "sqrt(rowSum((p - rowMean(p))^2))"],
      ["start", "ndim > 1 ? p / max(length, 1e-30) : p"],
      ["scale", "t > 1 ? scale : (norm(p) > 0 ? mean(abs(p)) : 0.01)"],
      ["v", "beta2 * v + (1 - beta2) * (ndim > 1 ? rowSum(g^2) : g^2)"],
      ["q", "start - lr * (ndim > 1 ? 1 : scale) * (v > 0 ? g / sqrt(v / (1 - beta2^t)) : 0)"],
      ["centred", "q - rowMean(q)"],
      ["newLength", "sqrt(rowSum(centred^2))"],
      ["p", "ndim > 1 ? centred / max(newLength, 1e-30) : q"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{length} &\\leftarrow \\sqrt{\\operatorname{rowSum}\\left(\\left(\\theta - \\operatorname{rowMean}\\left(\\theta\\right)\\right)^{2}\\right)} \\\\\n\\mathrm{start} &\\leftarrow \\begin{cases} \\frac{\\theta}{\\max\\left(\\mathrm{length}, 10^{-30}\\right)} & \\mathrm{ndim} > 1 \\\\ \\theta & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{scale} &\\leftarrow \\begin{cases} \\mathrm{scale} & t > 1 \\\\ \\begin{cases} \\operatorname{mean}\\left(\\left|\\theta\\right|\\right) & \\left\\lVert \\theta \\right\\rVert > 0 \\\\ 0.01 & \\text{otherwise} \\end{cases} & \\text{otherwise} \\end{cases} \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\left(\\begin{cases} \\operatorname{rowSum}\\left(g^{2}\\right) & \\mathrm{ndim} > 1 \\\\ g^{2} & \\text{otherwise} \\end{cases}\\right) \\\\\nq &\\leftarrow \\mathrm{start} - \\alpha\\,\\left(\\begin{cases} 1 & \\mathrm{ndim} > 1 \\\\ \\mathrm{scale} & \\text{otherwise} \\end{cases}\\right)\\,\\left(\\begin{cases} \\frac{g}{\\sqrt{\\frac{v}{1 - \\beta_{2}^{t}}}} & v > 0 \\\\ 0 & \\text{otherwise} \\end{cases}\\right) \\\\\n\\mathrm{centred} &\\leftarrow q - \\operatorname{rowMean}\\left(q\\right) \\\\\n\\mathrm{newLength} &\\leftarrow \\sqrt{\\operatorname{rowSum}\\left(\\mathrm{centred}^{2}\\right)} \\\\\n\\theta &\\leftarrow \\begin{cases} \\frac{\\mathrm{centred}}{\\max\\left(\\mathrm{newLength}, 10^{-30}\\right)} & \\mathrm{ndim} > 1 \\\\ q & \\text{otherwise} \\end{cases}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mrow><mi>rowSum</mi><mrow><mo>(</mo><msup><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><mi>θ</mi><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt></mtd></mtr><mtr><mtd><mtext>start</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mi>θ</mi><mrow><mi>max</mi><mrow><mo>(</mo><mtext>length</mtext><mo>,</mo><msup><mn>10</mn><mn>−30</mn></msup><mo>)</mo></mrow></mrow></mfrac></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>scale</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>scale</mtext></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>mean</mi><mrow><mo>(</mo><mrow><mo>|</mo><mi>θ</mi><mo>|</mo></mrow><mo>)</mo></mrow></mrow></mtd><mtd><mrow><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mn>0.01</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>rowSum</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><msup><mi>g</mi><mn>2</mn></msup></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>q</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>start</mtext><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mn>1</mn></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mtext>scale</mtext></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mi>g</mi><msqrt><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt></mfrac></mtd><mtd><mrow><mi>v</mi><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>centred</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>q</mi><mo>−</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><mi>q</mi><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>newLength</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mrow><mi>rowSum</mi><mrow><mo>(</mo><msup><mtext>centred</mtext><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mtext>centred</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mtext>newLength</mtext><mo>,</mo><msup><mn>10</mn><mn>−30</mn></msup><mo>)</mo></mrow></mrow></mfrac></mtd><mtd><mrow><mtext>ndim</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>q</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared lengths is kept at each step"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "scale", "place": "scalar", "init": 0 }
    ],
    "bytes": 4,
    "passes": 5,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/jxbz/nero, 32436c0), float64", "error": 6e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 12
  },
  {
    "id": "novograd",
    "name": "novograd",
    "family": "layerwise",
    "title": "NovoGrad",
    "paper": "https://arxiv.org/abs/1905.11286",
    "sentence": "One second moment per layer instead of one per weight: the gradient is divided by the running norm of its layer, then decayed, then summed.",
    "comment": "One second moment per layer instead of one per weight: the gradient is divided by the running norm of its layer, then decayed, then summed. Half of Adam's memory. The first norm is taken whole, so no correction is needed; betas are the paper's, and Optax has 0.9 and 0.25 (Ginsburg et al., 2019).",
    "equations": [
      ["v", "t > 1 ? beta2 * v + (1 - beta2) * norm(g)^2 : norm(g)^2"],
      ["m", "beta1 * m + (g / (sqrt(v) + eps) + weightDecay * decays * p)"],
      ["p", "p - lr * m"]
    ],
    "latex": "\\begin{aligned}\nv &\\leftarrow \\begin{cases} \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\left\\lVert g \\right\\rVert^{2} & t > 1 \\\\ \\left\\lVert g \\right\\rVert^{2} & \\text{otherwise} \\end{cases} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\frac{g}{\\sqrt{v} + \\epsilon} + \\lambda\\,\\mathrm{decays}\\,\\theta \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,m\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mn>2</mn></msup></mrow></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><msup><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mn>2</mn></msup></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mfrac><mi>g</mi><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>m</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the sum of normalised gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.98,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared norms is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "scalar", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, NovoGrad, float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "adamuon",
    "name": "adamuon",
    "family": "orthogonal",
    "title": "AdaMuon",
    "paper": "https://arxiv.org/abs/2507.11005",
    "sentence": "Muon of the momentum's sign, each element then divided by its running root mean square: as orthogonal as Muon and as adaptive as Adam.",
    "comment": "Muon of the momentum's sign, each element then divided by its running root mean square: as orthogonal as Muon and as adaptive as Adam. Steps are as large as Adam's usually are, 0.2 per element. As in the authors' code, which rounds its iteration to bfloat16 (Si, Zhang and Shen, 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "momentum * m + (1 - momentum) * g"],
      ["o", "orthogonal(sign(momentum * m + (1 - momentum) * g))"],
      ["v", "momentum * v + (1 - momentum) * o^2"],
      ["u", "o / (sqrt(v) + eps)"],
      ["p", "p - 0.2 * lr * sqrt(size) / (norm(u) + eps) * u"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\no &\\leftarrow \\operatorname{orthogonal}\\left(\\operatorname{sign}\\left(\\mu\\,m + \\left(1 - \\mu\\right)\\,g\\right)\\right) \\\\\nv &\\leftarrow \\mu\\,v + \\left(1 - \\mu\\right)\\,o^{2} \\\\\nu &\\leftarrow \\frac{o}{\\sqrt{v} + \\epsilon} \\\\\n\\theta &\\leftarrow \\theta - \\frac{0.2\\,\\alpha\\,\\sqrt{\\mathrm{size}}}{\\left\\lVert u \\right\\rVert + \\epsilon}\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>o</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>orthogonal</mi><mrow><mo>(</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>o</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>o</mi><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mrow><mn>0.2</mn><mo>⁢</mo><mi>α</mi></mrow><mo>⁢</mo><msqrt><mtext>size</mtext></msqrt></mrow><mrow><mrow><mo>‖</mo><mi>u</mi><mo>‖</mo></mrow><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.02,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/Chongjie-Si/AdaMuon, 369f0b3), its iteration in float64 in place of bfloat16",
      "error": 0.000004
    },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "dion",
    "name": "dion",
    "family": "orthogonal",
    "title": "Dion",
    "paper": "https://arxiv.org/abs/2504.05295",
    "sentence": "Low-rank Muon: one step of power iteration finds the momentum's leading directions.",
    "comment": "Low-rank Muon: one step of power iteration finds the momentum's leading directions. Only these are made orthogonal; the rest stays in the momentum for later. State and work shrink with `rank`. As in the authors' plain form; bases are computed on the host (Ahn et al., 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["b", "m + g"],
      ["a", "qr(b @ q)"],
      ["r", "b' @ a"],
      ["m", "b - (1 - momentum) * a @ r'"],
      ["q", "r / (sqrt(columnSum(r^2)) + eps)"],
      ["p", "p - lr * sqrt(rows / cols) * a @ q'"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nb &\\leftarrow m + g \\\\\na &\\leftarrow \\operatorname{qr}\\left(b\\,q\\right) \\\\\nr &\\leftarrow b^{\\top}\\,a \\\\\nm &\\leftarrow b - \\left(1 - \\mu\\right)\\,a\\,r^{\\top} \\\\\nq &\\leftarrow \\frac{r}{\\sqrt{\\operatorname{columnSum}\\left(r^{2}\\right)} + \\epsilon} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\sqrt{\\frac{\\mathrm{rows}}{\\mathrm{cols}}}\\,a\\,q^{\\top}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>m</mi><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>a</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>qr</mi><mrow><mo>(</mo><mrow><mi>b</mi><mo>⁢</mo><mi>q</mi></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>b</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>a</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>b</mi><mo>−</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>a</mi></mrow><mo>⁢</mo><msup><mi>r</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>q</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>r</mi><mrow><msqrt><mrow><mi>columnSum</mi><mrow><mo>(</mo><msup><mi>r</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mi>α</mi><mo>⁢</mo><msqrt><mfrac><mtext>rows</mtext><mtext>cols</mtext></mfrac></msqrt></mrow><mo>⁢</mo><mi>a</mi></mrow><mo>⁢</mo><msup><mi>q</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "rank",
        "default": 768,
        "range": [1, null],
        "meaning": "the number of directions, at most the smaller side"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      {
        "name": "q",
        "place": ["cols", "rank"],
        "init": "normal"
      }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "the authors' code (github.com/microsoft/dion, 0a059a4, dion_simple.py), float64",
      "error": 0.000002
    },
    "extremes": [],
    "mutants": 3
  },
  {
    "id": "mars-shampoo",
    "name": "marsShampoo",
    "family": "orthogonal",
    "title": "MARS-Shampoo",
    "paper": "https://arxiv.org/abs/2411.10438",
    "sentence": "Muon's step by MARS's gradient, whose variance is reduced by the one before.",
    "comment": "Muon's step by MARS's gradient, whose variance is reduced by the one before. The authors' form of Shampoo without memory; they step vectors with AdamW. The gradient before the first counts as 0, as in their code (Yuan et al., 2024).",
    "equations": [
      ["raw", "g + gamma * beta1 / (1 - beta1) * (g - last)"],
      ["c", "raw / max(norm(raw), 1)"],
      ["last", "g"],
      ["m", "beta1 * m + (1 - beta1) * c"],
      ["p", "(1 - lr * weightDecay * decays) * p - lr * sqrt(max(1, rows / cols)) * orthogonal(m / (1 - beta1))"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\mathrm{raw} &\\leftarrow g + \\frac{\\mathrm{gamma}\\,\\beta_{1}}{1 - \\beta_{1}}\\,\\left(g - \\mathrm{last}\\right) \\\\\nc &\\leftarrow \\frac{\\mathrm{raw}}{\\max\\left(\\left\\lVert \\mathrm{raw} \\right\\rVert, 1\\right)} \\\\\n\\mathrm{last} &\\leftarrow g \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,c \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta - \\alpha\\,\\sqrt{\\max\\left(1, \\frac{\\mathrm{rows}}{\\mathrm{cols}}\\right)}\\,\\operatorname{orthogonal}\\left(\\frac{m}{1 - \\beta_{1}}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mtext>raw</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>g</mi><mo>+</mo><mrow><mfrac><mrow><mtext>gamma</mtext><mo rspace=\"0.17em\">⁢</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow></mfrac><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>g</mi><mo>−</mo><mtext>last</mtext></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mtext>raw</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mo>‖</mo><mtext>raw</mtext><mo>‖</mo></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>g</mi></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>c</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mi>max</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mtext>rows</mtext><mtext>cols</mtext></mfrac><mo>)</mo></mrow></mrow></msqrt></mrow><mo>⁢</mo><mrow><mi>orthogonal</mi><mrow><mo>(</mo><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow></mfrac><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.003,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "gamma",
        "default": 0.025,
        "range": [0, null],
        "meaning": "how much of the change of the gradient is added, times beta1/(1 − beta1); γ"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "last", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/AGI-Arena/MARS, 4831e28), its iteration in float64 in place of bfloat16",
      "error": 0.000001
    },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "muon",
    "name": "muon",
    "family": "orthogonal",
    "title": "Muon",
    "paper": "https://kellerjordan.github.io/posts/muon/",
    "sentence": "Momentum whose matrix is made orthogonal: every direction of the update gets about the same length.",
    "comment": "Momentum whose matrix is made orthogonal: every direction of the update gets about the same length (Jordan et al., 2024). For hidden matrices, and for convolutions read as matrices of outputs by inputs; give embeddings, biases and the last layer another rule. As in PyTorch, whose iteration rounds to bfloat16; here it is float32.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "momentum * m + (1 - momentum) * g"],
      ["ahead", "momentum * m + (1 - momentum) * g"],
      ["p", "p - lr * sqrt(max(1, rows / cols)) * orthogonal(ahead)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\n\\mathrm{ahead} &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\sqrt{\\max\\left(1, \\frac{\\mathrm{rows}}{\\mathrm{cols}}\\right)}\\,\\operatorname{orthogonal}\\left(\\mathrm{ahead}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>ahead</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mi>max</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mtext>rows</mtext><mtext>cols</mtext></mfrac><mo>)</mo></mrow></mrow></msqrt></mrow><mo>⁢</mo><mrow><mi>orthogonal</mi><mrow><mo>(</mo><mtext>ahead</mtext><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "weightDecay",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "torch 2.13.0, torch.optim.Muon, its iteration in float64 in place of bfloat16",
      "error": 0.000002
    },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "muon-match-rms",
    "name": "muonMatchRms",
    "family": "orthogonal",
    "title": "Muon, matched to AdamW",
    "paper": "https://arxiv.org/abs/2502.16982",
    "sentence": "Muon whose steps are as large as AdamW's usually are, 0.2 per element on average, so that AdamW's rate and decay can be kept (Liu et al., 2025): PyTorch's `match_rms_adamw`.",
    "comment": "Muon whose steps are as large as AdamW's usually are, 0.2 per element on average, so that AdamW's rate and decay can be kept (Liu et al., 2025): PyTorch's `match_rms_adamw`.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "momentum * m + (1 - momentum) * g"],
      ["ahead", "momentum * m + (1 - momentum) * g"],
      ["p", "p - 0.2 * lr * sqrt(max(rows, cols)) * orthogonal(ahead)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\n\\mathrm{ahead} &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\n\\theta &\\leftarrow \\theta - 0.2\\,\\alpha\\,\\sqrt{\\max\\left(\\mathrm{rows}, \\mathrm{cols}\\right)}\\,\\operatorname{orthogonal}\\left(\\mathrm{ahead}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>ahead</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mn>0.2</mn><mo>⁢</mo><mi>α</mi></mrow><mo>⁢</mo><msqrt><mrow><mi>max</mi><mrow><mo>(</mo><mtext>rows</mtext><mo>,</mo><mtext>cols</mtext><mo>)</mo></mrow></mrow></msqrt></mrow><mo>⁢</mo><mrow><mi>orthogonal</mi><mrow><mo>(</mo><mtext>ahead</mtext><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "weightDecay",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "torch 2.13.0, torch.optim.Muon (adjust_lr_fn=match_rms_adamw), its iteration in float64 in place of bfloat16",
      "error": 0.000004
    },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "muon-polar-express",
    "name": "muonPolarExpress",
    "family": "orthogonal",
    "title": "Muon with Polar Express",
    "paper": "https://arxiv.org/abs/2505.16932",
    "sentence": "Muon with five different polynomials instead of the same one five times: each is the best for what the one before it leaves, so the result is closer to orthogonal for the same work.",
    "comment": "Muon with five different polynomials instead of the same one five times: each is the best for what the one before it leaves, so the result is closer to orthogonal for the same work (Amsel et al., 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "momentum * m + (1 - momentum) * g"],
      ["ahead", "momentum * m + (1 - momentum) * g"],
      ["p", "p - lr * sqrt(max(1, rows / cols)) * orthogonal(ahead)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\n\\mathrm{ahead} &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\sqrt{\\max\\left(1, \\frac{\\mathrm{rows}}{\\mathrm{cols}}\\right)}\\,\\operatorname{orthogonal}\\left(\\mathrm{ahead}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>ahead</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mi>max</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mtext>rows</mtext><mtext>cols</mtext></mfrac><mo>)</mo></mrow></mrow></msqrt></mrow><mo>⁢</mo><mrow><mi>orthogonal</mi><mrow><mo>(</mo><mtext>ahead</mtext><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "weightDecay",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "timm 1.0.31, Muon (ns_coefficients=polar_express, safety_factor=1.01), its iteration in float64 in place of bfloat16",
      "error": 0.000005
    },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "normuon",
    "name": "normuon",
    "family": "orthogonal",
    "title": "NorMuon",
    "paper": "https://arxiv.org/abs/2510.05491",
    "sentence": "Muon whose rows, one per neuron, are normalized by a running mean of their squares, because the iteration leaves some rows longer than others; the length of the whole update stays the same.",
    "comment": "Muon whose rows, one per neuron, are normalized by a running mean of their squares, because the iteration leaves some rows longer than others; the length of the whole update stays the same. As in the authors' code, which rounds its iteration to bfloat16 (Li et al., 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "momentum * m + (1 - momentum) * g"],
      ["o", "orthogonal(momentum * m + (1 - momentum) * g)"],
      ["v", "beta2 * v + (1 - beta2) * rowMean(o^2)"],
      ["u", "o / (sqrt(v) + 1e-10)"],
      ["p", "p - lr * sqrt(max(1, rows / cols)) * norm(o) / (norm(u) + 1e-10) * u"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\no &\\leftarrow \\operatorname{orthogonal}\\left(\\mu\\,m + \\left(1 - \\mu\\right)\\,g\\right) \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\operatorname{rowMean}\\left(o^{2}\\right) \\\\\nu &\\leftarrow \\frac{o}{\\sqrt{v} + 10^{-10}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\sqrt{\\max\\left(1, \\frac{\\mathrm{rows}}{\\mathrm{cols}}\\right)}\\,\\left\\lVert o \\right\\rVert}{\\left\\lVert u \\right\\rVert + 10^{-10}}\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>o</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>orthogonal</mi><mrow><mo>(</mo><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><msup><mi>o</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>o</mi><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><msup><mn>10</mn><mn>−10</mn></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mi>max</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mtext>rows</mtext><mtext>cols</mtext></mfrac><mo>)</mo></mrow></mrow></msqrt></mrow><mo>⁢</mo><mrow><mo>‖</mo><mi>o</mi><mo>‖</mo></mrow></mrow><mrow><mrow><mo>‖</mo><mi>u</mi><mo>‖</mo></mrow><mo>+</mo><msup><mn>10</mn><mn>−10</mn></msup></mrow></mfrac><mo>⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.02,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "beta2",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of squares per row is kept at each step"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "row", "init": 0 }
    ],
    "bytes": 4,
    "passes": 4,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/zichongli5/NorMuon, d45c9a4), its iteration in float64 in place of bfloat16",
      "error": 0.000001
    },
    "extremes": [],
    "mutants": 6
  },
  {
    "id": "osgdm",
    "name": "osgdm",
    "family": "orthogonal",
    "title": "Orthogonal SGDM",
    "paper": "https://arxiv.org/abs/2202.07052",
    "sentence": "Momentum of gradients that are each made orthogonal first, U V' of the singular value decomposition, so that every filter learns at the same pace.",
    "comment": "Momentum of gradients that are each made orthogonal first, U V' of the singular value decomposition, so that every filter learns at the same pace. Muon makes the momentum orthogonal instead. It takes fourteen steps of an iteration, where the authors use the decomposition (Tuddenham, Prügel-Bennett and Hare, 2022).",
    "equations": [
      ["b", "momentum * b + polar(g)"],
      ["p", "p - lr * b"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\nb &\\leftarrow \\mu\\,b + \\operatorname{polar}\\left(g\\right) \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,b\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mrow><mi>polar</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>b</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/MarkTuddenham/Orthogonal-Optimisers, 579d6c0), torch.optim.SGD, float64",
      "error": 0.000001
    },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "scion",
    "name": "scion",
    "family": "orthogonal",
    "title": "Scion",
    "paper": "https://arxiv.org/abs/2502.07529",
    "sentence": "A conditional gradient in the spectral norm: the orthogonal matrix times √(outputs / inputs), so that a rate found for a narrow network holds for a wide one.",
    "comment": "A conditional gradient in the spectral norm: the orthogonal matrix times √(outputs / inputs), so that a rate found for a narrow network holds for a wide one. `weightDecay` 1 keeps weights within a ball of radius `scale`, as the authors constrain them; 0 is their unconstrained form. Convolutions are matrices here, without the authors' division by the kernel's size. The authors' `momentum` is 1 minus this one (Pethick et al., 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "momentum * m + (1 - momentum) * g"],
      ["p", "p - lr * scale * sqrt(rows / cols) * orthogonal(m)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\mathrm{scale}\\,\\sqrt{\\frac{\\mathrm{rows}}{\\mathrm{cols}}}\\,\\operatorname{orthogonal}\\left(m\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>scale</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><msqrt><mfrac><mtext>rows</mtext><mtext>cols</mtext></mfrac></msqrt></mrow><mo>⁢</mo><mrow><mi>orthogonal</mi><mrow><mo>(</mo><mi>m</mi><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "scale",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "the radius of the ball that the weights are drawn to"
      },
      {
        "name": "weightDecay",
        "default": 1,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/LIONS-EPFL/scion, f58a393), its iteration in float64 in place of bfloat16",
      "error": 0.000001
    },
    "extremes": [],
    "mutants": 2
  },
  {
    "id": "scion-sign",
    "name": "scionSign",
    "family": "orthogonal",
    "title": "Scion, last layer",
    "paper": "https://arxiv.org/abs/2502.07529",
    "sentence": "Scion's step for the last layer, measured by its largest element: the conditional gradient is the sign, divided by the number of inputs.",
    "comment": "Scion's step for the last layer, measured by its largest element: the conditional gradient is the sign, divided by the number of inputs. `weightDecay` 1 keeps weights within a ball of radius `scale`; the authors' `momentum` is 1 minus this one (Pethick et al., 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "m + (1 - momentum) * (g - m)"],
      ["p", "p - lr * scale / cols * sign(m)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow m + \\left(1 - \\mu\\right)\\,\\left(g - m\\right) \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\mathrm{scale}}{\\mathrm{cols}}\\,\\operatorname{sign}\\left(m\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>m</mi><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>g</mi><mo>−</mo><mi>m</mi></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>scale</mtext></mrow><mtext>cols</mtext></mfrac><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mi>m</mi><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "scale",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "the radius of the ball that the weights are drawn to"
      },
      {
        "name": "weightDecay",
        "default": 1,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/LIONS-EPFL/scion, f58a393), its iteration in float64 in place of bfloat16",
      "error": 9e-7
    },
    "extremes": [],
    "mutants": 2
  },
  {
    "id": "spectral-sphere",
    "name": "spectralSphere",
    "family": "orthogonal",
    "title": "Spectral Sphere",
    "paper": "https://arxiv.org/abs/2601.08393",
    "sentence": "Muon on a sphere: every matrix keeps the spectral norm √(outputs / inputs) of the maximal update parametrization, and its step, which has that norm times the rate, is the steepest one along that sphere.",
    "comment": "Muon on a sphere: every matrix keeps the spectral norm √(outputs / inputs) of the maximal update parametrization, and its step, which has that norm times the rate, is the steepest one along that sphere (Xie et al., 2026). For hidden matrices; the first step takes weights to their sphere, wherever they began, and a decay of weights would be taken back. What keeps a step along the sphere is a root, found by ten halvings and three chords, so that a step costs 336 products of matrices. The authors stop where a tolerance is met, and compute in bfloat16.",
    "equations": [
      ["m", "momentum * m + (1 - momentum) * g"],
      ["ahead", "momentum * m + (1 - momentum) * g"],
      ["unit", "ahead / max(norm(ahead), 1e-7)"],
      ["target", "radius * sqrt(rows / cols)"],
      ["across", "sqrt(size) * top(p)"],
      ["sphere", "p * (target / (max(sum(across * p), 0) + 1e-7))"],
      ["p", "sphere - lr * target * tangent(unit, across)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\nm &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\n\\mathrm{ahead} &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\n\\mathrm{unit} &\\leftarrow \\frac{\\mathrm{ahead}}{\\max\\left(\\left\\lVert \\mathrm{ahead} \\right\\rVert, 10^{-7}\\right)} \\\\\n\\mathrm{target} &\\leftarrow \\mathrm{radius}\\,\\sqrt{\\frac{\\mathrm{rows}}{\\mathrm{cols}}} \\\\\n\\mathrm{across} &\\leftarrow \\sqrt{\\mathrm{size}}\\,\\operatorname{top}\\left(\\theta\\right) \\\\\n\\mathrm{sphere} &\\leftarrow \\theta\\,\\frac{\\mathrm{target}}{\\max\\left(\\operatorname{sum}\\left(\\mathrm{across}\\,\\theta\\right), 0\\right) + 10^{-7}} \\\\\n\\theta &\\leftarrow \\mathrm{sphere} - \\alpha\\,\\mathrm{target}\\,\\operatorname{tangent}\\left(\\mathrm{unit}, \\mathrm{across}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>ahead</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>unit</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mtext>ahead</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mo>‖</mo><mtext>ahead</mtext><mo>‖</mo></mrow><mo>,</mo><msup><mn>10</mn><mn>−7</mn></msup><mo>)</mo></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>target</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>radius</mtext><mo rspace=\"0.17em\">⁢</mo><msqrt><mfrac><mtext>rows</mtext><mtext>cols</mtext></mfrac></msqrt></mrow></mtd></mtr><mtr><mtd><mtext>across</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msqrt><mtext>size</mtext></msqrt><mo>⁢</mo><mrow><mi>top</mi><mrow><mo>(</mo><mi>θ</mi><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>sphere</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>⁢</mo><mfrac><mtext>target</mtext><mrow><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>sum</mi><mrow><mo>(</mo><mrow><mtext>across</mtext><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow><mo>,</mo><mn>0</mn><mo>)</mo></mrow></mrow><mo>+</mo><msup><mn>10</mn><mn>−7</mn></msup></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>sphere</mtext><mo>−</mo><mrow><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>target</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mrow><mi>tangent</mi><mrow><mo>(</mo><mtext>unit</mtext><mo>,</mo><mtext>across</mtext><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.02,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "radius",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "the spectral norm, in units of √(outputs / inputs)"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 48,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/Unakar/Spectral-Sphere-Optimizer, 304d7a4), its iteration in float64 in place of bfloat16, its root to 1e-9",
      "error": 0.000001
    },
    "extremes": [],
    "mutants": 9
  },
  {
    "id": "swan",
    "name": "swan",
    "family": "orthogonal",
    "title": "SWAN",
    "paper": "https://arxiv.org/abs/2412.13148",
    "sentence": "SGD without state whose gradient is first standardized per row, then whitened, (G G')^(-1/2) G, by ten steps of an iteration, and rescaled to its length.",
    "comment": "SGD without state whose gradient is first standardized per row, then whitened, (G G')^(-1/2) G, by ten steps of an iteration, and rescaled to its length. Whitening corrects for curvature, as Adam's moments do (Ma et al., 2024).",
    "equations": [
      ["centred", "g - rowMean(g)"],
      ["n", "centred / max(sqrt(rowMean(centred^2)), 1e-30)"],
      ["w", "whitened(n)"],
      ["p", "p - lr * norm(n) / max(norm(w), 1e-30) * w"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\mathrm{centred} &\\leftarrow g - \\operatorname{rowMean}\\left(g\\right) \\\\\nn &\\leftarrow \\frac{\\mathrm{centred}}{\\max\\left(\\sqrt{\\operatorname{rowMean}\\left(\\mathrm{centred}^{2}\\right)}, 10^{-30}\\right)} \\\\\nw &\\leftarrow \\operatorname{whitened}\\left(n\\right) \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\left\\lVert n \\right\\rVert}{\\max\\left(\\left\\lVert w \\right\\rVert, 10^{-30}\\right)}\\,w\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mtext>centred</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>g</mi><mo>−</mo><mrow><mi>rowMean</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mtext>centred</mtext><mrow><mi>max</mi><mrow><mo>(</mo><msqrt><mrow><mi>rowMean</mi><mrow><mo>(</mo><msup><mtext>centred</mtext><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt><mo>,</mo><msup><mn>10</mn><mn>−30</mn></msup><mo>)</mo></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mi>w</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>whitened</mi><mrow><mo>(</mo><mi>n</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>‖</mo><mi>n</mi><mo>‖</mo></mrow></mrow><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mo>‖</mo><mi>w</mi><mo>‖</mo></mrow><mo>,</mo><msup><mn>10</mn><mn>−30</mn></msup><mo>)</mo></mrow></mrow></mfrac><mo>⁢</mo><mi>w</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      }
    ],
    "slots": [],
    "bytes": 0,
    "passes": 5,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "numpy 2.4.6, a float64 transcription of arXiv:2412.13148v3, Algorithm 1, whose steps are Algorithm 3 (GradNorm) and Algorithm 2 (GradWhitening: Y ← ½ Y (3I − ZY), Z ← ½ (3I − ZY) Z, ten times here)",
      "error": 0.000005
    },
    "extremes": [],
    "mutants": 5
  },
  {
    "id": "dadapt-adagrad",
    "name": "dadaptAdagrad",
    "family": "parameter-free",
    "title": "D-Adapt Adagrad",
    "paper": "https://arxiv.org/abs/2301.07733",
    "sentence": "Adagrad that finds its own rate, from dual averaging: every step starts from where training began, and goes along the weighted sum of all gradients.",
    "comment": "Adagrad that finds its own rate, from dual averaging: every step starts from where training began, and goes along the weighted sum of all gradients (Defazio and Mishchenko, 2023). Leave `lr` at 1; schedules multiply it. A parameter without a gradient keeps its share of the estimate.",
    "equations": [
      ["rate", "d * lr"],
      ["old", "s^2 / (sqrt(a) + eps)"],
      ["oldLength", "abs(s)"],
      ["a", "a + g^2"],
      ["s", "s + rate * g"],
      ["squares", "squares + total(rate^2 * g^2 / (sqrt(a) + eps))"],
      ["weighted", "weighted + total(s^2 / (sqrt(a) + eps) - old)"],
      ["length", "length + total(abs(s) - oldLength)"],
      ["d", "max(d, (weighted - squares) / (length + 1e-30))"],
      ["p", "momentum * p + (1 - momentum) * (x0 - s / (sqrt(a) + eps))"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{rate} &\\leftarrow d\\,\\alpha \\\\\n\\mathrm{old} &\\leftarrow \\frac{s^{2}}{\\sqrt{a} + \\epsilon} \\\\\n\\mathrm{oldLength} &\\leftarrow \\left|s\\right| \\\\\na &\\leftarrow a + g^{2} \\\\\ns &\\leftarrow s + \\mathrm{rate}\\,g \\\\\n\\mathrm{squares} &\\leftarrow \\mathrm{squares} + \\operatorname{total}\\left(\\frac{\\mathrm{rate}^{2}\\,g^{2}}{\\sqrt{a} + \\epsilon}\\right) \\\\\n\\mathrm{weighted} &\\leftarrow \\mathrm{weighted} + \\operatorname{total}\\left(\\frac{s^{2}}{\\sqrt{a} + \\epsilon} - \\mathrm{old}\\right) \\\\\n\\mathrm{length} &\\leftarrow \\mathrm{length} + \\operatorname{total}\\left(\\left|s\\right| - \\mathrm{oldLength}\\right) \\\\\nd &\\leftarrow \\max\\left(d, \\frac{\\mathrm{weighted} - \\mathrm{squares}}{\\mathrm{length} + 10^{-30}}\\right) \\\\\n\\theta &\\leftarrow \\mu\\,\\theta + \\left(1 - \\mu\\right)\\,\\left(x_{0} - \\frac{s}{\\sqrt{a} + \\epsilon}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>d</mi><mo>⁢</mo><mi>α</mi></mrow></mtd></mtr><mtr><mtd><mtext>old</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><msup><mi>s</mi><mn>2</mn></msup><mrow><msqrt><mi>a</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>oldLength</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>|</mo><mi>s</mi><mo>|</mo></mrow></mtd></mtr><mtr><mtd><mi>a</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>a</mi><mo>+</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>s</mi><mo>+</mo><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>squares</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>squares</mtext><mo>+</mo><mrow><mi>total</mi><mrow><mo>(</mo><mfrac><mrow><msup><mtext>rate</mtext><mn>2</mn></msup><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow><mrow><msqrt><mi>a</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>weighted</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>weighted</mtext><mo>+</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mfrac><msup><mi>s</mi><mn>2</mn></msup><mrow><msqrt><mi>a</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>−</mo><mtext>old</mtext></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>length</mtext><mo>+</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mrow><mo>|</mo><mi>s</mi><mo>|</mo></mrow><mo>−</mo><mtext>oldLength</mtext></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mi>d</mi><mo>,</mo><mfrac><mrow><mtext>weighted</mtext><mo>−</mo><mtext>squares</mtext></mrow><mrow><mtext>length</mtext><mo>+</mo><msup><mn>10</mn><mn>−30</mn></msup></mrow></mfrac><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>θ</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><msub><mi>x</mi><mn>0</mn></msub><mo>−</mo><mfrac><mi>s</mi><mrow><msqrt><mi>a</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "d0",
        "default": 0.000001,
        "range": [5e-324, null],
        "meaning": "the first estimate, too small for any problem"
      },
      {
        "name": "initial",
        "default": 0.000001,
        "range": [5e-324, null],
        "meaning": "where the running sum or mean of squares starts"
      }
    ],
    "slots": [
      { "name": "x0", "place": "tensor", "init": "p" },
      { "name": "s", "place": "tensor", "init": 0 },
      { "name": "a", "place": "tensor", "init": "initial" },
      { "name": "squares", "place": "model", "init": 0 },
      { "name": "weighted", "place": "model", "init": 0 },
      { "name": "length", "place": "model", "init": 0 },
      { "name": "d", "place": "model", "init": "d0" }
    ],
    "bytes": 12,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/facebookresearch/dadaptation, c984980), float64",
      "error": 0.000002
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the squares are infinite, and infinity over infinity is NaN."
    ],
    "mutants": 3
  },
  {
    "id": "dadapt-adam",
    "name": "dadaptAdam",
    "family": "parameter-free",
    "title": "D-Adapt Adam",
    "paper": "https://arxiv.org/abs/2301.07733",
    "sentence": "Adam that finds its own rate: a lower bound of the distance to the solution, for the whole model, from how well the gradients agree with their weighted sum.",
    "comment": "Adam that finds its own rate: a lower bound of the distance to the solution, for the whole model, from how well the gradients agree with their weighted sum (Defazio and Mishchenko, 2023). Leave `lr` at 1; schedules multiply it. Moments are not corrected for starting at 0, as in the authors' code. A parameter without a gradient keeps its share of the estimate.",
    "equations": [
      ["kept", "sqrt(beta2)"],
      ["rate", "d * lr"],
      ["r", "kept * r + (1 - kept) * total(rate * g * s / (sqrt(v) + eps))"],
      ["m", "beta1 * m + (1 - beta1) * rate * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["s", "kept * s + (1 - kept) * rate * g"],
      ["d", "max(d, r / ((1 - kept) * total(abs(s)) + 1e-30))"],
      ["p", "(1 - weightDecay * decays * rate) * p - m / (sqrt(v) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{kept} &\\leftarrow \\sqrt{\\beta_{2}} \\\\\n\\mathrm{rate} &\\leftarrow d\\,\\alpha \\\\\nr &\\leftarrow \\mathrm{kept}\\,r + \\left(1 - \\mathrm{kept}\\right)\\,\\operatorname{total}\\left(\\frac{\\mathrm{rate}\\,g\\,s}{\\sqrt{v} + \\epsilon}\\right) \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,\\mathrm{rate}\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\ns &\\leftarrow \\mathrm{kept}\\,s + \\left(1 - \\mathrm{kept}\\right)\\,\\mathrm{rate}\\,g \\\\\nd &\\leftarrow \\max\\left(d, \\frac{r}{\\left(1 - \\mathrm{kept}\\right)\\,\\operatorname{total}\\left(\\left|s\\right|\\right) + 10^{-30}}\\right) \\\\\n\\theta &\\leftarrow \\left(1 - \\lambda\\,\\mathrm{decays}\\,\\mathrm{rate}\\right)\\,\\theta - \\frac{m}{\\sqrt{v} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>kept</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><msub><mi>β</mi><mn>2</mn></msub></msqrt></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>d</mi><mo>⁢</mo><mi>α</mi></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mi>r</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>total</mi><mrow><mo>(</mo><mfrac><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mi>s</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mi>s</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mi>d</mi><mo>,</mo><mfrac><mi>r</mi><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mo>|</mo><mi>s</mi><mo>|</mo></mrow><mo>)</mo></mrow></mrow></mrow><mo>+</mo><msup><mn>10</mn><mn>−30</mn></msup></mrow></mfrac><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mfrac><mi>m</mi><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "d0",
        "default": 0.000001,
        "range": [5e-324, null],
        "meaning": "the first estimate, too small for any problem"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "s", "place": "tensor", "init": 0 },
      { "name": "r", "place": "model", "init": 0 },
      { "name": "d", "place": "model", "init": "d0" }
    ],
    "bytes": 12,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/facebookresearch/dadaptation, c984980), float64", "error": 7e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the squares are infinite, and the products summed for the estimate are NaN."
    ],
    "mutants": 13
  },
  {
    "id": "dadapt-adan",
    "name": "dadaptAdan",
    "family": "parameter-free",
    "title": "D-Adapt Adan",
    "paper": "https://arxiv.org/abs/2301.07733",
    "sentence": "Adan that finds its own rate, for the whole model.",
    "comment": "Adan that finds its own rate, for the whole model (Defazio and Mishchenko, 2023). Decay is proximal, as in Adan. Leave `lr` at 1; schedules multiply it. As in the authors' code; pytorch_optimizer squares the squares once more. A parameter without a gradient keeps its share of the estimate.",
    "equations": [
      ["rate", "d * lr"],
      ["change", "t > 1 ? g - last : 0"],
      ["last", "g"],
      ["m", "beta1 * m + (1 - beta1) * rate * g"],
      ["n", "beta2 * n + (1 - beta2) * rate * change"],
      ["v", "beta3 * v + (1 - beta3) * (g + beta2 * change)^2"],
      ["s", "beta3 * s + (1 - beta3) * rate * g"],
      ["squares", "beta3 * squares + (1 - beta3) * total(rate^2 * g^2 / (sqrt(v) + eps))"],
      ["d", "max(d, (total(s^2 / (sqrt(v) + eps)) / (1 - beta3) - squares) / (total(abs(s)) + 1e-30))"],
      ["p", "(p - (m + beta2 * n) / (sqrt(v) + eps)) / (1 + rate * weightDecay * decays)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{rate} &\\leftarrow d\\,\\alpha \\\\\n\\mathrm{change} &\\leftarrow \\begin{cases} g - \\mathrm{last} & t > 1 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{last} &\\leftarrow g \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,\\mathrm{rate}\\,g \\\\\nn &\\leftarrow \\beta_{2}\\,n + \\left(1 - \\beta_{2}\\right)\\,\\mathrm{rate}\\,\\mathrm{change} \\\\\nv &\\leftarrow \\beta_{3}\\,v + \\left(1 - \\beta_{3}\\right)\\,\\left(g + \\beta_{2}\\,\\mathrm{change}\\right)^{2} \\\\\ns &\\leftarrow \\beta_{3}\\,s + \\left(1 - \\beta_{3}\\right)\\,\\mathrm{rate}\\,g \\\\\n\\mathrm{squares} &\\leftarrow \\beta_{3}\\,\\mathrm{squares} + \\left(1 - \\beta_{3}\\right)\\,\\operatorname{total}\\left(\\frac{\\mathrm{rate}^{2}\\,g^{2}}{\\sqrt{v} + \\epsilon}\\right) \\\\\nd &\\leftarrow \\max\\left(d, \\frac{\\frac{\\operatorname{total}\\left(\\frac{s^{2}}{\\sqrt{v} + \\epsilon}\\right)}{1 - \\beta_{3}} - \\mathrm{squares}}{\\operatorname{total}\\left(\\left|s\\right|\\right) + 10^{-30}}\\right) \\\\\n\\theta &\\leftarrow \\frac{\\theta - \\frac{m + \\beta_{2}\\,n}{\\sqrt{v} + \\epsilon}}{1 + \\mathrm{rate}\\,\\lambda\\,\\mathrm{decays}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>d</mi><mo>⁢</mo><mi>α</mi></mrow></mtd></mtr><mtr><mtd><mtext>change</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>g</mi><mo>−</mo><mtext>last</mtext></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>g</mi></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>n</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>n</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>change</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>3</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mi>g</mi><mo>+</mo><mrow><msub><mi>β</mi><mn>2</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>change</mtext></mrow></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo>⁢</mo><mi>s</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>3</mn></msub></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>squares</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>squares</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>3</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>total</mi><mrow><mo>(</mo><mfrac><mrow><msup><mtext>rate</mtext><mn>2</mn></msup><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mi>d</mi><mo>,</mo><mfrac><mrow><mfrac><mrow><mi>total</mi><mrow><mo>(</mo><mfrac><msup><mi>s</mi><mn>2</mn></msup><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>)</mo></mrow></mrow><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>3</mn></msub></mrow></mfrac><mo>−</mo><mtext>squares</mtext></mrow><mrow><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mo>|</mo><mi>s</mi><mo>|</mo></mrow><mo>)</mo></mrow></mrow><mo>+</mo><msup><mn>10</mn><mn>−30</mn></msup></mrow></mfrac><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>m</mi><mo>+</mo><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>n</mi></mrow></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow><mrow><mn>1</mn><mo>+</mo><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow></mfrac></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.98,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.92,
        "range": [0, 1],
        "meaning": "how much of the running mean of changes of the gradient is kept at each step"
      },
      {
        "name": "beta3",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running means of squares, and of the sum of gradients, is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "d0",
        "default": 0.000001,
        "range": [5e-324, null],
        "meaning": "the first estimate, too small for any problem"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "n", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "last", "place": "tensor", "init": 0 },
      { "name": "s", "place": "tensor", "init": 0 },
      { "name": "squares", "place": "model", "init": 0 },
      { "name": "d", "place": "model", "init": "d0" }
    ],
    "bytes": 20,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/facebookresearch/dadaptation, c984980), float64", "error": 6e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the squares are infinite, and infinity over infinity is NaN."
    ],
    "mutants": 5
  },
  {
    "id": "dadapt-lion",
    "name": "dadaptLion",
    "family": "parameter-free",
    "title": "D-Adapt Lion",
    "paper": "https://arxiv.org/abs/2301.07733",
    "sentence": "Lion that finds its own rate, for the whole model, from how well the signs agree with their weighted sum.",
    "comment": "Lion that finds its own rate, for the whole model, from how well the signs agree with their weighted sum (Defazio and Mishchenko, 2023). Leave `lr` at 1; schedules multiply it. A parameter without a gradient keeps its share of the estimate.",
    "equations": [
      ["kept", "sqrt(beta2)"],
      ["rate", "d * lr"],
      ["u", "sign(beta1 * m + (1 - beta1) * g)"],
      ["m", "beta2 * m + (1 - beta2) * rate * g"],
      ["r", "kept * r + (1 - kept) * total(rate * u * s)"],
      ["s", "kept * s + (1 - kept) * rate * u"],
      ["d", "max(d, r / ((1 - kept) * total(abs(s)) + 1e-30))"],
      ["p", "(1 - rate * weightDecay * decays) * p - rate * u"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{kept} &\\leftarrow \\sqrt{\\beta_{2}} \\\\\n\\mathrm{rate} &\\leftarrow d\\,\\alpha \\\\\nu &\\leftarrow \\operatorname{sign}\\left(\\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g\\right) \\\\\nm &\\leftarrow \\beta_{2}\\,m + \\left(1 - \\beta_{2}\\right)\\,\\mathrm{rate}\\,g \\\\\nr &\\leftarrow \\mathrm{kept}\\,r + \\left(1 - \\mathrm{kept}\\right)\\,\\operatorname{total}\\left(\\mathrm{rate}\\,u\\,s\\right) \\\\\ns &\\leftarrow \\mathrm{kept}\\,s + \\left(1 - \\mathrm{kept}\\right)\\,\\mathrm{rate}\\,u \\\\\nd &\\leftarrow \\max\\left(d, \\frac{r}{\\left(1 - \\mathrm{kept}\\right)\\,\\operatorname{total}\\left(\\left|s\\right|\\right) + 10^{-30}}\\right) \\\\\n\\theta &\\leftarrow \\left(1 - \\mathrm{rate}\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta - \\mathrm{rate}\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>kept</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><msub><mi>β</mi><mn>2</mn></msub></msqrt></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>d</mi><mo>⁢</mo><mi>α</mi></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>sign</mi><mrow><mo>(</mo><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mi>r</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>u</mi></mrow><mo>⁢</mo><mi>s</mi></mrow><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mi>s</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mi>d</mi><mo>,</mo><mfrac><mi>r</mi><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mo>|</mo><mi>s</mi><mo>|</mo></mrow><mo>)</mo></mrow></mrow></mrow><mo>+</mo><msup><mn>10</mn><mn>−30</mn></msup></mrow></mfrac><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "d0",
        "default": 0.000001,
        "range": [5e-324, null],
        "meaning": "the first estimate, too small for any problem"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "s", "place": "tensor", "init": 0 },
      { "name": "r", "place": "model", "init": 0 },
      { "name": "d", "place": "model", "init": "d0" }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/facebookresearch/dadaptation, c984980), float64",
      "error": 0.000001
    },
    "extremes": [],
    "mutants": 12
  },
  {
    "id": "dadapt-sgd",
    "name": "dadaptSgd",
    "family": "parameter-free",
    "title": "D-Adapt SGD",
    "paper": "https://arxiv.org/abs/2301.07733",
    "sentence": "SGD that finds its own rate: a lower bound of the distance to the solution over the first gradient's length, for the whole model.",
    "comment": "SGD that finds its own rate: a lower bound of the distance to the solution over the first gradient's length, for the whole model. Momentum is a mean of the points that the sum of gradients leads to (Defazio and Mishchenko, 2023). Leave `lr` at 1; schedules multiply it. A parameter without a gradient keeps its share of the estimate.",
    "equations": [
      ["first", "first > 0 ? first : totalNorm(g)"],
      ["rate", "first > 0 ? d * lr / first : 0"],
      ["r", "r + total(rate * g * s)"],
      ["s", "s + rate * g"],
      ["d", "max(d, 2 * r / (totalNorm(s) + 1e-30))"],
      ["p", "momentum * p + (1 - momentum) * (x0 - s)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{first} &\\leftarrow \\begin{cases} \\mathrm{first} & \\mathrm{first} > 0 \\\\ \\left\\lVert g \\right\\rVert_{\\mathrm{model}} & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{rate} &\\leftarrow \\begin{cases} \\frac{d\\,\\alpha}{\\mathrm{first}} & \\mathrm{first} > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\nr &\\leftarrow r + \\operatorname{total}\\left(\\mathrm{rate}\\,g\\,s\\right) \\\\\ns &\\leftarrow s + \\mathrm{rate}\\,g \\\\\nd &\\leftarrow \\max\\left(d, \\frac{2\\,r}{\\left\\lVert s \\right\\rVert_{\\mathrm{model}} + 10^{-30}}\\right) \\\\\n\\theta &\\leftarrow \\mu\\,\\theta + \\left(1 - \\mu\\right)\\,\\left(x_{0} - s\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>first</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>first</mtext></mtd><mtd><mrow><mtext>first</mtext><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><msub><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mtext>model</mtext></msub></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mi>d</mi><mo>⁢</mo><mi>α</mi></mrow><mtext>first</mtext></mfrac></mtd><mtd><mrow><mtext>first</mtext><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>r</mi><mo>+</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mi>s</mi></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>s</mi><mo>+</mo><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mi>d</mi><mo>,</mo><mfrac><mrow><mn>2</mn><mo>⁢</mo><mi>r</mi></mrow><mrow><msub><mrow><mo>‖</mo><mi>s</mi><mo>‖</mo></mrow><mtext>model</mtext></msub><mo>+</mo><msup><mn>10</mn><mn>−30</mn></msup></mrow></mfrac><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>θ</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><msub><mi>x</mi><mn>0</mn></msub><mo>−</mo><mi>s</mi></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "d0",
        "default": 0.000001,
        "range": [5e-324, null],
        "meaning": "the first estimate, too small for any problem"
      }
    ],
    "slots": [
      { "name": "x0", "place": "tensor", "init": "p" },
      { "name": "s", "place": "tensor", "init": 0 },
      { "name": "first", "place": "model", "init": 0 },
      { "name": "r", "place": "model", "init": 0 },
      { "name": "d", "place": "model", "init": "d0" }
    ],
    "bytes": 8,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/facebookresearch/dadaptation, c984980), float64",
      "error": 0.000002
    },
    "extremes": [],
    "mutants": 14
  },
  {
    "id": "dog",
    "name": "dog",
    "family": "parameter-free",
    "title": "DoG",
    "paper": "https://arxiv.org/abs/2302.12022",
    "sentence": "SGD whose rate is the largest distance that the whole model has moved from its start, over the root of the sum of its gradients' squares: there is nothing to tune, but evaluate an average of the weights, `ema(dog())`.",
    "comment": "SGD whose rate is the largest distance that the whole model has moved from its start, over the root of the sum of its gradients' squares: there is nothing to tune, but evaluate an average of the weights, `ema(dog())` (Ivgi, Hinder and Carmon, 2023). As in the authors' code.",
    "equations": [
      ["far", "far > 0 ? max(far, totalNorm(p - x0)) : initial * (1 + totalNorm(p))"],
      ["length", "sqrt(length^2 + totalNorm(g)^2)"],
      ["p", "p - lr * far / sqrt(length^2 + eps) * g"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{far} &\\leftarrow \\begin{cases} \\max\\left(\\mathrm{far}, \\left\\lVert \\theta - x_{0} \\right\\rVert_{\\mathrm{model}}\\right) & \\mathrm{far} > 0 \\\\ \\mathrm{initial}\\,\\left(1 + \\left\\lVert \\theta \\right\\rVert_{\\mathrm{model}}\\right) & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{length} &\\leftarrow \\sqrt{\\mathrm{length}^{2} + \\left\\lVert g \\right\\rVert_{\\mathrm{model}}^{2}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\mathrm{far}}{\\sqrt{\\mathrm{length}^{2} + \\epsilon}}\\,g\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>far</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mtext>far</mtext><mo>,</mo><msub><mrow><mo>‖</mo><mrow><mi>θ</mi><mo>−</mo><msub><mi>x</mi><mn>0</mn></msub></mrow><mo>‖</mo></mrow><mtext>model</mtext></msub><mo>)</mo></mrow></mrow></mtd><mtd><mrow><mtext>far</mtext><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mrow><mtext>initial</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><msub><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow><mtext>model</mtext></msub></mrow><mo>)</mo></mrow></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mrow><msup><mtext>length</mtext><mn>2</mn></msup><mo>+</mo><msup><msub><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mtext>model</mtext></msub><mn>2</mn></msup></mrow></msqrt></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>far</mtext></mrow><msqrt><mrow><msup><mtext>length</mtext><mn>2</mn></msup><mo>+</mo><mi>ϵ</mi></mrow></msqrt></mfrac><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "initial",
        "default": 0.000001,
        "range": [5e-324, null],
        "meaning": "where the running sum or mean of squares starts"
      }
    ],
    "slots": [
      { "name": "x0", "place": "tensor", "init": "p" },
      { "name": "far", "place": "model", "init": 0 },
      { "name": "length", "place": "model", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/formll/dog, 8d45cf5), float64", "error": 0.000001 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the sum of squared norms is infinite in float32, and stays so."
    ],
    "mutants": 6
  },
  {
    "id": "dowg",
    "name": "dowg",
    "family": "parameter-free",
    "title": "DoWG",
    "paper": "https://arxiv.org/abs/2305.16284",
    "sentence": "DoG whose sum of squares is weighted by the distance covered at the time, so that early gradients, seen from a bad start, count for less: its rate can grow.",
    "comment": "DoG whose sum of squares is weighted by the distance covered at the time, so that early gradients, seen from a bad start, count for less: its rate can grow (Khaled, Mishchenko and Jin, 2023). As in Optax.",
    "equations": [
      ["far", "max(far, totalNorm(p - x0))"],
      ["length", "sqrt(length^2 + (far * totalNorm(g))^2)"],
      ["p", "p - lr * far^2 / (length + eps) * g"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{far} &\\leftarrow \\max\\left(\\mathrm{far}, \\left\\lVert \\theta - x_{0} \\right\\rVert_{\\mathrm{model}}\\right) \\\\\n\\mathrm{length} &\\leftarrow \\sqrt{\\mathrm{length}^{2} + \\left(\\mathrm{far}\\,\\left\\lVert g \\right\\rVert_{\\mathrm{model}}\\right)^{2}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\mathrm{far}^{2}}{\\mathrm{length} + \\epsilon}\\,g\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>far</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mtext>far</mtext><mo>,</mo><msub><mrow><mo>‖</mo><mrow><mi>θ</mi><mo>−</mo><msub><mi>x</mi><mn>0</mn></msub></mrow><mo>‖</mo></mrow><mtext>model</mtext></msub><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mrow><msup><mtext>length</mtext><mn>2</mn></msup><mo>+</mo><msup><mrow><mo>(</mo><mrow><mtext>far</mtext><mo rspace=\"0.17em\">⁢</mo><msub><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mtext>model</mtext></msub></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></msqrt></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mi>α</mi><mo>⁢</mo><msup><mtext>far</mtext><mn>2</mn></msup></mrow><mrow><mtext>length</mtext><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "eps",
        "default": 0.0001,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "initial",
        "default": 0.01,
        "range": [5e-324, null],
        "meaning": "where the running sum or mean of squares starts"
      }
    ],
    "slots": [
      { "name": "x0", "place": "tensor", "init": "p" },
      { "name": "far", "place": "model", "init": "initial" },
      { "name": "length", "place": "model", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, contrib.dowg (init_estim_sq_dist = initial²), float64", "error": 0.000002 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the sum of squared norms is infinite in float32, and stays so."
    ],
    "mutants": 1
  },
  {
    "id": "ldog",
    "name": "ldog",
    "family": "parameter-free",
    "title": "L-DoG",
    "paper": "https://arxiv.org/abs/2302.12022",
    "sentence": "DoG for each tensor by itself: its rate is the largest distance that it has moved from its start, over the root of the sum of its gradients' squares.",
    "comment": "DoG for each tensor by itself: its rate is the largest distance that it has moved from its start, over the root of the sum of its gradients' squares. Evaluate an average of the weights, `ema(ldog())` (Ivgi, Hinder and Carmon, 2023). As in the authors' code.",
    "equations": [
      ["far", "t > 1 ? max(far, norm(p - x0)) : initial * (1 + norm(p))"],
      ["length", "sqrt(length^2 + norm(g)^2)"],
      ["p", "p - lr * far / sqrt(length^2 + eps) * g"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{far} &\\leftarrow \\begin{cases} \\max\\left(\\mathrm{far}, \\left\\lVert \\theta - x_{0} \\right\\rVert\\right) & t > 1 \\\\ \\mathrm{initial}\\,\\left(1 + \\left\\lVert \\theta \\right\\rVert\\right) & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{length} &\\leftarrow \\sqrt{\\mathrm{length}^{2} + \\left\\lVert g \\right\\rVert^{2}} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\mathrm{far}}{\\sqrt{\\mathrm{length}^{2} + \\epsilon}}\\,g\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>far</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mtext>far</mtext><mo>,</mo><mrow><mo>‖</mo><mrow><mi>θ</mi><mo>−</mo><msub><mi>x</mi><mn>0</mn></msub></mrow><mo>‖</mo></mrow><mo>)</mo></mrow></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mrow><mtext>initial</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow></mrow><mo>)</mo></mrow></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mrow><msup><mtext>length</mtext><mn>2</mn></msup><mo>+</mo><msup><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mn>2</mn></msup></mrow></msqrt></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>far</mtext></mrow><msqrt><mrow><msup><mtext>length</mtext><mn>2</mn></msup><mo>+</mo><mi>ϵ</mi></mrow></msqrt></mfrac><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "initial",
        "default": 0.000001,
        "range": [5e-324, null],
        "meaning": "where the running sum or mean of squares starts"
      }
    ],
    "slots": [
      { "name": "x0", "place": "tensor", "init": "p" },
      { "name": "far", "place": "scalar", "init": 0 },
      { "name": "length", "place": "scalar", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/formll/dog, 8d45cf5), float64", "error": 0.000002 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the sum of squared norms is infinite in float32, and stays so."
    ],
    "mutants": 1
  },
  {
    "id": "momo",
    "name": "momo",
    "family": "parameter-free",
    "title": "MoMo",
    "paper": "https://arxiv.org/abs/2305.07583",
    "sentence": "Momentum whose rate is at most `lr`, and less where a model of the loss says so: the mean of the last linear approximations, cut off at the loss's least value.",
    "comment": "Momentum whose rate is at most `lr`, and less where a model of the loss says so: the mean of the last linear approximations, cut off at the loss's least value. A rate that is too large then does no harm (Schaipp et al., 2024). The input is the loss. As in Optax, with a fixed bound and without decay.",
    "equations": [
      ["kept", "begun > 0 ? beta1 : 0"],
      ["usual", "kept * usual + (1 - kept) * loss"],
      ["m", "kept * m + (1 - kept) * g"],
      ["gamma", "kept * gamma + (1 - kept) * total(g * p)"],
      ["begun", "1"],
      ["gap", "max(usual - least - gamma + total(m * p), 0)"],
      ["p", "p - min(lr, gap / max(totalNorm(m)^2, 1e-30)) * m"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{kept} &\\leftarrow \\begin{cases} \\beta_{1} & \\mathrm{begun} > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{usual} &\\leftarrow \\mathrm{kept}\\,\\mathrm{usual} + \\left(1 - \\mathrm{kept}\\right)\\,\\mathrm{loss} \\\\\nm &\\leftarrow \\mathrm{kept}\\,m + \\left(1 - \\mathrm{kept}\\right)\\,g \\\\\n\\mathrm{gamma} &\\leftarrow \\mathrm{kept}\\,\\mathrm{gamma} + \\left(1 - \\mathrm{kept}\\right)\\,\\operatorname{total}\\left(g\\,\\theta\\right) \\\\\n\\mathrm{begun} &\\leftarrow 1 \\\\\n\\mathrm{gap} &\\leftarrow \\max\\left(\\mathrm{usual} - \\mathrm{least} - \\mathrm{gamma} + \\operatorname{total}\\left(m\\,\\theta\\right), 0\\right) \\\\\n\\theta &\\leftarrow \\theta - \\min\\left(\\alpha, \\frac{\\mathrm{gap}}{\\max\\left(\\left\\lVert m \\right\\rVert_{\\mathrm{model}}^{2}, 10^{-30}\\right)}\\right)\\,m\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>kept</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><msub><mi>β</mi><mn>1</mn></msub></mtd><mtd><mrow><mtext>begun</mtext><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>usual</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>usual</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>loss</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>gamma</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>kept</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>gamma</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>kept</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mi>g</mi><mo>⁢</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>begun</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mn>1</mn></mtd></mtr><mtr><mtd><mtext>gap</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mrow><mrow><mtext>usual</mtext><mo>−</mo><mtext>least</mtext></mrow><mo>−</mo><mtext>gamma</mtext></mrow><mo>+</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mi>m</mi><mo>⁢</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>0</mn><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>min</mi><mrow><mo>(</mo><mi>α</mi><mo>,</mo><mfrac><mtext>gap</mtext><mrow><mi>max</mi><mrow><mo>(</mo><msup><msub><mrow><mo>‖</mo><mi>m</mi><mo>‖</mo></mrow><mtext>model</mtext></msub><mn>2</mn></msup><mo>,</mo><msup><mn>10</mn><mn>−30</mn></msup><mo>)</mo></mrow></mrow></mfrac><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>m</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "inputs": { "loss": "model" },
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      { "name": "least", "default": 0, "meaning": "a lower bound of the loss" }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "begun", "place": "model", "init": 0 },
      { "name": "usual", "place": "model", "init": 0 },
      { "name": "gamma", "place": "model", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, optax.contrib.momo, float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 16
  },
  {
    "id": "momo-adam",
    "name": "momoAdam",
    "family": "parameter-free",
    "title": "MoMo-Adam",
    "paper": "https://arxiv.org/abs/2305.07583",
    "sentence": "Adam whose rate is at most `lr`, and less where a model of the loss says so: the mean of the last linear approximations, cut off at the loss's least value, with lengths measured as Adam scales them.",
    "comment": "Adam whose rate is at most `lr`, and less where a model of the loss says so: the mean of the last linear approximations, cut off at the loss's least value, with lengths measured as Adam scales them (Schaipp et al., 2024). The input is the loss. As in Optax, with a fixed bound and without decay.",
    "equations": [
      ["usual", "beta1 * usual + (1 - beta1) * loss"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["gamma", "beta1 * gamma + (1 - beta1) * total(g * p)"],
      ["divisor", "sqrt(v / (1 - beta2^t)) + eps"],
      ["gap", "max(usual - (1 - beta1^t) * least - gamma + total(m * p), 0)"],
      ["rate", "min(lr / (1 - beta1^t), gap / max(total(m^2 / divisor), 1e-30))"],
      ["p", "p - rate * m / divisor"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{usual} &\\leftarrow \\beta_{1}\\,\\mathrm{usual} + \\left(1 - \\beta_{1}\\right)\\,\\mathrm{loss} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\mathrm{gamma} &\\leftarrow \\beta_{1}\\,\\mathrm{gamma} + \\left(1 - \\beta_{1}\\right)\\,\\operatorname{total}\\left(g\\,\\theta\\right) \\\\\n\\mathrm{divisor} &\\leftarrow \\sqrt{\\frac{v}{1 - \\beta_{2}^{t}}} + \\epsilon \\\\\n\\mathrm{gap} &\\leftarrow \\max\\left(\\mathrm{usual} - \\left(1 - \\beta_{1}^{t}\\right)\\,\\mathrm{least} - \\mathrm{gamma} + \\operatorname{total}\\left(m\\,\\theta\\right), 0\\right) \\\\\n\\mathrm{rate} &\\leftarrow \\min\\left(\\frac{\\alpha}{1 - \\beta_{1}^{t}}, \\frac{\\mathrm{gap}}{\\max\\left(\\operatorname{total}\\left(\\frac{m^{2}}{\\mathrm{divisor}}\\right), 10^{-30}\\right)}\\right) \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\mathrm{rate}\\,m}{\\mathrm{divisor}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>usual</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>usual</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>loss</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>gamma</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>gamma</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mi>g</mi><mo>⁢</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>divisor</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msqrt><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mtd></mtr><mtr><mtd><mtext>gap</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mrow><mrow><mtext>usual</mtext><mo>−</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>least</mtext></mrow></mrow><mo>−</mo><mtext>gamma</mtext></mrow><mo>+</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mi>m</mi><mo>⁢</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>0</mn><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>min</mi><mrow><mo>(</mo><mfrac><mi>α</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mo>,</mo><mfrac><mtext>gap</mtext><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>total</mi><mrow><mo>(</mo><mfrac><msup><mi>m</mi><mn>2</mn></msup><mtext>divisor</mtext></mfrac><mo>)</mo></mrow></mrow><mo>,</mo><msup><mn>10</mn><mn>−30</mn></msup><mo>)</mo></mrow></mrow></mfrac><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>m</mi></mrow><mtext>divisor</mtext></mfrac></mrow></mtd></mtr></mtable></math>",
    "inputs": { "loss": "model" },
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      { "name": "least", "default": 0, "meaning": "a lower bound of the loss" }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "usual", "place": "model", "init": 0 },
      { "name": "gamma", "place": "model", "init": 0 }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, optax.contrib.momo_adam, float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the squares are infinite, and the sum of their quotients is NaN."
    ],
    "mutants": 3
  },
  {
    "id": "polyak-sgd",
    "name": "polyakSgd",
    "family": "parameter-free",
    "title": "Polyak SGD",
    "paper": "https://arxiv.org/abs/2002.10542",
    "sentence": "Polyak's step: the gap between the loss and its least value, over the squared length of the gradient, at most `most`.",
    "comment": "Polyak's step: the gap between the loss and its least value, over the squared length of the gradient, at most `most`. It is the best rate for a convex loss whose least value is known, which is 0 for a model that can fit its data (Loizou et al., 2021; a gap below 0 is 0: Garrigos et al., 2023). The input is the loss. Optax's `scaling` enters the gradient's length too; `lr` here does not.",
    "equations": [
      ["rate", "min(most, max(loss - least, 0) / max(totalNorm(g)^2 + eps, 1e-30))"],
      ["p", "p - lr * rate * g"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{rate} &\\leftarrow \\min\\left(\\mathrm{most}, \\frac{\\max\\left(\\mathrm{loss} - \\mathrm{least}, 0\\right)}{\\max\\left(\\left\\lVert g \\right\\rVert_{\\mathrm{model}}^{2} + \\epsilon, 10^{-30}\\right)}\\right) \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\mathrm{rate}\\,g\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>min</mi><mrow><mo>(</mo><mtext>most</mtext><mo>,</mo><mfrac><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mtext>loss</mtext><mo>−</mo><mtext>least</mtext></mrow><mo>,</mo><mn>0</mn><mo>)</mo></mrow></mrow><mrow><mi>max</mi><mrow><mo>(</mo><mrow><msup><msub><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mtext>model</mtext></msub><mn>2</mn></msup><mo>+</mo><mi>ϵ</mi></mrow><mo>,</mo><msup><mn>10</mn><mn>−30</mn></msup><mo>)</mo></mrow></mrow></mfrac><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "inputs": { "loss": "model" },
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "most",
        "default": 1,
        "range": [0, null],
        "meaning": "the largest rate"
      },
      { "name": "least", "default": 0, "meaning": "the least value of the loss" },
      {
        "name": "eps",
        "default": 0,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [],
    "bytes": 0,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, optax.polyak_sgd (variant=sps+) and scale(lr), float64", "error": 2e-7 },
    "extremes": [],
    "mutants": 3
  },
  {
    "id": "prodigy",
    "name": "prodigy",
    "family": "parameter-free",
    "title": "Prodigy",
    "paper": "https://arxiv.org/abs/2306.06101",
    "sentence": "Adam that finds its own rate: the distance to the solution is estimated from below, for the whole model, by how well the gradients agree with the displacement so far.",
    "comment": "Adam that finds its own rate: the distance to the solution is estimated from below, for the whole model, by how well the gradients agree with the displacement so far (Mishchenko and Defazio, 2023). Leave `lr` at 1; schedules multiply it. As in Optax. A parameter without a gradient keeps its share of the estimate.",
    "equations": [
      ["beta3", "sqrt(beta2)"],
      ["rate", "d * lr * sqrt(1 - beta2^t) / (1 - beta1^t)"],
      ["m", "beta1 * m + (1 - beta1) * d * g"],
      ["v", "beta2 * v + (1 - beta2) * (d * g)^2"],
      ["s", "beta3 * s + rate * d / d0 * g"],
      ["r", "beta3 * r + total(rate * d / d0 * g * (x0 - p))"],
      ["d", "max(d, dCoef * r / (total(abs(s)) + 1e-30))"],
      ["p", "(1 - weightDecay * decays * rate) * p - rate * m / (sqrt(v) + d * eps)"]
    ],
    "latex": "\\begin{aligned}\n\\beta_{3} &\\leftarrow \\sqrt{\\beta_{2}} \\\\\n\\mathrm{rate} &\\leftarrow \\frac{d\\,\\alpha\\,\\sqrt{1 - \\beta_{2}^{t}}}{1 - \\beta_{1}^{t}} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,d\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\left(d\\,g\\right)^{2} \\\\\ns &\\leftarrow \\beta_{3}\\,s + \\frac{\\mathrm{rate}\\,d}{d_{0}}\\,g \\\\\nr &\\leftarrow \\beta_{3}\\,r + \\operatorname{total}\\left(\\frac{\\mathrm{rate}\\,d}{d_{0}}\\,g\\,\\left(x_{0} - \\theta\\right)\\right) \\\\\nd &\\leftarrow \\max\\left(d, \\frac{d_{\\mathrm{coef}}\\,r}{\\operatorname{total}\\left(\\left|s\\right|\\right) + 10^{-30}}\\right) \\\\\n\\theta &\\leftarrow \\left(1 - \\lambda\\,\\mathrm{decays}\\,\\mathrm{rate}\\right)\\,\\theta - \\frac{\\mathrm{rate}\\,m}{\\sqrt{v} + d\\,\\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><msub><mi>β</mi><mn>3</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><msub><mi>β</mi><mn>2</mn></msub></msqrt></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mrow><mi>d</mi><mo>⁢</mo><mi>α</mi></mrow><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>d</mi></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mi>d</mi><mo>⁢</mo><mi>g</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo>⁢</mo><mi>s</mi></mrow><mo>+</mo><mrow><mfrac><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>d</mi></mrow><msub><mi>d</mi><mn>0</mn></msub></mfrac><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>3</mn></msub><mo>⁢</mo><mi>r</mi></mrow><mo>+</mo><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mrow><mfrac><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>d</mi></mrow><msub><mi>d</mi><mn>0</mn></msub></mfrac><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><msub><mi>x</mi><mn>0</mn></msub><mo>−</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mi>d</mi><mo>,</mo><mfrac><mrow><msub><mi>d</mi><mtext>coef</mtext></msub><mo>⁢</mo><mi>r</mi></mrow><mrow><mrow><mi>total</mi><mrow><mo>(</mo><mrow><mo>|</mo><mi>s</mi><mo>|</mo></mrow><mo>)</mo></mrow></mrow><mo>+</mo><msup><mn>10</mn><mn>−30</mn></msup></mrow></mfrac><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mfrac><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>m</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mrow><mi>d</mi><mo>⁢</mo><mi>ϵ</mi></mrow></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "d0",
        "default": 0.000001,
        "range": [5e-324, null],
        "meaning": "the first estimate, too small for any problem"
      },
      {
        "name": "dCoef",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "a factor for the estimate"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "x0", "place": "tensor", "init": "p" },
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "s", "place": "tensor", "init": 0 },
      { "name": "r", "place": "model", "init": 0 },
      { "name": "d", "place": "model", "init": "d0" }
    ],
    "bytes": 16,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "optax 0.2.8, optax.contrib.prodigy, float64; with decay, the authors' code (github.com/konstmish/prodigy, 3efb213); with a tensor that joins late, a float64 transcription that agrees with both (prodigy_reference.py, lines 119 to 132, 157 to 193, 216 to 220 and 244 to 252)",
      "error": 9e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 7
  },
  {
    "id": "kl-shampoo",
    "name": "klShampoo",
    "family": "preconditioned",
    "title": "KL-Shampoo",
    "paper": "https://arxiv.org/abs/2509.03378",
    "sentence": "Shampoo whose factors are the best estimate of the gradients' covariance by the Kullback–Leibler divergence: each accumulates gradients that the other has whitened, so no grafting from Adam is needed.",
    "comment": "Shampoo whose factors are the best estimate of the gradients' covariance by the Kullback–Leibler divergence: each accumulates gradients that the other has whitened, so no grafting from Adam is needed. The paper's idealized scheme: roots are recomputed at every step, in float64 on the host; factors start as the identity (Lin et al., 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["next", "beta2 * l + (1 - beta2) / cols * g @ inverseRoot(r + eps * eye(cols), 1) @ g'"],
      ["r", "beta2 * r + (1 - beta2) / rows * g' @ inverseRoot(l + eps * eye(rows), 1) @ g"],
      ["l", "next"],
      ["p", "p - lr * inverseRoot(l + eps * eye(rows), 2) @ m @ inverseRoot(r + eps * eye(cols), 2)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\n\\mathrm{next} &\\leftarrow \\beta_{2}\\,l + \\frac{1 - \\beta_{2}}{\\mathrm{cols}}\\,g\\,\\operatorname{inverseRoot}\\left(r + \\epsilon\\,I_{\\mathrm{cols}}, 1\\right)\\,g^{\\top} \\\\\nr &\\leftarrow \\beta_{2}\\,r + \\frac{1 - \\beta_{2}}{\\mathrm{rows}}\\,g^{\\top}\\,\\operatorname{inverseRoot}\\left(l + \\epsilon\\,I_{\\mathrm{rows}}, 1\\right)\\,g \\\\\nl &\\leftarrow \\mathrm{next} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\operatorname{inverseRoot}\\left(l + \\epsilon\\,I_{\\mathrm{rows}}, 2\\right)\\,m\\,\\operatorname{inverseRoot}\\left(r + \\epsilon\\,I_{\\mathrm{cols}}, 2\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>next</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>l</mi></mrow><mo>+</mo><mrow><mrow><mrow><mfrac><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mtext>cols</mtext></mfrac><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>r</mi><mo>+</mo><mrow><mi>ϵ</mi><mo>⁢</mo><mrow><mo>I(</mo><mtext>cols</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>r</mi></mrow><mo>+</mo><mrow><mrow><mrow><mfrac><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mtext>rows</mtext></mfrac><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>l</mi><mo>+</mo><mrow><mi>ϵ</mi><mo>⁢</mo><mrow><mo>I(</mo><mtext>rows</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>l</mi></mtd><mtd><mo>←</mo></mtd><mtd><mtext>next</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>l</mi><mo>+</mo><mrow><mi>ϵ</mi><mo>⁢</mo><mrow><mo>I(</mo><mtext>rows</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>2</mn><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><mi>m</mi></mrow><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>r</mi><mo>+</mo><mrow><mi>ϵ</mi><mo>⁢</mo><mrow><mo>I(</mo><mtext>cols</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>2</mn><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.98,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      {
        "name": "l",
        "place": ["rows", "rows"],
        "init": "eye"
      },
      {
        "name": "r",
        "place": ["cols", "cols"],
        "init": "eye"
      }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "numpy 2.4.6, a float64 transcription of the idealized scheme of arXiv:2509.03378 (claim 2), factors from the identity; the authors' code (github.com/yorkerlin/KL-Methods, a02e622, optim/kl_opt.py) has its factors in lines 102 to 104 and 172 to 184, its step in lines 306 to 322, and estimates eigenvalues in bfloat16",
      "error": 0.000001
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the products of gradients are infinite, and have no inverse."
    ],
    "mutants": 1
  },
  {
    "id": "kl-soap",
    "name": "klSoap",
    "family": "preconditioned",
    "title": "KL-SOAP",
    "paper": "https://arxiv.org/abs/2509.03378",
    "sentence": "SOAP in the axes of KL-Shampoo's factors, each of which accumulates gradients that the other has whitened.",
    "comment": "SOAP in the axes of KL-Shampoo's factors, each of which accumulates gradients that the other has whitened. Factors start as the identity, and inverses are recomputed at every step, in float64 on the host (Lin et al., 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * (a' @ g @ b)^2"],
      ["mHat", "(a' @ m @ b) / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["next", "beta2 * l + (1 - beta2) / cols * g @ inverseRoot(r + damping * eye(cols), 1) @ g'"],
      ["r", "beta2 * r + (1 - beta2) / rows * g' @ inverseRoot(l + damping * eye(rows), 1) @ g"],
      ["l", "next"],
      ["p", "p - lr * a @ (mHat / (sqrt(vHat) + eps)) @ b'"],
      ["a", "qr((l + 0.01 * norm(l) * eye(rows)) @ a)"],
      ["b", "qr((r + 0.01 * norm(r) * eye(cols)) @ b)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\left(a^{\\top}\\,g\\,b\\right)^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{a^{\\top}\\,m\\,b}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n\\mathrm{next} &\\leftarrow \\beta_{2}\\,l + \\frac{1 - \\beta_{2}}{\\mathrm{cols}}\\,g\\,\\operatorname{inverseRoot}\\left(r + \\mathrm{damping}\\,I_{\\mathrm{cols}}, 1\\right)\\,g^{\\top} \\\\\nr &\\leftarrow \\beta_{2}\\,r + \\frac{1 - \\beta_{2}}{\\mathrm{rows}}\\,g^{\\top}\\,\\operatorname{inverseRoot}\\left(l + \\mathrm{damping}\\,I_{\\mathrm{rows}}, 1\\right)\\,g \\\\\nl &\\leftarrow \\mathrm{next} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,a\\,\\frac{\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\\,b^{\\top} \\\\\n&\\textbf{if } t = 1 \\lor t \\bmod \\mathrm{every} = 0 \\\\\na &\\quad \\leftarrow \\operatorname{qr}\\left(\\left(l + 0.01\\,\\left\\lVert l \\right\\rVert\\,I_{\\mathrm{rows}}\\right)\\,a\\right) \\\\\nb &\\quad \\leftarrow \\operatorname{qr}\\left(\\left(r + 0.01\\,\\left\\lVert r \\right\\rVert\\,I_{\\mathrm{cols}}\\right)\\,b\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mrow><msup><mi>a</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mi>b</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mrow><msup><mi>a</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>m</mi></mrow><mo>⁢</mo><mi>b</mi></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>next</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>l</mi></mrow><mo>+</mo><mrow><mrow><mrow><mfrac><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mtext>cols</mtext></mfrac><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>r</mi><mo>+</mo><mrow><mtext>damping</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>I(</mo><mtext>cols</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>r</mi></mrow><mo>+</mo><mrow><mrow><mrow><mfrac><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mtext>rows</mtext></mfrac><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>l</mi><mo>+</mo><mrow><mtext>damping</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>I(</mo><mtext>rows</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>l</mi></mtd><mtd><mo>←</mo></mtd><mtd><mtext>next</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>a</mi></mrow><mo>⁢</mo><mfrac><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow><mo>⁢</mo><msup><mi>b</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>if </mtext><mrow><mrow><mi>t</mi><mo>=</mo><mn>1</mn></mrow><mo>∨</mo><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mi>a</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>qr</mi><mrow><mo>(</mo><mrow><mrow><mo>(</mo><mrow><mi>l</mi><mo>+</mo><mrow><mrow><mn>0.01</mn><mo>⁢</mo><mrow><mo>‖</mo><mi>l</mi><mo>‖</mo></mrow></mrow><mo>⁢</mo><mrow><mo>I(</mo><mtext>rows</mtext><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>a</mi></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>qr</mi><mrow><mo>(</mo><mrow><mrow><mo>(</mo><mrow><mi>r</mi><mo>+</mo><mrow><mrow><mn>0.01</mn><mo>⁢</mo><mrow><mo>‖</mo><mi>r</mi><mo>‖</mo></mrow></mrow><mo>⁢</mo><mrow><mo>I(</mo><mtext>cols</mtext><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>b</mi></mrow><mo>)</mo></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.003,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "every",
        "default": 10,
        "range": [1, null],
        "meaning": "how many steps a basis serves"
      },
      {
        "name": "damping",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the factors before they are inverted"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      {
        "name": "l",
        "place": ["rows", "rows"],
        "init": "eye"
      },
      {
        "name": "r",
        "place": ["cols", "cols"],
        "init": "eye"
      },
      {
        "name": "a",
        "place": ["rows", "rows"],
        "init": "eye"
      },
      {
        "name": "b",
        "place": ["cols", "cols"],
        "init": "eye"
      }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "numpy 2.4.6, a float64 transcription of SOAP with the factors of KL-Shampoo (arXiv:2509.03378); the authors' code (github.com/yorkerlin/KL-Methods, a02e622, optim/kl_opt.py) has the factors in lines 102 to 104 and 172 to 184, Adam in their axes in lines 325 to 337, and works in bfloat16",
      "error": 0.000001
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the products of gradients are infinite, and have no inverse."
    ],
    "mutants": 3
  },
  {
    "id": "psgd-kron",
    "name": "psgdKron",
    "family": "preconditioned",
    "title": "PSGD, Kronecker-factored",
    "paper": "https://arxiv.org/abs/1512.04202",
    "sentence": "A triangular preconditioner for the rows and one for the columns, fitted by descent so that the preconditioned momentum looks like white noise: each step compares the momentum, preconditioned, with random noise, preconditioned inversely.",
    "comment": "A triangular preconditioner for the rows and one for the columns, fitted by descent so that the preconditioned momentum looks like white noise: each step compares the momentum, preconditioned, with random noise, preconditioned inversely (Li, 2018; this form with momentum by Walters). As in timm's Kron, whose authors fit ever more rarely: make `every` a schedule. Balancing the two sides, as they do, changes nothing in exact arithmetic. Rows are outputs; the order of rows and columns matters.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "momentum * m + (1 - momentum) * g"],
      ["white", "a @ m @ b' / (1 - momentum^t)"],
      ["noise", "solve(b', solve(a', normal())')'"],
      ["rows2", "white @ white' + noise @ noise'"],
      ["cols2", "white' @ white + noise' @ noise"],
      [
        "a",
        "a - rate / (norm(rowSum(rows2 * columnSum(rowSum(rows2 * (columnSum(rows2^2) == largest(columnSum(rows2^2)))) * rows2))) / norm(columnSum(rowSum(rows2 * (columnSum(rows2^2) == largest(columnSum(rows2^2)))) * rows2))) * triu(white @ white' - noise @ noise') @ a"
      ],
      [
        "b",
        "b - rate / (norm(rowSum(cols2 * columnSum(rowSum(cols2 * (columnSum(cols2^2) == largest(columnSum(cols2^2)))) * cols2))) / norm(columnSum(rowSum(cols2 * (columnSum(cols2^2) == largest(columnSum(cols2^2)))) * cols2))) * triu(white' @ white - noise' @ noise) @ b"
      ],
      ["mHat", "m / (1 - momentum^t)"],
      ["u", "a' @ a @ mHat @ b' @ b"],
      ["p", "p - lr * min(1, 1.1 / (rms(u) + 1e-8)) * u"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\mu\\,m + \\left(1 - \\mu\\right)\\,g \\\\\n&\\textbf{if } t \\bmod \\mathrm{every} = 0 \\\\\n\\mathrm{white} &\\quad \\leftarrow \\frac{a\\,m\\,b^{\\top}}{1 - \\mu^{t}} \\\\\n\\mathrm{noise} &\\quad \\leftarrow \\operatorname{solve}\\left(b^{\\top}, \\operatorname{solve}\\left(a^{\\top}, \\operatorname{normal}\\left(\\right)\\right)^{\\top}\\right)^{\\top} \\\\\n\\mathrm{rows}_{2} &\\quad \\leftarrow \\mathrm{white}\\,\\mathrm{white}^{\\top} + \\mathrm{noise}\\,\\mathrm{noise}^{\\top} \\\\\n\\mathrm{cols}_{2} &\\quad \\leftarrow \\mathrm{white}^{\\top}\\,\\mathrm{white} + \\mathrm{noise}^{\\top}\\,\\mathrm{noise} \\\\\na &\\quad \\leftarrow a - \\frac{\\mathrm{rate}}{\\frac{\\left\\lVert \\operatorname{rowSum}\\left(\\mathrm{rows}_{2}\\,\\operatorname{columnSum}\\left(\\operatorname{rowSum}\\left(\\mathrm{rows}_{2}\\,\\left(\\operatorname{columnSum}\\left(\\mathrm{rows}_{2}^{2}\\right) = \\operatorname{largest}\\left(\\operatorname{columnSum}\\left(\\mathrm{rows}_{2}^{2}\\right)\\right)\\right)\\right)\\,\\mathrm{rows}_{2}\\right)\\right) \\right\\rVert}{\\left\\lVert \\operatorname{columnSum}\\left(\\operatorname{rowSum}\\left(\\mathrm{rows}_{2}\\,\\left(\\operatorname{columnSum}\\left(\\mathrm{rows}_{2}^{2}\\right) = \\operatorname{largest}\\left(\\operatorname{columnSum}\\left(\\mathrm{rows}_{2}^{2}\\right)\\right)\\right)\\right)\\,\\mathrm{rows}_{2}\\right) \\right\\rVert}}\\,\\operatorname{triu}\\left(\\mathrm{white}\\,\\mathrm{white}^{\\top} - \\mathrm{noise}\\,\\mathrm{noise}^{\\top}\\right)\\,a \\\\\nb &\\quad \\leftarrow b - \\frac{\\mathrm{rate}}{\\frac{\\left\\lVert \\operatorname{rowSum}\\left(\\mathrm{cols}_{2}\\,\\operatorname{columnSum}\\left(\\operatorname{rowSum}\\left(\\mathrm{cols}_{2}\\,\\left(\\operatorname{columnSum}\\left(\\mathrm{cols}_{2}^{2}\\right) = \\operatorname{largest}\\left(\\operatorname{columnSum}\\left(\\mathrm{cols}_{2}^{2}\\right)\\right)\\right)\\right)\\,\\mathrm{cols}_{2}\\right)\\right) \\right\\rVert}{\\left\\lVert \\operatorname{columnSum}\\left(\\operatorname{rowSum}\\left(\\mathrm{cols}_{2}\\,\\left(\\operatorname{columnSum}\\left(\\mathrm{cols}_{2}^{2}\\right) = \\operatorname{largest}\\left(\\operatorname{columnSum}\\left(\\mathrm{cols}_{2}^{2}\\right)\\right)\\right)\\right)\\,\\mathrm{cols}_{2}\\right) \\right\\rVert}}\\,\\operatorname{triu}\\left(\\mathrm{white}^{\\top}\\,\\mathrm{white} - \\mathrm{noise}^{\\top}\\,\\mathrm{noise}\\right)\\,b \\\\\n\\hat{m} &\\leftarrow \\frac{m}{1 - \\mu^{t}} \\\\\nu &\\leftarrow a^{\\top}\\,a\\,\\hat{m}\\,b^{\\top}\\,b \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\min\\left(1, \\frac{1.1}{\\operatorname{rms}\\left(u\\right) + 10^{-8}}\\right)\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>if </mtext><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mtext>white</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mrow><mi>a</mi><mo>⁢</mo><mi>m</mi></mrow><mo>⁢</mo><msup><mi>b</mi><mo>⊤</mo></msup></mrow><mrow><mn>1</mn><mo>−</mo><msup><mi>μ</mi><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>noise</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msup><mrow><mi>solve</mi><mrow><mo>(</mo><msup><mi>b</mi><mo>⊤</mo></msup><mo>,</mo><msup><mrow><mi>solve</mi><mrow><mo>(</mo><msup><mi>a</mi><mo>⊤</mo></msup><mo>,</mo><mrow><mi>normal</mi><mrow><mo>(</mo><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow><mo>⊤</mo></msup><mo>)</mo></mrow></mrow><mo>⊤</mo></msup></mtd></mtr><mtr><mtd><msub><mtext>rows</mtext><mn>2</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>white</mtext><mo>⁢</mo><msup><mtext>white</mtext><mo>⊤</mo></msup></mrow><mo>+</mo><mrow><mtext>noise</mtext><mo>⁢</mo><msup><mtext>noise</mtext><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd><msub><mtext>cols</mtext><mn>2</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msup><mtext>white</mtext><mo>⊤</mo></msup><mo>⁢</mo><mtext>white</mtext></mrow><mo>+</mo><mrow><msup><mtext>noise</mtext><mo>⊤</mo></msup><mo>⁢</mo><mtext>noise</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>a</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>a</mi><mo>−</mo><mrow><mrow><mfrac><mtext>rate</mtext><mfrac><mrow><mo>‖</mo><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><msub><mtext>rows</mtext><mn>2</mn></msub><mo>⁢</mo><mrow><mi>columnSum</mi><mrow><mo>(</mo><mrow><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><msub><mtext>rows</mtext><mn>2</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mi>columnSum</mi><mrow><mo>(</mo><msubsup><mtext>rows</mtext><mn>2</mn><mn>2</mn></msubsup><mo>)</mo></mrow></mrow><mo>=</mo><mrow><mi>largest</mi><mrow><mo>(</mo><mrow><mi>columnSum</mi><mrow><mo>(</mo><msubsup><mtext>rows</mtext><mn>2</mn><mn>2</mn></msubsup><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><msub><mtext>rows</mtext><mn>2</mn></msub></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mo>‖</mo></mrow><mrow><mo>‖</mo><mrow><mi>columnSum</mi><mrow><mo>(</mo><mrow><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><msub><mtext>rows</mtext><mn>2</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mi>columnSum</mi><mrow><mo>(</mo><msubsup><mtext>rows</mtext><mn>2</mn><mn>2</mn></msubsup><mo>)</mo></mrow></mrow><mo>=</mo><mrow><mi>largest</mi><mrow><mo>(</mo><mrow><mi>columnSum</mi><mrow><mo>(</mo><msubsup><mtext>rows</mtext><mn>2</mn><mn>2</mn></msubsup><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><msub><mtext>rows</mtext><mn>2</mn></msub></mrow><mo>)</mo></mrow></mrow><mo>‖</mo></mrow></mfrac></mfrac><mo>⁢</mo><mrow><mi>triu</mi><mrow><mo>(</mo><mrow><mrow><mtext>white</mtext><mo>⁢</mo><msup><mtext>white</mtext><mo>⊤</mo></msup></mrow><mo>−</mo><mrow><mtext>noise</mtext><mo>⁢</mo><msup><mtext>noise</mtext><mo>⊤</mo></msup></mrow></mrow><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><mi>a</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>b</mi><mo>−</mo><mrow><mrow><mfrac><mtext>rate</mtext><mfrac><mrow><mo>‖</mo><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><msub><mtext>cols</mtext><mn>2</mn></msub><mo>⁢</mo><mrow><mi>columnSum</mi><mrow><mo>(</mo><mrow><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><msub><mtext>cols</mtext><mn>2</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mi>columnSum</mi><mrow><mo>(</mo><msubsup><mtext>cols</mtext><mn>2</mn><mn>2</mn></msubsup><mo>)</mo></mrow></mrow><mo>=</mo><mrow><mi>largest</mi><mrow><mo>(</mo><mrow><mi>columnSum</mi><mrow><mo>(</mo><msubsup><mtext>cols</mtext><mn>2</mn><mn>2</mn></msubsup><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><msub><mtext>cols</mtext><mn>2</mn></msub></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mo>‖</mo></mrow><mrow><mo>‖</mo><mrow><mi>columnSum</mi><mrow><mo>(</mo><mrow><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><msub><mtext>cols</mtext><mn>2</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mi>columnSum</mi><mrow><mo>(</mo><msubsup><mtext>cols</mtext><mn>2</mn><mn>2</mn></msubsup><mo>)</mo></mrow></mrow><mo>=</mo><mrow><mi>largest</mi><mrow><mo>(</mo><mrow><mi>columnSum</mi><mrow><mo>(</mo><msubsup><mtext>cols</mtext><mn>2</mn><mn>2</mn></msubsup><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><msub><mtext>cols</mtext><mn>2</mn></msub></mrow><mo>)</mo></mrow></mrow><mo>‖</mo></mrow></mfrac></mfrac><mo>⁢</mo><mrow><mi>triu</mi><mrow><mo>(</mo><mrow><mrow><msup><mtext>white</mtext><mo>⊤</mo></msup><mo>⁢</mo><mtext>white</mtext></mrow><mo>−</mo><mrow><msup><mtext>noise</mtext><mo>⊤</mo></msup><mo>⁢</mo><mtext>noise</mtext></mrow></mrow><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><mi>b</mi></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msup><mi>μ</mi><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mrow><msup><mi>a</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>a</mi></mrow><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mo>⁢</mo><msup><mi>b</mi><mo>⊤</mo></msup></mrow><mo>⁢</mo><mi>b</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>min</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mn>1.1</mn><mrow><mrow><mi>rms</mi><mrow><mo>(</mo><mi>u</mi><mo>)</mo></mrow></mrow><mo>+</mo><msup><mn>10</mn><mn>−8</mn></msup></mrow></mfrac><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "rate",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the step size of the preconditioners"
      },
      {
        "name": "every",
        "default": 1,
        "range": [1, null],
        "meaning": "in how many steps the preconditioners are fitted once"
      },
      {
        "name": "seed",
        "default": 0,
        "range": [0, 9007199254740992],
        "meaning": "which random numbers are drawn: the same for the same seed"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      {
        "name": "a",
        "place": ["rows", "rows"],
        "init": "eye"
      },
      {
        "name": "b",
        "place": ["cols", "cols"],
        "init": "eye"
      }
    ],
    "bytes": 4,
    "passes": 8,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "timm 1.0.31, timm.optim.Kron with its triangular solve in float64, with noise of Philox4x32-10 in plain Python, checked against Random123",
      "error": 5e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the products of the preconditioned momentum are infinite."
    ],
    "mutants": 9
  },
  {
    "id": "psgd-quad",
    "name": "psgdQuad",
    "family": "preconditioned",
    "title": "PSGD, inverse-free (QUAD)",
    "paper": "https://arxiv.org/abs/1512.04202",
    "sentence": "One preconditioner for the rows and one for the columns, themselves trained by descent until the preconditioned momentum is white: only products, no roots, inverses or decompositions, so it runs on every backend.",
    "comment": "One preconditioner for the rows and one for the columns, themselves trained by descent until the preconditioned momentum is white: only products, no roots, inverses or decompositions, so it runs on every backend. Steps of the preconditioners are bounded by a Frobenius norm, where the authors estimate the spectral norm from random vectors; they also balance the two sides every 100 steps, and add noise (Li, 2018; in this quadratic form, Walters and Li, 2025).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "t > 1 ? momentum * m + (1 - momentum) * g : g"],
      ["q", "t > 1 ? a : scale * a"],
      ["s", "t > 1 ? b : scale * b"],
      ["h", "q @ q @ m @ s @ s"],
      ["rows2", "h @ h'"],
      ["cols2", "h' @ h"],
      ["left", "max(0.95 * left + 0.05 * (norm(rows2) + cols), norm(rows2) + cols)"],
      ["right", "max(0.95 * right + 0.05 * (norm(cols2) + rows), norm(cols2) + rows)"],
      ["pace", "max(rate / sqrt(1 + t / 10000), 0.3) / 2"],
      ["q1", "q - pace / left * (rows2 @ q - cols * q)"],
      ["q2", "q1 - pace / left * (q1 @ rows2 - cols * q1)"],
      ["a", "(q2 + q2') / 2"],
      ["s1", "s - pace / right * (cols2 @ s - rows * s)"],
      ["s2", "s1 - pace / right * (s1 @ cols2 - rows * s1)"],
      ["b", "(s2 + s2') / 2"],
      ["u", "a @ a @ m @ b @ b"],
      ["p", "p - 0.2 * lr * min(1, 1.1 / max(rms(u), 1e-30)) * u"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\begin{cases} \\mu\\,m + \\left(1 - \\mu\\right)\\,g & t > 1 \\\\ g & \\text{otherwise} \\end{cases} \\\\\nq &\\leftarrow \\begin{cases} a & t > 1 \\\\ \\mathrm{scale}\\,a & \\text{otherwise} \\end{cases} \\\\\ns &\\leftarrow \\begin{cases} b & t > 1 \\\\ \\mathrm{scale}\\,b & \\text{otherwise} \\end{cases} \\\\\nh &\\leftarrow q\\,q\\,m\\,s\\,s \\\\\n\\mathrm{rows}_{2} &\\leftarrow h\\,h^{\\top} \\\\\n\\mathrm{cols}_{2} &\\leftarrow h^{\\top}\\,h \\\\\n\\mathrm{left} &\\leftarrow \\max\\left(0.95\\,\\mathrm{left} + 0.05\\,\\left(\\left\\lVert \\mathrm{rows}_{2} \\right\\rVert + \\mathrm{cols}\\right), \\left\\lVert \\mathrm{rows}_{2} \\right\\rVert + \\mathrm{cols}\\right) \\\\\n\\mathrm{right} &\\leftarrow \\max\\left(0.95\\,\\mathrm{right} + 0.05\\,\\left(\\left\\lVert \\mathrm{cols}_{2} \\right\\rVert + \\mathrm{rows}\\right), \\left\\lVert \\mathrm{cols}_{2} \\right\\rVert + \\mathrm{rows}\\right) \\\\\n\\mathrm{pace} &\\leftarrow \\frac{\\max\\left(\\frac{\\mathrm{rate}}{\\sqrt{1 + \\frac{t}{10000}}}, 0.3\\right)}{2} \\\\\nq_{1} &\\leftarrow q - \\frac{\\mathrm{pace}}{\\mathrm{left}}\\,\\left(\\mathrm{rows}_{2}\\,q - \\mathrm{cols}\\,q\\right) \\\\\nq_{2} &\\leftarrow q_{1} - \\frac{\\mathrm{pace}}{\\mathrm{left}}\\,\\left(q_{1}\\,\\mathrm{rows}_{2} - \\mathrm{cols}\\,q_{1}\\right) \\\\\na &\\leftarrow \\frac{q_{2} + q_{2}^{\\top}}{2} \\\\\ns_{1} &\\leftarrow s - \\frac{\\mathrm{pace}}{\\mathrm{right}}\\,\\left(\\mathrm{cols}_{2}\\,s - \\mathrm{rows}\\,s\\right) \\\\\ns_{2} &\\leftarrow s_{1} - \\frac{\\mathrm{pace}}{\\mathrm{right}}\\,\\left(s_{1}\\,\\mathrm{cols}_{2} - \\mathrm{rows}\\,s_{1}\\right) \\\\\nb &\\leftarrow \\frac{s_{2} + s_{2}^{\\top}}{2} \\\\\nu &\\leftarrow a\\,a\\,m\\,b\\,b \\\\\n\\theta &\\leftarrow \\theta - 0.2\\,\\alpha\\,\\min\\left(1, \\frac{1.1}{\\max\\left(\\operatorname{rms}\\left(u\\right), 10^{-30}\\right)}\\right)\\,u\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>g</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>q</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mi>a</mi></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mrow><mtext>scale</mtext><mo rspace=\"0.17em\">⁢</mo><mi>a</mi></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mi>b</mi></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mrow><mtext>scale</mtext><mo rspace=\"0.17em\">⁢</mo><mi>b</mi></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>h</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mrow><mi>q</mi><mo>⁢</mo><mi>q</mi></mrow><mo>⁢</mo><mi>m</mi></mrow><mo>⁢</mo><mi>s</mi></mrow><mo>⁢</mo><mi>s</mi></mrow></mtd></mtr><mtr><mtd><msub><mtext>rows</mtext><mn>2</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>h</mi><mo>⁢</mo><msup><mi>h</mi><mo>⊤</mo></msup></mrow></mtd></mtr><mtr><mtd><msub><mtext>cols</mtext><mn>2</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>h</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>h</mi></mrow></mtd></mtr><mtr><mtd><mtext>left</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mrow><mn>0.95</mn><mo rspace=\"0.17em\">⁢</mo><mtext>left</mtext></mrow><mo>+</mo><mrow><mn>0.05</mn><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mo>‖</mo><msub><mtext>rows</mtext><mn>2</mn></msub><mo>‖</mo></mrow><mo>+</mo><mtext>cols</mtext></mrow><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mrow><mrow><mo>‖</mo><msub><mtext>rows</mtext><mn>2</mn></msub><mo>‖</mo></mrow><mo>+</mo><mtext>cols</mtext></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>right</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mrow><mn>0.95</mn><mo rspace=\"0.17em\">⁢</mo><mtext>right</mtext></mrow><mo>+</mo><mrow><mn>0.05</mn><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mo>‖</mo><msub><mtext>cols</mtext><mn>2</mn></msub><mo>‖</mo></mrow><mo>+</mo><mtext>rows</mtext></mrow><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mrow><mrow><mo>‖</mo><msub><mtext>cols</mtext><mn>2</mn></msub><mo>‖</mo></mrow><mo>+</mo><mtext>rows</mtext></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>pace</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>max</mi><mrow><mo>(</mo><mfrac><mtext>rate</mtext><msqrt><mrow><mn>1</mn><mo>+</mo><mfrac><mi>t</mi><mn>10000</mn></mfrac></mrow></msqrt></mfrac><mo>,</mo><mn>0.3</mn><mo>)</mo></mrow></mrow><mn>2</mn></mfrac></mtd></mtr><mtr><mtd><msub><mi>q</mi><mn>1</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>q</mi><mo>−</mo><mrow><mfrac><mtext>pace</mtext><mtext>left</mtext></mfrac><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><msub><mtext>rows</mtext><mn>2</mn></msub><mo>⁢</mo><mi>q</mi></mrow><mo>−</mo><mrow><mtext>cols</mtext><mo rspace=\"0.17em\">⁢</mo><mi>q</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>q</mi><mn>2</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>q</mi><mn>1</mn></msub><mo>−</mo><mrow><mfrac><mtext>pace</mtext><mtext>left</mtext></mfrac><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><msub><mi>q</mi><mn>1</mn></msub><mo>⁢</mo><msub><mtext>rows</mtext><mn>2</mn></msub></mrow><mo>−</mo><mrow><mtext>cols</mtext><mo rspace=\"0.17em\">⁢</mo><msub><mi>q</mi><mn>1</mn></msub></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>a</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><msub><mi>q</mi><mn>2</mn></msub><mo>+</mo><msup><msub><mi>q</mi><mn>2</mn></msub><mo>⊤</mo></msup></mrow><mn>2</mn></mfrac></mtd></mtr><mtr><mtd><msub><mi>s</mi><mn>1</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>s</mi><mo>−</mo><mrow><mfrac><mtext>pace</mtext><mtext>right</mtext></mfrac><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><msub><mtext>cols</mtext><mn>2</mn></msub><mo>⁢</mo><mi>s</mi></mrow><mo>−</mo><mrow><mtext>rows</mtext><mo rspace=\"0.17em\">⁢</mo><mi>s</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>s</mi><mn>2</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>s</mi><mn>1</mn></msub><mo>−</mo><mrow><mfrac><mtext>pace</mtext><mtext>right</mtext></mfrac><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><msub><mi>s</mi><mn>1</mn></msub><mo>⁢</mo><msub><mtext>cols</mtext><mn>2</mn></msub></mrow><mo>−</mo><mrow><mtext>rows</mtext><mo rspace=\"0.17em\">⁢</mo><msub><mi>s</mi><mn>1</mn></msub></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><msub><mi>s</mi><mn>2</mn></msub><mo>+</mo><msup><msub><mi>s</mi><mn>2</mn></msub><mo>⊤</mo></msup></mrow><mn>2</mn></mfrac></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mrow><mi>a</mi><mo>⁢</mo><mi>a</mi></mrow><mo>⁢</mo><mi>m</mi></mrow><mo>⁢</mo><mi>b</mi></mrow><mo>⁢</mo><mi>b</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mn>0.2</mn><mo>⁢</mo><mi>α</mi></mrow><mo>⁢</mo><mrow><mi>min</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mn>1.1</mn><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>rms</mi><mrow><mo>(</mo><mi>u</mi><mo>)</mo></mrow></mrow><mo>,</mo><msup><mn>10</mn><mn>−30</mn></msup><mo>)</mo></mrow></mrow></mfrac><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><mi>u</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "weightDecay",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "rate",
        "default": 0.7,
        "range": [0, null],
        "meaning": "the step size of the preconditioners; it falls, and is at least 0.3"
      },
      {
        "name": "scale",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "where the preconditioners start, times the identity"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      {
        "name": "a",
        "place": ["rows", "rows"],
        "init": "eye"
      },
      {
        "name": "b",
        "place": ["cols", "cols"],
        "init": "eye"
      },
      { "name": "left", "place": "scalar", "init": 0 },
      { "name": "right", "place": "scalar", "init": 0 }
    ],
    "bytes": 4,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/evanatyourservice/quad_torch, a4aea1c), QUAD without noise, its spectral norms replaced by Frobenius norms, float64",
      "error": 8e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the products of the preconditioned gradients are infinite."
    ],
    "mutants": 32
  },
  {
    "id": "shampoo",
    "name": "shampoo",
    "family": "preconditioned",
    "title": "Shampoo",
    "paper": "https://arxiv.org/abs/1802.09568",
    "sentence": "AdaGrad for matrices: a preconditioner for the rows and one for the columns, the inverse fourth roots of the sums of G G' and G' G.",
    "comment": "AdaGrad for matrices: a preconditioner for the rows and one for the columns, the inverse fourth roots of the sums of G G' and G' G (Gupta, Koren and Singer, 2018, Algorithm 1). Roots are recomputed at every step, in float64 on the host.",
    "equations": [
      ["l", "l + g @ g'"],
      ["r", "r + g' @ g"],
      ["p", "p - lr * inverseRoot(l + eps * eye(rows), 4) @ g @ inverseRoot(r + eps * eye(cols), 4)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\nl &\\leftarrow l + g\\,g^{\\top} \\\\\nr &\\leftarrow r + g^{\\top}\\,g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\operatorname{inverseRoot}\\left(l + \\epsilon\\,I_{\\mathrm{rows}}, 4\\right)\\,g\\,\\operatorname{inverseRoot}\\left(r + \\epsilon\\,I_{\\mathrm{cols}}, 4\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>l</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>l</mi><mo>+</mo><mrow><mi>g</mi><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>r</mi><mo>+</mo><mrow><msup><mi>g</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>l</mi><mo>+</mo><mrow><mi>ϵ</mi><mo>⁢</mo><mrow><mo>I(</mo><mtext>rows</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>4</mn><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>r</mi><mo>+</mo><mrow><mi>ϵ</mi><mo>⁢</mo><mrow><mo>I(</mo><mtext>cols</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>4</mn><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "eps",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      {
        "name": "l",
        "place": ["rows", "rows"],
        "init": 0
      },
      {
        "name": "r",
        "place": ["cols", "cols"],
        "init": 0
      }
    ],
    "bytes": 0,
    "passes": 1,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "Meta's code (github.com/facebookresearch/optimizers, f606606) with sums for running means, float64",
      "error": 5e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the products of gradients are infinite, and have no roots."
    ],
    "mutants": 0
  },
  {
    "id": "shampoo-blocked",
    "name": "shampooBlocked",
    "family": "preconditioned",
    "title": "Shampoo in blocks",
    "paper": "https://arxiv.org/abs/2309.06497",
    "sentence": "Shampoo for large matrices: cuts a matrix into blocks, each with preconditioners of its own, so that no root is of more than `blockSize` rows.",
    "comment": "Shampoo for large matrices: cuts a matrix into blocks, each with preconditioners of its own, so that no root is of more than `blockSize` rows (Anil et al., 2020; Shi et al., 2023). A matrix that fits in one block steps as with `shampoo`. Blocks at the right and lower edge are smaller, as in Meta's code. `graft({ direction: shampooBlocked({ lr: 1 }), length: adam() })` grafts block by block, as theirs does.",
    "equations": [
      ["l", "l + g @ g'"],
      ["r", "r + g' @ g"],
      ["p", "p - lr * inverseRoot(l + eps * eye(rows), 4) @ g @ inverseRoot(r + eps * eye(cols), 4)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n&\\text{for each block of at most }\\mathrm{blockSize}\\text{ rows and as many columns} \\\\\nl &\\leftarrow l + g\\,g^{\\top} \\\\\nr &\\leftarrow r + g^{\\top}\\,g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\operatorname{inverseRoot}\\left(l + \\epsilon\\,I_{\\mathrm{rows}}, 4\\right)\\,g\\,\\operatorname{inverseRoot}\\left(r + \\epsilon\\,I_{\\mathrm{cols}}, 4\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>for each block of at most </mtext><mtext>blockSize</mtext><mtext> rows and as many columns</mtext></mtd></mtr><mtr><mtd><mi>l</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>l</mi><mo>+</mo><mrow><mi>g</mi><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>r</mi><mo>+</mo><mrow><msup><mi>g</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>l</mi><mo>+</mo><mrow><mi>ϵ</mi><mo>⁢</mo><mrow><mo>I(</mo><mtext>rows</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>4</mn><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>r</mi><mo>+</mo><mrow><mi>ϵ</mi><mo>⁢</mo><mrow><mo>I(</mo><mtext>cols</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>4</mn><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "blocks": { "size": "blockSize" },
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "eps",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "blockSize",
        "default": 1024,
        "range": [1, null],
        "meaning": "the most rows and columns of a block"
      }
    ],
    "slots": [
      {
        "name": "l",
        "place": ["rows", "rows"],
        "init": 0
      },
      {
        "name": "r",
        "place": ["cols", "cols"],
        "init": 0
      }
    ],
    "bytes": 0,
    "passes": 1,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "Meta's code (github.com/facebookresearch/optimizers, f606606) with sums for running means, float64",
      "error": 3e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the products of gradients are infinite, and have no roots."
    ],
    "mutants": 0
  },
  {
    "id": "shampoo-one-sided",
    "name": "shampooOneSided",
    "family": "preconditioned",
    "title": "One-sided Shampoo",
    "paper": "https://arxiv.org/abs/2503.20762",
    "sentence": "Shampoo with the preconditioner of rows alone, as the inverse square root: half the work where one side is much longer, and a better bound than with both sides.",
    "comment": "Shampoo with the preconditioner of rows alone, as the inverse square root: half the work where one side is much longer, and a better bound than with both sides (Xie et al., 2025; An et al., 2025, as ASGO). Rows are outputs. Roots are recomputed at every step, in float64 on the host.",
    "equations": [
      ["l", "l + g @ g'"],
      ["p", "p - lr * inverseRoot(l + eps * eye(rows), 2) @ g"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\nl &\\leftarrow l + g\\,g^{\\top} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\operatorname{inverseRoot}\\left(l + \\epsilon\\,I_{\\mathrm{rows}}, 2\\right)\\,g\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>l</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>l</mi><mo>+</mo><mrow><mi>g</mi><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>inverseRoot</mi><mrow><mo>(</mo><mrow><mi>l</mi><mo>+</mo><mrow><mi>ϵ</mi><mo>⁢</mo><mrow><mo>I(</mo><mtext>rows</mtext><mo>)</mo></mrow></mrow></mrow><mo>,</mo><mn>2</mn><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "eps",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      {
        "name": "l",
        "place": ["rows", "rows"],
        "init": 0
      }
    ],
    "bytes": 0,
    "passes": 1,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "Meta's code (github.com/facebookresearch/optimizers, f606606) with sums for running means and an exponent of 0 for columns, float64",
      "error": 0.000003
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the products of gradients are infinite, and have no roots."
    ],
    "mutants": 0
  },
  {
    "id": "soap",
    "name": "soap",
    "family": "preconditioned",
    "title": "SOAP",
    "paper": "https://arxiv.org/abs/2409.11321",
    "sentence": "Adam in the eigenbasis of Shampoo's preconditioner: that basis changes slowly, so it is updated only every few steps (Vyas et al., 2024, Algorithm 3), by one step of power iteration and QR.",
    "comment": "Adam in the eigenbasis of Shampoo's preconditioner: that basis changes slowly, so it is updated only every few steps (Vyas et al., 2024, Algorithm 3), by one step of power iteration and QR. The first step is Adam's own. The authors start from the eigenvectors of the first gradient's products, which are arbitrary where that has no direction; here the iteration starts from the identity, and a shift of 1 % keeps those directions apart without changing eigenvectors.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * (a' @ g @ b)^2"],
      ["mHat", "(a' @ m @ b) / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["l", "beta2 * l + (1 - beta2) * g @ g'"],
      ["r", "beta2 * r + (1 - beta2) * g' @ g"],
      ["p", "p - lr * a @ (mHat / (sqrt(vHat) + eps)) @ b'"],
      ["a", "qr((l + 0.01 * norm(l) * eye(rows)) @ a)"],
      ["b", "qr((r + 0.01 * norm(r) * eye(cols)) @ b)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\left(a^{\\top}\\,g\\,b\\right)^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{a^{\\top}\\,m\\,b}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\nl &\\leftarrow \\beta_{2}\\,l + \\left(1 - \\beta_{2}\\right)\\,g\\,g^{\\top} \\\\\nr &\\leftarrow \\beta_{2}\\,r + \\left(1 - \\beta_{2}\\right)\\,g^{\\top}\\,g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,a\\,\\frac{\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}\\,b^{\\top} \\\\\n&\\textbf{if } t = 1 \\lor t \\bmod \\mathrm{every} = 0 \\\\\na &\\quad \\leftarrow \\operatorname{qr}\\left(\\left(l + 0.01\\,\\left\\lVert l \\right\\rVert\\,I_{\\mathrm{rows}}\\right)\\,a\\right) \\\\\nb &\\quad \\leftarrow \\operatorname{qr}\\left(\\left(r + 0.01\\,\\left\\lVert r \\right\\rVert\\,I_{\\mathrm{cols}}\\right)\\,b\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mrow><msup><mi>a</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mi>b</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mrow><msup><mi>a</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>m</mi></mrow><mo>⁢</mo><mi>b</mi></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>l</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>l</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>r</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>a</mi></mrow><mo>⁢</mo><mfrac><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow><mo>⁢</mo><msup><mi>b</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>if </mtext><mrow><mrow><mi>t</mi><mo>=</mo><mn>1</mn></mrow><mo>∨</mo><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mi>a</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>qr</mi><mrow><mo>(</mo><mrow><mrow><mo>(</mo><mrow><mi>l</mi><mo>+</mo><mrow><mrow><mn>0.01</mn><mo>⁢</mo><mrow><mo>‖</mo><mi>l</mi><mo>‖</mo></mrow></mrow><mo>⁢</mo><mrow><mo>I(</mo><mtext>rows</mtext><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>a</mi></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>qr</mi><mrow><mo>(</mo><mrow><mrow><mo>(</mo><mrow><mi>r</mi><mo>+</mo><mrow><mrow><mn>0.01</mn><mo>⁢</mo><mrow><mo>‖</mo><mi>r</mi><mo>‖</mo></mrow></mrow><mo>⁢</mo><mrow><mo>I(</mo><mtext>cols</mtext><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>b</mi></mrow><mo>)</mo></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.003,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "every",
        "default": 10,
        "range": [1, null],
        "meaning": "how many steps a basis serves"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      {
        "name": "l",
        "place": ["rows", "rows"],
        "init": 0
      },
      {
        "name": "r",
        "place": ["cols", "cols"],
        "init": 0
      },
      {
        "name": "a",
        "place": ["rows", "rows"],
        "init": "eye"
      },
      {
        "name": "b",
        "place": ["cols", "cols"],
        "init": "eye"
      }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "the authors' code (github.com/nikhilvyas/SOAP, a1e5535), its bases from the identity, shifted and in order, float64",
      "error": 9e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the products of gradients are infinite, and have no basis."
    ],
    "mutants": 21
  },
  {
    "id": "soap-one-sided",
    "name": "soapOneSided",
    "family": "preconditioned",
    "title": "One-sided SOAP",
    "paper": "https://arxiv.org/abs/2409.11321",
    "sentence": "SOAP that rotates only the rows: Adam in the axes of the rows' second moment, for matrices whose other side is too long for a matrix of its own.",
    "comment": "SOAP that rotates only the rows: Adam in the axes of the rows' second moment, for matrices whose other side is too long for a matrix of its own. The authors leave out a side in this way (Vyas et al., 2024, section 4). Rows are outputs.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * (a' @ g)^2"],
      ["mHat", "(a' @ m) / (1 - beta1^t)"],
      ["vHat", "v / (1 - beta2^t)"],
      ["l", "beta2 * l + (1 - beta2) * g @ g'"],
      ["p", "p - lr * a @ (mHat / (sqrt(vHat) + eps))"],
      ["a", "qr((l + 0.01 * norm(l) * eye(rows)) @ a)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\left(a^{\\top}\\,g\\right)^{2} \\\\\n\\hat{m} &\\leftarrow \\frac{a^{\\top}\\,m}{1 - \\beta_{1}^{t}} \\\\\n\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\nl &\\leftarrow \\beta_{2}\\,l + \\left(1 - \\beta_{2}\\right)\\,g\\,g^{\\top} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,a\\,\\frac{\\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon} \\\\\n&\\textbf{if } t = 1 \\lor t \\bmod \\mathrm{every} = 0 \\\\\na &\\quad \\leftarrow \\operatorname{qr}\\left(\\left(l + 0.01\\,\\left\\lVert l \\right\\rVert\\,I_{\\mathrm{rows}}\\right)\\,a\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><msup><mi>a</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>g</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><msup><mi>a</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>m</mi></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>l</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>l</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>a</mi></mrow><mo>⁢</mo><mfrac><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>if </mtext><mrow><mrow><mi>t</mi><mo>=</mo><mn>1</mn></mrow><mo>∨</mo><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mi>a</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>qr</mi><mrow><mo>(</mo><mrow><mrow><mo>(</mo><mrow><mi>l</mi><mo>+</mo><mrow><mrow><mn>0.01</mn><mo>⁢</mo><mrow><mo>‖</mo><mi>l</mi><mo>‖</mo></mrow></mrow><mo>⁢</mo><mrow><mo>I(</mo><mtext>rows</mtext><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>a</mi></mrow><mo>)</mo></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.003,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.95,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "every",
        "default": 10,
        "range": [1, null],
        "meaning": "how many steps a basis serves"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 },
      {
        "name": "l",
        "place": ["rows", "rows"],
        "init": 0
      },
      {
        "name": "a",
        "place": ["rows", "rows"],
        "init": "eye"
      }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": {
      "source": "the authors' code (github.com/nikhilvyas/SOAP, a1e5535), with max_precond_dim the number of rows, its bases from the identity, shifted and in order, float64",
      "error": 9e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the products of gradients are infinite, and have no basis."
    ],
    "mutants": 11
  },
  {
    "id": "splus",
    "name": "splus",
    "family": "preconditioned",
    "title": "SPlus",
    "paper": "https://arxiv.org/abs/2506.07254",
    "sentence": "The sign of the momentum, taken in the eigenbasis of Shampoo's preconditioner: every direction moves by the same length, so that a basis up to `every` steps old is still safe, where Shampoo's stale roots diverge.",
    "comment": "The sign of the momentum, taken in the eigenbasis of Shampoo's preconditioner: every direction moves by the same length, so that a basis up to `every` steps old is still safe, where Shampoo's stale roots diverge. Its rate is `lr` over the mean of the sides. Evaluate a running mean of the weights, as the authors do: `emaDebiased(splus())` (Frans, Levine and Abbeel, 2025).",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["l", "beta2 * l + (1 - beta2) * g @ g'"],
      ["r", "beta2 * r + (1 - beta2) * g' @ g"],
      ["rate", "2 * lr / (rows + cols)"],
      ["p", "(1 - rate * weightDecay * decays) * (p - rate * a @ sign(a' @ m @ b) @ b')"],
      ["a", "eigh(l)"],
      ["b", "eigh(r)"]
    ],
    "latex": "\\begin{aligned}\n&\\text{rows are outputs, columns are inputs} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nl &\\leftarrow \\beta_{2}\\,l + \\left(1 - \\beta_{2}\\right)\\,g\\,g^{\\top} \\\\\nr &\\leftarrow \\beta_{2}\\,r + \\left(1 - \\beta_{2}\\right)\\,g^{\\top}\\,g \\\\\n\\mathrm{rate} &\\leftarrow \\frac{2\\,\\alpha}{\\mathrm{rows} + \\mathrm{cols}} \\\\\n\\theta &\\leftarrow \\left(1 - \\mathrm{rate}\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\left(\\theta - \\mathrm{rate}\\,a\\,\\operatorname{sign}\\left(a^{\\top}\\,m\\,b\\right)\\,b^{\\top}\\right) \\\\\n&\\textbf{if } t = 1 \\lor t \\bmod \\mathrm{every} = 0 \\\\\na &\\quad \\leftarrow \\operatorname{eigh}\\left(l\\right) \\\\\nb &\\quad \\leftarrow \\operatorname{eigh}\\left(r\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>rows are outputs, columns are inputs</mtext></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>l</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>l</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>r</mi></mrow><mo>+</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mo>⊤</mo></msup></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mn>2</mn><mo>⁢</mo><mi>α</mi></mrow><mrow><mtext>rows</mtext><mo>+</mo><mtext>cols</mtext></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>a</mi></mrow><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mrow><mrow><msup><mi>a</mi><mo>⊤</mo></msup><mo>⁢</mo><mi>m</mi></mrow><mo>⁢</mo><mi>b</mi></mrow><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><msup><mi>b</mi><mo>⊤</mo></msup></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>if </mtext><mrow><mrow><mi>t</mi><mo>=</mo><mn>1</mn></mrow><mo>∨</mo><mrow><mrow><mi>t</mi><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mi>a</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>eigh</mi><mrow><mo>(</mo><mi>l</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>eigh</mi><mrow><mo>(</mo><mi>r</mi><mo>)</mo></mrow></mrow></mtd></mtr></mtable></math>",
    "layout": ["out", "in"],
    "needs": "matrix",
    "options": [
      {
        "name": "lr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "every",
        "default": 100,
        "range": [1, null],
        "meaning": "how many steps a basis serves"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      {
        "name": "l",
        "place": ["rows", "rows"],
        "init": 0
      },
      {
        "name": "r",
        "place": ["cols", "cols"],
        "init": 0
      },
      {
        "name": "a",
        "place": ["rows", "rows"],
        "init": "eye"
      },
      {
        "name": "b",
        "place": ["cols", "cols"],
        "init": "eye"
      }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "onnxruntime", "tfjs"],
    "golden": { "source": "pytorch_optimizer 4.1.0, SPlus, its decompositions in float64", "error": 8e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the products of gradients are infinite, and have no basis."
    ],
    "mutants": 3
  },
  {
    "id": "schedule-free-adamw",
    "name": "scheduleFreeAdamw",
    "family": "schedule-free",
    "title": "Schedule-free AdamW",
    "paper": "https://arxiv.org/abs/2405.15682",
    "sentence": "Averages the weights instead of lowering the rate, and asks for gradients between the average and where Adam's steps lead, so that no schedule is needed and no end of training has to be known.",
    "comment": "Averages the weights instead of lowering the rate, and asks for gradients between the average and where Adam's steps lead, so that no schedule is needed and no end of training has to be known. It trains these points, and is evaluated at the average, which is its readout. Decay and defaults are those of the authors' code, without a warmup, which is a schedule of `lr` here (Defazio et al., 2024).",
    "equations": [
      ["lrMax", "max(lrMax, lr)"],
      ["weight", "t^power * lrMax^2"],
      ["weights", "weights + weight"],
      ["share", "weights > 0 ? weight / weights : 0"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["step", "g / (sqrt(v / (1 - beta2^t)) + eps) + weightDecay * decays * p"],
      ["y", "p + share * (z - p) - lr * (1 - beta1 * (1 - share)) * step"],
      ["z", "z - lr * step"],
      ["p", "y"]
    ],
    "latex": "\\begin{aligned}\n\\alpha_{\\mathrm{max}} &\\leftarrow \\max\\left(\\alpha_{\\mathrm{max}}, \\alpha\\right) \\\\\n\\mathrm{weight} &\\leftarrow t^{\\mathrm{power}}\\,\\alpha_{\\mathrm{max}}^{2} \\\\\n\\mathrm{weights} &\\leftarrow \\mathrm{weights} + \\mathrm{weight} \\\\\n\\mathrm{share} &\\leftarrow \\begin{cases} \\frac{\\mathrm{weight}}{\\mathrm{weights}} & \\mathrm{weights} > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\mathrm{step} &\\leftarrow \\frac{g}{\\sqrt{\\frac{v}{1 - \\beta_{2}^{t}}} + \\epsilon} + \\lambda\\,\\mathrm{decays}\\,\\theta \\\\\ny &\\leftarrow \\theta + \\mathrm{share}\\,\\left(z - \\theta\\right) - \\alpha\\,\\left(1 - \\beta_{1}\\,\\left(1 - \\mathrm{share}\\right)\\right)\\,\\mathrm{step} \\\\\nz &\\leftarrow z - \\alpha\\,\\mathrm{step} \\\\\n\\theta &\\leftarrow y \\\\\n&\\textbf{readout} \\\\\n\\theta &\\leftarrow \\theta + \\left(1 - \\frac{1}{\\beta_{1}}\\right)\\,\\left(z - \\theta\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><msub><mi>α</mi><mtext>max</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>α</mi><mtext>max</mtext></msub><mo>,</mo><mi>α</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>weight</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>t</mi><mtext>power</mtext></msup><mo>⁢</mo><msubsup><mi>α</mi><mtext>max</mtext><mn>2</mn></msubsup></mrow></mtd></mtr><mtr><mtd><mtext>weights</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>weights</mtext><mo>+</mo><mtext>weight</mtext></mrow></mtd></mtr><mtr><mtd><mtext>share</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mtext>weight</mtext><mtext>weights</mtext></mfrac></mtd><mtd><mrow><mtext>weights</mtext><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>step</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mi>g</mi><mrow><msqrt><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>y</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>θ</mi><mo>+</mo><mrow><mtext>share</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mi>z</mi><mo>−</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow></mrow><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>share</mtext></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>step</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>z</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>z</mi><mo>−</mo><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>step</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mi>y</mi></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>readout</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mfrac><mn>1</mn><msub><mi>β</mi><mn>1</mn></msub></mfrac></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>z</mi><mo>−</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "readout": "p + (1 - 1 / beta1) * (z - p)",
    "options": [
      {
        "name": "lr",
        "default": 0.0025,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [5e-324, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "power",
        "default": 0,
        "range": [0, null],
        "meaning": "how much later steps count for more in the average: step `t` counts `t^power`"
      }
    ],
    "slots": [
      { "name": "z", "place": "tensor", "init": "p" },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "lrMax", "place": "host", "init": 0 },
      { "name": "weights", "place": "host", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "schedulefree 1.4.1, schedulefree.AdamWScheduleFree, no decay where the role is bias, float64",
      "error": 8e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 7
  },
  {
    "id": "schedule-free-radam",
    "name": "scheduleFreeRadam",
    "family": "schedule-free",
    "title": "Schedule-free RAdam",
    "paper": "https://arxiv.org/abs/2405.15682",
    "sentence": "Schedule-free AdamW that rectifies its first steps as RAdam does, so that no warmup is needed: before the variance can be trusted it does not move at all, as in the authors' code.",
    "comment": "Schedule-free AdamW that rectifies its first steps as RAdam does, so that no warmup is needed: before the variance can be trusted it does not move at all, as in the authors' code. It is evaluated at the average of the iterates, its readout (Defazio et al., 2024).",
    "equations": [
      ["longest", "2 / (1 - beta2) - 1"],
      ["rho", "longest - 2 * t * beta2^t / (1 - beta2^t)"],
      ["rectified", "sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))"],
      ["rate", "rho > 4 ? lr * rectified : 0"],
      ["lrMax", "max(lrMax, rate)"],
      ["weight", "t^power * lrMax^2"],
      ["weights", "weights + weight"],
      ["share", "weights > 0 ? weight / weights : 0"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["step", "g / (sqrt(v / (1 - beta2^t)) + eps) + weightDecay * decays * p"],
      ["y", "p + share * (z - p) - rate * (1 - beta1 * (1 - share)) * step"],
      ["z", "z - rate * step"],
      ["p", "y"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{longest} &\\leftarrow \\frac{2}{1 - \\beta_{2}} - 1 \\\\\n\\rho &\\leftarrow \\mathrm{longest} - \\frac{2\\,t\\,\\beta_{2}^{t}}{1 - \\beta_{2}^{t}} \\\\\n\\mathrm{rectified} &\\leftarrow \\sqrt{\\frac{\\left(\\rho - 4\\right)\\,\\left(\\rho - 2\\right)\\,\\mathrm{longest}}{\\left(\\mathrm{longest} - 4\\right)\\,\\left(\\mathrm{longest} - 2\\right)\\,\\rho}} \\\\\n\\mathrm{rate} &\\leftarrow \\begin{cases} \\alpha\\,\\mathrm{rectified} & \\rho > 4 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\alpha_{\\mathrm{max}} &\\leftarrow \\max\\left(\\alpha_{\\mathrm{max}}, \\mathrm{rate}\\right) \\\\\n\\mathrm{weight} &\\leftarrow t^{\\mathrm{power}}\\,\\alpha_{\\mathrm{max}}^{2} \\\\\n\\mathrm{weights} &\\leftarrow \\mathrm{weights} + \\mathrm{weight} \\\\\n\\mathrm{share} &\\leftarrow \\begin{cases} \\frac{\\mathrm{weight}}{\\mathrm{weights}} & \\mathrm{weights} > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\mathrm{step} &\\leftarrow \\frac{g}{\\sqrt{\\frac{v}{1 - \\beta_{2}^{t}}} + \\epsilon} + \\lambda\\,\\mathrm{decays}\\,\\theta \\\\\ny &\\leftarrow \\theta + \\mathrm{share}\\,\\left(z - \\theta\\right) - \\mathrm{rate}\\,\\left(1 - \\beta_{1}\\,\\left(1 - \\mathrm{share}\\right)\\right)\\,\\mathrm{step} \\\\\nz &\\leftarrow z - \\mathrm{rate}\\,\\mathrm{step} \\\\\n\\theta &\\leftarrow y \\\\\n&\\textbf{readout} \\\\\n\\theta &\\leftarrow \\theta + \\left(1 - \\frac{1}{\\beta_{1}}\\right)\\,\\left(z - \\theta\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>longest</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mn>2</mn><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow></mfrac><mo>−</mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>ρ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>longest</mtext><mo>−</mo><mfrac><mrow><mrow><mn>2</mn><mo>⁢</mo><mi>t</mi></mrow><mo>⁢</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mtext>rectified</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mfrac><mrow><mrow><mrow><mo>(</mo><mrow><mi>ρ</mi><mo>−</mo><mn>4</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>ρ</mi><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>longest</mtext></mrow><mrow><mrow><mrow><mo>(</mo><mrow><mtext>longest</mtext><mo>−</mo><mn>4</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mtext>longest</mtext><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>ρ</mi></mrow></mfrac></msqrt></mtd></mtr><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>rectified</mtext></mrow></mtd><mtd><mrow><mi>ρ</mi><mo>></mo><mn>4</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><msub><mi>α</mi><mtext>max</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>α</mi><mtext>max</mtext></msub><mo>,</mo><mtext>rate</mtext><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>weight</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>t</mi><mtext>power</mtext></msup><mo>⁢</mo><msubsup><mi>α</mi><mtext>max</mtext><mn>2</mn></msubsup></mrow></mtd></mtr><mtr><mtd><mtext>weights</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>weights</mtext><mo>+</mo><mtext>weight</mtext></mrow></mtd></mtr><mtr><mtd><mtext>share</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mtext>weight</mtext><mtext>weights</mtext></mfrac></mtd><mtd><mrow><mtext>weights</mtext><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mtext>step</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mi>g</mi><mrow><msqrt><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>y</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>θ</mi><mo>+</mo><mrow><mtext>share</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mi>z</mi><mo>−</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow></mrow><mo>−</mo><mrow><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>share</mtext></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>step</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>z</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>z</mi><mo>−</mo><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>step</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mi>y</mi></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>readout</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mfrac><mn>1</mn><msub><mi>β</mi><mn>1</mn></msub></mfrac></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>z</mi><mo>−</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "readout": "p + (1 - 1 / beta1) * (z - p)",
    "options": [
      {
        "name": "lr",
        "default": 0.0025,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [5e-324, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "power",
        "default": 0,
        "range": [0, null],
        "meaning": "how much later steps count for more in the average: step `t` counts `t^power`"
      }
    ],
    "slots": [
      { "name": "z", "place": "tensor", "init": "p" },
      { "name": "v", "place": "tensor", "init": 0 },
      { "name": "lrMax", "place": "host", "init": 0 },
      { "name": "weights", "place": "host", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "schedulefree 1.4.1, schedulefree.RAdamScheduleFree, no decay where the role is bias, float64",
      "error": 0.000001
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 9
  },
  {
    "id": "schedule-free-sgd",
    "name": "scheduleFreeSgd",
    "family": "schedule-free",
    "title": "Schedule-free SGD",
    "paper": "https://arxiv.org/abs/2405.15682",
    "sentence": "Schedule-free averaging around plain SGD: gradients are taken between the average of the iterates and the newest one, and it is evaluated at the average, its readout.",
    "comment": "Schedule-free averaging around plain SGD: gradients are taken between the average of the iterates and the newest one, and it is evaluated at the average, its readout. A warmup is a schedule of `lr` here (Defazio et al., 2024).",
    "equations": [
      ["lrMax", "max(lrMax, lr)"],
      ["weight", "t^power * lrMax^2"],
      ["weights", "weights + weight"],
      ["share", "weights > 0 ? weight / weights : 0"],
      ["step", "g + weightDecay * decays * p"],
      ["y", "p + share * (z - p) - lr * (1 - momentum * (1 - share)) * step"],
      ["z", "z - lr * step"],
      ["p", "y"]
    ],
    "latex": "\\begin{aligned}\n\\alpha_{\\mathrm{max}} &\\leftarrow \\max\\left(\\alpha_{\\mathrm{max}}, \\alpha\\right) \\\\\n\\mathrm{weight} &\\leftarrow t^{\\mathrm{power}}\\,\\alpha_{\\mathrm{max}}^{2} \\\\\n\\mathrm{weights} &\\leftarrow \\mathrm{weights} + \\mathrm{weight} \\\\\n\\mathrm{share} &\\leftarrow \\begin{cases} \\frac{\\mathrm{weight}}{\\mathrm{weights}} & \\mathrm{weights} > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{step} &\\leftarrow g + \\lambda\\,\\mathrm{decays}\\,\\theta \\\\\ny &\\leftarrow \\theta + \\mathrm{share}\\,\\left(z - \\theta\\right) - \\alpha\\,\\left(1 - \\mu\\,\\left(1 - \\mathrm{share}\\right)\\right)\\,\\mathrm{step} \\\\\nz &\\leftarrow z - \\alpha\\,\\mathrm{step} \\\\\n\\theta &\\leftarrow y \\\\\n&\\textbf{readout} \\\\\n\\theta &\\leftarrow \\theta + \\left(1 - \\frac{1}{\\mu}\\right)\\,\\left(z - \\theta\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><msub><mi>α</mi><mtext>max</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>α</mi><mtext>max</mtext></msub><mo>,</mo><mi>α</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>weight</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msup><mi>t</mi><mtext>power</mtext></msup><mo>⁢</mo><msubsup><mi>α</mi><mtext>max</mtext><mn>2</mn></msubsup></mrow></mtd></mtr><mtr><mtd><mtext>weights</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>weights</mtext><mo>+</mo><mtext>weight</mtext></mrow></mtd></mtr><mtr><mtd><mtext>share</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mtext>weight</mtext><mtext>weights</mtext></mfrac></mtd><mtd><mrow><mtext>weights</mtext><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>step</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>g</mi><mo>+</mo><mrow><mrow><mi>λ</mi><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>θ</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>y</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>θ</mi><mo>+</mo><mrow><mtext>share</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mi>z</mi><mo>−</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow></mrow><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mi>μ</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>share</mtext></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>step</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>z</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>z</mi><mo>−</mo><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>step</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mi>y</mi></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>readout</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mfrac><mn>1</mn><mi>μ</mi></mfrac></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>z</mi><mo>−</mo><mi>θ</mi></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "readout": "p + (1 - 1 / momentum) * (z - p)",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [5e-324, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "power",
        "default": 0,
        "range": [0, null],
        "meaning": "how much later steps count for more in the average: step `t` counts `t^power`"
      }
    ],
    "slots": [
      { "name": "z", "place": "tensor", "init": "p" },
      { "name": "lrMax", "place": "host", "init": 0 },
      { "name": "weights", "place": "host", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "schedulefree 1.4.1, schedulefree.SGDScheduleFree, no decay where the role is bias, float64",
      "error": 3e-7
    },
    "extremes": [],
    "mutants": 7
  },
  {
    "id": "adahessian",
    "name": "adahessian",
    "family": "second-order",
    "title": "AdaHessian",
    "paper": "https://arxiv.org/abs/2006.00719",
    "sentence": "Adam with the curvature in place of the squared gradient: the running mean of the squared Hessian's diagonal scales the step, so that rescaling a weight does not change its path.",
    "comment": "Adam with the curvature in place of the squared gradient: the running mean of the squared Hessian's diagonal scales the step, so that rescaling a weight does not change its path (Yao et al., 2021). The input `h` is an estimate of the diagonal such as Hutchinson's u ⊙ Hu, new at every step; the authors also average it over each filter.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * h^2"],
      ["p", "p - lr * (m / (1 - beta1^t)) / ((v / (1 - beta2^t))^(power / 2) + eps)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,h^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\frac{m}{1 - \\beta_{1}^{t}}}{\\frac{v}{1 - \\beta_{2}^{t}}^{\\frac{\\mathrm{power}}{2}} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>h</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac></mrow><mrow><msup><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup></mrow></mfrac><mfrac><mtext>power</mtext><mn>2</mn></mfrac></msup><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "inputs": { "h": "tensor" },
    "options": [
      {
        "name": "lr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "power",
        "default": 1,
        "range": [0, null],
        "meaning": "the power of the root mean square that divides, k: 0 is momentum"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, AdaHessian with given estimates, float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "ivon",
    "name": "ivon",
    "family": "second-order",
    "title": "IVON",
    "paper": "https://arxiv.org/abs/2402.17641",
    "sentence": "Variational learning at Adam's price: gradients are taken at weights drawn around their mean, and what they have in common with the draw is the curvature, which sets both the step and how widely the next weights are drawn.",
    "comment": "Variational learning at Adam's price: gradients are taken at weights drawn around their mean, and what they have in common with the draw is the curvature, which sets both the step and how widely the next weights are drawn. It trains such weights, and is evaluated at their mean, its readout; the first step is taken at the mean (Shen et al., 2024).",
    "equations": [
      ["q", "p - e"],
      ["f", "ess * e * g * (h + delta)"],
      ["differs", "(h - f)^2 / (h + delta)"],
      ["h", "beta2 * h + (1 - beta2) * f + 0.5 * (1 - beta2)^2 * differs"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["step", "(m / (1 - beta1^t) + delta * q) / (h + delta)"],
      ["e", "normal() / sqrt(ess * (h + delta))"],
      ["p", "q - lr * (initial + delta) * step + e"]
    ],
    "latex": "\\begin{aligned}\nq &\\leftarrow \\theta - e \\\\\nf &\\leftarrow \\mathrm{ess}\\,e\\,g\\,\\left(h + \\mathrm{delta}\\right) \\\\\n\\mathrm{differs} &\\leftarrow \\frac{\\left(h - f\\right)^{2}}{h + \\mathrm{delta}} \\\\\nh &\\leftarrow \\beta_{2}\\,h + \\left(1 - \\beta_{2}\\right)\\,f + 0.5\\,\\left(1 - \\beta_{2}\\right)^{2}\\,\\mathrm{differs} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\n\\mathrm{step} &\\leftarrow \\frac{\\frac{m}{1 - \\beta_{1}^{t}} + \\mathrm{delta}\\,q}{h + \\mathrm{delta}} \\\\\ne &\\leftarrow \\frac{\\operatorname{normal}\\left(\\right)}{\\sqrt{\\mathrm{ess}\\,\\left(h + \\mathrm{delta}\\right)}} \\\\\n\\theta &\\leftarrow q - \\alpha\\,\\left(\\mathrm{initial} + \\mathrm{delta}\\right)\\,\\mathrm{step} + e \\\\\n&\\textbf{readout} \\\\\n\\theta &\\leftarrow \\theta - e\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>q</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mi>e</mi></mrow></mtd></mtr><mtr><mtd><mi>f</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mtext>ess</mtext><mo rspace=\"0.17em\">⁢</mo><mi>e</mi></mrow><mo>⁢</mo><mi>g</mi></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>h</mi><mo>+</mo><mtext>delta</mtext></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>differs</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><msup><mrow><mo>(</mo><mrow><mi>h</mi><mo>−</mo><mi>f</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup><mrow><mi>h</mi><mo>+</mo><mtext>delta</mtext></mrow></mfrac></mtd></mtr><mtr><mtd><mi>h</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>h</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>f</mi></mrow></mrow><mo>+</mo><mrow><mrow><mn>0.5</mn><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>differs</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>step</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup></mrow></mfrac><mo>+</mo><mrow><mtext>delta</mtext><mo rspace=\"0.17em\">⁢</mo><mi>q</mi></mrow></mrow><mrow><mi>h</mi><mo>+</mo><mtext>delta</mtext></mrow></mfrac></mtd></mtr><mtr><mtd><mi>e</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>normal</mi><mrow><mo>(</mo><mo>)</mo></mrow></mrow><msqrt><mrow><mtext>ess</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mi>h</mi><mo>+</mo><mtext>delta</mtext></mrow><mo>)</mo></mrow></mrow></msqrt></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>q</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mtext>initial</mtext><mo>+</mo><mtext>delta</mtext></mrow><mo>)</mo></mrow></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>step</mtext></mrow></mrow><mo>+</mo><mi>e</mi></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>readout</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mi>e</mi></mrow></mtd></mtr></mtable></math>",
    "readout": "p - e",
    "options": [
      {
        "name": "lr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.99999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "delta",
        "default": 0.0001,
        "range": [5e-324, null],
        "meaning": "the prior's precision, δ, which acts as decay"
      },
      {
        "name": "ess",
        "default": 100000,
        "range": [5e-324, null],
        "meaning": "the number of examples that the posterior is of, λ"
      },
      {
        "name": "initial",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "where the running sum or mean of squares starts"
      },
      {
        "name": "seed",
        "default": 0,
        "range": [0, 9007199254740992],
        "meaning": "which random numbers are drawn: the same for the same seed"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "h", "place": "tensor", "init": "initial" },
      { "name": "e", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/team-approx-bayes/ivon, 86ad687), float64, with noise of Philox4x32-10 in plain Python, none before the first step",
      "error": 7e-7
    },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the curvature is infinite, and infinity over infinity is NaN."
    ],
    "mutants": 0
  },
  {
    "id": "sophia",
    "name": "sophia",
    "family": "second-order",
    "title": "Sophia",
    "paper": "https://arxiv.org/abs/2305.14342",
    "sentence": "Momentum over the curvature along each axis, and no element moves by more than `lr`, so that flat directions get long steps and a curvature that is negative, or estimated badly, does no harm.",
    "comment": "Momentum over the curvature along each axis, and no element moves by more than `lr`, so that flat directions get long steps and a curvature that is negative, or estimated badly, does no harm (Liu et al., 2023, Algorithm 3; Sophia-H). The input `h`, an estimate of the Hessian's diagonal such as Hutchinson's u ⊙ Hu, is read in the first of `every` steps only.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["v", "beta2 * v + (1 - beta2) * h"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["p", "p - lr * clamp(m / max(gamma * v, eps), -1, 1)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n&\\textbf{if } \\left(t - 1\\right) \\bmod \\mathrm{every} = 0 \\\\\nv &\\quad \\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,h \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\operatorname{clamp}\\left(\\frac{m}{\\max\\left(\\mathrm{gamma}\\,v, \\epsilon\\right)}, -1, 1\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>if </mtext><mrow><mrow><mrow><mo>(</mo><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow><mo>)</mo></mrow><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>h</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>clamp</mi><mrow><mo>(</mo><mfrac><mi>m</mi><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mtext>gamma</mtext><mo rspace=\"0.17em\">⁢</mo><mi>v</mi></mrow><mo>,</mo><mi>ϵ</mi><mo>)</mo></mrow></mrow></mfrac><mo>,</mo><mrow><mo>−</mo><mn>1</mn></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "inputs": { "h": "tensor" },
    "options": [
      {
        "name": "lr",
        "default": 0.0006,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.96,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "gamma",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the share of the curvature to divide by: the larger, the fewer elements are cut off at `lr`"
      },
      {
        "name": "eps",
        "default": 1e-12,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.2,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "every",
        "default": 10,
        "range": [1, null],
        "meaning": "how many steps an estimate of the curvature serves"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "pytorch_optimizer 4.1.0, pytorch_optimizer.SophiaH with given estimates, gamma moved inside, float64",
      "error": 4e-7
    },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "sophia-g",
    "name": "sophiaG",
    "family": "second-order",
    "title": "Sophia-G",
    "paper": "https://arxiv.org/abs/2305.14342",
    "sentence": "Sophia for losses that are cross-entropies: the curvature is `batch` times the square of a gradient at labels that were drawn from the model's own predictions, the Gauss–Newton–Bartlett estimate.",
    "comment": "Sophia for losses that are cross-entropies: the curvature is `batch` times the square of a gradient at labels that were drawn from the model's own predictions, the Gauss–Newton–Bartlett estimate (Liu et al., 2023). That gradient is the input `sampled`, read in the first of `every` steps only. As in the authors' code, `eps` is added where the paper takes the larger.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["v", "beta2 * v + (1 - beta2) * sampled^2"],
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["p", "p - lr * clamp(m / (gamma * batch * v + eps), -1, 1)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n&\\textbf{if } \\left(t - 1\\right) \\bmod \\mathrm{every} = 0 \\\\\nv &\\quad \\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,\\mathrm{sampled}^{2} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\operatorname{clamp}\\left(\\frac{m}{\\mathrm{gamma}\\,\\mathrm{batch}\\,v + \\epsilon}, -1, 1\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>if </mtext><mrow><mrow><mrow><mo>(</mo><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow><mo>)</mo></mrow><mo>mod</mo><mtext>every</mtext></mrow><mo>=</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mtext>sampled</mtext><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>clamp</mi><mrow><mo>(</mo><mfrac><mi>m</mi><mrow><mrow><mrow><mtext>gamma</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>batch</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>v</mi></mrow><mo>+</mo><mi>ϵ</mi></mrow></mfrac><mo>,</mo><mrow><mo>−</mo><mn>1</mn></mrow><mo>,</mo><mn>1</mn><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "inputs": { "sampled": "tensor" },
    "options": [
      {
        "name": "lr",
        "default": 0.0006,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.965,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "gamma",
        "default": 0.04,
        "range": [0, null],
        "meaning": "the share of the curvature to divide by: the larger, the fewer elements are cut off at `lr`"
      },
      {
        "name": "batch",
        "default": 5120,
        "range": [1, null],
        "meaning": "how many predictions the loss is a mean of: examples, or tokens"
      },
      {
        "name": "eps",
        "default": 1e-15,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "every",
        "default": 10,
        "range": [1, null],
        "meaning": "how many steps an estimate of the curvature serves"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/Liuhong99/Sophia, a7e1572), SophiaG; the setting with a large eps is a float64 transcription of sophia.py, lines 56 and 185 to 200, with it in place of 1e-15 in line 199",
      "error": 4e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 0
  },
  {
    "id": "accsgd",
    "name": "accsgd",
    "family": "sgd",
    "title": "AccSGD",
    "paper": "https://arxiv.org/abs/1704.08227",
    "sentence": "Couples a short step with one κ times as long and a mean of where both lead: unlike a heavy ball, it accelerates even where noise dominates.",
    "comment": "Couples a short step with one κ times as long and a mean of where both lead: unlike a heavy ball, it accelerates even where noise dominates. Defaults are the authors' (Jain et al., 2018; Kidambi et al., 2018).",
    "equations": [
      ["beta", "xi * constant^2 / kappa"],
      ["far", "beta * (p - lr * kappa / constant * g) + (1 - beta) * far"],
      ["p", "(constant * (p - lr * g) + beta * far) / (constant + beta)"]
    ],
    "latex": "\\begin{aligned}\n\\beta &\\leftarrow \\frac{\\mathrm{xi}\\,\\mathrm{constant}^{2}}{\\mathrm{kappa}} \\\\\n\\mathrm{far} &\\leftarrow \\beta\\,\\left(\\theta - \\frac{\\alpha\\,\\mathrm{kappa}}{\\mathrm{constant}}\\,g\\right) + \\left(1 - \\beta\\right)\\,\\mathrm{far} \\\\\n\\theta &\\leftarrow \\frac{\\mathrm{constant}\\,\\left(\\theta - \\alpha\\,g\\right) + \\beta\\,\\mathrm{far}}{\\mathrm{constant} + \\beta}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>β</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mtext>xi</mtext><mo rspace=\"0.17em\">⁢</mo><msup><mtext>constant</mtext><mn>2</mn></msup></mrow><mtext>kappa</mtext></mfrac></mtd></mtr><mtr><mtd><mtext>far</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>β</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mrow><mfrac><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>kappa</mtext></mrow><mtext>constant</mtext></mfrac><mo>⁢</mo><mi>g</mi></mrow></mrow><mo>)</mo></mrow></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>β</mi></mrow><mo>)</mo></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>far</mtext></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mrow><mtext>constant</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow></mrow><mo>)</mo></mrow></mrow><mo>+</mo><mrow><mi>β</mi><mo rspace=\"0.17em\">⁢</mo><mtext>far</mtext></mrow></mrow><mrow><mtext>constant</mtext><mo>+</mo><mi>β</mi></mrow></mfrac></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "kappa",
        "default": 1000,
        "range": [1, null],
        "meaning": "the long step over the short one, κ"
      },
      {
        "name": "xi",
        "default": 10,
        "range": [0, null],
        "meaning": "the statistical advantage, ξ: at most √κ"
      },
      {
        "name": "constant",
        "default": 0.7,
        "range": [0, null],
        "meaning": "the factor the paper calls small constant, at most 1"
      }
    ],
    "slots": [
      { "name": "far", "place": "tensor", "init": "p" }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, AccSGD, float64", "error": 8e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "aggmo",
    "name": "aggmo",
    "family": "sgd",
    "title": "AggMo",
    "paper": "https://arxiv.org/abs/1804.00325",
    "sentence": "The mean of three velocities with different memories: the long one is fast along valleys, and the short ones damp its oscillations.",
    "comment": "The mean of three velocities with different memories: the long one is fast along valleys, and the short ones damp its oscillations. The memories are the paper's 0, 0.9 and 0.99; the rate is outside the sums.",
    "equations": [
      ["b1", "momentum1 * b1 + g"],
      ["b2", "momentum2 * b2 + g"],
      ["b3", "momentum3 * b3 + g"],
      ["p", "p - lr * (b1 + b2 + b3) / 3"]
    ],
    "latex": "\\begin{aligned}\nb_{1} &\\leftarrow \\mu_{1}\\,b_{1} + g \\\\\nb_{2} &\\leftarrow \\mu_{2}\\,b_{2} + g \\\\\nb_{3} &\\leftarrow \\mu_{3}\\,b_{3} + g \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\left(b_{1} + b_{2} + b_{3}\\right)}{3}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><msub><mi>b</mi><mn>1</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>μ</mi><mn>1</mn></msub><mo>⁢</mo><msub><mi>b</mi><mn>1</mn></msub></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><msub><mi>b</mi><mn>2</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>μ</mi><mn>2</mn></msub><mo>⁢</mo><msub><mi>b</mi><mn>2</mn></msub></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><msub><mi>b</mi><mn>3</mn></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>μ</mi><mn>3</mn></msub><mo>⁢</mo><msub><mi>b</mi><mn>3</mn></msub></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><msub><mi>b</mi><mn>1</mn></msub><mo>+</mo><msub><mi>b</mi><mn>2</mn></msub></mrow><mo>+</mo><msub><mi>b</mi><mn>3</mn></msub></mrow><mo>)</mo></mrow></mrow><mn>3</mn></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum1",
        "default": 0,
        "range": [0, 1],
        "meaning": "how much of the first velocity is kept"
      },
      {
        "name": "momentum2",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the second velocity is kept"
      },
      {
        "name": "momentum3",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the third velocity is kept"
      }
    ],
    "slots": [
      { "name": "b1", "place": "tensor", "init": 0 },
      { "name": "b2", "place": "tensor", "init": 0 },
      { "name": "b3", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, AggMo, float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "asgd",
    "name": "asgd",
    "family": "sgd",
    "title": "ASGD",
    "paper": "https://doi.org/10.1137/0330046",
    "sentence": "SGD with a falling rate that also keeps the mean of its weights, which settles while the weights keep wandering; the mean is its readout.",
    "comment": "SGD with a falling rate that also keeps the mean of its weights, which settles while the weights keep wandering; the mean is its readout. Averaging begins after `start` steps, and until then the mean is the weights themselves. As in PyTorch, which has no way to put the mean in place (Polyak and Juditsky, 1992).",
    "equations": [
      ["rate", "lr / (1 + lambda * lr * (t - 1))^alpha"],
      ["p", "(1 - lambda * rate) * p - rate * g"],
      ["average", "average + (p - average) / max(1, t - 1 - start)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{rate} &\\leftarrow \\frac{\\alpha}{\\left(1 + \\mathrm{lambda}\\,\\alpha\\,\\left(t - 1\\right)\\right)^{\\mathrm{alpha}}} \\\\\n\\theta &\\leftarrow \\left(1 - \\mathrm{lambda}\\,\\mathrm{rate}\\right)\\,\\theta - \\mathrm{rate}\\,g \\\\\n\\mathrm{average} &\\leftarrow \\mathrm{average} + \\frac{\\theta - \\mathrm{average}}{\\max\\left(1, t - 1 - \\mathrm{start}\\right)} \\\\\n&\\textbf{readout} \\\\\n\\theta &\\leftarrow \\mathrm{average}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>α</mi><msup><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><mrow><mrow><mtext>lambda</mtext><mo rspace=\"0.17em\">⁢</mo><mi>α</mi></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow><mo>)</mo></mrow></mrow></mrow><mo>)</mo></mrow><mtext>alpha</mtext></msup></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mtext>lambda</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>rate</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mrow><mtext>rate</mtext><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>average</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>average</mtext><mo>+</mo><mfrac><mrow><mi>θ</mi><mo>−</mo><mtext>average</mtext></mrow><mrow><mi>max</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mrow><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow><mo>−</mo><mtext>start</mtext></mrow><mo>)</mo></mrow></mrow></mfrac></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>readout</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mtext>average</mtext></mtd></mtr></mtable></math>",
    "readout": "average",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "lambda",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "how fast the rate falls; each step also takes this fraction, times the rate, off the weights"
      },
      {
        "name": "alpha",
        "default": 0.75,
        "range": [0, null],
        "meaning": "the power with which the rate falls"
      },
      {
        "name": "start",
        "default": 1000000,
        "range": [0, null],
        "meaning": "the number of steps after which averaging begins"
      }
    ],
    "slots": [
      { "name": "average", "place": "tensor", "init": "p" }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, ASGD, float64", "error": 0.000001 },
    "extremes": [],
    "mutants": 2
  },
  {
    "id": "cautious-lion",
    "name": "cautiousLion",
    "family": "sgd",
    "title": "Cautious Lion",
    "paper": "https://arxiv.org/abs/2411.16085",
    "sentence": "Lion that skips elements whose step would go up the newest gradient, and scales up the others to keep the mean step; the scale is at most 1000, as in the authors' code and timm.",
    "comment": "Lion that skips elements whose step would go up the newest gradient, and scales up the others to keep the mean step; the scale is at most 1000, as in the authors' code and timm (Liang et al., 2024).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["direction", "sign(beta1 * m + (1 - beta1) * g)"],
      ["m", "beta2 * m + (1 - beta2) * g"],
      ["agrees", "direction * sign(g) > 0"],
      ["p", "p - lr * direction * agrees / max(mean(agrees), 1e-3)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\mathrm{direction} &\\leftarrow \\operatorname{sign}\\left(\\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g\\right) \\\\\nm &\\leftarrow \\beta_{2}\\,m + \\left(1 - \\beta_{2}\\right)\\,g \\\\\n\\mathrm{agrees} &\\leftarrow \\mathrm{direction}\\,\\operatorname{sign}\\left(g\\right) > 0 \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\mathrm{direction}\\,\\mathrm{agrees}}{\\max\\left(\\operatorname{mean}\\left(\\mathrm{agrees}\\right), 10^{-3}\\right)}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mtext>direction</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>sign</mi><mrow><mo>(</mo><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>agrees</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>direction</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow></mrow><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>direction</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>agrees</mtext></mrow><mrow><mi>max</mi><mrow><mo>(</mo><mrow><mi>mean</mi><mrow><mo>(</mo><mtext>agrees</mtext><mo>)</mo></mrow></mrow><mo>,</mo><msup><mn>10</mn><mn>−3</mn></msup><mo>)</mo></mrow></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "timm 1.0.31, Lion (caution=True), float64", "error": 6e-7 },
    "extremes": [],
    "mutants": 4
  },
  {
    "id": "classical-momentum",
    "name": "classicalMomentum",
    "family": "sgd",
    "title": "Classical momentum",
    "paper": "https://proceedings.mlr.press/v28/sutskever13.html",
    "sentence": "Momentum with the rate inside the velocity, as lecture notes and Keras write it: v is how far the parameter last moved.",
    "comment": "Momentum with the rate inside the velocity, as lecture notes and Keras write it: v is how far the parameter last moved. The path is `momentum`'s until the rate changes; then what has been gathered keeps the old rate (Sutskever et al., 2013).",
    "equations": [
      ["v", "momentum * v - lr * g"],
      ["p", "p + v"]
    ],
    "latex": "\\begin{aligned}\nv &\\leftarrow \\mu\\,v - \\alpha\\,g \\\\\n\\theta &\\leftarrow \\theta + v\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>+</mo><mi>v</mi></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, scale(-lr) and then trace(momentum), float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "dampened-momentum",
    "name": "dampenedMomentum",
    "family": "sgd",
    "title": "Dampened momentum",
    "paper": "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
    "sentence": "Momentum whose velocity takes in only a part of each gradient.",
    "comment": "Momentum whose velocity takes in only a part of each gradient. With `dampening` equal to `momentum` it is a running mean, so the rate need not be lowered when the momentum is raised. The first gradient enters whole, as in PyTorch.",
    "equations": [
      ["b", "t > 1 ? momentum * b + (1 - dampening) * g : g"],
      ["p", "p - lr * b"]
    ],
    "latex": "\\begin{aligned}\nb &\\leftarrow \\begin{cases} \\mu\\,b + \\left(1 - \\mathrm{dampening}\\right)\\,g & t > 1 \\\\ g & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,b\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>dampening</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>g</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>b</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "dampening",
        "default": 0.9,
        "range": [0, null],
        "meaning": "the part of each gradient that the velocity leaves out"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, SGD, float64", "error": 4e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "kate",
    "name": "kate",
    "family": "sgd",
    "title": "KATE",
    "paper": "https://arxiv.org/abs/2403.02648",
    "sentence": "Adagrad without its square root, and with a numerator that grows to make up for it: its path does not change when a feature is rescaled.",
    "comment": "Adagrad without its square root, and with a numerator that grows to make up for it: its path does not change when a feature is rescaled. Defaults and the places of ε are those of the authors' code (Choudhury et al., 2024).",
    "equations": [
      ["b", "b + g^2"],
      ["m", "m + eta * g^2 + g^2 / (b + eps)"],
      ["p", "p - lr * sqrt(m) * g / (b + eps)"]
    ],
    "latex": "\\begin{aligned}\nb &\\leftarrow b + g^{2} \\\\\nm &\\leftarrow m + \\mathrm{eta}\\,g^{2} + \\frac{g^{2}}{b + \\epsilon} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\sqrt{m}\\,g}{b + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>b</mi><mo>+</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>m</mi><mo>+</mo><mrow><mtext>eta</mtext><mo rspace=\"0.17em\">⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow><mo>+</mo><mfrac><msup><mi>g</mi><mn>2</mn></msup><mrow><mi>b</mi><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mrow><mi>α</mi><mo>⁢</mo><msqrt><mi>m</mi></msqrt></mrow><mo>⁢</mo><mi>g</mi></mrow><mrow><mi>b</mi><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "eta",
        "default": 0.9,
        "range": [0, null],
        "meaning": "how much of the squared gradients the numerator gathers, η"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 },
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/nazya/KATE, 97d8503), float64", "error": 3e-7 },
    "extremes": [
      "In float32 it does not stay finite with gradients near 1e30: the square of g is infinite, and infinity over infinity is NaN."
    ],
    "mutants": 0
  },
  {
    "id": "lion",
    "name": "lion",
    "family": "sgd",
    "title": "Lion",
    "paper": "https://arxiv.org/abs/2302.06675",
    "sentence": "The sign of an interpolated momentum: every element moves by exactly `lr`, so the batch's noise cannot set the step.",
    "comment": "The sign of an interpolated momentum: every element moves by exactly `lr`, so the batch's noise cannot set the step. Decay is decoupled, as in the paper; it is off by default, as in the authors' code (Chen et al., 2023).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["direction", "sign(beta1 * m + (1 - beta1) * g)"],
      ["m", "beta2 * m + (1 - beta2) * g"],
      ["p", "p - lr * direction"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\mathrm{direction} &\\leftarrow \\operatorname{sign}\\left(\\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g\\right) \\\\\nm &\\leftarrow \\beta_{2}\\,m + \\left(1 - \\beta_{2}\\right)\\,g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\mathrm{direction}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mtext>direction</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>sign</mi><mrow><mo>(</mo><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>direction</mtext></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.99,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, optax.lion, decay masked where the role is bias, float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "momentum",
    "name": "momentum",
    "family": "sgd",
    "title": "Momentum",
    "paper": "https://doi.org/10.1016/0041-5553(64)90137-5",
    "sentence": "A heavy ball: the step is a running sum of gradients, so components that agree build up and those that conflict cancel.",
    "comment": "A heavy ball: the step is a running sum of gradients, so components that agree build up and those that conflict cancel. As in PyTorch, the rate is outside the sum, so a schedule takes effect at once (Polyak, 1964).",
    "equations": [
      ["b", "momentum * b + g"],
      ["p", "p - lr * b"]
    ],
    "latex": "\\begin{aligned}\nb &\\leftarrow \\mu\\,b + g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,b\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>b</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.SGD, float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "nesterov",
    "name": "nesterov",
    "family": "sgd",
    "title": "Nesterov",
    "paper": "https://proceedings.mlr.press/v28/sutskever13.html",
    "sentence": "Momentum with the gradient taken at the point where momentum leads.",
    "comment": "Momentum with the gradient taken at the point where momentum leads. In this form the parameter itself is the look-ahead point, so one gradient per step suffices (Sutskever et al., 2013; as in PyTorch).",
    "equations": [
      ["b", "momentum * b + g"],
      ["p", "p - lr * (g + momentum * b)"]
    ],
    "latex": "\\begin{aligned}\nb &\\leftarrow \\mu\\,b + g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\left(g + \\mu\\,b\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>g</mi><mo>+</mo><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.SGD, float64, nesterov=True", "error": 5e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "nesterov-lookahead",
    "name": "nesterovLookahead",
    "family": "sgd",
    "title": "Nesterov with a look ahead",
    "paper": "https://proceedings.mlr.press/v28/sutskever13.html",
    "sentence": "Nesterov's momentum as textbooks draw it: go where momentum leads, take the gradient there, and correct.",
    "comment": "Nesterov's momentum as textbooks draw it: go where momentum leads, take the gradient there, and correct (Sutskever et al., 2013). The parameter is the point itself, where `nesterov` keeps the point ahead: the same path, and the gradient of the phase `look` is not read, so a step costs two where `nesterov` takes one.",
    "equations": [
      ["v", "momentum * v - lr * g"],
      ["p", "p + v"]
    ],
    "latex": "\\begin{aligned}\n&\\textbf{look} \\\\\n\\theta &\\leftarrow \\theta + \\mu\\,v \\\\\n&\\textbf{update} \\\\\nv &\\leftarrow \\mu\\,v - \\alpha\\,g \\\\\n\\theta &\\leftarrow \\theta + v\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>look</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>+</mo><mrow><mi>μ</mi><mo>⁢</mo><mi>v</mi></mrow></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>update</mtext></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>v</mi></mrow><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>+</mo><mi>v</mi></mrow></mtd></mtr></mtable></math>",
    "phases": {
      "look": [
        ["p", "p + momentum * v"]
      ]
    },
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      }
    ],
    "slots": [
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "torch 2.13.0, torch.optim.SGD, float64, nesterov=True, and the point behind its parameter",
      "error": 7e-7
    },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "optimistic-sgd",
    "name": "optimisticSgd",
    "family": "sgd",
    "title": "Optimistic gradient descent",
    "paper": "https://arxiv.org/abs/1901.08511",
    "sentence": "Guesses that the next gradient will be this one plus the last change, which turns the circling of gradient descent in games into convergence.",
    "comment": "Guesses that the next gradient will be this one plus the last change, which turns the circling of gradient descent in games into convergence. At the first step nothing has changed yet, as in Optax (Mokhtari, Ozdaglar and Pattathil, 2019).",
    "equations": [
      ["change", "t > 1 ? g - last : 0"],
      ["last", "g"],
      ["p", "p - lr * (g + optimism * change)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{change} &\\leftarrow \\begin{cases} g - \\mathrm{last} & t > 1 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{last} &\\leftarrow g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\left(g + \\mathrm{optimism}\\,\\mathrm{change}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>change</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>g</mi><mo>−</mo><mtext>last</mtext></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>g</mi></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>g</mi><mo>+</mo><mrow><mtext>optimism</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>change</mtext></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "optimism",
        "default": 1,
        "meaning": "how much of the last change of the gradient is expected again"
      }
    ],
    "slots": [
      { "name": "last", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, optimistic_gradient_descent(alpha=1, beta=optimism), float64", "error": 4e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "pid",
    "name": "pid",
    "family": "sgd",
    "title": "PID",
    "paper": "https://doi.org/10.1109/CVPR.2018.00889",
    "sentence": "The gradient as a controller's error: the step is its present value, its sum (momentum) and its change, and the last damps the overshoot that momentum brings.",
    "comment": "The gradient as a controller's error: the step is its present value, its sum (momentum) and its change, and the last damps the overshoot that momentum brings. Defaults are the authors' (An et al., 2018).",
    "equations": [
      ["b", "momentum * b + g"],
      ["d", "momentum * d + (1 - momentum) * (t > 1 ? g - last : 0)"],
      ["last", "g"],
      ["p", "p - lr * (g + integral * b + derivative * d)"]
    ],
    "latex": "\\begin{aligned}\nb &\\leftarrow \\mu\\,b + g \\\\\nd &\\leftarrow \\mu\\,d + \\left(1 - \\mu\\right)\\,\\left(\\begin{cases} g - \\mathrm{last} & t > 1 \\\\ 0 & \\text{otherwise} \\end{cases}\\right) \\\\\n\\mathrm{last} &\\leftarrow g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\left(g + \\mathrm{integral}\\,b + \\mathrm{derivative}\\,d\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>d</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>d</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>g</mi><mo>−</mo><mtext>last</mtext></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>g</mi></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mi>g</mi><mo>+</mo><mrow><mtext>integral</mtext><mo rspace=\"0.17em\">⁢</mo><mi>b</mi></mrow></mrow><mo>+</mo><mrow><mtext>derivative</mtext><mo rspace=\"0.17em\">⁢</mo><mi>d</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "integral",
        "default": 5,
        "range": [0, null],
        "meaning": "the weight of the sum, K_i"
      },
      {
        "name": "derivative",
        "default": 10,
        "range": [0, null],
        "meaning": "the weight of the change, K_d"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 },
      { "name": "d", "place": "tensor", "init": 0 },
      { "name": "last", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, PID, float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "pnm",
    "name": "pnm",
    "family": "sgd",
    "title": "PNM",
    "paper": "https://arxiv.org/abs/2103.17182",
    "sentence": "Two running means take turns, and the step is the fresh one minus a part of the stale one: their signal is the same, so it stays, while their noise is independent and grows, as with a smaller batch.",
    "comment": "Two running means take turns, and the step is the fresh one minus a part of the stale one: their signal is the same, so it stays, while their noise is independent and grows, as with a smaller batch. Defaults are the authors' (Xie et al., 2021).",
    "equations": [
      ["fresh", "beta1^2 * stale + (1 - beta1^2) * g"],
      ["stale", "m"],
      ["m", "fresh"],
      ["p", "p - lr * ((1 + beta0) * m - beta0 * stale) / sqrt((1 + beta0)^2 + beta0^2)"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{fresh} &\\leftarrow \\beta_{1}^{2}\\,\\mathrm{stale} + \\left(1 - \\beta_{1}^{2}\\right)\\,g \\\\\n\\mathrm{stale} &\\leftarrow m \\\\\nm &\\leftarrow \\mathrm{fresh} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\alpha\\,\\left(\\left(1 + \\beta_{0}\\right)\\,m - \\beta_{0}\\,\\mathrm{stale}\\right)}{\\sqrt{\\left(1 + \\beta_{0}\\right)^{2} + \\beta_{0}^{2}}}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>fresh</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msubsup><mi>β</mi><mn>1</mn><mn>2</mn></msubsup><mo rspace=\"0.17em\">⁢</mo><mtext>stale</mtext></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mn>2</mn></msubsup></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mtext>stale</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>m</mi></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mtext>fresh</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><msub><mi>β</mi><mn>0</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>m</mi></mrow><mo>−</mo><mrow><msub><mi>β</mi><mn>0</mn></msub><mo rspace=\"0.17em\">⁢</mo><mtext>stale</mtext></mrow></mrow><mo>)</mo></mrow></mrow><msqrt><mrow><msup><mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo><msub><mi>β</mi><mn>0</mn></msub></mrow><mo>)</mo></mrow><mn>2</mn></msup><mo>+</mo><msubsup><mi>β</mi><mn>0</mn><mn>2</mn></msubsup></mrow></msqrt></mfrac></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta0",
        "default": 1,
        "range": [0, null],
        "meaning": "the weight of the stale mean; the fresh one has 1 + β₀"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "stale", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, PNM, float64", "error": 8e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "qhm",
    "name": "qhm",
    "family": "sgd",
    "title": "QHM",
    "paper": "https://arxiv.org/abs/1810.06801",
    "sentence": "A weighted mean of plain SGD and momentum: ν of the step is the running mean of gradients, the rest is the gradient itself, so a long memory need not be sluggish.",
    "comment": "A weighted mean of plain SGD and momentum: ν of the step is the running mean of gradients, the rest is the gradient itself, so a long memory need not be sluggish. Defaults are the paper's; ν = 1 is momentum and ν = 0 is SGD.",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["p", "p - lr * ((1 - nu) * g + nu * m)"]
    ],
    "latex": "\\begin{aligned}\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\left(\\left(1 - \\mathrm{nu}\\right)\\,g + \\mathrm{nu}\\,m\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mtext>nu</mtext></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><mo>+</mo><mrow><mtext>nu</mtext><mo rspace=\"0.17em\">⁢</mo><mi>m</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "nu",
        "default": 0.7,
        "range": [0, null],
        "meaning": "the share of the running mean in the step, ν"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, QHM, float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "rprop",
    "name": "rprop",
    "family": "sgd",
    "title": "Rprop",
    "paper": "https://doi.org/10.1109/ICNN.1993.298623",
    "sentence": "Every element has a step size of its own, which grows while the gradient keeps its sign and shrinks when it flips; the gradient's size counts for nothing.",
    "comment": "Every element has a step size of its own, which grows while the gradient keeps its sign and shrinks when it flips; the gradient's size counts for nothing. It is for full batches: noise flips signs. After a flip the element waits one step (iRprop−), as in PyTorch (Riedmiller and Braun, 1993). `lr` is the first step size, so a schedule of it has no effect.",
    "equations": [
      ["agreement", "g * last"],
      ["step", "clamp(step * (agreement > 0 ? etaPlus : (agreement < 0 ? etaMinus : 1)), minStep, maxStep)"],
      ["last", "agreement < 0 ? 0 : sign(g)"],
      ["p", "p - step * last"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{agreement} &\\leftarrow g\\,\\mathrm{last} \\\\\n\\mathrm{step} &\\leftarrow \\operatorname{clamp}\\left(\\mathrm{step}\\,\\left(\\begin{cases} \\mathrm{etaPlus} & \\mathrm{agreement} > 0 \\\\ \\begin{cases} \\mathrm{etaMinus} & \\mathrm{agreement} < 0 \\\\ 1 & \\text{otherwise} \\end{cases} & \\text{otherwise} \\end{cases}\\right), \\mathrm{minStep}, \\mathrm{maxStep}\\right) \\\\\n\\mathrm{last} &\\leftarrow \\begin{cases} 0 & \\mathrm{agreement} < 0 \\\\ \\operatorname{sign}\\left(g\\right) & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\theta - \\mathrm{step}\\,\\mathrm{last}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>agreement</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>g</mi><mo rspace=\"0.17em\">⁢</mo><mtext>last</mtext></mrow></mtd></mtr><mtr><mtd><mtext>step</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>clamp</mi><mrow><mo>(</mo><mrow><mtext>step</mtext><mo rspace=\"0.17em\">⁢</mo><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>etaPlus</mtext></mtd><mtd><mrow><mtext>agreement</mtext><mo>></mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>etaMinus</mtext></mtd><mtd><mrow><mtext>agreement</mtext><mo>&lt;</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow></mrow><mo>,</mo><mtext>minStep</mtext><mo>,</mo><mtext>maxStep</mtext><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>last</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mn>0</mn></mtd><mtd><mrow><mtext>agreement</mtext><mo>&lt;</mo><mn>0</mn></mrow></mtd></mtr><mtr><mtd><mrow><mi>sign</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mtext>step</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>last</mtext></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "etaMinus",
        "default": 0.5,
        "range": [0, 1],
        "meaning": "the factor on the step size where the sign flips"
      },
      {
        "name": "etaPlus",
        "default": 1.2,
        "range": [1, null],
        "meaning": "the factor on the step size where the sign stays"
      },
      {
        "name": "minStep",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "the smallest step size"
      },
      {
        "name": "maxStep",
        "default": 50,
        "range": [0, null],
        "meaning": "the largest step size"
      }
    ],
    "slots": [
      { "name": "last", "place": "tensor", "init": 0 },
      { "name": "step", "place": "tensor", "init": "lr" }
    ],
    "bytes": 8,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, Rprop, float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 1
  },
  {
    "id": "sgd",
    "name": "sgd",
    "family": "sgd",
    "title": "SGD",
    "paper": "https://doi.org/10.1214/aoms/1177729586",
    "sentence": "Steepest descent: every parameter moves against its gradient by `lr` times the gradient.",
    "comment": "Steepest descent: every parameter moves against its gradient by `lr` times the gradient. The default rate is PyTorch's; the method is from Robbins and Monro (1951).",
    "equations": [
      ["p", "p - lr * g"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\theta - \\alpha\\,g\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      }
    ],
    "slots": [],
    "bytes": 0,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.SGD, float64", "error": 4e-7 },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the parameter is so far out that an ordinary step is less than one unit in its last place."
    ],
    "mutants": 0
  },
  {
    "id": "sgd-sai",
    "name": "sgdSai",
    "family": "sgd",
    "title": "SGD-SaI",
    "paper": "https://arxiv.org/abs/2412.11768",
    "sentence": "Running-mean momentum whose rate is set per tensor once, by the first gradient: its norm over its standard deviation.",
    "comment": "Running-mean momentum whose rate is set per tensor once, by the first gradient: its norm over its standard deviation. That replaces Adam's second moment at half its state. As in the authors' code (Xu et al., 2024).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["deviation", "norm(g - mean(g)) / sqrt(size - 1)"],
      ["ratio", "t > 1 ? ratio : norm(g) / ((size > 1 ? deviation : 0) + eps)"],
      ["b", "t > 1 ? momentum * b + (1 - momentum) * g : g"],
      ["p", "p - lr * ratio * b"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\n\\mathrm{deviation} &\\leftarrow \\frac{\\left\\lVert g - \\operatorname{mean}\\left(g\\right) \\right\\rVert}{\\sqrt{\\mathrm{size} - 1}} \\\\\n\\mathrm{ratio} &\\leftarrow \\begin{cases} \\mathrm{ratio} & t > 1 \\\\ \\frac{\\left\\lVert g \\right\\rVert}{\\left(\\begin{cases} \\mathrm{deviation} & \\mathrm{size} > 1 \\\\ 0 & \\text{otherwise} \\end{cases}\\right) + \\epsilon} & \\text{otherwise} \\end{cases} \\\\\nb &\\leftarrow \\begin{cases} \\mu\\,b + \\left(1 - \\mu\\right)\\,g & t > 1 \\\\ g & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\mathrm{ratio}\\,b\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mtext>deviation</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mo>‖</mo><mrow><mi>g</mi><mo>−</mo><mrow><mi>mean</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow></mrow><mo>‖</mo></mrow><msqrt><mrow><mtext>size</mtext><mo>−</mo><mn>1</mn></mrow></msqrt></mfrac></mtd></mtr><mtr><mtd><mtext>ratio</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>ratio</mtext></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mfrac><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mrow><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>deviation</mtext></mtd><mtd><mrow><mtext>size</mtext><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd><mtd><mrow><mi>t</mi><mo>></mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>g</mi></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo rspace=\"0.17em\">⁢</mo><mtext>ratio</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mi>b</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.01,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 },
      { "name": "ratio", "place": "scalar", "init": 0 }
    ],
    "bytes": 4,
    "passes": 3,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/AnonymousAlethiometer/SGD_SaI, e213080), float64",
      "error": 0.000004
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e-30: the rate of each tensor is the signal of its first gradient, whose square is 0 in float32."
    ],
    "mutants": 2
  },
  {
    "id": "sgdp",
    "name": "sgdp",
    "family": "sgd",
    "title": "SGDP",
    "paper": "https://arxiv.org/abs/2006.08217",
    "sentence": "Momentum without the part of the step that points along the weights.",
    "comment": "Momentum without the part of the step that points along the weights. Before a normalisation layer that part changes nothing but the weights' length, which grows and shrinks the effective rate. Weights count as such when the gradient is nearly orthogonal to them, by row (one row per output) or else as a whole; vectors are left alone. Defaults are the authors' (Heo et al., 2021).",
    "equations": [
      ["b", "momentum * b + g"],
      ["length", "sqrt(rowSum(p^2))"],
      ["along", "sum(abs(rowSum(p * g)) > delta / sqrt(cols) * length * sqrt(rowSum(g^2)))"],
      ["byRow", "rows > 1 && along == 0"],
      ["whole", "rows > 1 && abs(sum(p * g)) < delta / sqrt(size) * norm(p) * norm(g)"],
      ["unit", "p / ((byRow ? length : norm(p)) + eps)"],
      ["radial", "byRow ? rowSum(unit * b) : (whole ? sum(unit * b) : 0)"],
      ["ratio", "byRow || whole ? decayRatio : 1"],
      ["p", "(1 - lr * weightDecay * decays * ratio / (1 - momentum)) * p - lr * (b - radial * unit)"]
    ],
    "latex": "\\begin{aligned}\nb &\\leftarrow \\mu\\,b + g \\\\\n\\mathrm{length} &\\leftarrow \\sqrt{\\operatorname{rowSum}\\left(\\theta^{2}\\right)} \\\\\n\\mathrm{along} &\\leftarrow \\operatorname{sum}\\left(\\left|\\operatorname{rowSum}\\left(\\theta\\,g\\right)\\right| > \\frac{\\mathrm{delta}}{\\sqrt{\\mathrm{cols}}}\\,\\mathrm{length}\\,\\sqrt{\\operatorname{rowSum}\\left(g^{2}\\right)}\\right) \\\\\n\\mathrm{byRow} &\\leftarrow \\mathrm{rows} > 1 \\land \\mathrm{along} = 0 \\\\\n\\mathrm{whole} &\\leftarrow \\mathrm{rows} > 1 \\land \\left|\\operatorname{sum}\\left(\\theta\\,g\\right)\\right| < \\frac{\\mathrm{delta}}{\\sqrt{\\mathrm{size}}}\\,\\left\\lVert \\theta \\right\\rVert\\,\\left\\lVert g \\right\\rVert \\\\\n\\mathrm{unit} &\\leftarrow \\frac{\\theta}{\\left(\\begin{cases} \\mathrm{length} & \\mathrm{byRow} \\\\ \\left\\lVert \\theta \\right\\rVert & \\text{otherwise} \\end{cases}\\right) + \\epsilon} \\\\\n\\mathrm{radial} &\\leftarrow \\begin{cases} \\operatorname{rowSum}\\left(\\mathrm{unit}\\,b\\right) & \\mathrm{byRow} \\\\ \\begin{cases} \\operatorname{sum}\\left(\\mathrm{unit}\\,b\\right) & \\mathrm{whole} \\\\ 0 & \\text{otherwise} \\end{cases} & \\text{otherwise} \\end{cases} \\\\\n\\mathrm{ratio} &\\leftarrow \\begin{cases} \\mathrm{decayRatio} & \\mathrm{byRow} \\lor \\mathrm{whole} \\\\ 1 & \\text{otherwise} \\end{cases} \\\\\n\\theta &\\leftarrow \\left(1 - \\frac{\\alpha\\,\\lambda\\,\\mathrm{decays}\\,\\mathrm{ratio}}{1 - \\mu}\\right)\\,\\theta - \\alpha\\,\\left(b - \\mathrm{radial}\\,\\mathrm{unit}\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mtext>length</mtext></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mrow><mi>rowSum</mi><mrow><mo>(</mo><msup><mi>θ</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt></mtd></mtr><mtr><mtd><mtext>along</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>sum</mi><mrow><mo>(</mo><mrow><mrow><mo>|</mo><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><mi>θ</mi><mo>⁢</mo><mi>g</mi></mrow><mo>)</mo></mrow></mrow><mo>|</mo></mrow><mo>></mo><mrow><mrow><mfrac><mtext>delta</mtext><msqrt><mtext>cols</mtext></msqrt></mfrac><mo rspace=\"0.17em\">⁢</mo><mtext>length</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><msqrt><mrow><mi>rowSum</mi><mrow><mo>(</mo><msup><mi>g</mi><mn>2</mn></msup><mo>)</mo></mrow></mrow></msqrt></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>byRow</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>rows</mtext><mo>></mo><mn>1</mn></mrow><mo>∧</mo><mrow><mtext>along</mtext><mo>=</mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mtext>whole</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>rows</mtext><mo>></mo><mn>1</mn></mrow><mo>∧</mo><mrow><mrow><mo>|</mo><mrow><mi>sum</mi><mrow><mo>(</mo><mrow><mi>θ</mi><mo>⁢</mo><mi>g</mi></mrow><mo>)</mo></mrow></mrow><mo>|</mo></mrow><mo>&lt;</mo><mrow><mrow><mfrac><mtext>delta</mtext><msqrt><mtext>size</mtext></msqrt></mfrac><mo>⁢</mo><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow></mrow><mo>⁢</mo><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mtext>unit</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>θ</mi><mrow><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>length</mtext></mtd><mtd><mtext>byRow</mtext></mtd></mtr><mtr><mtd><mrow><mo>‖</mo><mi>θ</mi><mo>‖</mo></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd></mtr><mtr><mtd><mtext>radial</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>rowSum</mi><mrow><mo>(</mo><mrow><mtext>unit</mtext><mo rspace=\"0.17em\">⁢</mo><mi>b</mi></mrow><mo>)</mo></mrow></mrow></mtd><mtd><mtext>byRow</mtext></mtd></mtr><mtr><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mrow><mi>sum</mi><mrow><mo>(</mo><mrow><mtext>unit</mtext><mo rspace=\"0.17em\">⁢</mo><mi>b</mi></mrow><mo>)</mo></mrow></mrow></mtd><mtd><mtext>whole</mtext></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mtext>ratio</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mtext>decayRatio</mtext></mtd><mtd><mrow><mtext>byRow</mtext><mo>∨</mo><mtext>whole</mtext></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mfrac><mrow><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>ratio</mtext></mrow><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow></mfrac></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>b</mi><mo>−</mo><mrow><mtext>radial</mtext><mo rspace=\"0.17em\">⁢</mo><mtext>unit</mtext></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      },
      {
        "name": "weightDecay",
        "default": 0,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      },
      {
        "name": "delta",
        "default": 0.1,
        "range": [0, null],
        "meaning": "how small the cosine of gradient and weights must be, times √(their number)"
      },
      {
        "name": "decayRatio",
        "default": 0.1,
        "range": [0, null],
        "meaning": "the factor on weight decay where the step was projected"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 4,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, SGDP, float64", "error": 0.000002 },
    "extremes": [],
    "mutants": 8
  },
  {
    "id": "sgdw",
    "name": "sgdw",
    "family": "sgd",
    "title": "SGDW",
    "paper": "https://arxiv.org/abs/1711.05101",
    "sentence": "Momentum whose weight decay stays out of the velocity: parameters shrink by `lr·weightDecay` first, then step, so the effective decay does not depend on the momentum.",
    "comment": "Momentum whose weight decay stays out of the velocity: parameters shrink by `lr·weightDecay` first, then step, so the effective decay does not depend on the momentum. The paper gives no default; this one is AdamW's.",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["b", "momentum * b + g"],
      ["p", "p - lr * b"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nb &\\leftarrow \\mu\\,b + g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,b\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>b</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, SGDW, float64", "error": 5e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "sgld",
    "name": "sgld",
    "family": "sgd",
    "title": "SGLD",
    "paper": "https://www.stats.ox.ac.uk/~teh/research/compstats/WelTeh2011a.pdf",
    "sentence": "Stochastic gradient Langevin dynamics: steps down the gradient with so much noise that the parameters become samples of exp(-loss / temperature).",
    "comment": "Stochastic gradient Langevin dynamics: steps down the gradient with so much noise that the parameters become samples of exp(-loss / temperature) (Welling and Teh, 2011, whose ε is 2 · `lr`). At `temperature` 1, `loss` must be the whole negative log posterior, not a mean over examples: then samples are of the posterior.",
    "equations": [
      ["p", "p - lr * g + sqrt(2 * lr * temperature) * normal()"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\theta - \\alpha\\,g + \\sqrt{2\\,\\alpha\\,\\mathrm{temperature}}\\,\\operatorname{normal}\\left(\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow></mrow><mo>+</mo><mrow><msqrt><mrow><mrow><mn>2</mn><mo>⁢</mo><mi>α</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>temperature</mtext></mrow></msqrt><mo>⁢</mo><mrow><mi>normal</mi><mrow><mo>(</mo><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "temperature",
        "default": 1,
        "range": [0, null],
        "meaning": "how far the samples spread; 0 is plain gradient descent"
      },
      {
        "name": "seed",
        "default": 0,
        "range": [0, 9007199254740992],
        "meaning": "which random numbers are drawn: the same for the same seed"
      }
    ],
    "slots": [],
    "bytes": 0,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "torch 2.13.0, torch.optim.SGD, float64, with noise of Philox4x32-10 in plain Python, checked against Random123",
      "error": 4e-7
    },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "sign-sgd",
    "name": "signSgd",
    "family": "sgd",
    "title": "SignSGD",
    "paper": "https://arxiv.org/abs/1802.04434",
    "sentence": "Every element moves by exactly `lr` against the sign of its gradient, which is one bit per element to send.",
    "comment": "Every element moves by exactly `lr` against the sign of its gradient, which is one bit per element to send (Bernstein et al., 2018).",
    "equations": [
      ["p", "p - lr * sign(g)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\theta - \\alpha\\,\\operatorname{sign}\\left(g\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mi>g</mi><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      }
    ],
    "slots": [],
    "bytes": 0,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, sign_sgd, float64", "error": 7e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "signum",
    "name": "signum",
    "family": "sgd",
    "title": "Signum",
    "paper": "https://arxiv.org/abs/1802.04434",
    "sentence": "SignSGD of the mean gradient: averaging before the sign lets the noise of single batches cancel.",
    "comment": "SignSGD of the mean gradient: averaging before the sign lets the noise of single batches cancel. The running mean of the paper is this sum times 1 − momentum, which does not change the sign (Bernstein et al., 2018).",
    "equations": [
      ["b", "momentum * b + g"],
      ["p", "p - lr * sign(b)"]
    ],
    "latex": "\\begin{aligned}\nb &\\leftarrow \\mu\\,b + g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\operatorname{sign}\\left(b\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mi>b</mi><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, signum, float64", "error": 6e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "tiger",
    "name": "tiger",
    "family": "sgd",
    "title": "Tiger",
    "paper": "https://github.com/bojone/tiger",
    "sentence": "Signum with decoupled decay, tuned for transformers that accumulate gradients: half of Adam's state.",
    "comment": "Signum with decoupled decay, tuned for transformers that accumulate gradients: half of Adam's state. Defaults are the author's (Su, 2023).",
    "equations": [
      ["p", "(1 - lr * weightDecay * decays) * p"],
      ["b", "momentum * b + g"],
      ["p", "p - lr * sign(b)"]
    ],
    "latex": "\\begin{aligned}\n\\theta &\\leftarrow \\left(1 - \\alpha\\,\\lambda\\,\\mathrm{decays}\\right)\\,\\theta \\\\\nb &\\leftarrow \\mu\\,b + g \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,\\operatorname{sign}\\left(b\\right)\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo rspace=\"0.17em\">⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mi>b</mi><mo>)</mo></mrow></mrow></mrow></mrow></mtd></mtr></mtable></math>",
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.965,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "weightDecay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the fraction of a parameter, times `lr`, that each step takes off"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 }
    ],
    "bytes": 4,
    "passes": 1,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "pytorch_optimizer 4.1.0, Tiger, float64", "error": 9e-7 },
    "extremes": [],
    "mutants": 0
  },
  {
    "id": "bsam",
    "name": "bsam",
    "family": "sharpness",
    "title": "Bayesian SAM",
    "paper": "https://arxiv.org/abs/2210.01620",
    "sentence": "SAM as a relaxation of Bayes' rule: the first gradient is taken at weights drawn from a Gaussian whose precision it learns, the second one up the slope in that Gaussian's units.",
    "comment": "SAM as a relaxation of Bayes' rule: the first gradient is taken at weights drawn from a Gaussian whose precision it learns, the second one up the slope in that Gaussian's units. Trains drawn weights, and is evaluated at their mean, its readout; the first draw is the mean itself (Möllenhoff and Khan, 2023, Algorithm 1). pytorch_optimizer squares the precision once more.",
    "equations": [
      ["q", "p - e"],
      ["m", "beta1 * m + (1 - beta1) * (g + delta * q)"],
      ["s", "beta2 * s + (1 - beta2) * (sqrt(s) * abs(first) + delta + damping)"],
      ["e", "normal() / sqrt(examples * s)"],
      ["p", "q - lr * m / s + e"]
    ],
    "latex": "\\begin{aligned}\n&\\textbf{climb} \\\\\n\\mathrm{first} &\\leftarrow g \\\\\n\\theta &\\leftarrow \\theta - e + \\frac{\\mathrm{radius}\\,g}{s} \\\\\n&\\textbf{update} \\\\\nq &\\leftarrow \\theta - e \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,\\left(g + \\mathrm{delta}\\,q\\right) \\\\\ns &\\leftarrow \\beta_{2}\\,s + \\left(1 - \\beta_{2}\\right)\\,\\left(\\sqrt{s}\\,\\left|\\mathrm{first}\\right| + \\mathrm{delta} + \\mathrm{damping}\\right) \\\\\ne &\\leftarrow \\frac{\\operatorname{normal}\\left(\\right)}{\\sqrt{\\mathrm{examples}\\,s}} \\\\\n\\theta &\\leftarrow q - \\frac{\\alpha\\,m}{s} + e \\\\\n&\\textbf{readout} \\\\\n\\theta &\\leftarrow \\theta - e\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>climb</mtext></mtd></mtr><mtr><mtd><mtext>first</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mi>g</mi></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>θ</mi><mo>−</mo><mi>e</mi></mrow><mo>+</mo><mfrac><mrow><mtext>radius</mtext><mo rspace=\"0.17em\">⁢</mo><mi>g</mi></mrow><mi>s</mi></mfrac></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>update</mtext></mtd></mtr><mtr><mtd><mi>q</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mi>e</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>g</mi><mo>+</mo><mrow><mtext>delta</mtext><mo rspace=\"0.17em\">⁢</mo><mi>q</mi></mrow></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>s</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mrow><mrow><msqrt><mi>s</mi></msqrt><mo>⁢</mo><mrow><mo>|</mo><mtext>first</mtext><mo>|</mo></mrow></mrow><mo>+</mo><mtext>delta</mtext></mrow><mo>+</mo><mtext>damping</mtext></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr><mtr><mtd><mi>e</mi></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mrow><mi>normal</mi><mrow><mo>(</mo><mo>)</mo></mrow></mrow><msqrt><mrow><mtext>examples</mtext><mo rspace=\"0.17em\">⁢</mo><mi>s</mi></mrow></msqrt></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>q</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mi>m</mi></mrow><mi>s</mi></mfrac></mrow><mo>+</mo><mi>e</mi></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>readout</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mi>e</mi></mrow></mtd></mtr></mtable></math>",
    "phases": {
      "climb": [
        ["first", "g"],
        ["p", "p - e + radius * g / s"]
      ]
    },
    "readout": "p - e",
    "options": [
      {
        "name": "lr",
        "default": 0.5,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "radius",
        "default": 0.05,
        "range": [0, null],
        "meaning": "how far to climb, ρ"
      },
      {
        "name": "delta",
        "default": 0.0001,
        "range": [5e-324, null],
        "meaning": "the prior's precision, δ, which acts as decay"
      },
      {
        "name": "damping",
        "default": 0.1,
        "range": [0, null],
        "meaning": "added to the precision at each step, γ"
      },
      {
        "name": "examples",
        "default": 50000,
        "range": [5e-324, null],
        "meaning": "the number of examples of the training data, N"
      },
      {
        "name": "seed",
        "default": 0,
        "range": [0, 9007199254740992],
        "meaning": "which random numbers are drawn: the same for the same seed"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "s", "place": "tensor", "init": 1 },
      { "name": "e", "place": "tensor", "init": 0 },
      { "name": "first", "place": "tensor", "init": 0 }
    ],
    "bytes": 20,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "numpy 2.4.6, a float64 transcription of arXiv:2210.01620, Algorithm 1, with noise of Philox4x32-10 in plain Python, none before the first step; the authors' code (github.com/team-approx-bayes/bayesian-sam, 936eec1, optim.py) has the two gradients in lines 128 to 139 and the update in lines 158 to 167, where the mean steps by the precision from before",
      "error": 0.000002
    },
    "extremes": [],
    "mutants": 3
  },
  {
    "id": "extra-adam",
    "name": "extraAdam",
    "family": "sharpness",
    "title": "Extra-Adam",
    "paper": "https://arxiv.org/abs/1802.10551",
    "sentence": "Extragradient with Adam's steps: one to the point where the second gradient is taken, one from where the round began.",
    "comment": "Extragradient with Adam's steps: one to the point where the second gradient is taken, one from where the round began (Gidel et al., 2019, Algorithm 4). Both gradients enter the means; `eps` is added before the bias of v is corrected, as in the authors' code.",
    "equations": [
      ["m", "beta1 * m + (1 - beta1) * g"],
      ["v", "beta2 * v + (1 - beta2) * g^2"],
      ["p", "p - lr * sqrt(1 - beta2^(2 * t)) / (1 - beta1^(2 * t)) * m / (sqrt(v) + eps)"]
    ],
    "latex": "\\begin{aligned}\n&\\textbf{look} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{2\\,t - 1}}}{1 - \\beta_{1}^{2\\,t - 1}}\\,m}{\\sqrt{v} + \\epsilon} \\\\\n&\\textbf{update} \\\\\nm &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\\nv &\\leftarrow \\beta_{2}\\,v + \\left(1 - \\beta_{2}\\right)\\,g^{2} \\\\\n\\theta &\\leftarrow \\theta - \\frac{\\frac{\\alpha\\,\\sqrt{1 - \\beta_{2}^{2\\,t}}}{1 - \\beta_{1}^{2\\,t}}\\,m}{\\sqrt{v} + \\epsilon}\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>look</mtext></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mrow><mrow><mn>2</mn><mo>⁢</mo><mi>t</mi></mrow><mo>−</mo><mn>1</mn></mrow></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mrow><mrow><mn>2</mn><mo>⁢</mo><mi>t</mi></mrow><mo>−</mo><mn>1</mn></mrow></msubsup></mrow></mfrac><mo>⁢</mo><mi>m</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>update</mtext></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mfrac><mrow><mi>α</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mrow><mn>2</mn><mo>⁢</mo><mi>t</mi></mrow></msubsup></mrow></msqrt></mrow><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi><mn>1</mn><mrow><mn>2</mn><mo>⁢</mo><mi>t</mi></mrow></msubsup></mrow></mfrac><mo>⁢</mo><mi>m</mi></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
    "phases": {
      "look": [
        ["m", "beta1 * m + (1 - beta1) * g"],
        ["v", "beta2 * v + (1 - beta2) * g^2"],
        ["p", "p - lr * sqrt(1 - beta2^(2 * t - 1)) / (1 - beta1^(2 * t - 1)) * m / (sqrt(v) + eps)"]
      ]
    },
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "beta1",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      },
      {
        "name": "beta2",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the running mean of squared gradients is kept at each step"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [0, null],
        "meaning": "added to the denominator, so that a parameter whose gradients were all near zero does not jump"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 },
      { "name": "v", "place": "tensor", "init": 0 }
    ],
    "bytes": 12,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/GauthierGidel/Variational-Inequality-GAN, 141122a), ExtraAdam, float64",
      "error": 9e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the squares are infinite in float32, and so is every mean and maximum of them from then on."
    ],
    "mutants": 2
  },
  {
    "id": "extragradient",
    "name": "extragradient",
    "family": "sharpness",
    "title": "Extragradient",
    "paper": "https://arxiv.org/abs/1802.10551",
    "sentence": "Takes a step, asks for the gradient there, and takes that step from where it began: the gradient of the point ahead does not circle around saddle points, so two-player games converge.",
    "comment": "Takes a step, asks for the gradient there, and takes that step from where it began: the gradient of the point ahead does not circle around saddle points, so two-player games converge (Korpelevich, 1976; for networks, Gidel et al., 2019).",
    "equations": [
      ["p", "p - lr * g"]
    ],
    "latex": "\\begin{aligned}\n&\\textbf{look} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,g \\\\\n&\\textbf{update} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,g\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd columnspan=\"3\"><mtext>look</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>update</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr></mtable></math>",
    "phases": {
      "look": [
        ["p", "p - lr * g"]
      ]
    },
    "options": [
      {
        "name": "lr",
        "default": 0.001,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      }
    ],
    "slots": [],
    "bytes": 4,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "the authors' code (github.com/GauthierGidel/Variational-Inequality-GAN, 141122a), ExtraSGD, float64",
      "error": 5e-7
    },
    "extremes": [
      "In float32 it does not move again within 1,000 ordinary steps after gradients near 1e30: the parameter is so far out that an ordinary step is less than one unit in its last place."
    ],
    "mutants": 0
  },
  {
    "id": "msam",
    "name": "msam",
    "family": "sharpness",
    "title": "Momentum-SAM",
    "paper": "https://arxiv.org/abs/2401.12033",
    "sentence": "Momentum that asks for gradients ahead of it, uphill along its own direction: SAM's flat minima for one gradient per step.",
    "comment": "Momentum that asks for gradients ahead of it, uphill along its own direction: SAM's flat minima for one gradient per step. It trains the point climbed to, and is evaluated at the point that it climbs from, its readout (Becker, Altrock and Risse, 2024).",
    "equations": [
      ["descended", "p - e"],
      ["b", "momentum * b + g"],
      ["e", "-radius / (totalNorm(b) + 1e-12) * b"],
      ["p", "descended - lr * b + e"]
    ],
    "latex": "\\begin{aligned}\n\\mathrm{descended} &\\leftarrow \\theta - e \\\\\nb &\\leftarrow \\mu\\,b + g \\\\\ne &\\leftarrow \\frac{-\\mathrm{radius}}{\\left\\lVert b \\right\\rVert_{\\mathrm{model}} + 10^{-12}}\\,b \\\\\n\\theta &\\leftarrow \\mathrm{descended} - \\alpha\\,b + e \\\\\n&\\textbf{readout} \\\\\n\\theta &\\leftarrow \\theta - e\n\\end{aligned}",
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>descended</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mi>e</mi></mrow></mtd></mtr><mtr><mtd><mi>b</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mi>μ</mi><mo>⁢</mo><mi>b</mi></mrow><mo>+</mo><mi>g</mi></mrow></mtd></mtr><mtr><mtd><mi>e</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mrow><mo>−</mo><mtext>radius</mtext></mrow><mrow><msub><mrow><mo>‖</mo><mi>b</mi><mo>‖</mo></mrow><mtext>model</mtext></msub><mo>+</mo><msup><mn>10</mn><mn>−12</mn></msup></mrow></mfrac><mo>⁢</mo><mi>b</mi></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mtext>descended</mtext><mo>−</mo><mrow><mi>α</mi><mo>⁢</mo><mi>b</mi></mrow></mrow><mo>+</mo><mi>e</mi></mrow></mtd></mtr><mtr><mtd columnspan=\"3\"><mtext>readout</mtext></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mi>e</mi></mrow></mtd></mtr></mtable></math>",
    "readout": "p - e",
    "options": [
      {
        "name": "lr",
        "default": 0.1,
        "range": [0, null],
        "meaning": "learning rate: the size of a step"
      },
      {
        "name": "momentum",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the last step's velocity is kept"
      },
      {
        "name": "radius",
        "default": 0.3,
        "range": [0, null],
        "meaning": "how far ahead gradients are taken, ρ"
      }
    ],
    "slots": [
      { "name": "b", "place": "tensor", "init": 0 },
      { "name": "e", "place": "tensor", "init": 0 }
    ],
    "bytes": 8,
    "passes": 2,
    "backends": ["arrays", "jax", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "the authors' code (github.com/MarlonBecker/MSAM, 780fa4f), float64", "error": 4e-7 },
    "extremes": [],
    "mutants": 2
  }
];
