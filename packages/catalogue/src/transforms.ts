// Written by `npm run docs` from the rules themselves.
import type { TransformEntry } from "./entry.ts";

/** Every transform that goes around any rule, by package and name. */
export const transforms: readonly TransformEntry[] = [
  {
    "id": "ema",
    "name": "ema",
    "family": "averaging",
    "title": "EMA",
    "sentence": "An exponential moving average of the weights, beside any rule; the model is evaluated at it: `ema(adamw())`.",
    "comment": "An exponential moving average of the weights, beside any rule; the model is evaluated at it: `ema(adamw())`. It starts at the weights before the first update and takes the share `1 - decay` of those after each update, as timm's ModelEmaV2 does.",
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
    "id": "ema-debiased",
    "name": "emaDebiased",
    "family": "averaging",
    "title": "EMA, corrected",
    "sentence": "An exponential moving average of the weights, beside any rule.",
    "comment": "An exponential moving average of the weights, beside any rule. It starts at zero and is corrected for that, as Adam's means are, so that the initial weights do not bias it: `emaDebiased(adamw())`. The model is evaluated at the average. As in Optax.",
    "before": [],
    "after": [
      ["sum", "decay * sum + (1 - decay) * p"],
      ["average", "sum / (1 - decay^t)"]
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
      { "name": "sum", "place": "tensor", "init": 0 },
      { "name": "average", "place": "tensor", "init": "p" }
    ]
  },
  {
    "id": "ema-warmed",
    "name": "emaWarmed",
    "family": "averaging",
    "title": "EMA, warmed up",
    "sentence": "An exponential moving average of the weights, beside any rule, whose memory grows: step `t` keeps the share (1 + t) / (10 + t) of it, at most `decay`: `emaWarmed(adamw())`.",
    "comment": "An exponential moving average of the weights, beside any rule, whose memory grows: step `t` keeps the share (1 + t) / (10 + t) of it, at most `decay`: `emaWarmed(adamw())`. The model is evaluated at the average. As in TensorFlow's ExponentialMovingAverage with `num_updates`.",
    "before": [],
    "after": [
      ["kept", "min(decay, (1 + t) / (10 + t))"],
      ["average", "kept * average + (1 - kept) * p"]
    ],
    "readout": "average",
    "options": [
      {
        "name": "decay",
        "default": 0.999,
        "range": [0, 1],
        "meaning": "how much of the average is kept at each step, at most"
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
    "sentence": "Every `every` updates of any rule, slow weights move the share `alpha` of the way to the rule's weights, and the rule continues from there: `lookahead(adam())`.",
    "comment": "Every `every` updates of any rule, slow weights move the share `alpha` of the way to the rule's weights, and the rule continues from there: `lookahead(adam())`. The rule's own state is kept (Zhang et al., 2019).",
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
    "id": "polyak-average",
    "name": "polyakAverage",
    "family": "averaging",
    "title": "Polyak average",
    "paper": "https://arxiv.org/abs/1212.1824",
    "sentence": "The mean of all weights that a rule has passed through, in which step `t` counts about `t^power`: `polyakAverage(sgd())`.",
    "comment": "The mean of all weights that a rule has passed through, in which step `t` counts about `t^power`: `polyakAverage(sgd())`. The plain mean converges as fast as any method can; a power of 3 or so forgets the start sooner. The model is evaluated at the mean (Polyak and Juditsky, 1992; with a power, Shamir and Zhang, 2013, https://arxiv.org/abs/1212.1824).",
    "before": [],
    "after": [
      ["average", "average + (power + 1) / (t + power) * (p - average)"]
    ],
    "readout": "average",
    "options": [
      {
        "name": "power",
        "default": 0,
        "range": [0, null],
        "meaning": "how much later weights count for more: 0 is the plain mean"
      }
    ],
    "slots": [
      { "name": "average", "place": "tensor", "init": "p" }
    ]
  },
  {
    "id": "swa",
    "name": "swa",
    "family": "averaging",
    "title": "SWA",
    "paper": "https://arxiv.org/abs/1803.05407",
    "sentence": "The plain mean of the weights after every `every`-th update from `start` on, beside any rule; the model is evaluated at it.",
    "comment": "The plain mean of the weights after every `every`-th update from `start` on, beside any rule; the model is evaluated at it (Izmailov et al., 2018). It is the middle of the region that training wanders through, flatter than where it ends. With the defaults it is Polyak and Ruppert's mean of all. Running statistics of batch normalization belong to the trained weights, and must be computed again for the mean.",
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
    "id": "mechanic",
    "name": "mechanic",
    "family": "parameter-free",
    "title": "Mechanic",
    "paper": "https://arxiv.org/abs/2306.00144",
    "sentence": "Finds the rate of any rule, whose own rate is then a schedule around 1: `mechanic(adamw({ lr: 1 }))`.",
    "comment": "Finds the rate of any rule, whose own rate is then a schedule around 1: `mechanic(adamw({ lr: 1 }))`. A learner that bets on how well gradients agree with the displacement so far scales the rule's whole displacement from its start; six of them, with memories of 10 to a million steps, bet side by side (Cutkosky, Defazio and Mehta, 2023, https://arxiv.org/abs/2306.00144). As in Optax, for which `initial` is `s_init`.",
    "before": [
      ["gone", "(x0 - p) / (s1 + s2 + s3 + s4 + s5 + s6 + eps)"],
      ["decayed", "g + decay * (s1 + s2 + s3 + s4 + s5 + s6) * totalNorm(g) / (totalNorm(p) + eps) * p"],
      ["h", "total(decayed * gone)"],
      ["r1", "(1 - 0.1^1) * r1 + clamp(h, -m1, m1) * s1"],
      ["r2", "(1 - 0.1^2) * r2 + clamp(h, -m2, m2) * s2"],
      ["r3", "(1 - 0.1^3) * r3 + clamp(h, -m3, m3) * s3"],
      ["r4", "(1 - 0.1^4) * r4 + clamp(h, -m4, m4) * s4"],
      ["r5", "(1 - 0.1^5) * r5 + clamp(h, -m5, m5) * s5"],
      ["r6", "(1 - 0.1^6) * r6 + clamp(h, -m6, m6) * s6"],
      ["m1", "max((1 - 0.1^1) * m1, abs(h) + eps)"],
      ["m2", "max((1 - 0.1^2) * m2, abs(h) + eps)"],
      ["m3", "max((1 - 0.1^3) * m3, abs(h) + eps)"],
      ["m4", "max((1 - 0.1^4) * m4, abs(h) + eps)"],
      ["m5", "max((1 - 0.1^5) * m5, abs(h) + eps)"],
      ["m6", "max((1 - 0.1^6) * m6, abs(h) + eps)"],
      ["v1", "(1 - 0.1^1)^2 * v1 + h^2"],
      ["v2", "(1 - 0.1^2)^2 * v2 + h^2"],
      ["v3", "(1 - 0.1^3)^2 * v3 + h^2"],
      ["v4", "(1 - 0.1^4)^2 * v4 + h^2"],
      ["v5", "(1 - 0.1^5)^2 * v5 + h^2"],
      ["v6", "(1 - 0.1^6)^2 * v6 + h^2"],
      ["s1", "(initial / 6 * m1 + max(0, r1)) / (sqrt(v1) + eps)"],
      ["s2", "(initial / 6 * m2 + max(0, r2)) / (sqrt(v2) + eps)"],
      ["s3", "(initial / 6 * m3 + max(0, r3)) / (sqrt(v3) + eps)"],
      ["s4", "(initial / 6 * m4 + max(0, r4)) / (sqrt(v4) + eps)"],
      ["s5", "(initial / 6 * m5 + max(0, r5)) / (sqrt(v5) + eps)"],
      ["s6", "(initial / 6 * m6 + max(0, r6)) / (sqrt(v6) + eps)"]
    ],
    "after": [
      ["p", "x0 - (s1 + s2 + s3 + s4 + s5 + s6) * (gone + p0 - p)"]
    ],
    "options": [
      {
        "name": "decay",
        "default": 0.01,
        "range": [0, null],
        "meaning": "how strongly weights are drawn to 0, in what the learners see"
      },
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the learners' divisions"
      },
      {
        "name": "initial",
        "default": 0.000001,
        "range": [5e-324, null],
        "meaning": "the first rate of all learners together"
      }
    ],
    "slots": [
      { "name": "x0", "place": "tensor", "init": "p" },
      { "name": "r1", "place": "model", "init": 0 },
      { "name": "r2", "place": "model", "init": 0 },
      { "name": "r3", "place": "model", "init": 0 },
      { "name": "r4", "place": "model", "init": 0 },
      { "name": "r5", "place": "model", "init": 0 },
      { "name": "r6", "place": "model", "init": 0 },
      { "name": "m1", "place": "model", "init": 0 },
      { "name": "m2", "place": "model", "init": 0 },
      { "name": "m3", "place": "model", "init": 0 },
      { "name": "m4", "place": "model", "init": 0 },
      { "name": "m5", "place": "model", "init": 0 },
      { "name": "m6", "place": "model", "init": 0 },
      { "name": "v1", "place": "model", "init": 0 },
      { "name": "v2", "place": "model", "init": 0 },
      { "name": "v3", "place": "model", "init": 0 },
      { "name": "v4", "place": "model", "init": 0 },
      { "name": "v5", "place": "model", "init": 0 },
      { "name": "v6", "place": "model", "init": 0 },
      { "name": "s1", "place": "model", "init": "initial" },
      { "name": "s2", "place": "model", "init": "initial" },
      { "name": "s3", "place": "model", "init": "initial" },
      { "name": "s4", "place": "model", "init": "initial" },
      { "name": "s5", "place": "model", "init": "initial" },
      { "name": "s6", "place": "model", "init": "initial" }
    ]
  },
  {
    "id": "trac",
    "name": "trac",
    "family": "parameter-free",
    "title": "TRAC",
    "paper": "https://arxiv.org/abs/2405.16642",
    "sentence": "Scales any rule's whole displacement from its start by what six learners bet on it, each with a memory of its own, so that rates need no tuning and a model that goes on to new data can return to where it began: `trac(adamw())`.",
    "comment": "Scales any rule's whole displacement from its start by what six learners bet on it, each with a memory of its own, so that rates need no tuning and a model that goes on to new data can return to where it began: `trac(adamw())` (Muppidi, Zhang and Yang, 2024, https://arxiv.org/abs/2405.16642). The bets are the imaginary error function of how far gradients agree with the way gone, cut at ±8, where float32 nearly ends.",
    "before": [
      ["gone", "(p - x0) / (s + eps)"],
      ["h", "total(gone * g)"],
      ["v1", "(1 - 0.1^1)^2 * v1 + h^2"],
      ["v2", "(1 - 0.1^2)^2 * v2 + h^2"],
      ["v3", "(1 - 0.1^3)^2 * v3 + h^2"],
      ["v4", "(1 - 0.1^4)^2 * v4 + h^2"],
      ["v5", "(1 - 0.1^5)^2 * v5 + h^2"],
      ["v6", "(1 - 0.1^6)^2 * v6 + h^2"],
      ["c1", "(1 - 0.1^1) * c1 - h"],
      ["c2", "(1 - 0.1^2) * c2 - h"],
      ["c3", "(1 - 0.1^3) * c3 - h"],
      ["c4", "(1 - 0.1^4) * c4 - h"],
      ["c5", "(1 - 0.1^5) * c5 - h"],
      ["c6", "(1 - 0.1^6) * c6 - h"],
      ["z1", "clamp(c1 / (sqrt(2 * v1) + eps), -8, 8)"],
      ["z2", "clamp(c2 / (sqrt(2 * v2) + eps), -8, 8)"],
      ["z3", "clamp(c3 / (sqrt(2 * v3) + eps), -8, 8)"],
      ["z4", "clamp(c4 / (sqrt(2 * v4) + eps), -8, 8)"],
      ["z5", "clamp(c5 / (sqrt(2 * v5) + eps), -8, 8)"],
      ["z6", "clamp(c6 / (sqrt(2 * v6) + eps), -8, 8)"],
      [
        "bet1",
        "1.1283791670955126 * z1 * (0.09654008851472766 * exp((0.048307665687738324 * z1)^2) + 0.09563872007927471 * exp((0.1444719615827965 * z1)^2) + 0.09384439908080451 * exp((0.23928736225213706 * z1)^2) + 0.09117387869576378 * exp((0.33186860228212767 * z1)^2) + 0.08765209300440378 * exp((0.42135127613063533 * z1)^2) + 0.08331192422694671 * exp((0.5068999089322294 * z1)^2) + 0.07819389578707023 * exp((0.5877157572407623 * z1)^2) + 0.07234579410884834 * exp((0.6630442669302152 * z1)^2) + 0.06582222277636168 * exp((0.7321821187402897 * z1)^2) + 0.058684093478535565 * exp((0.7944837959679424 * z1)^2) + 0.05099805926237609 * exp((0.84936761373257 * z1)^2) + 0.042835898022226836 * exp((0.8963211557660521 * z1)^2) + 0.034273862913021765 * exp((0.9349060759377397 * z1)^2) + 0.025392065309262024 * exp((0.9647622555875064 * z1)^2) + 0.016274394730905743 * exp((0.9856115115452684 * z1)^2) + 0.007018610009470506 * exp((0.9972638618494816 * z1)^2))"
      ],
      [
        "bet2",
        "1.1283791670955126 * z2 * (0.09654008851472766 * exp((0.048307665687738324 * z2)^2) + 0.09563872007927471 * exp((0.1444719615827965 * z2)^2) + 0.09384439908080451 * exp((0.23928736225213706 * z2)^2) + 0.09117387869576378 * exp((0.33186860228212767 * z2)^2) + 0.08765209300440378 * exp((0.42135127613063533 * z2)^2) + 0.08331192422694671 * exp((0.5068999089322294 * z2)^2) + 0.07819389578707023 * exp((0.5877157572407623 * z2)^2) + 0.07234579410884834 * exp((0.6630442669302152 * z2)^2) + 0.06582222277636168 * exp((0.7321821187402897 * z2)^2) + 0.058684093478535565 * exp((0.7944837959679424 * z2)^2) + 0.05099805926237609 * exp((0.84936761373257 * z2)^2) + 0.042835898022226836 * exp((0.8963211557660521 * z2)^2) + 0.034273862913021765 * exp((0.9349060759377397 * z2)^2) + 0.025392065309262024 * exp((0.9647622555875064 * z2)^2) + 0.016274394730905743 * exp((0.9856115115452684 * z2)^2) + 0.007018610009470506 * exp((0.9972638618494816 * z2)^2))"
      ],
      [
        "bet3",
        "1.1283791670955126 * z3 * (0.09654008851472766 * exp((0.048307665687738324 * z3)^2) + 0.09563872007927471 * exp((0.1444719615827965 * z3)^2) + 0.09384439908080451 * exp((0.23928736225213706 * z3)^2) + 0.09117387869576378 * exp((0.33186860228212767 * z3)^2) + 0.08765209300440378 * exp((0.42135127613063533 * z3)^2) + 0.08331192422694671 * exp((0.5068999089322294 * z3)^2) + 0.07819389578707023 * exp((0.5877157572407623 * z3)^2) + 0.07234579410884834 * exp((0.6630442669302152 * z3)^2) + 0.06582222277636168 * exp((0.7321821187402897 * z3)^2) + 0.058684093478535565 * exp((0.7944837959679424 * z3)^2) + 0.05099805926237609 * exp((0.84936761373257 * z3)^2) + 0.042835898022226836 * exp((0.8963211557660521 * z3)^2) + 0.034273862913021765 * exp((0.9349060759377397 * z3)^2) + 0.025392065309262024 * exp((0.9647622555875064 * z3)^2) + 0.016274394730905743 * exp((0.9856115115452684 * z3)^2) + 0.007018610009470506 * exp((0.9972638618494816 * z3)^2))"
      ],
      [
        "bet4",
        "1.1283791670955126 * z4 * (0.09654008851472766 * exp((0.048307665687738324 * z4)^2) + 0.09563872007927471 * exp((0.1444719615827965 * z4)^2) + 0.09384439908080451 * exp((0.23928736225213706 * z4)^2) + 0.09117387869576378 * exp((0.33186860228212767 * z4)^2) + 0.08765209300440378 * exp((0.42135127613063533 * z4)^2) + 0.08331192422694671 * exp((0.5068999089322294 * z4)^2) + 0.07819389578707023 * exp((0.5877157572407623 * z4)^2) + 0.07234579410884834 * exp((0.6630442669302152 * z4)^2) + 0.06582222277636168 * exp((0.7321821187402897 * z4)^2) + 0.058684093478535565 * exp((0.7944837959679424 * z4)^2) + 0.05099805926237609 * exp((0.84936761373257 * z4)^2) + 0.042835898022226836 * exp((0.8963211557660521 * z4)^2) + 0.034273862913021765 * exp((0.9349060759377397 * z4)^2) + 0.025392065309262024 * exp((0.9647622555875064 * z4)^2) + 0.016274394730905743 * exp((0.9856115115452684 * z4)^2) + 0.007018610009470506 * exp((0.9972638618494816 * z4)^2))"
      ],
      [
        "bet5",
        "1.1283791670955126 * z5 * (0.09654008851472766 * exp((0.048307665687738324 * z5)^2) + 0.09563872007927471 * exp((0.1444719615827965 * z5)^2) + 0.09384439908080451 * exp((0.23928736225213706 * z5)^2) + 0.09117387869576378 * exp((0.33186860228212767 * z5)^2) + 0.08765209300440378 * exp((0.42135127613063533 * z5)^2) + 0.08331192422694671 * exp((0.5068999089322294 * z5)^2) + 0.07819389578707023 * exp((0.5877157572407623 * z5)^2) + 0.07234579410884834 * exp((0.6630442669302152 * z5)^2) + 0.06582222277636168 * exp((0.7321821187402897 * z5)^2) + 0.058684093478535565 * exp((0.7944837959679424 * z5)^2) + 0.05099805926237609 * exp((0.84936761373257 * z5)^2) + 0.042835898022226836 * exp((0.8963211557660521 * z5)^2) + 0.034273862913021765 * exp((0.9349060759377397 * z5)^2) + 0.025392065309262024 * exp((0.9647622555875064 * z5)^2) + 0.016274394730905743 * exp((0.9856115115452684 * z5)^2) + 0.007018610009470506 * exp((0.9972638618494816 * z5)^2))"
      ],
      [
        "bet6",
        "1.1283791670955126 * z6 * (0.09654008851472766 * exp((0.048307665687738324 * z6)^2) + 0.09563872007927471 * exp((0.1444719615827965 * z6)^2) + 0.09384439908080451 * exp((0.23928736225213706 * z6)^2) + 0.09117387869576378 * exp((0.33186860228212767 * z6)^2) + 0.08765209300440378 * exp((0.42135127613063533 * z6)^2) + 0.08331192422694671 * exp((0.5068999089322294 * z6)^2) + 0.07819389578707023 * exp((0.5877157572407623 * z6)^2) + 0.07234579410884834 * exp((0.6630442669302152 * z6)^2) + 0.06582222277636168 * exp((0.7321821187402897 * z6)^2) + 0.058684093478535565 * exp((0.7944837959679424 * z6)^2) + 0.05099805926237609 * exp((0.84936761373257 * z6)^2) + 0.042835898022226836 * exp((0.8963211557660521 * z6)^2) + 0.034273862913021765 * exp((0.9349060759377397 * z6)^2) + 0.025392065309262024 * exp((0.9647622555875064 * z6)^2) + 0.016274394730905743 * exp((0.9856115115452684 * z6)^2) + 0.007018610009470506 * exp((0.9972638618494816 * z6)^2))"
      ],
      ["s", "initial / 0.9534382692512609 * (bet1 + bet2 + bet3 + bet4 + bet5 + bet6)"]
    ],
    "after": [
      ["p", "x0 + max(s, 0) * (gone + p - p0)"]
    ],
    "options": [
      {
        "name": "eps",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "added to the learners' divisions"
      },
      {
        "name": "initial",
        "default": 1e-8,
        "range": [5e-324, null],
        "meaning": "the first rate"
      }
    ],
    "slots": [
      { "name": "x0", "place": "tensor", "init": "p" },
      { "name": "s", "place": "model", "init": 0 },
      { "name": "v1", "place": "model", "init": 0 },
      { "name": "v2", "place": "model", "init": 0 },
      { "name": "v3", "place": "model", "init": 0 },
      { "name": "v4", "place": "model", "init": 0 },
      { "name": "v5", "place": "model", "init": 0 },
      { "name": "v6", "place": "model", "init": 0 },
      { "name": "c1", "place": "model", "init": 1e-8 },
      { "name": "c2", "place": "model", "init": 1e-8 },
      { "name": "c3", "place": "model", "init": 1e-8 },
      { "name": "c4", "place": "model", "init": 1e-8 },
      { "name": "c5", "place": "model", "init": 1e-8 },
      { "name": "c6", "place": "model", "init": 1e-8 }
    ]
  },
  {
    "id": "schedule-free",
    "name": "scheduleFree",
    "family": "schedule-free",
    "title": "Schedule-free",
    "paper": "https://arxiv.org/abs/2405.15682",
    "sentence": "Schedule-free averaging around any rule: `scheduleFree(lion({ lr: 1e-4 }))`.",
    "comment": "Schedule-free averaging around any rule: `scheduleFree(lion({ lr: 1e-4 }))`. The rule's steps move an iterate z, gradients are taken between it and the average of all iterates, and it is evaluated at the average. `beta` is how near to the average gradients are taken and stands for momentum: give the rule none. Steps count `t^power` in the average, whatever their rate; the rules of this family count a step by the largest rate so far (Defazio et al., 2024, https://arxiv.org/abs/2405.15682).",
    "before": [],
    "after": [
      ["weights", "weights + t^power"],
      ["x", "(p0 - (1 - beta) * z) / beta"],
      ["z", "z + p - p0"],
      ["p", "beta * (x + t^power / weights * (z - x)) + (1 - beta) * z"]
    ],
    "readout": "(p - (1 - beta) * z) / beta",
    "options": [
      {
        "name": "beta",
        "default": 0.9,
        "range": [5e-324, 1],
        "meaning": "how near to the average gradients are taken: 1 is there"
      },
      {
        "name": "power",
        "default": 0,
        "range": [0, null],
        "meaning": "how much later steps count for more in the average"
      }
    ],
    "slots": [
      { "name": "z", "place": "tensor", "init": "p" },
      { "name": "weights", "place": "host", "init": 0 }
    ]
  },
  {
    "id": "asam",
    "name": "asam",
    "family": "sharpness",
    "title": "ASAM",
    "paper": "https://arxiv.org/abs/2102.11600",
    "sentence": "SAM whose neighbourhood is measured in units of the weights, so that rescaling a layer does not change how sharp it looks: `asam(momentum())`.",
    "comment": "SAM whose neighbourhood is measured in units of the weights, so that rescaling a layer does not change how sharp it looks: `asam(momentum())`. Two gradients per step; all parameters climb together (Kwon et al., 2021, https://arxiv.org/abs/2102.11600). As in the common implementations, without the paper's floor under small weights.",
    "before": [],
    "after": [],
    "phases": {
      "climb": [
        ["p", "p + rho / (totalNorm(p * g) + 1e-12) * p^2 * g"]
      ]
    },
    "options": [
      {
        "name": "rho",
        "default": 0.5,
        "range": [0, null],
        "meaning": "how far to climb, in units of the weights"
      }
    ],
    "slots": []
  },
  {
    "id": "friendly-sam",
    "name": "friendlySam",
    "family": "sharpness",
    "title": "Friendly SAM",
    "paper": "https://arxiv.org/abs/2403.12350",
    "sentence": "SAM that climbs along the gradient's noise, the batch's gradient minus `sigma` times the running mean, because the full gradient's part of the climb hurts generalization: `friendlySam(momentum())`.",
    "comment": "SAM that climbs along the gradient's noise, the batch's gradient minus `sigma` times the running mean, because the full gradient's part of the climb hurts generalization: `friendlySam(momentum())`. Two gradients per step (Li et al., 2024, https://arxiv.org/abs/2403.12350).",
    "before": [],
    "after": [],
    "phases": {
      "climb": [
        ["noise", "t > 1 ? g - sigma * m : g"],
        ["m", "t > 1 ? lambda * m + (1 - lambda) * g : g"],
        ["p", "p + rho / (totalNorm(noise) + 1e-12) * noise"]
      ]
    },
    "options": [
      {
        "name": "rho",
        "default": 0.05,
        "range": [0, null],
        "meaning": "how far to climb"
      },
      {
        "name": "sigma",
        "default": 1,
        "range": [0, null],
        "meaning": "how much of the mean gradient is taken off"
      },
      {
        "name": "lambda",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "how much of the running mean of gradients is kept at each step"
      }
    ],
    "slots": [
      { "name": "m", "place": "tensor", "init": 0 }
    ]
  },
  {
    "id": "gsam",
    "name": "gsam",
    "family": "sharpness",
    "title": "GSAM",
    "paper": "https://arxiv.org/abs/2203.08065",
    "sentence": "SAM that also lowers the gap between the loss nearby and the loss itself: it subtracts `alpha` times that part of the gradient at the weights which is orthogonal to the gradient after the climb: `gsam(momentum())`.",
    "comment": "SAM that also lowers the gap between the loss nearby and the loss itself: it subtracts `alpha` times that part of the gradient at the weights which is orthogonal to the gradient after the climb: `gsam(momentum())`. Two gradients per step (Zhuang et al., 2022, https://arxiv.org/abs/2203.08065). The paper's radius follows the rate: make `rho` a schedule.",
    "before": [
      ["cosine", "total(first * g) / (totalNorm(g) * totalNorm(first) + 1e-12)"],
      ["across", "first - cosine * totalNorm(first) / (totalNorm(g) + 1e-12) * g"],
      ["g", "g - alpha * across"]
    ],
    "after": [],
    "phases": {
      "climb": [
        ["first", "g"],
        ["p", "p + rho / (totalNorm(g) + 1e-12) * g"]
      ]
    },
    "options": [
      {
        "name": "rho",
        "default": 0.05,
        "range": [0, null],
        "meaning": "how far to climb"
      },
      {
        "name": "alpha",
        "default": 0.4,
        "range": [0, null],
        "meaning": "how much of the gradient's part across the one climbed to is taken off"
      }
    ],
    "slots": [
      { "name": "first", "place": "tensor", "init": 0 }
    ]
  },
  {
    "id": "look-sam",
    "name": "lookSam",
    "family": "sharpness",
    "title": "LookSAM",
    "paper": "https://arxiv.org/abs/2203.02714",
    "sentence": "SAM that climbs in one step of `every` only and remembers where the climb turned the gradient: the part across it changes slowly, so the steps between add it to their own gradient, and a step costs 1 + 1 / `every` gradients: `lookSam(momentum())`.",
    "comment": "SAM that climbs in one step of `every` only and remembers where the climb turned the gradient: the part across it changes slowly, so the steps between add it to their own gradient, and a step costs 1 + 1 / `every` gradients: `lookSam(momentum())`. Every update takes one gradient. In the first of each `every` + 1 the parameters climb and the rule waits; give that update and the next the same batch. While they are up there, the readout is where they climbed from (Liu et al., 2022, https://arxiv.org/abs/2203.02714). Schedules count gradients.",
    "when": "turn > 0 && turn <= every",
    "before": [
      ["turn", "turn > every ? 1 : turn + 1"],
      ["steps", "turn > 1 ? steps + 1 : steps"],
      ["first", "turn == 1 ? g : first"],
      ["from", "turn == 1 ? p : from"],
      ["across", "turn == 2 ? g - sum(first * g) / max(sum(first^2), 1e-24) * first : across"],
      ["g", "turn > 2 ? g + alpha * norm(g) / (norm(across) + 1e-8) * across : g"],
      ["p", "turn == 1 ? p + rho / (totalNorm(g) + 1e-12) * g : (turn == 2 ? from : p)"]
    ],
    "after": [],
    "readout": "turn == 1 ? from : p",
    "options": [
      {
        "name": "rho",
        "default": 0.1,
        "range": [0, null],
        "meaning": "how far to climb"
      },
      {
        "name": "every",
        "default": 10,
        "range": [1, null],
        "meaning": "how many steps share a climb"
      },
      {
        "name": "alpha",
        "default": 0.7,
        "range": [0, null],
        "meaning": "how much of the remembered part, with the length of the gradient, is added"
      }
    ],
    "slots": [
      { "name": "first", "place": "tensor", "init": 0 },
      { "name": "across", "place": "tensor", "init": 0 },
      { "name": "from", "place": "tensor", "init": "p" },
      { "name": "turn", "place": "host", "init": 0 },
      { "name": "steps", "place": "host", "init": 0 }
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
    "id": "wsam",
    "name": "wsam",
    "family": "sharpness",
    "title": "WSAM",
    "paper": "https://arxiv.org/abs/2305.15817",
    "sentence": "SAM with a weight for sharpness: it steps by the gradient at the weights plus γ / (1 − γ) times its change on the way up, so that γ = 0.5 is SAM, less is between it and the rule, and more goes beyond: `wsam(momentum())`.",
    "comment": "SAM with a weight for sharpness: it steps by the gradient at the weights plus γ / (1 − γ) times its change on the way up, so that γ = 0.5 is SAM, less is between it and the rule, and more goes beyond: `wsam(momentum())`. Two gradients per step. This is the paper's coupled form; the decoupled one steps by the change alone, which is the same for SGD (Yue et al., 2023, https://arxiv.org/abs/2305.15817).",
    "before": [
      ["g", "first + gamma / (1 - gamma) * (g - first)"]
    ],
    "after": [],
    "phases": {
      "climb": [
        ["first", "g"],
        ["p", "p + rho / (totalNorm(g) + 1e-12) * g"]
      ]
    },
    "options": [
      {
        "name": "rho",
        "default": 0.05,
        "range": [0, null],
        "meaning": "how far to climb"
      },
      {
        "name": "gamma",
        "default": 0.9,
        "range": [0, 1],
        "meaning": "the weight of sharpness: 0 is the rule, 0.5 is SAM"
      }
    ],
    "slots": [
      { "name": "first", "place": "tensor", "init": 0 }
    ]
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
    "sentence": "Keeps every number at 0 or above after any step of any rule: `nonNegative(adam())`.",
    "comment": "Keeps every number at 0 or above after any step of any rule: `nonNegative(adam())`. This includes biases; choose parameters by a partition.",
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
  },
  {
    "id": "accumulate",
    "name": "accumulate",
    "family": "transforms",
    "title": "Accumulation",
    "sentence": "Gives the rule the mean of `every` gradients as one: micro-batches that fit into memory train as one big batch does.",
    "comment": "Gives the rule the mean of `every` gradients as one: micro-batches that fit into memory train as one big batch does. The rule's own `t` counts its steps; schedules count micro-batches.",
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
    "id": "agc",
    "name": "agc",
    "family": "transforms",
    "title": "AGC",
    "paper": "https://arxiv.org/abs/2102.06171",
    "sentence": "Adaptive gradient clipping: a unit's gradient is at most `clip` times as long as its weights, which trains deep networks without batch normalization.",
    "comment": "Adaptive gradient clipping: a unit's gradient is at most `clip` times as long as its weights, which trains deep networks without batch normalization (Brock et al., 2021). Units are where the framework keeps them, or rows where that is not known; a vector is a single unit. As in timm.",
    "before": [
      ["longest", "clip * max(ndim > 1 ? sqrt(rowSum(p^2)) : norm(p), eps)"],
      ["length", "ndim > 1 ? sqrt(rowSum(g^2)) : norm(g)"],
      ["g", "length < longest ? g : g * (longest / max(length, 1e-6))"]
    ],
    "after": [],
    "options": [
      {
        "name": "clip",
        "default": 0.01,
        "range": [5e-324, null],
        "meaning": "how long a unit's gradient may be, in lengths of its weights"
      },
      {
        "name": "eps",
        "default": 0.001,
        "range": [0, null],
        "meaning": "the least length that a unit's weights count as"
      }
    ],
    "slots": []
  },
  {
    "id": "cautious",
    "name": "cautious",
    "family": "transforms",
    "title": "Caution",
    "paper": "https://arxiv.org/abs/2411.16085",
    "sentence": "Skips the elements whose step would go up this batch's gradient, and scales up the others to keep the length (Liang et al., 2024): momentum that does not overshoot.",
    "comment": "Skips the elements whose step would go up this batch's gradient, and scales up the others to keep the length (Liang et al., 2024): momentum that does not overshoot. As in timm.",
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
    "id": "centralize",
    "name": "centralize",
    "family": "transforms",
    "title": "Centralization",
    "paper": "https://arxiv.org/abs/2004.01461",
    "sentence": "Takes the mean over a unit's weights off each unit's gradient, so that steps change how weights differ and not their level.",
    "comment": "Takes the mean over a unit's weights off each unit's gradient, so that steps change how weights differ and not their level (Yong et al., 2020). Units are where the framework keeps them, or rows where that is not known; vectors are left alone.",
    "before": [
      ["g", "ndim > 1 ? g - rowMean(g) : g"]
    ],
    "after": [],
    "options": [],
    "slots": []
  },
  {
    "id": "clip-by-block-rms",
    "name": "clipByBlockRms",
    "family": "transforms",
    "title": "Clipping by RMS",
    "sentence": "Shortens each tensor's gradient until its root mean square is at most `limit`, whatever the size of the tensor.",
    "comment": "Shortens each tensor's gradient until its root mean square is at most `limit`, whatever the size of the tensor. As in Optax.",
    "before": [
      ["g", "g / max(1, rms(g) / limit)"]
    ],
    "after": [],
    "options": [
      {
        "name": "limit",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "the greatest root mean square"
      }
    ],
    "slots": []
  },
  {
    "id": "clip-update",
    "name": "clipUpdate",
    "family": "transforms",
    "title": "Update clipping",
    "sentence": "Shortens each tensor's step, whatever rule made it, until its root mean square is at most `limit`.",
    "comment": "Shortens each tensor's step, whatever rule made it, until its root mean square is at most `limit`. Decay that comes with the rule counts as part of the step.",
    "before": [],
    "after": [
      ["p", "p0 + (p - p0) / max(1, rms(p - p0) / limit)"]
    ],
    "options": [
      {
        "name": "limit",
        "default": 0.01,
        "range": [5e-324, null],
        "meaning": "the greatest root mean square of a step"
      }
    ],
    "slots": []
  },
  {
    "id": "gradient-noise",
    "name": "gradientNoise",
    "family": "transforms",
    "title": "Gradient noise",
    "paper": "https://arxiv.org/abs/1511.06807",
    "sentence": "Adds normal noise to each gradient that dies away, of variance eta / t^gamma, which helps very deep networks off a bad start.",
    "comment": "Adds normal noise to each gradient that dies away, of variance eta / t^gamma, which helps very deep networks off a bad start (Neelakantan et al., 2015). It depends on the seed alone, so a run repeats.",
    "before": [
      ["g", "g + sqrt(eta / t^gamma) * normal(seed)"]
    ],
    "after": [],
    "options": [
      {
        "name": "eta",
        "default": 0.01,
        "range": [0, null],
        "meaning": "the variance of the first step's noise"
      },
      {
        "name": "gamma",
        "default": 0.55,
        "range": [0, null],
        "meaning": "how fast it dies away"
      },
      {
        "name": "seed",
        "default": 0,
        "range": [0, 9007199254740992],
        "meaning": "of the random numbers"
      }
    ],
    "slots": []
  },
  {
    "id": "grokfast",
    "name": "grokfast",
    "family": "transforms",
    "title": "Grokfast",
    "paper": "https://arxiv.org/abs/2405.20233",
    "sentence": "Adds `strength` times a running mean of the gradients to each, which amplifies what changes slowly: networks that memorize first and understand much later do so fifty times sooner.",
    "comment": "Adds `strength` times a running mean of the gradients to each, which amplifies what changes slowly: networks that memorize first and understand much later do so fifty times sooner (Lee et al., 2024). As the authors' `gradfilter_ema`.",
    "before": [
      ["slow", "t == 1 ? g : decay * slow + (1 - decay) * g"],
      ["g", "g + strength * slow"]
    ],
    "after": [],
    "options": [
      {
        "name": "decay",
        "default": 0.98,
        "range": [0, 1],
        "meaning": "how much of the running mean is kept at each step"
      },
      {
        "name": "strength",
        "default": 2,
        "range": [0, null],
        "meaning": "how much of the mean is added"
      }
    ],
    "slots": [
      { "name": "slow", "place": "tensor", "init": 0 }
    ]
  },
  {
    "id": "kahan",
    "name": "kahan",
    "family": "transforms",
    "title": "Kahan sum",
    "paper": "https://doi.org/10.1145/363707.363723",
    "sentence": "Keeps weights that are bfloat16 numbers, and a second one beside each that remembers what rounding took off, so that small steps add up (Kahan, 1965): nearly the accuracy of float32 in four bytes.",
    "comment": "Keeps weights that are bfloat16 numbers, and a second one beside each that remembers what rounding took off, so that small steps add up (Kahan, 1965): nearly the accuracy of float32 in four bytes. The weights stay in float32 arrays and are written as bfloat16 without loss.",
    "before": [],
    "after": [
      ["owed", "p - p0 + lost"],
      ["stepUnitShifted", "owed * 8388609"],
      ["stepUnitDigit", "abs(stepUnitShifted - (stepUnitShifted - owed))"],
      ["stepUnit", "(stepUnitDigit > abs(owed) ? stepUnitDigit / 2 : stepUnitDigit) / 128"],
      ["stepCount", "stepUnit > 0 ? abs(owed) / stepUnit : 0"],
      ["stepWhole", "floor(stepCount)"],
      ["stepRest", "stepCount - stepWhole"],
      ["step", "sign(owed) * stepUnit * (stepWhole + (stepRest > 0.5 || (stepRest == 0.5 && stepWhole % 2 == 1)))"],
      ["sum", "p0 + step"],
      ["roundedUnitShifted", "sum * 8388609"],
      ["roundedUnitDigit", "abs(roundedUnitShifted - (roundedUnitShifted - sum))"],
      ["roundedUnit", "(roundedUnitDigit > abs(sum) ? roundedUnitDigit / 2 : roundedUnitDigit) / 128"],
      ["roundedCount", "roundedUnit > 0 ? abs(sum) / roundedUnit : 0"],
      ["roundedWhole", "floor(roundedCount)"],
      ["roundedRest", "roundedCount - roundedWhole"],
      [
        "rounded",
        "sign(sum) * roundedUnit * (roundedWhole + (roundedRest > 0.5 || (roundedRest == 0.5 && roundedWhole % 2 == 1)))"
      ],
      ["lost", "step - (rounded - p0)"],
      ["p", "rounded"]
    ],
    "options": [],
    "slots": [
      { "name": "lost", "place": "tensor", "init": 0 }
    ]
  },
  {
    "id": "mup",
    "name": "mup",
    "family": "transforms",
    "title": "muP",
    "paper": "https://arxiv.org/abs/2203.03466",
    "sentence": "Rates of Adam that carry over from a narrow model to a wide one (muP; Yang et al., 2022): a matrix steps base / inputs times as far, where `base` is the number of its inputs in the model whose rate was tuned.",
    "comment": "Rates of Adam that carry over from a narrow model to a wide one (muP; Yang et al., 2022): a matrix steps base / inputs times as far, where `base` is the number of its inputs in the model whose rate was tuned. It belongs around the rule of the hidden matrices alone, whose inputs and outputs both grow: `partition({ hidden: mup(adam(), { base: 256 }), rest: adam() }, …)`. Vectors are left alone. Initial weights and the output's multiplier are the other half of muP: `mupOutput` and the fans of `@descent/initializers`.",
    "before": [],
    "after": [
      ["p", "p0 + (ndim > 1 ? base / cols : 1) * (p - p0)"]
    ],
    "options": [
      {
        "name": "base",
        "default": 256,
        "range": [1, null],
        "meaning": "how many inputs the matrix has in the model whose rate was tuned"
      }
    ],
    "slots": []
  },
  {
    "id": "normalize",
    "name": "normalize",
    "family": "transforms",
    "title": "Normalization",
    "sentence": "Makes the model's gradient have length 1, so that the rate alone says how far a step goes.",
    "comment": "Makes the model's gradient have length 1, so that the rate alone says how far a step goes. As in Optax; a gradient of 0 stays 0.",
    "before": [
      ["length", "totalNorm(g)"],
      ["g", "length > 0 ? g / length : 0"]
    ],
    "after": [],
    "options": [],
    "slots": []
  },
  {
    "id": "orthograd",
    "name": "orthograd",
    "family": "transforms",
    "title": "OrthoGrad",
    "paper": "https://arxiv.org/abs/2501.04697",
    "sentence": "Takes off each tensor's gradient its part along the weights, which only scales logits, and restores its length: training goes on where softmax would saturate.",
    "comment": "Takes off each tensor's gradient its part along the weights, which only scales logits, and restores its length: training goes on where softmax would saturate (Prieto et al., 2025). As in pytorch_optimizer.",
    "before": [
      ["across", "g - p * (sum(p * g) / (sum(p^2) + eps))"],
      ["g", "norm(across) <= 5e-7 * norm(g) ? 0 : across * (norm(g) / (norm(across) + eps))"]
    ],
    "after": [],
    "options": [
      {
        "name": "eps",
        "default": 1e-30,
        "range": [0, null],
        "meaning": "added to lengths, so that nothing divides by 0"
      }
    ],
    "slots": []
  },
  {
    "id": "scale-update",
    "name": "scaleUpdate",
    "family": "transforms",
    "title": "Scaled step",
    "sentence": "Scales each step, decay included: `factor` times the rate, for groups of parameters that share a rule and its schedule.",
    "comment": "Scales each step, decay included: `factor` times the rate, for groups of parameters that share a rule and its schedule.",
    "before": [],
    "after": [
      ["p", "p0 + factor * (p - p0)"]
    ],
    "options": [
      {
        "name": "factor",
        "default": 1,
        "range": [0, null],
        "meaning": "how many times as far a step goes"
      }
    ],
    "slots": []
  },
  {
    "id": "stochastic-rounding",
    "name": "stochasticRounding",
    "family": "transforms",
    "title": "Stochastic rounding",
    "paper": "https://arxiv.org/abs/2010.06192",
    "sentence": "Keeps weights that are bfloat16 numbers, rounded up or down by lot in proportion to the distance: steps far smaller than a digit still move weights as they should on average, where rounding to the nearest would lose them all.",
    "comment": "Keeps weights that are bfloat16 numbers, rounded up or down by lot in proportion to the distance: steps far smaller than a digit still move weights as they should on average, where rounding to the nearest would lose them all. The weights stay in float32 arrays and are written as bfloat16 without loss. The lots depend on the seed alone.",
    "before": [],
    "after": [
      ["unitShifted", "p * 8388609"],
      ["unitDigit", "abs(unitShifted - (unitShifted - p))"],
      ["unit", "(unitDigit > abs(p) ? unitDigit / 2 : unitDigit) / 128"],
      ["lot", "floor(65536 * uniform(seed)) / 65536"],
      ["p", "unit > 0 ? sign(p) * unit * floor(abs(p) / unit + lot) : p"]
    ],
    "options": [
      {
        "name": "seed",
        "default": 0,
        "range": [0, 9007199254740992],
        "meaning": "of the random numbers"
      }
    ],
    "slots": []
  },
  {
    "id": "zclip",
    "name": "zclip",
    "family": "transforms",
    "title": "ZClip",
    "paper": "https://arxiv.org/abs/2504.02507",
    "sentence": "Clips gradients that are outliers among those so far: when the global norm is more than `threshold` deviations above its running mean, it is brought back, further the further out it was.",
    "comment": "Clips gradients that are outliers among those so far: when the global norm is more than `threshold` deviations above its running mean, it is brought back, further the further out it was (Kumar et al., 2025). Mean and deviation begin as those of the first `warmup` norms. As the authors' code does, it also clips to `maxNorm` throughout.",
    "before": [
      ["length", "totalNorm(g)"],
      ["count", "count + 1"],
      ["z", "(length - mean) / (sqrt(variance) + eps)"],
      ["usual", "count > warmup && z > threshold ? mean + threshold^2 * sqrt(variance) / z : length"],
      ["apart", "usual - mean"],
      ["mean", "count > warmup ? decay * mean + (1 - decay) * usual : mean + apart / count"],
      [
        "variance",
        "count > warmup ? decay * variance + (1 - decay) * (usual - mean)^2 : variance + (apart * (usual - mean) - variance) / count"
      ],
      ["most", "min(usual, maxNorm)"],
      ["g", "length > most ? g * most / (length + 1e-6) : g"]
    ],
    "after": [],
    "options": [
      {
        "name": "decay",
        "default": 0.97,
        "range": [0, 1],
        "meaning": "how much of the running mean and variance is kept at each step"
      },
      {
        "name": "threshold",
        "default": 2.5,
        "range": [5e-324, null],
        "meaning": "how many deviations above the mean a norm may be"
      },
      {
        "name": "maxNorm",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "the greatest norm, whatever the mean"
      },
      {
        "name": "warmup",
        "default": 25,
        "range": [1, null],
        "meaning": "how many norms the mean begins from"
      },
      {
        "name": "eps",
        "default": 0.000001,
        "range": [0, null],
        "meaning": "added to the deviation"
      }
    ],
    "slots": [
      { "name": "count", "place": "model", "init": 0 },
      { "name": "mean", "place": "model", "init": 0 },
      { "name": "variance", "place": "model", "init": 0 }
    ]
  },
  {
    "id": "zclip-percentile",
    "name": "zclipPercentile",
    "family": "transforms",
    "title": "ZClip by percentile",
    "paper": "https://arxiv.org/abs/2504.02507",
    "sentence": "Clips gradients at a percentile of those so far, if their norms were normal: the global norm is at most `threshold` deviations above its running mean.",
    "comment": "Clips gradients at a percentile of those so far, if their norms were normal: the global norm is at most `threshold` deviations above its running mean (Kumar et al., 2025, as \"percentile\"). `zclip` lets outliers through to less than that. Mean and deviation begin as those of the first `warmup` norms. As the authors' code does, it also clips to `maxNorm` throughout.",
    "before": [
      ["length", "totalNorm(g)"],
      ["count", "count + 1"],
      ["usual", "count > warmup ? min(length, mean + threshold * sqrt(variance)) : length"],
      ["apart", "usual - mean"],
      ["mean", "count > warmup ? decay * mean + (1 - decay) * usual : mean + apart / count"],
      [
        "variance",
        "count > warmup ? decay * variance + (1 - decay) * (usual - mean)^2 : variance + (apart * (usual - mean) - variance) / count"
      ],
      ["most", "min(usual, maxNorm)"],
      ["g", "length > most ? g * most / (length + 1e-6) : g"]
    ],
    "after": [],
    "options": [
      {
        "name": "decay",
        "default": 0.97,
        "range": [0, 1],
        "meaning": "how much of the running mean and variance is kept at each step"
      },
      {
        "name": "threshold",
        "default": 2.5,
        "range": [5e-324, null],
        "meaning": "how many deviations above the mean a norm may be"
      },
      {
        "name": "maxNorm",
        "default": 1,
        "range": [5e-324, null],
        "meaning": "the greatest norm, whatever the mean"
      },
      {
        "name": "warmup",
        "default": 25,
        "range": [1, null],
        "meaning": "how many norms the mean begins from"
      }
    ],
    "slots": [
      { "name": "count", "place": "model", "init": 0 },
      { "name": "mean", "place": "model", "init": 0 },
      { "name": "variance", "place": "model", "init": 0 }
    ]
  }
];
