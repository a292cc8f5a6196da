// Written by `npm run docs` from the rules themselves.
import type { TransformEntry } from "./entry.ts";

/** Every transform that goes around any rule, by package and name. */
export const transforms: readonly TransformEntry[] = [
  {
    "id": "ema",
    "name": "ema",
    "family": "averaging",
    "title": "EMA",
    "sentence": "An exponential moving average of the weights beside any rule, which is evaluated there: `ema(adamw())`.",
    "comment": "An exponential moving average of the weights beside any rule, which is evaluated there: `ema(adamw())`. It starts at the weights before the first update and takes `1 - decay` of each later ones, as timm's ModelEmaV2 does.",
    "before": [],
    "after": [
      ["average", "decay * average + (1 - decay) * p"]
    ],
    "readout": "average",
    "options": [
      {
        "name": "decay",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the average is kept at each step"
      }
    ],
    "slots": [
      { "name": "average", "place": "tensor", "init": "p" }
    ]
  },
  {
    "id": "lookahead",
    "name": "lookahead",
    "family": "averaging",
    "title": "Lookahead",
    "paper": "https://arxiv.org/abs/1907.08610",
    "sentence": "Every `every` updates of any rule, slow weights go the share `alpha` of the way to where it has come, and it goes on from there: `lookahead(adam())`.",
    "comment": "Every `every` updates of any rule, slow weights go the share `alpha` of the way to where it has come, and it goes on from there: `lookahead(adam())`. The rule's own state is kept (Zhang et al., 2019).",
    "before": [],
    "after": [
      ["slow", "slow + alpha * (p - slow)"],
      ["p", "slow"]
    ],
    "options": [
      {
        "name": "every",
        "default": 5,
        "range": [1, null],
        "meaning": "how many updates lie between two moves of the slow weights"
      },
      {
        "name": "alpha",
        "default": 0.5,
        "range": [0, null],
        "meaning": "how far the slow weights go"
      }
    ],
    "slots": [
      { "name": "slow", "place": "tensor", "init": "p" }
    ]
  },
  {
    "id": "swa",
    "name": "swa",
    "family": "averaging",
    "title": "SWA",
    "paper": "https://arxiv.org/abs/1803.05407",
    "sentence": "The plain mean of the weights of every `every`-th update from `start` on, beside any rule, which is evaluated there (Izmailov et al., 2018): the middle of where training wanders, flatter than its end.",
    "comment": "The plain mean of the weights of every `every`-th update from `start` on, beside any rule, which is evaluated there (Izmailov et al., 2018): the middle of where training wanders, flatter than its end. With the defaults it is Polyak and Ruppert's mean of all. Running statistics of batch normalization belong to the trained weights and want another pass.",
    "before": [],
    "after": [
      ["average", "average + (p - average) / ((t - start) / every + 1)"]
    ],
    "readout": "t >= start ? average : p",
    "options": [
      {
        "name": "start",
        "default": 1,
        "range": [1, null],
        "meaning": "the first update whose weights are taken"
      },
      {
        "name": "every",
        "default": 1,
        "range": [1, null],
        "meaning": "how many updates lie between weights that are taken"
      }
    ],
    "slots": [
      { "name": "average", "place": "tensor", "init": 0 }
    ]
  },
  {
    "id": "sam",
    "name": "sam",
    "family": "sharpness",
    "title": "SAM",
    "paper": "https://arxiv.org/abs/2010.01412",
    "sentence": "Any rule steps by the gradient at the worst point nearby, a distance of `rho` up the slope, so that it prefers flat minima: `sam(momentum())`.",
    "comment": "Any rule steps by the gradient at the worst point nearby, a distance of `rho` up the slope, so that it prefers flat minima: `sam(momentum())`. Two gradients per step; all parameters climb together (Foret et al., 2021).",
    "before": [],
    "after": [],
    "phases": {
      "climb": [
        ["p", "p + rho / (totalNorm(g) + 1e-12) * g"]
      ]
    },
    "options": [
      {
        "name": "rho",
        "default": 0.05,
        "range": [0, null],
        "meaning": "how far away the worst point is looked for"
      }
    ],
    "slots": []
  },
  {
    "id": "accumulate",
    "name": "accumulate",
    "family": "transforms",
    "title": "Accumulation",
    "sentence": "The mean of the gradients of `every` updates, which the rule then gets as one: micro-batches that fit into memory train as one big batch does.",
    "comment": "The mean of the gradients of `every` updates, which the rule then gets as one: micro-batches that fit into memory train as one big batch does. The rule's own `t` counts its steps; schedules count micro-batches.",
    "when": "count + 1 >= every",
    "before": [
      ["sum", "sum + g"],
      ["count", "count + 1"],
      ["steps", "count >= every ? steps + 1 : steps"],
      ["g", "sum / count"]
    ],
    "after": [
      ["sum", "0"],
      ["count", "0"]
    ],
    "options": [
      {
        "name": "every",
        "default": 4,
        "range": [1, null],
        "meaning": "how many updates make up a step"
      }
    ],
    "slots": [
      { "name": "sum", "place": "tensor", "init": 0 },
      { "name": "count", "place": "host", "init": 0 },
      { "name": "steps", "place": "host", "init": 0 }
    ]
  },
  {
    "id": "cautious",
    "name": "cautious",
    "family": "transforms",
    "title": "Caution",
    "paper": "https://arxiv.org/abs/2411.16085",
    "sentence": "Only those elements step whose step goes down the gradient of this batch, and the others' share of the length is theirs (Liang et al., 2024): any momentum, without what it overshoots.",
    "comment": "Only those elements step whose step goes down the gradient of this batch, and the others' share of the length is theirs (Liang et al., 2024): any momentum, without what it overshoots. As in timm.",
    "before": [
      ["seen", "g"]
    ],
    "after": [
      ["mask", "(p0 - p) * seen > 0"],
      ["p", "p0 + mask * (p - p0) / max(mean(mask), eps)"]
    ],
    "options": [
      {
        "name": "eps",
        "default": 0.001,
        "range": [0, null],
        "meaning": "the least share of elements that the step is divided by"
      }
    ],
    "slots": []
  },
  {
    "id": "box",
    "name": "box",
    "family": "regularizers",
    "title": "Box",
    "sentence": "Every number stays between `lower` and `upper` after any step of any rule: `box(adam(), { lower: 0, upper: 1 })`.",
    "comment": "Every number stays between `lower` and `upper` after any step of any rule: `box(adam(), { lower: 0, upper: 1 })`.",
    "before": [],
    "after": [
      ["p", "clamp(p, lower, upper)"]
    ],
    "options": [
      { "name": "lower", "default": -1, "meaning": "the least that a number may be" },
      { "name": "upper", "default": 1, "meaning": "the greatest that a number may be" }
    ],
    "slots": []
  },
  {
    "id": "group-threshold",
    "name": "groupThreshold",
    "family": "regularizers",
    "title": "Group threshold",
    "paper": "https://doi.org/10.1111/j.1467-9868.2005.00532.x",
    "sentence": "The proximal step of lr · strength · Σ of the lengths of each output's weights, after any step of any rule: outputs that are not needed become 0 as a whole.",
    "comment": "The proximal step of lr · strength · Σ of the lengths of each output's weights, after any step of any rule: outputs that are not needed become 0 as a whole. Outputs are where the framework keeps them, or rows where that is not known; vectors are left alone. The rule needs an `lr`.",
    "before": [],
    "after": [
      ["length", "sqrt(rowSum(p^2))"],
      ["by", "lr * strength * decays"],
      ["p", "ndim < 2 ? p : (length > by ? p * (1 - by / length) : 0)"]
    ],
    "options": [
      { "name": "strength", "default": 0.0001, "meaning": "the weight of the penalty" }
    ],
    "slots": []
  },
  {
    "id": "hard-threshold",
    "name": "hardThreshold",
    "family": "regularizers",
    "title": "Hard threshold",
    "paper": "https://doi.org/10.1016/j.acha.2009.04.002",
    "sentence": "The proximal step of lr · strength · (how many numbers are not 0) after any step of any rule: numbers below √(2 · lr · strength) become 0, and the rest stay as they are.",
    "comment": "The proximal step of lr · strength · (how many numbers are not 0) after any step of any rule: numbers below √(2 · lr · strength) become 0, and the rest stay as they are. Biases and norms are left alone. The rule needs an `lr`.",
    "before": [],
    "after": [
      ["p", "p^2 > 2 * lr * strength * decays ? p : 0"]
    ],
    "options": [
      { "name": "strength", "default": 0.0001, "meaning": "the cost of a number that is not 0" }
    ],
    "slots": []
  },
  {
    "id": "max-norm",
    "name": "maxNorm",
    "family": "regularizers",
    "title": "Max norm",
    "paper": "https://jmlr.org/papers/v15/srivastava14a.html",
    "sentence": "The weights of each output have length at most `limit` after any step of any rule, which lets dropout train at high rates.",
    "comment": "The weights of each output have length at most `limit` after any step of any rule, which lets dropout train at high rates (Srivastava et al., 2014). Outputs are where the framework keeps them, or rows where that is not known; vectors stay as they are.",
    "before": [],
    "after": [
      ["p", "ndim < 2 ? p : p * min(1, limit / sqrt(rowSum(p^2)))"]
    ],
    "options": [
      {
        "name": "limit",
        "default": 3,
        "range": [5e-324, null],
        "meaning": "the greatest length of the weights of an output"
      }
    ],
    "slots": []
  },
  {
    "id": "non-negative",
    "name": "nonNegative",
    "family": "regularizers",
    "title": "Non-negative",
    "sentence": "No number below 0 after any step of any rule: `nonNegative(adam())`.",
    "comment": "No number below 0 after any step of any rule: `nonNegative(adam())`. Biases too, so give a partition the parameters meant.",
    "before": [],
    "after": [
      ["p", "max(p, 0)"]
    ],
    "options": [],
    "slots": []
  },
  {
    "id": "ridge",
    "name": "ridge",
    "family": "regularizers",
    "title": "Ridge",
    "sentence": "The proximal step of lr · strength · ½ Σp² after any step of any rule: every weight shrinks by the same factor, as decoupled decay does, but never past 0 however large the rate.",
    "comment": "The proximal step of lr · strength · ½ Σp² after any step of any rule: every weight shrinks by the same factor, as decoupled decay does, but never past 0 however large the rate. Biases and norms are left alone. The rule needs an `lr`.",
    "before": [],
    "after": [
      ["p", "p / (1 + lr * strength * decays)"]
    ],
    "options": [
      { "name": "strength", "default": 0.0001, "meaning": "the weight of the penalty" }
    ],
    "slots": []
  },
  {
    "id": "soft-threshold",
    "name": "softThreshold",
    "family": "regularizers",
    "title": "Soft threshold",
    "paper": "https://doi.org/10.1137/080716542",
    "sentence": "The proximal step of lr · strength · Σ|p| after any step of any rule: around `sgd` it is the proximal gradient method for the lasso, and small weights become exactly 0.",
    "comment": "The proximal step of lr · strength · Σ|p| after any step of any rule: around `sgd` it is the proximal gradient method for the lasso, and small weights become exactly 0. Biases and norms are left alone. The rule needs an `lr`.",
    "before": [],
    "after": [
      ["p", "sign(p) * max(abs(p) - lr * strength * decays, 0)"]
    ],
    "options": [
      { "name": "strength", "default": 0.0001, "meaning": "the weight of the penalty" }
    ],
    "slots": []
  },
  {
    "id": "unit-norm",
    "name": "unitNorm",
    "family": "regularizers",
    "title": "Unit norm",
    "sentence": "The weights of each output have length 1 after any step of any rule; those that are all 0 stay so.",
    "comment": "The weights of each output have length 1 after any step of any rule; those that are all 0 stay so. Outputs are where the framework keeps them, or rows where that is not known; vectors stay as they are.",
    "before": [],
    "after": [
      ["p", "ndim < 2 || rowSum(p^2) == 0 ? p : p / sqrt(rowSum(p^2))"]
    ],
    "options": [],
    "slots": []
  },
  {
    "id": "with-elastic-net",
    "name": "withElasticNet",
    "family": "regularizers",
    "title": "Elastic net",
    "paper": "https://doi.org/10.1111/j.1467-9868.2005.00503.x",
    "sentence": "Adds the gradient of the penalty l1 · Σ|p| + l2 · ½ Σp² before any rule.",
    "comment": "Adds the gradient of the penalty l1 · Σ|p| + l2 · ½ Σp² before any rule (Zou and Hastie, 2005). Biases and norms are left alone.",
    "before": [
      ["g", "g + decays * (2 * l2 / 2 * p + l1 * sign(p))"]
    ],
    "after": [],
    "options": [
      { "name": "l1", "default": 0.0001, "meaning": "the weight of the sizes" },
      {
        "name": "l2",
        "default": 0.0001,
        "range": [0, null],
        "meaning": "the weight of half the squares"
      }
    ],
    "slots": []
  },
  {
    "id": "with-group-lasso",
    "name": "withGroupLasso",
    "family": "regularizers",
    "title": "Group lasso",
    "paper": "https://doi.org/10.1111/j.1467-9868.2005.00532.x",
    "sentence": "Adds the gradient of the penalty strength · Σ of the lengths of each output's weights, before any rule: outputs that are not needed fade as a whole.",
    "comment": "Adds the gradient of the penalty strength · Σ of the lengths of each output's weights, before any rule: outputs that are not needed fade as a whole (Yuan and Lin, 2006). Outputs are where the framework keeps them, or rows where that is not known; vectors are left alone.",
    "before": [
      [
        "g",
        "ndim < 2 ? g : g + decays * (2 * (rowSum(p^2) > 0 ? 0.5 * (rowSum(p^2) > 0 ? cols * strength / cols : 0) / sqrt(rowSum(p^2) > 0 ? rowSum(p^2) : 1) : 0) * p)"
      ]
    ],
    "after": [],
    "options": [
      { "name": "strength", "default": 0.0001, "meaning": "the weight of the penalty" }
    ],
    "slots": []
  },
  {
    "id": "with-l1",
    "name": "withL1",
    "family": "regularizers",
    "title": "L1",
    "sentence": "Adds the gradient of the penalty strength · Σ|p| before any rule: `withL1(sgd())`.",
    "comment": "Adds the gradient of the penalty strength · Σ|p| before any rule: `withL1(sgd())`. Small weights hover around 0; `softThreshold` makes them 0. Biases and norms are left alone.",
    "before": [
      ["g", "g + decays * (strength * sign(p))"]
    ],
    "after": [],
    "options": [
      { "name": "strength", "default": 0.0001, "meaning": "the weight of the penalty" }
    ],
    "slots": []
  }
];
