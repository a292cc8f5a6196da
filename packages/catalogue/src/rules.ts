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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.Adadelta, float64", "error": 5e-7 },
    "mutants": 2
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
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mtext>rate</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>α</mi><mrow><mn>1</mn><mo>+</mo><mrow><mtext>decay</mtext><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow><mo>)</mo></mrow></mrow></mrow></mfrac></mtd></mtr><mtr><mtd><mi>s</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>s</mi><mo>+</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mtext>rate</mtext><mo>⁢</mo><mi>g</mi></mrow><mrow><msqrt><mi>s</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "torch 2.13.0, torch.optim.Adagrad (lr_decay = decay, initial_accumulator_value = initial), float64",
      "error": 2e-7
    },
    "mutants": 1
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.RMSprop (alpha = rho), float64", "error": 2e-7 },
    "mutants": 1
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.RMSprop (alpha = rho, centered=True), float64", "error": 9e-7 },
    "mutants": 4
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.RMSprop (alpha = rho, centered=True), float64", "error": 5e-7 },
    "mutants": 4
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.RMSprop (alpha = rho), float64", "error": 2e-7 },
    "mutants": 1
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
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mrow><mo>(</mo><mrow><mi>g</mi><mo>−</mo><mi>m</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup></mrow></mrow><mo>+</mo><mi>ϵ</mi></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>1</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>2</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, optax.adabelief (eps_root = eps), float64", "error": 5e-7 },
    "mutants": 0
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
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>1</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>2</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.Adam, float64", "error": 3e-7 },
    "mutants": 1
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
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>u</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>u</mi></mrow><mo>,</mo><mrow><mrow><mo>|</mo><mi>g</mi><mo>|</mo></mrow><mo>+</mo><mi>ϵ</mi></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>1</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mi>u</mi></mfrac></mrow></mtd></mtr></mtable></math>",
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.Adamax, float64", "error": 3e-7 },
    "mutants": 2
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
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mi>λ</mi></mrow><mo>⁢</mo><mtext>decays</mtext></mrow></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>θ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>1</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>2</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": {
      "source": "torch 2.13.0, torch.optim.AdamW, one group per tensor, weight_decay 0 where the role is bias, float64",
      "error": 6e-7
    },
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
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>v</mi><mtext>max</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>max</mi><mrow><mo>(</mo><msub><mi>v</mi><mtext>max</mtext></msub><mo>,</mo><mi>v</mi><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>1</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><msub><mi>v</mi><mtext>max</mtext></msub><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>2</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.Adam (amsgrad=True), float64", "error": 3e-7 },
    "mutants": 2
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
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>μ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mn>0.5</mn><mo>⁢</mo><msup><mn>0.96</mn><mrow><mi>t</mi><mo>⁢</mo><mtext>decay</mtext></mrow></msup></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><msub><mi>μ</mi><mtext>next</mtext></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mrow><mn>0.5</mn><mo>⁢</mo><msup><mn>0.96</mn><mrow><mrow><mo>(</mo><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mtext>decay</mtext></mrow></msup></mrow></mrow><mo>)</mo></mrow></mrow></mtd></mtr><mtr><mtd><mtext>product</mtext></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mtext>product</mtext><mo>⁢</mo><mi>μ</mi></mrow></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mrow><msub><mi>μ</mi><mtext>next</mtext></msub><mo>⁢</mo><mi>m</mi></mrow><mrow><mn>1</mn><mo>−</mo><mrow><mtext>product</mtext><mo>⁢</mo><msub><mi>μ</mi><mtext>next</mtext></msub></mrow></mrow></mfrac><mo>+</mo><mfrac><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><mi>μ</mi></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow><mrow><mn>1</mn><mo>−</mo><mtext>product</mtext></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>2</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.NAdam (momentum_decay = decay), float64", "error": 4e-7 },
    "mutants": 1
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
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><msub><mi>ρ</mi><mi>∞</mi></msub></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mfrac><mn>2</mn><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow></mfrac><mo>−</mo><mn>1</mn></mrow></mtd></mtr><mtr><mtd><mi>ρ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mfrac><mrow><mrow><mn>2</mn><mo>⁢</mo><mi>t</mi></mrow><mo>⁢</mo><msup><msub><mi>β</mi><mn>2</mn></msub><mi>t</mi></msup></mrow><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>2</mn></msub><mi>t</mi></msup></mrow></mfrac></mrow></mtd></mtr><mtr><mtd><mi>r</mi></mtd><mtd><mo>←</mo></mtd><mtd><msqrt><mfrac><mrow><mrow><mrow><mo>(</mo><mrow><mi>ρ</mi><mo>−</mo><mn>4</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mi>ρ</mi><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><msub><mi>ρ</mi><mi>∞</mi></msub></mrow><mrow><mrow><mrow><mo>(</mo><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mn>4</mn></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><msub><mi>ρ</mi><mi>∞</mi></msub><mo>−</mo><mn>2</mn></mrow><mo>)</mo></mrow></mrow><mo>⁢</mo><mi>ρ</mi></mrow></mfrac></msqrt></mtd></mtr><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>2</mn></msub><mo>⁢</mo><mi>v</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>1</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mrow><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mo>⁢</mo><mrow><mo>(</mo><mrow><mo>{</mo><mtable columnalign=\"left\"><mtr><mtd><mfrac><mrow><mi>r</mi><mo>⁢</mo><msqrt><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>2</mn></msub><mi>t</mi></msup></mrow></msqrt></mrow><mrow><msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mtd><mtd><mrow><mi>ρ</mi><mo>></mo><mn>5</mn></mrow></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>)</mo></mrow></mrow></mrow></mtd></mtr></mtable></math>",
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.RAdam, float64", "error": 4e-7 },
    "mutants": 2
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
    "mathml": "<math display=\"block\"><mtable columnalign=\"right center left\"><mtr><mtd><mi>m</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mrow><msub><mi>β</mi><mn>1</mn></msub><mo>⁢</mo><mi>m</mi></mrow><mo>+</mo><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>1</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mi>g</mi></mrow></mrow></mtd></mtr><mtr><mtd><mi>v</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>v</mi><mo>−</mo><mrow><mrow><mrow><mo>(</mo><mrow><mn>1</mn><mo>−</mo><msub><mi>β</mi><mn>2</mn></msub></mrow><mo>)</mo></mrow><mo>⁢</mo><mrow><mi>sign</mi><mrow><mo>(</mo><mrow><mi>v</mi><mo>−</mo><msup><mi>g</mi><mn>2</mn></msup></mrow><mo>)</mo></mrow></mrow></mrow><mo>⁢</mo><msup><mi>g</mi><mn>2</mn></msup></mrow></mrow></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>m</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>1</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></mtd><mtd><mo>←</mo></mtd><mtd><mfrac><mi>v</mi><mrow><mn>1</mn><mo>−</mo><msup><msub><mi>β</mi><mn>2</mn></msub><mi>t</mi></msup></mrow></mfrac></mtd></mtr><mtr><mtd><mi>θ</mi></mtd><mtd><mo>←</mo></mtd><mtd><mrow><mi>θ</mi><mo>−</mo><mfrac><mrow><mi>α</mi><mo>⁢</mo><mover accent=\"true\"><mi>m</mi><mo>^</mo></mover></mrow><mrow><msqrt><mover accent=\"true\"><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ϵ</mi></mrow></mfrac></mrow></mtd></mtr></mtable></math>",
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "optax 0.2.8, optax.scale_by_yogi and scale_by_learning_rate, float64", "error": 5e-7 },
    "mutants": 2
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.SGD, float64", "error": 5e-7 },
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.SGD, float64, nesterov=True", "error": 5e-7 },
    "mutants": 0
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
    "backends": ["arrays", "onnxruntime", "tfjs", "webgpu"],
    "golden": { "source": "torch 2.13.0, torch.optim.SGD, float64", "error": 4e-7 },
    "mutants": 0
  }
];
