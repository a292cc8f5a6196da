// Written by `npm run docs` from the rules themselves.
import type { FunctionEntry } from "./entry.ts";

/** Every function beside rules, transforms and methods, by package and name. */
export const functions: readonly FunctionEntry[] = [
  {
    "name": "constant",
    "family": "initializers",
    "source": "src/constant.ts",
    "sentence": "The same value everywhere.",
    "comment": "The same value everywhere. Throws if it is not finite."
  },
  {
    "name": "deltaOrthogonal",
    "family": "initializers",
    "source": "src/matrix.ts",
    "sentence": "A rotation at the centre of the receptive field and nothing around it, so that a deep net of convolutions keeps a signal's length and its place.",
    "comment": "A rotation at the centre of the receptive field and nothing around it, so that a deep net of convolutions keeps a signal's length and its place (Xiao et al., https://arxiv.org/abs/1806.05393). As JAX's delta_orthogonal; a field of even length has its centre before the middle. Throws if the parameter has no `axes`, or more inputs than outputs.",
    "golden": {
      "sources": ["jax 0.10.2, delta_orthogonal"]
    }
  },
  {
    "name": "fans",
    "family": "initializers",
    "source": "src/layout.ts",
    "sentence": "The fans of a parameter, from its `axes`: in and out sizes times the receptive field, without batch dimensions.",
    "comment": "The fans of a parameter, from its `axes`: in and out sizes times the receptive field, without batch dimensions. The same as torch, Keras and JAX for dense layers and convolutions, grouped ones too.  For two kinds of kernels the libraries look at their own order of dimensions in place of the layer, and `\"torch\"` or `\"keras\"` gives what they compute, whatever order this kernel has. In a transposed convolution both take inputs for outputs. In a depthwise convolution, whose channels are `batch` here, PyTorch counts the outputs of all channels, and Keras the inputs of all channels. A kernel is transposed if its channels lie beside each other, first or last, the other way round than in a convolution there.  Throws if the parameter has no `axes`, or wrong ones."
  },
  {
    "name": "fixup",
    "family": "initializers",
    "source": "src/residual.ts",
    "sentence": "He's scale times blocks^(−1 / (2 · layers − 2)) for every layer of a residual block but the last, which starts at zero, as the classifier does: residual nets train without normalization.",
    "comment": "He's scale times blocks^(−1 / (2 · layers − 2)) for every layer of a residual block but the last, which starts at zero, as the classifier does: residual nets train without normalization (Zhang et al., https://arxiv.org/abs/1901.09321). Throws where a number is out of its range."
  },
  {
    "name": "gain",
    "family": "initializers",
    "source": "src/gain.ts",
    "sentence": "The gain of an activation.",
    "comment": "The gain of an activation. `slope` is leakyRelu's below zero; default 0.01; no other has one. Throws if the activation is not known."
  },
  {
    "name": "heNormal",
    "family": "initializers",
    "source": "src/variance-scaling.ts",
    "sentence": "He et al.'s scale for rectifiers, normal with σ = gain/√fan.",
    "comment": "He et al.'s scale for rectifiers, normal with σ = gain/√fan. The plain normal, as in PyTorch; with `truncated: true` the one of Keras and JAX, of the same variance.",
    "golden": {
      "sources": ["formula of torch 2.13.0, confirmed on a sample of its own"]
    }
  },
  {
    "name": "heUniform",
    "family": "initializers",
    "source": "src/variance-scaling.ts",
    "sentence": "He et al.'s scale for rectifiers (https://arxiv.org/abs/1502.01852): uniform within ±gain·√(3 / fan).",
    "comment": "He et al.'s scale for rectifiers (https://arxiv.org/abs/1502.01852): uniform within ±gain·√(3 / fan). PyTorch's own layers start with `gain: gain(\"leakyRelu\", Math.sqrt(5))`, which is ±1/√fanIn.",
    "golden": {
      "sources": ["formula of torch 2.13.0, confirmed on a sample of its own"]
    }
  },
  {
    "name": "identity",
    "family": "initializers",
    "source": "src/matrix.ts",
    "sentence": "A layer that passes its input on: 1 where output and input index agree, at the centre of the receptive field, 0 elsewhere; with `groups`, within each group.",
    "comment": "A layer that passes its input on: 1 where output and input index agree, at the centre of the receptive field, 0 elsewhere; with `groups`, within each group. torch calls it dirac for convolutions. A matrix needs no `axes`; anything else without them throws.",
    "golden": {
      "sources": ["torch 2.13.0, eye_", "torch 2.13.0, dirac_"]
    }
  },
  {
    "name": "initialize",
    "family": "initializers",
    "source": "src/initialize.ts",
    "sentence": "The initial values of a parameter as its framework stores them, rounded once to float32.",
    "comment": "The initial values of a parameter as its framework stores them, rounded once to float32. They depend on the seed, the parameter's name and its logical shape, but not on other parameters, their order, or the layout. Throws if the seed is not a whole number from 0 to 2^53 - 1, if the initializer needs axes that are missing, or if a value is not finite in float32."
  },
  {
    "name": "lecunNormal",
    "family": "initializers",
    "source": "src/variance-scaling.ts",
    "sentence": "LeCun et al.'s scale, normal with σ = 1/√fanIn.",
    "comment": "LeCun et al.'s scale, normal with σ = 1/√fanIn. Truncated, as in Keras and JAX, the libraries that have it; the plain normal of the same variance with `truncated: false`.",
    "golden": {
      "sources": ["formula of jax 0.10.2 (variance_scaling), confirmed on a sample of its own"]
    }
  },
  {
    "name": "lecunUniform",
    "family": "initializers",
    "source": "src/variance-scaling.ts",
    "sentence": "LeCun et al.'s scale (Efficient BackProp, 1998), which selu needs: uniform within ±√(3 / fanIn).",
    "comment": "LeCun et al.'s scale (Efficient BackProp, 1998), which selu needs: uniform within ±√(3 / fanIn).",
    "golden": {
      "sources": ["formula of jax 0.10.2 (variance_scaling), confirmed on a sample of its own"]
    }
  },
  {
    "name": "lsuv",
    "family": "initializers",
    "source": "src/lsuv.ts",
    "sentence": "Scales a layer's weights until its outputs over a batch have variance 1: layer-sequential unit variance.",
    "comment": "Scales a layer's weights until its outputs over a batch have variance 1: layer-sequential unit variance (Mishkin & Matas, https://arxiv.org/abs/1511.06422). Start every layer with `orthogonal()`, then go from the input to the output. Returns new weights. Throws if the outputs do not vary, are not finite, or do not come within the tolerance."
  },
  {
    "name": "mupOutput",
    "family": "initializers",
    "source": "src/residual.ts",
    "sentence": "The output layer of μP: its deviation falls as 1 / fanIn instead of 1 / √fanIn, so that what was tuned on a narrow net holds on a wide one.",
    "comment": "The output layer of μP: its deviation falls as 1 / fanIn instead of 1 / √fanIn, so that what was tuned on a narrow net holds on a wide one (Yang et al., https://arxiv.org/abs/2203.03466, table 3). Hidden layers keep He's or Xavier's scale. Throws if the parameter has no `axes`."
  },
  {
    "name": "normal",
    "family": "initializers",
    "source": "src/random.ts",
    "sentence": "The normal distribution, not truncated.",
    "comment": "The normal distribution, not truncated. Throws if `std` is below 0."
  },
  {
    "name": "ones",
    "family": "initializers",
    "source": "src/constant.ts",
    "sentence": "All ones: where the scales of normalisation layers start.",
    "comment": "All ones: where the scales of normalisation layers start."
  },
  {
    "name": "orthogonal",
    "family": "initializers",
    "source": "src/matrix.ts",
    "sentence": "A rotation drawn uniformly from all rotations, so a deep linear net neither shrinks nor stretches a signal.",
    "comment": "A rotation drawn uniformly from all rotations, so a deep linear net neither shrinks nor stretches a signal (Saxe et al., https://arxiv.org/abs/1312.6120). The kernel is read as the matrix [out, in × receptive field]; the shorter side's vectors are orthonormal times `gain`. One matrix per batch index. A matrix needs no `axes`; anything else without them throws."
  },
  {
    "name": "scaledBy",
    "family": "initializers",
    "source": "src/residual.ts",
    "sentence": "The values of another initializer times a number.",
    "comment": "The values of another initializer times a number. Throws if it is not finite."
  },
  {
    "name": "siren",
    "family": "initializers",
    "source": "src/siren.ts",
    "sentence": "For sines as activations: uniform within ±√(6 / fanIn) / ω₀, which keeps the distribution from layer to layer, and within ±1 / fanIn in the first.",
    "comment": "For sines as activations: uniform within ±√(6 / fanIn) / ω₀, which keeps the distribution from layer to layer, and within ±1 / fanIn in the first (Sitzmann et al., https://arxiv.org/abs/2006.09661). Throws if the parameter has no `axes`."
  },
  {
    "name": "sparse",
    "family": "initializers",
    "source": "src/sparse.ts",
    "sentence": "A few normal weights per input and zeros for the rest, so that units differ from the start.",
    "comment": "A few normal weights per input and zeros for the rest, so that units differ from the start (Martens, ICML 2010). The same as torch's `sparse_` on [out, in]. A matrix needs no `axes`; anything else throws, as does a sparsity outside 0 to 1.",
    "golden": {
      "sources": ["torch 2.13.0, sparse_"]
    }
  },
  {
    "name": "stream",
    "family": "initializers",
    "source": "src/stream.ts",
    "sentence": "The stream of one seed and one name.",
    "comment": "The stream of one seed and one name. The seed is the key of a Philox generator, the name's hash half of its counter: two seeds, or two names whose 64-bit hashes differ, share no block. The bits are the same on every machine; a normal may differ in its last double-precision bit between JavaScript engines, whose log and cos do. Throws if `seed` is not a whole number from 0 to 2^53 - 1."
  },
  {
    "name": "tFixup",
    "family": "initializers",
    "source": "src/residual.ts",
    "sentence": "Xavier's scale times 0.67 · layers^(−1/4) in the encoder and (9 · layers)^(−1/4) in the decoder: Transformers train without warm-up and without layer normalization.",
    "comment": "Xavier's scale times 0.67 · layers^(−1/4) in the encoder and (9 · layers)^(−1/4) in the decoder: Transformers train without warm-up and without layer normalization (Huang et al., ICML 2020, https://proceedings.mlr.press/v119/huang20f.html). Throws where an option is out of its range."
  },
  {
    "name": "truncatedNormal",
    "family": "initializers",
    "source": "src/random.ts",
    "sentence": "The normal distribution truncated at two standard deviations; numbers outside are drawn again.",
    "comment": "The normal distribution truncated at two standard deviations; numbers outside are drawn again. `std` is the deviation before truncation, as in Keras and JAX; the result has 0.8796 of it. `varianceScaling` corrects for that, this does not. Throws if `std` is below 0."
  },
  {
    "name": "uniform",
    "family": "initializers",
    "source": "src/random.ts",
    "sentence": "Uniform from `min` to `max`; the bounds are rounded to float32 with the rest.",
    "comment": "Uniform from `min` to `max`; the bounds are rounded to float32 with the rest. Throws if `min` is above `max`."
  },
  {
    "name": "varianceScaling",
    "family": "initializers",
    "source": "src/variance-scaling.ts",
    "sentence": "Variance scale / fan, so that signals keep their size from layer to layer.",
    "comment": "Variance scale / fan, so that signals keep their size from layer to layer. Every distribution has exactly that variance: the truncated normal is widened by 1/0.8796 to make up for the cut at ±2σ, as in Keras and JAX. Throws if the parameter has no `axes`, or an option is of the wrong kind."
  },
  {
    "name": "xavierNormal",
    "family": "initializers",
    "source": "src/variance-scaling.ts",
    "sentence": "Glorot & Bengio's compromise, normal with σ = gain·√(2 / (fanIn + fanOut)).",
    "comment": "Glorot & Bengio's compromise, normal with σ = gain·√(2 / (fanIn + fanOut)). The plain normal, as in PyTorch; with `truncated: true` the one of Keras and JAX, of the same variance.",
    "golden": {
      "sources": ["formula of torch 2.13.0, confirmed on a sample of its own"]
    }
  },
  {
    "name": "xavierUniform",
    "family": "initializers",
    "source": "src/variance-scaling.ts",
    "sentence": "Glorot & Bengio's compromise between the two passes (AISTATS 2010): uniform within ±gain·√(6 / (fanIn + fanOut)).",
    "comment": "Glorot & Bengio's compromise between the two passes (AISTATS 2010): uniform within ±gain·√(6 / (fanIn + fanOut)).",
    "golden": {
      "sources": ["formula of torch 2.13.0, confirmed on a sample of its own"]
    }
  },
  {
    "name": "zerO",
    "family": "initializers",
    "source": "src/matrix.ts",
    "sentence": "Zeros and ones only, nothing random: the identity as far as it goes, and where there are more outputs than inputs the first columns of a Hadamard matrix, so that they are not copies.",
    "comment": "Zeros and ones only, nothing random: the identity as far as it goes, and where there are more outputs than inputs the first columns of a Hadamard matrix, so that they are not copies (ZerO, Zhao et al., https://arxiv.org/abs/2110.12661). A matrix needs no `axes`; anything else without them throws.",
    "golden": {
      "sources": ["algorithm 1 of https://arxiv.org/abs/2110.12661 with SciPy's hadamard"]
    }
  },
  {
    "name": "zeros",
    "family": "initializers",
    "source": "src/constant.ts",
    "sentence": "All zeros: where most biases start.",
    "comment": "All zeros: where most biases start."
  },
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
    "name": "chebyshev",
    "family": "schedules",
    "source": "src/chebyshev.ts",
    "sentence": "The inverses of Chebyshev nodes between two curvatures, in a fractal order: rates far above 2/M that together bring a quadratic down as fast as momentum does, and stay stable on the way.",
    "comment": "The inverses of Chebyshev nodes between two curvatures, in a fractal order: rates far above 2/M that together bring a quadratic down as fast as momentum does, and stay stable on the way (Agarwal, Goel & Zhang, https://arxiv.org/abs/2103.01338). The sequence is held at its last value: run it again by `join`. Throws unless 0 < least ≤ greatest and `over` is a power of two.",
    "golden": {
      "sources": ["pytorch_optimizer 4.1.0, get_chebyshev_perm_steps"]
    }
  },
  {
    "name": "constant",
    "family": "schedules",
    "source": "src/constant.ts",
    "sentence": "The same value at every step; a plain number works wherever a schedule does.",
    "comment": "The same value at every step; a plain number works wherever a schedule does. Throws if `value` is not finite.",
    "golden": {
      "sources": ["optax 0.2.8, constant_schedule"]
    }
  },
  {
    "name": "cosine",
    "family": "schedules",
    "source": "src/cosine.ts",
    "sentence": "Half a cosine wave: slow at both ends, steepest midway.",
    "comment": "Half a cosine wave: slow at both ends, steepest midway (Loshchilov & Hutter, https://arxiv.org/abs/1608.03983). After `over` updates it holds `to`, as optax and Keras do; torch's CosineAnnealingLR would rise again. With `k` it is k-decay (https://arxiv.org/abs/2004.05909). Throws where a number is not finite, or `over` or `k` not above 0.",
    "golden": {
      "sources": ["optax 0.2.8, cosine_decay_schedule (alpha = to / from)", "timm 1.0.31, CosineLRScheduler"]
    }
  },
  {
    "name": "cosineRestarts",
    "family": "schedules",
    "source": "src/restarts.ts",
    "sentence": "Half a cosine wave, over and over: each restart leaves the minimum that the last cycle found for another.",
    "comment": "Half a cosine wave, over and over: each restart leaves the minimum that the last cycle found for another (SGDR, Loshchilov & Hutter, https://arxiv.org/abs/1608.03983). The same as Keras's CosineDecayRestarts and, without `decay`, as torch's CosineAnnealingWarmRestarts. Throws where a number is not finite, `over` or `decay` not above 0, or `growth` below 1.",
    "golden": {
      "sources": ["torch 2.13.0, CosineAnnealingWarmRestarts", "keras 3.15.1, CosineDecayRestarts"]
    }
  },
  {
    "name": "cyclic",
    "family": "schedules",
    "source": "src/cyclic.ts",
    "sentence": "Up and down between two rates, so that neither need be found exactly.",
    "comment": "Up and down between two rates, so that neither need be found exactly (Smith, https://arxiv.org/abs/1506.01186). The same as torch's CyclicLR, whose modes are called `triangular`, `triangular2` and `exp_range`. Throws where a number is not finite, `up`, `down` or `rate` not above 0, or `rate` does not go with the shape.",
    "golden": {
      "sources": [
        "torch 2.13.0, CyclicLR(mode='triangular')",
        "torch 2.13.0, CyclicLR(mode='triangular2')",
        "torch 2.13.0, CyclicLR(mode='exp_range')"
      ]
    }
  },
  {
    "name": "exponential",
    "family": "schedules",
    "source": "src/exponential.ts",
    "sentence": "Loses the same share every `over` updates: from · rate^(step / over).",
    "comment": "Loses the same share every `over` updates: from · rate^(step / over). With `over` 1 it is torch's ExponentialLR, otherwise optax's and Keras's exponential decay. Throws where a number is not finite, or `rate` or `over` not above 0.",
    "golden": {
      "sources": ["optax 0.2.8, exponential_decay"]
    }
  },
  {
    "name": "greedy",
    "family": "schedules",
    "source": "src/greedy.ts",
    "sentence": "Raises the rate while a metric gets better and cuts it when it stalls.",
    "comment": "Raises the rate while a metric gets better and cuts it when it stalls (https://arxiv.org/abs/2512.14527). The same as transformers' GreedyLR without smoothing. Throws where an option is out of its range.",
    "golden": {
      "sources": ["transformers 5.24.0, GreedyLR"]
    }
  },
  {
    "name": "interpolate",
    "family": "schedules",
    "source": "src/interpolate.ts",
    "sentence": "Through points: `interpolate({ 0: 0, 100: 1e-3, 1000: 0 })` rises for 100 updates and falls for 900; the last value stays.",
    "comment": "Through points: `interpolate({ 0: 0, 100: 1e-3, 1000: 0 })` rises for 100 updates and falls for 900; the last value stays. The same as optax's `piecewise_interpolate_schedule`, but with values instead of factors. Points need not be whole. Throws if a point or value is not finite, or no point is at 0.",
    "golden": {
      "sources": ["optax 0.2.8, piecewise_interpolate_schedule"]
    }
  },
  {
    "name": "inverseSqrt",
    "family": "schedules",
    "source": "src/inverse-time.ts",
    "sentence": "from / √(1 + step / over), as T5 was trained: `warmup(n, inverseSqrt({ from: peak, over: n }))` is √(n / step) once warm, and transformers' inverse_sqrt from its peak on.",
    "comment": "from / √(1 + step / over), as T5 was trained: `warmup(n, inverseSqrt({ from: peak, over: n }))` is √(n / step) once warm, and transformers' inverse_sqrt from its peak on. Throws where a number is not finite or `over` not above 0.",
    "golden": {
      "sources": ["transformers 5.24.0, get_inverse_sqrt_schedule(num_warmup_steps=40), 40 steps later"]
    }
  },
  {
    "name": "inverseTime",
    "family": "schedules",
    "source": "src/inverse-time.ts",
    "sentence": "from / (1 + rate · step / over)^power: decays slowly enough for the steps to add up to any distance, as the classical proof of convergence requires (Robbins & Monro 1951), where the power is above ½ and at most 1.",
    "comment": "from / (1 + rate · step / over)^power: decays slowly enough for the steps to add up to any distance, as the classical proof of convergence requires (Robbins & Monro 1951), where the power is above ½ and at most 1. With power 1 the same as Keras's InverseTimeDecay. Throws where a number is not finite, `rate` below 0, or `over` or `power` not above 0.",
    "golden": {
      "sources": ["keras 3.15.1, InverseTimeDecay", "the lecture's formula in double precision"]
    }
  },
  {
    "name": "join",
    "family": "schedules",
    "source": "src/join.ts",
    "sentence": "One schedule after another: `join([[0, a], [100, b]])` is `a(step)` before step 100 and `b(step - 100)` from there on.",
    "comment": "One schedule after another: `join([[0, a], [100, b]])` is `a(step)` before step 100 and `b(step - 100)` from there on. The result is an equation if every piece is one, otherwise a plain function. Throws if the starts are not whole, do not begin at 0 or do not rise.",
    "golden": {
      "sources": ["optax 0.2.8, join_schedules"]
    }
  },
  {
    "name": "layerwise",
    "family": "schedules",
    "source": "src/layerwise.ts",
    "sentence": "One schedule per layer, from the input to the output: the last has the rate itself, every one before it `decay` times the rate of the next, as fine-tuning wants it.",
    "comment": "One schedule per layer, from the input to the output: the last has the rate itself, every one before it `decay` times the rate of the next, as fine-tuning wants it (Howard & Ruder, https://arxiv.org/abs/1801.06146). Give them to the groups of a `partition`. Throws if a number is not finite, `layers` not whole and above 0, or `decay` not above 0."
  },
  {
    "name": "linear",
    "family": "schedules",
    "source": "src/polynomial.ts",
    "sentence": "A straight line from one value to another, then `to` for good.",
    "comment": "A straight line from one value to another, then `to` for good. Throws where a number is not finite or `over` not above 0.",
    "golden": {
      "sources": ["optax 0.2.8, linear_schedule"]
    }
  },
  {
    "name": "noam",
    "family": "schedules",
    "source": "src/noam.ts",
    "sentence": "factor · width^−½ · min(n^−½, n · warmup^−3/2) for update n = step + 1: how the first Transformer was trained (Vaswani et al., https://arxiv.org/abs/1706.03762, eq.",
    "comment": "factor · width^−½ · min(n^−½, n · warmup^−3/2) for update n = step + 1: how the first Transformer was trained (Vaswani et al., https://arxiv.org/abs/1706.03762, eq. 3). Throws where a number is not finite, or `width` or `warmup` not above 0.",
    "golden": {
      "sources": ["eq. 3 of https://arxiv.org/abs/1706.03762 in double precision"]
    }
  },
  {
    "name": "oneCycle",
    "family": "schedules",
    "source": "src/interpolate.ts",
    "sentence": "Up to a rate that would diverge if it stayed, then down to almost nothing: super-convergence.",
    "comment": "Up to a rate that would diverge if it stayed, then down to almost nothing: super-convergence (Smith & Topin, https://arxiv.org/abs/1708.07120). The momentum goes the other way round, and is a cycle too: `oneCycle({ from: 0.95, peak: 0.85, to: 0.95, up, down })`. torch's OneCycleLR over N steps has `up: 0.3 * N - 1` and `down: 0.7 * N`, and refuses to go on where this holds its end; optax's has `up: 0.3 * N`, `down: 0.7 * N`. Throws where a number is not finite, or `up` or `down` not above 0.",
    "golden": {
      "sources": ["torch 2.13.0, OneCycleLR, its rate", "torch 2.13.0, OneCycleLR, its momentum"]
    }
  },
  {
    "name": "piecewise",
    "family": "schedules",
    "source": "src/piecewise.ts",
    "sentence": "Constant between boundaries: `piecewise({ 0: 1e-2, 1000: 1e-3 })` is 0.001 from step 1000 on.",
    "comment": "Constant between boundaries: `piecewise({ 0: 1e-2, 1000: 1e-3 })` is 0.001 from step 1000 on. The new value holds at the boundary itself, as in torch's MultiStepLR and optax; Keras switches one step later. Throws if a boundary is not a whole number, 0 is missing or a value is not finite.",
    "golden": {
      "sources": ["optax 0.2.8, piecewise_constant_schedule (scales 0.1 and 0.5 at 100 and 250)"]
    }
  },
  {
    "name": "plateau",
    "family": "schedules",
    "source": "src/plateau.ts",
    "sentence": "Cuts the rate when a metric has stalled for more than `patience` updates in a row.",
    "comment": "Cuts the rate when a metric has stalled for more than `patience` updates in a row. The same as torch's ReduceLROnPlateau, whose threshold of 1e-4 is a share of the best; optax's cuts one metric earlier. Throws where an option is out of its range.",
    "golden": {
      "sources": ["torch 2.13.0, ReduceLROnPlateau"]
    }
  },
  {
    "name": "polynomial",
    "family": "schedules",
    "source": "src/polynomial.ts",
    "sentence": "From one value to another as (1 − step/over)^power, then `to` for good: the decay of BERT (power 1) and of DeepLab (power 0.9).",
    "comment": "From one value to another as (1 − step/over)^power, then `to` for good: the decay of BERT (power 1) and of DeepLab (power 0.9). The same as optax's polynomial_schedule and, with `to: 0`, as torch's PolynomialLR. Throws where a number is not finite, or `over`, `power` or `k` not above 0, or with both `cycle` and `k`.",
    "golden": {
      "sources": ["optax 0.2.8, polynomial_schedule", "timm 1.0.31, PolyLRScheduler", "keras 3.15.1, PolynomialDecay"]
    }
  },
  {
    "name": "rateFinder",
    "family": "schedules",
    "source": "src/rate-finder.ts",
    "sentence": "The learning-rate range test (Smith, https://arxiv.org/abs/1506.01186): train a few updates with a rate that grows, and see where the loss falls fastest.",
    "comment": "The learning-rate range test (Smith, https://arxiv.org/abs/1506.01186): train a few updates with a rate that grows, and see where the loss falls fastest. The suggestion is PyTorch Lightning's. Restore the weights afterwards. Throws where a number is out of its range."
  },
  {
    "name": "rex",
    "family": "schedules",
    "source": "src/rex.ts",
    "sentence": "(1 − r) / (1 − r/2) of the way that is left at share r: high for long, then a steep end, which suits short runs.",
    "comment": "(1 − r) / (1 − r/2) of the way that is left at share r: high for long, then a steep end, which suits short runs (Chen et al., https://arxiv.org/abs/2107.04197). The same as pytorch_optimizer's REXScheduler. Throws where a number is not finite or `over` not above 0.",
    "golden": {
      "sources": ["pytorch_optimizer 4.1.0, REXScheduler"]
    }
  },
  {
    "name": "sawtooth",
    "family": "schedules",
    "source": "src/restarts.ts",
    "sentence": "A straight fall, over and over.",
    "comment": "A straight fall, over and over. Throws where a number is not finite, `over` or `decay` not above 0, or `growth` below 1.",
    "golden": {
      "sources": ["its formula in double precision, cycle by cycle"]
    }
  },
  {
    "name": "scale",
    "family": "schedules",
    "source": "src/scale.ts",
    "sentence": "A schedule times a number or another schedule, step by step: the same course at a tenth of the rate for one group of parameters, say.",
    "comment": "A schedule times a number or another schedule, step by step: the same course at a tenth of the rate for one group of parameters, say. An equation if both are, otherwise a plain function. Throws if a number is not finite."
  },
  {
    "name": "startingAt",
    "family": "schedules",
    "source": "src/starting-at.ts",
    "sentence": "A schedule whose step 0 is this step of the run, and which holds its first value before: for one that is set in mid-run, `opt.set({ lr: startingAt(opt.step, cosine({ from: 1e-4, over: 500 })) })`.",
    "comment": "A schedule whose step 0 is this step of the run, and which holds its first value before: for one that is set in mid-run, `opt.set({ lr: startingAt(opt.step, cosine({ from: 1e-4, over: 500 })) })`. An equation if it is given one. Throws if the step is not whole."
  },
  {
    "name": "stepwise",
    "family": "schedules",
    "source": "src/exponential.ts",
    "sentence": "One factor `rate` every `every` updates, flat between: torch's StepLR.",
    "comment": "One factor `rate` every `every` updates, flat between: torch's StepLR. Throws as `exponential` does."
  },
  {
    "name": "tanh",
    "family": "schedules",
    "source": "src/tanh.ts",
    "sentence": "(1 − tanh) / 2 of the way: high and flat for long, then a quick fall, then low and flat.",
    "comment": "(1 − tanh) / 2 of the way: high and flat for long, then a quick fall, then low and flat (Hsueh et al., https://arxiv.org/abs/1806.01593). The same as timm's TanhLRScheduler. Throws where a number is not finite, `over` not above 0, or `high` not above `low`.",
    "golden": {
      "sources": ["timm 1.0.31, TanhLRScheduler"]
    }
  },
  {
    "name": "warmup",
    "family": "schedules",
    "source": "src/warmup.ts",
    "sentence": "Rises in a straight line for `steps` updates, then follows `then` from its beginning: adaptive methods take wild steps while their averages are young.",
    "comment": "Rises in a straight line for `steps` updates, then follows `then` from its beginning: adaptive methods take wild steps while their averages are young (Goyal et al., https://arxiv.org/abs/1706.02677). The first update does not waste a step on a rate of zero: it gets 1/steps of the rise, and the last update of the warm-up gets all of it, `then(0)`. The result is an equation if `then` is one or a number, otherwise a plain function. Throws if `steps` is not whole, or `from` or `then(0)` not finite.",
    "golden": {
      "sources": [
        "optax 0.2.8, join_schedules of linear_schedule(peak / 10, peak, 9) and cosine_decay_schedule",
        "torch 2.13.0, LinearLR(start_factor=1/10, total_iters=9)",
        "optax 0.2.8, constant_schedule"
      ]
    }
  },
  {
    "name": "wsd",
    "family": "schedules",
    "source": "src/wsd.ts",
    "sentence": "Warm-up, stable, decay: the stable phase can go on for as long as there are data, and any checkpoint of it be finished by a short decay.",
    "comment": "Warm-up, stable, decay: the stable phase can go on for as long as there are data, and any checkpoint of it be finished by a short decay (Hu et al., https://arxiv.org/abs/2404.06395). From the peak on the same as transformers' warmup_stable_decay, whose tails are called `linear`, `cosine` (its default) and `1-sqrt`; the warm-up is that of `warmup`. Throws where a number is not finite, or a number of updates not whole.",
    "golden": {
      "sources": [
        "transformers 5.24.0, get_wsd_schedule('linear')",
        "transformers 5.24.0, get_wsd_schedule('cosine')",
        "transformers 5.24.0, get_wsd_schedule('1-sqrt')"
      ]
    }
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
        "coupled: torch 2.13.0, weight_decay of torch.optim.SGD and Adam, float64; decoupled: timm 1.0.31, timm.optim.SGDW; torch 2.13.0, torch.optim.AdamW, float64; independent: optax 0.2.8, optax.add_decayed_weights after optax.sgd or optax.adam, float64; corrected: timm 1.0.31, timm.optim.SGDW and AdamWLegacy with corrected_weight_decay, float64; cautious: a float64 transcription of the update of arXiv:2510.12402, Algorithm 1: x ← x − η (u + λ 1[u x ≥ 0] x); proximal: a float64 transcription of arXiv:2208.06677, Algorithm 1, line 7: θ ← (1 + λη)⁻¹ (θ − η u), around SGD and Adam"
      ]
    }
  },
  {
    "name": "clipByGlobalNorm",
    "family": "core",
    "source": "src/transforms.ts",
    "sentence": "Shortens the gradient of the whole model to a Euclidean length of at most `maxGlobalNorm`, above 0, keeping its direction.",
    "comment": "Shortens the gradient of the whole model to a Euclidean length of at most `maxGlobalNorm`, above 0, keeping its direction (Pascanu, Mikolov and Bengio, 2013, https://arxiv.org/abs/1211.5063). The norm is taken over all parameters stepped together that are clipped, across groups; it costs one more pass over the gradients. The sum of squares is taken in float64 on arrays, and scaled on ONNX graphs and where TensorFlow.js composes operators, so that it neither overflows nor vanishes; on WebGPU it is float32, which holds norms from about 1e-19 to 1.8e19.",
    "golden": {
      "sources": ["optax 0.2.8, optax.chain of optax.clip_by_global_norm and optax.sgd or optax.adam, float64"]
    }
  },
  {
    "name": "clipByNorm",
    "family": "core",
    "source": "src/transforms.ts",
    "sentence": "Shortens each tensor's gradient to a Euclidean length of at most `maxNorm`, above 0, keeping its direction.",
    "comment": "Shortens each tensor's gradient to a Euclidean length of at most `maxNorm`, above 0, keeping its direction.",
    "golden": {
      "sources": [
        "optax 0.2.8, optax.chain of optax.partition of one optax.clip_by_global_norm per tensor and optax.sgd or optax.adam, float64"
      ]
    }
  },
  {
    "name": "clipByValue",
    "family": "core",
    "source": "src/transforms.ts",
    "sentence": "Cuts every gradient element off at ±`limit`, above 0.",
    "comment": "Cuts every gradient element off at ±`limit`, above 0.",
    "golden": {
      "sources": ["optax 0.2.8, optax.chain of optax.clip and optax.sgd or optax.adam, float64"]
    }
  },
  {
    "name": "decoupledDecay",
    "family": "core",
    "source": "src/transforms.ts",
    "sentence": "Shrinks parameters by the factor `1 - lr·weightDecay` before the step, apart from the gradient.",
    "comment": "Shrinks parameters by the factor `1 - lr·weightDecay` before the step, apart from the gradient (Loshchilov and Hutter, 2019, https://arxiv.org/abs/1711.05101). `decoupledDecay(adam(), 0.01)` is `adamw({ weightDecay: 0.01 })`.",
    "golden": {
      "sources": [
        "torch 2.13.0, torch.optim.AdamW; optax 0.2.8, optax.add_decayed_weights and optax.sgd; no decay where the role is bias, float64"
      ]
    }
  },
  {
    "name": "hypergradient",
    "family": "core",
    "source": "src/hypergradient.ts",
    "sentence": "Trains the learning rate too: `lr` follows its own gradient, the new gradient times the last step's derivative by `lr`, which is found from the rule's equations (Baydin et al., 2018, https://arxiv.org/abs/1703.04782; their SGD-HD and Adam-HD are `hypergradient(sgd(), β)` and `hypergradient(adam(), β)`).",
    "comment": "Trains the learning rate too: `lr` follows its own gradient, the new gradient times the last step's derivative by `lr`, which is found from the rule's equations (Baydin et al., 2018, https://arxiv.org/abs/1703.04782; their SGD-HD and Adam-HD are `hypergradient(sgd(), β)` and `hypergradient(adam(), β)`). The rule's `lr` is where it starts.  One rate for the model, or `{ per: \"tensor\" }` one for each; a parameter that misses an update keeps the rate it had. Costs one more tensor of state and one more pass over the gradients. Throws an OptimizerError for rules with macros, without `lr`, or with a schedule for it.",
    "golden": {
      "sources": ["torch.autograd by the learning rate of the step before, one for all tensors, float64"]
    }
  },
  {
    "name": "withL2",
    "family": "core",
    "source": "src/transforms.ts",
    "sentence": "Adds the gradient of the penalty ½·l2·‖p‖² (coupled decay): an adaptive rule rescales it with the rest.",
    "comment": "Adds the gradient of the penalty ½·l2·‖p‖² (coupled decay): an adaptive rule rescales it with the rest.",
    "golden": {
      "sources": ["torch 2.13.0, weight_decay of torch.optim.SGD and torch.optim.Adam, 0 where the role is bias, float64"]
    }
  }
];
