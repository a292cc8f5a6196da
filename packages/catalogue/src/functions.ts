// Written by `npm run docs` from the rules themselves.
import type { FunctionEntry } from "./entry.ts";

/** Every function beside rules, transforms and methods, by package and name. */
export const functions: readonly FunctionEntry[] = [
  {
    "name": "armijo",
    "family": "quasi-newton",
    "source": "src/search/armijo.ts",
    "sentence": "Backtracking: shortens a step until the value has gone down by its fair share (Armijo, 1966), at each try to the minimum of the parabola through what is known, kept within a tenth and a half.",
    "comment": "Backtracking: shortens a step until the value has gone down by its fair share (Armijo, 1966), at each try to the minimum of the parabola through what is known, kept within a tenth and a half. A value that is not finite is a step ten times too long."
  },
  {
    "name": "hagerZhang",
    "family": "quasi-newton",
    "source": "src/search/hager-zhang.ts",
    "sentence": "The search of CG_DESCENT (Hager and Zhang, 2005, https://doi.org/10.1137/030601880): near a minimum it judges by slopes alone, which stay exact after differences of values have drowned in rounding.",
    "comment": "The search of CG_DESCENT (Hager and Zhang, 2005, https://doi.org/10.1137/030601880): near a minimum it judges by slopes alone, which stay exact after differences of values have drowned in rounding. Brackets a zero of the slope and takes two secant steps at a time."
  },
  {
    "name": "iterations",
    "family": "quasi-newton",
    "source": "src/minimize.ts",
    "sentence": "The iterations of a run as they happen, for `for await`; leaving the loop ends the run.",
    "comment": "The iterations of a run as they happen, for `for await`; leaving the loop ends the run. The last one is where it stands when a tolerance or a budget ends it."
  },
  {
    "name": "minimize",
    "family": "quasi-newton",
    "source": "src/minimize.ts",
    "sentence": "Minimizes a function of many numbers from a start, or from the state of an earlier run.",
    "comment": "Minimizes a function of many numbers from a start, or from the state of an earlier run. It returns at once where the function does, and promises where the function does. A value or gradient that is not finite means the step was too long; it is never an error. `iterations` is the same, one iteration at a time."
  },
  {
    "name": "weakWolfe",
    "family": "quasi-newton",
    "source": "src/search/weak-wolfe.ts",
    "sentence": "The weak Wolfe conditions, which let the slope end positive, by doubling and halving alone: it trusts no cubic and so works where the function has kinks.",
    "comment": "The weak Wolfe conditions, which let the slope end positive, by doubling and halving alone: it trusts no cubic and so works where the function has kinks (Lewis and Overton, 2013, https://doi.org/10.1007/s10107-012-0514-2). Smooth functions cost fewer evaluations with `wolfe`. A value that is not finite is a step too far."
  },
  {
    "name": "wolfe",
    "family": "quasi-newton",
    "source": "src/search/wolfe.ts",
    "sentence": "The strong Wolfe conditions by the search of Moré and Thuente (1994, https://doi.org/10.1145/192115.192132): steps are minima of cubics and parabolas through the best two samples, and every trial shrinks the interval that holds a minimum.",
    "comment": "The strong Wolfe conditions by the search of Moré and Thuente (1994, https://doi.org/10.1145/192115.192132): steps are minima of cubics and parabolas through the best two samples, and every trial shrinks the interval that holds a minimum. A value that is not finite is a step too far. Settles for a step of fair decrease where no better is found in `most` trials."
  },
  {
    "name": "cutmix",
    "family": "regularizers",
    "source": "src/images/mix.ts",
    "sentence": "Every image gets a rectangle of another, and targets are mixed by area.",
    "comment": "Every image gets a rectangle of another, and targets are mixed by area (Yun et al., ICCV 2019). One rectangle per batch, as in the authors' code; λ is the share that it leaves. Does not change its arguments."
  },
  {
    "name": "cutout",
    "family": "regularizers",
    "source": "src/images/augment.ts",
    "sentence": "Images with a square blanked out.",
    "comment": "Images with a square blanked out. Its centre is anywhere, so it may reach beyond the edge. A model learns to look at the whole image (DeVries & Taylor, 2017). Does not change `images`."
  },
  {
    "name": "ensemble",
    "family": "regularizers",
    "source": "src/robust/ensemble.ts",
    "sentence": "The mean of predictions, and how sure it is: of models from different seeds (deep ensembles, Lakshminarayanan et al., 2017), of one at the ends of a schedule's cycles (snapshot ensembles, Huang et al., 2017), or along a run of the rule `sgld`, whose weights are samples of the posterior.",
    "comment": "The mean of predictions, and how sure it is: of models from different seeds (deep ensembles, Lakshminarayanan et al., 2017), of one at the ends of a schedule's cycles (snapshot ensembles, Huang et al., 2017), or along a run of the rule `sgld`, whose weights are samples of the posterior. Give it probabilities, and not logits."
  },
  {
    "name": "fgsm",
    "family": "regularizers",
    "source": "src/robust/adversarial.ts",
    "sentence": "The hardest input that one step up the loss's gradient finds, if every number may change by `radius`: the fast gradient sign method.",
    "comment": "The hardest input that one step up the loss's gradient finds, if every number may change by `radius`: the fast gradient sign method (Goodfellow et al., ICLR 2015). Train on it beside the example itself: adversarial training."
  },
  {
    "name": "hardConcrete",
    "family": "regularizers",
    "source": "src/proximal/hard-concrete.ts",
    "sentence": "Gates that are exactly 0 or 1 with positive probability and differentiable between, so that the number of weights that are not 0 can be trained.",
    "comment": "Gates that are exactly 0 or 1 with positive probability and differentiable between, so that the number of weights that are not 0 can be trained (Louizos et al., https://arxiv.org/abs/1712.01312). Throws where an option is out of its range."
  },
  {
    "name": "lagrangian",
    "family": "regularizers",
    "source": "src/lagrangian.ts",
    "sentence": "Lagrange's function f + Σ αᵢcᵢ, augmented unless told otherwise by ½ penalty · violation², which makes it curve where f does not.",
    "comment": "Lagrange's function f + Σ αᵢcᵢ, augmented unless told otherwise by ½ penalty · violation², which makes it curve where f does not (Hestenes 1969, Powell 1969). Minimize it with any optimizer, call `update(x)`, and repeat: the point meets the constraints in the limit. Throws if a function is missing or gives anything but numbers."
  },
  {
    "name": "mixup",
    "family": "regularizers",
    "source": "src/images/mix.ts",
    "sentence": "Every example mixed with another, images and targets alike, so that a model is linear between examples.",
    "comment": "Every example mixed with another, images and targets alike, so that a model is linear between examples (Zhang et al., ICLR 2018). One λ per batch, as in the authors' code. Does not change its arguments."
  },
  {
    "name": "penaltyElasticNet",
    "family": "regularizers",
    "source": "src/penalties/weights.ts",
    "sentence": "l1 · Σ|x| + l2 · ½ Σx²: sparse as the lasso is, and steady where numbers depend on each other.",
    "comment": "l1 · Σ|x| + l2 · ½ Σx²: sparse as the lasso is, and steady where numbers depend on each other (Zou & Hastie 2005).",
    "golden": {
      "sources": ["torch 2.13.0, autograd, float64"]
    }
  },
  {
    "name": "penaltyEntropy",
    "family": "regularizers",
    "source": "src/penalties/outputs.ts",
    "sentence": "−strength · the mean entropy of softmax(x): punishes certainty, so that a model stays open to what it has not seen.",
    "comment": "−strength · the mean entropy of softmax(x): punishes certainty, so that a model stays open to what it has not seen (Pereyra et al., 2017). `x` holds logits, [examples, classes].",
    "golden": {
      "sources": ["torch 2.13.0, autograd, float64"]
    }
  },
  {
    "name": "penaltyGroup",
    "family": "regularizers",
    "source": "src/penalties/weights.ts",
    "sentence": "strength · Σ of the lengths of groups of `size` consecutive numbers: groups vanish together.",
    "comment": "strength · Σ of the lengths of groups of `size` consecutive numbers: groups vanish together (Yuan & Lin 2006). Of a group of zeros the gradient is 0. Throws if the groups do not come out even.",
    "golden": {
      "sources": ["torch 2.13.0, autograd, float64"]
    }
  },
  {
    "name": "penaltyL1",
    "family": "regularizers",
    "source": "src/penalties/weights.ts",
    "sentence": "strength · Σ|x|: pulls every number towards 0 with the same force, so that small ones get there (the lasso).",
    "comment": "strength · Σ|x|: pulls every number towards 0 with the same force, so that small ones get there (the lasso). At 0 its gradient is 0.",
    "golden": {
      "sources": ["torch 2.13.0, autograd, float64"]
    }
  },
  {
    "name": "penaltyL2",
    "family": "regularizers",
    "source": "src/penalties/weights.ts",
    "sentence": "strength · ½ Σx²: pulls every number towards 0 in proportion to its size (weight decay, ridge).",
    "comment": "strength · ½ Σx²: pulls every number towards 0 in proportion to its size (weight decay, ridge).",
    "golden": {
      "sources": ["torch 2.13.0, autograd, float64"]
    }
  },
  {
    "name": "penaltyLabelSmoothing",
    "family": "regularizers",
    "source": "src/penalties/outputs.ts",
    "sentence": "strength · the mean cross entropy between even odds and softmax(x), which is what label smoothing adds: 1 − ε times the cross entropy, plus this with strength ε, is the loss with labels smoothed by ε.",
    "comment": "strength · the mean cross entropy between even odds and softmax(x), which is what label smoothing adds: 1 − ε times the cross entropy, plus this with strength ε, is the loss with labels smoothed by ε (Szegedy et al., CVPR 2016). `x` holds logits, [examples, classes].",
    "golden": {
      "sources": ["torch 2.13.0, autograd, float64"]
    }
  },
  {
    "name": "penaltyOrthogonality",
    "family": "regularizers",
    "source": "src/penalties/weights.ts",
    "sentence": "strength · ‖W Wᵀ − I‖², or ‖Wᵀ W − I‖² if there are more rows than columns: keeps the shorter side's vectors orthonormal, so that a layer neither amplifies nor forgets.",
    "comment": "strength · ‖W Wᵀ − I‖², or ‖Wᵀ W − I‖² if there are more rows than columns: keeps the shorter side's vectors orthonormal, so that a layer neither amplifies nor forgets (Brock et al., ICLR 2017).",
    "golden": {
      "sources": ["torch 2.13.0, autograd, float64"]
    }
  },
  {
    "name": "penaltySpectralNorm",
    "family": "regularizers",
    "source": "src/penalties/weights.ts",
    "sentence": "strength · ½ σ², of the largest singular value: the most by which a layer may amplify.",
    "comment": "strength · ½ σ², of the largest singular value: the most by which a layer may amplify (Yoshida & Miyato 2017). The gradient is that of one largest value where several are equal.",
    "golden": {
      "sources": ["torch 2.13.0, autograd, float64"]
    }
  },
  {
    "name": "pgd",
    "family": "regularizers",
    "source": "src/robust/adversarial.ts",
    "sentence": "The hardest input near `x` that some steps up the loss find, each projected back onto the ball around `x`: projected gradient descent.",
    "comment": "The hardest input near `x` that some steps up the loss find, each projected back onto the ball around `x`: projected gradient descent (Madry et al., ICLR 2018). `gradientOf` gives the loss's gradient with respect to the input, at once or later."
  },
  {
    "name": "projectAffine",
    "family": "regularizers",
    "source": "src/projections/matrices.ts",
    "sentence": "The nearest point with matrix · x = rhs: x − A⁺(Ax − b), by singular values, so equations may repeat each other.",
    "comment": "The nearest point with matrix · x = rhs: x − A⁺(Ax − b), by singular values, so equations may repeat each other. Throws if they contradict each other or their number does not fit.",
    "golden": {
      "sources": ["numpy 2.4.6, pinv"]
    }
  },
  {
    "name": "projectAlternating",
    "family": "regularizers",
    "source": "src/projections/intersection.ts",
    "sentence": "A point in several convex sets at once, by projecting onto each in turn: quick, but not the nearest one.",
    "comment": "A point in several convex sets at once, by projecting onto each in turn: quick, but not the nearest one (von Neumann 1933). Throws if it has not converged after `rounds`, which sets without a common point never do."
  },
  {
    "name": "projectBox",
    "family": "regularizers",
    "source": "src/projections/sets.ts",
    "sentence": "The nearest point between bounds.",
    "comment": "The nearest point between bounds. Throws if a lower bound is above its upper bound.",
    "golden": {
      "sources": ["optax 0.2.8, projection_box"]
    }
  },
  {
    "name": "projectDykstra",
    "family": "regularizers",
    "source": "src/projections/intersection.ts",
    "sentence": "The nearest point that is in several convex sets at once: alternating projections that give back what each set took before it is asked again.",
    "comment": "The nearest point that is in several convex sets at once: alternating projections that give back what each set took before it is asked again (Dykstra 1983). Throws if it has not converged after `rounds`, which sets without a common point never do.",
    "golden": {
      "sources": ["scipy 1.17.1, SLSQP: the simplex, every number at most 0.3"]
    }
  },
  {
    "name": "projectHalfSpace",
    "family": "regularizers",
    "source": "src/projections/sets.ts",
    "sentence": "The nearest point with normal · x ≤ offset.",
    "comment": "The nearest point with normal · x ≤ offset. Throws if the normal is zero or of another length.",
    "golden": {
      "sources": ["optax 0.2.8, projection_halfspace"]
    }
  },
  {
    "name": "projectHyperplane",
    "family": "regularizers",
    "source": "src/projections/sets.ts",
    "sentence": "The nearest point with normal · x = offset.",
    "comment": "The nearest point with normal · x = offset. Throws if the normal is zero or of another length.",
    "golden": {
      "sources": ["optax 0.2.8, projection_hyperplane"]
    }
  },
  {
    "name": "projectL1Ball",
    "family": "regularizers",
    "source": "src/projections/sets.ts",
    "sentence": "The nearest point whose numbers' sizes add up to at most `radius`: sparse, as the lasso's are.",
    "comment": "The nearest point whose numbers' sizes add up to at most `radius`: sparse, as the lasso's are.",
    "golden": {
      "sources": ["optax 0.2.8, projection_l1_ball"]
    }
  },
  {
    "name": "projectL2Ball",
    "family": "regularizers",
    "source": "src/projections/sets.ts",
    "sentence": "The nearest point of length at most `radius`: what clipping by norm does to a gradient.",
    "comment": "The nearest point of length at most `radius`: what clipping by norm does to a gradient.",
    "golden": {
      "sources": ["optax 0.2.8, projection_l2_ball"]
    }
  },
  {
    "name": "projectLInfBall",
    "family": "regularizers",
    "source": "src/projections/sets.ts",
    "sentence": "The nearest point whose numbers are at most `radius` in size.",
    "comment": "The nearest point whose numbers are at most `radius` in size.",
    "golden": {
      "sources": ["optax 0.2.8, projection_linf_ball"]
    }
  },
  {
    "name": "projectMaxNorm",
    "family": "regularizers",
    "source": "src/projections/matrices.ts",
    "sentence": "The nearest matrix whose units' weights have length at most `max`, which lets dropout train at high rates.",
    "comment": "The nearest matrix whose units' weights have length at most `max`, which lets dropout train at high rates (Srivastava et al., JMLR 2014). Throws if the shape does not fit.",
    "golden": {
      "sources": ["numpy 2.4.6, linalg.norm"]
    }
  },
  {
    "name": "projectNonNegative",
    "family": "regularizers",
    "source": "src/projections/sets.ts",
    "sentence": "The nearest point without negative numbers.",
    "comment": "The nearest point without negative numbers.",
    "golden": {
      "sources": ["optax 0.2.8, projection_non_negative"]
    }
  },
  {
    "name": "projectPsd",
    "family": "regularizers",
    "source": "src/projections/matrices.ts",
    "sentence": "The nearest symmetric matrix without negative eigenvalues (Higham 1988), of a square matrix whose numbers `x` lists row by row.",
    "comment": "The nearest symmetric matrix without negative eigenvalues (Higham 1988), of a square matrix whose numbers `x` lists row by row. n³. Throws if `x` is not square.",
    "golden": {
      "sources": ["numpy 2.4.6, eigh"]
    }
  },
  {
    "name": "projectSimplex",
    "family": "regularizers",
    "source": "src/projections/sets.ts",
    "sentence": "The nearest point without negative numbers that add up to `sum`: probabilities.",
    "comment": "The nearest point without negative numbers that add up to `sum`: probabilities (Duchi et al., ICML 2008). n log n. Throws if `x` is empty, or `sum` not above 0.",
    "golden": {
      "sources": ["optax 0.2.8, projection_simplex"]
    }
  },
  {
    "name": "projectSphere",
    "family": "regularizers",
    "source": "src/projections/sets.ts",
    "sentence": "The nearest point of length exactly `radius`; zero, from which all are equally near, goes along the first axis.",
    "comment": "The nearest point of length exactly `radius`; zero, from which all are equally near, goes along the first axis.",
    "golden": {
      "sources": ["optax 0.2.8, projection_l2_sphere"]
    }
  },
  {
    "name": "projectUnitNorm",
    "family": "regularizers",
    "source": "src/projections/matrices.ts",
    "sentence": "The nearest matrix whose units' weights have length 1; those that are all zeros stay so.",
    "comment": "The nearest matrix whose units' weights have length 1; those that are all zeros stay so. Throws if the shape does not fit.",
    "golden": {
      "sources": ["numpy 2.4.6, linalg.norm"]
    }
  },
  {
    "name": "proxElasticNet",
    "family": "regularizers",
    "source": "src/proximal/proximal.ts",
    "sentence": "The proximal step of l1 · Σ|z| + l2 · ½ Σz²: the soft threshold, then the shrinking.",
    "comment": "The proximal step of l1 · Σ|z| + l2 · ½ Σz²: the soft threshold, then the shrinking (Zou & Hastie 2005).",
    "golden": {
      "sources": ["scipy 1.17.1, minimize_scalar"]
    }
  },
  {
    "name": "proxGroup",
    "family": "regularizers",
    "source": "src/proximal/proximal.ts",
    "sentence": "The proximal step of strength · Σ‖group‖: whole groups become 0 together, units or channels say.",
    "comment": "The proximal step of strength · Σ‖group‖: whole groups become 0 together, units or channels say (the group lasso, Yuan & Lin 2006). Throws if `size` does not divide the length of `x`.",
    "golden": {
      "sources": ["scipy 1.17.1, minimize_scalar"]
    }
  },
  {
    "name": "proxL0",
    "family": "regularizers",
    "source": "src/proximal/proximal.ts",
    "sentence": "The proximal step of strength · (how many numbers are not 0): the hard threshold at √(2 · strength), which leaves large ones as they are.",
    "comment": "The proximal step of strength · (how many numbers are not 0): the hard threshold at √(2 · strength), which leaves large ones as they are.",
    "golden": {
      "sources": ["scipy 1.17.1, minimize_scalar"]
    }
  },
  {
    "name": "proxL1",
    "family": "regularizers",
    "source": "src/proximal/proximal.ts",
    "sentence": "The proximal step of strength · Σ|z|: the soft threshold, which makes small numbers exactly 0 (the lasso).",
    "comment": "The proximal step of strength · Σ|z|: the soft threshold, which makes small numbers exactly 0 (the lasso).",
    "golden": {
      "sources": ["scipy 1.17.1, minimize_scalar"]
    }
  },
  {
    "name": "proxNonNegative",
    "family": "regularizers",
    "source": "src/proximal/proximal.ts",
    "sentence": "The proximal step of strength · Σz over z ≥ 0: the soft threshold of what is positive, and 0 for the rest.",
    "comment": "The proximal step of strength · Σz over z ≥ 0: the soft threshold of what is positive, and 0 for the rest.",
    "golden": {
      "sources": ["scipy 1.17.1, minimize_scalar"]
    }
  },
  {
    "name": "proxNuclear",
    "family": "regularizers",
    "source": "src/proximal/proximal.ts",
    "sentence": "The proximal step of strength · Σ singular values: their soft threshold, which lowers the rank.",
    "comment": "The proximal step of strength · Σ singular values: their soft threshold, which lowers the rank (Cai, Candès & Shen 2010).",
    "golden": {
      "sources": ["numpy 2.4.6, svd"]
    }
  },
  {
    "name": "proxRidge",
    "family": "regularizers",
    "source": "src/proximal/proximal.ts",
    "sentence": "The proximal step of strength · ½ Σz²: every number shrinks by the same factor (ridge).",
    "comment": "The proximal step of strength · ½ Σz²: every number shrinks by the same factor (ridge).",
    "golden": {
      "sources": ["scipy 1.17.1, minimize_scalar"]
    }
  },
  {
    "name": "randomShifts",
    "family": "regularizers",
    "source": "src/images/augment.ts",
    "sentence": "Images shifted by a few pixels, each by its own amount, so that it does not matter where things are.",
    "comment": "Images shifted by a few pixels, each by its own amount, so that it does not matter where things are. Does not change `images`."
  },
  {
    "name": "graft",
    "family": "transforms",
    "source": "src/steps/graft.ts",
    "sentence": "The direction of one rule with the length of another's step, tensor by tensor: `graft({ direction: shampoo(), length: adam() })` takes over a rate that is known to work.",
    "comment": "The direction of one rule with the length of another's step, tensor by tensor: `graft({ direction: shampoo(), length: adam() })` takes over a rate that is known to work (Agarwal et al., 2020). Both rules see every gradient, and each keeps its state. The rate of `direction` does not matter, but let it be large: a step is the difference of two parameters in float32.",
    "golden": {
      "sources": [
        "Meta's code (github.com/facebookresearch/optimizers, f606606) with sums for running means, float64",
        "torch 2.13.0, the direction of torch.optim.Adam with the length of torch.optim.SGD, float64"
      ]
    }
  },
  {
    "name": "grokfastMa",
    "family": "transforms",
    "source": "src/gradients/grokfast-ma.ts",
    "sentence": "Grokfast by the mean of the last `window` gradients, once there are as many.",
    "comment": "Grokfast by the mean of the last `window` gradients, once there are as many (Lee et al., 2024). As the authors' `gradfilter_ma`. It keeps a tensor for each of them: `grokfast` needs one and does nearly the same.",
    "golden": {
      "sources": ["pytorch_optimizer 4.1.0, gradfilter_ma around torch.optim.SGD or torch.optim.Adam, float64"]
    }
  },
  {
    "name": "layerDecay",
    "family": "transforms",
    "source": "src/groups/layer-decay.ts",
    "sentence": "Rates that fall from layer to layer towards the input, by which fine-tuning changes early layers less (BEiT; timm's `param_groups_layer_decay`).",
    "comment": "Rates that fall from layer to layer towards the input, by which fine-tuning changes early layers less (BEiT; timm's `param_groups_layer_decay`). The last layer has the rule's own rate; each before it `decay` times the next one's. Decay of weights is scaled with the rate."
  },
  {
    "name": "loraPlus",
    "family": "transforms",
    "source": "src/groups/lora-plus.ts",
    "sentence": "LoRA+: in adapters B · A, which start with B = 0, B needs a higher rate than A for both to learn at width.",
    "comment": "LoRA+: in adapters B · A, which start with B = 0, B needs a higher rate than A for both to learn at width (Hayou et al., 2024). Everything else keeps the rule's own rate."
  },
  {
    "name": "lossScaler",
    "family": "transforms",
    "source": "src/loss-scaler.ts",
    "sentence": "Dynamic loss scaling (Micikevicius et al., 2018, https://arxiv.org/abs/1710.03740): gradients in float16 vanish below 6e-8, so the loss is multiplied by as much as they can bear.",
    "comment": "Dynamic loss scaling (Micikevicius et al., 2018, https://arxiv.org/abs/1710.03740): gradients in float16 vanish below 6e-8, so the loss is multiplied by as much as they can bear. The scale doubles after `every` finite steps and halves when a gradient is not finite. As torch's GradScaler."
  },
  {
    "name": "noiseFor",
    "family": "transforms",
    "source": "src/privacy/accountant.ts",
    "sentence": "The least noise multiplier, to 1e-4 of itself, with which a run spends at most `epsilon`.",
    "comment": "The least noise multiplier, to 1e-4 of itself, with which a run spends at most `epsilon`."
  },
  {
    "name": "privacySpent",
    "family": "transforms",
    "source": "src/privacy/accountant.ts",
    "sentence": "The privacy that a run of DP-SGD spends, by Rényi's accountant for the subsampled Gaussian (Mironov, Talwar and Zhang, 2019): with the chance 1 − `delta`, no one example changes how likely a model is by more than the factor exp(`epsilon`).",
    "comment": "The privacy that a run of DP-SGD spends, by Rényi's accountant for the subsampled Gaussian (Mironov, Talwar and Zhang, 2019): with the chance 1 − `delta`, no one example changes how likely a model is by more than the factor exp(`epsilon`). `order` is that of the tightest bound. Examples must be drawn independently, each with the chance `sampleRate`; with shuffled epochs the promise is another."
  },
  {
    "name": "privateGradient",
    "family": "transforms",
    "source": "src/privacy/private-gradient.ts",
    "sentence": "A gradient that tells little about any one example (DP-SGD; Abadi et al., 2016): each example's gradient is clipped to `maxNorm`, they are added up, normal noise of deviation noise · maxNorm goes on top, and the sum is divided by the batch size.",
    "comment": "A gradient that tells little about any one example (DP-SGD; Abadi et al., 2016): each example's gradient is clipped to `maxNorm`, they are added up, normal noise of deviation noise · maxNorm goes on top, and the sum is divided by the batch size. Takes by name the gradients of all examples one after another, and returns what `update` takes. `privacySpent` says what it costs. An empty batch, of 0 examples, is noise alone.  The noise is Philox's from the seed, which repeats but is not cryptographically secure: for more than research, draw the seeds from `crypto.getRandomValues`."
  },
  {
    "name": "weightDecay",
    "family": "transforms",
    "source": "src/weights/weight-decay.ts",
    "sentence": "Weight decay of any kind around any rule: `weightDecay(adam(), 0.1, { kind: \"cautious\" })`.",
    "comment": "Weight decay of any kind around any rule: `weightDecay(adam(), 0.1, { kind: \"cautious\" })`. The strength may be a schedule. Kinds that depend on the rate need a rule with `lr`, whose schedule they follow.",
    "golden": {
      "sources": [
        "coupled: torch 2.13.0, weight_decay of torch.optim.SGD and Adam, float64; decoupled: timm 1.0.31, timm.optim.SGDW; torch 2.13.0, torch.optim.AdamW, float64; independent: optax 0.2.8, optax.add_decayed_weights after optax.sgd or optax.adam, float64; corrected: timm 1.0.31, timm.optim.SGDW and AdamWLegacy with corrected_weight_decay, float64; cautious: a float64 transcription of algorithm 1 of arXiv:2510.12402; proximal: a float64 transcription of line 7 of algorithm 1 of arXiv:2208.06677, around SGD and Adam"
      ]
    }
  }
];
