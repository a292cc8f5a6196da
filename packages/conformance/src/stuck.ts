/** Why rules that were shocked do not move again. */
const squares = "the squares are infinite in float32, and so is every mean and maximum of them from then on";
const norms = "the sum of squared norms is infinite in float32, and stays so";
const far = "the parameter is so far out that an ordinary step is less than one unit in its last place";

/**
 * Descent's rules that do not move again within 1,000 ordinary steps after four with gradients near 1e30, by id, with the
 * reason; rules that do not even stay finite are among `overflows`.
 */
export const stuckAfterHuge: Readonly<Record<string, string>> = {
  acprop: squares,
  adabelief: squares,
  adadelta: squares,
  adagrad: squares,
  "adagrad-eps-inside": squares,
  "adagrad-norm": squares,
  adam: squares,
  "adam-atan2": squares,
  "adam-eps-inside": squares,
  "adam-mini": squares,
  "adam-mini-heads": squares,
  adahessian: squares,
  adamod: squares,
  adamp: squares,
  adams: squares,
  adamw: squares,
  adan: squares,
  adanorm: squares,
  adanw: squares,
  adapnm: squares,
  adasmooth: squares,
  ademamix: squares,
  adopt: squares,
  amsgrad: squares,
  apollo: squares,
  "apollo-mini": squares,
  "cautious-adamw": squares,
  cocob: squares,
  conda: squares,
  diffgrad: squares,
  "extra-adam": squares,
  fadam: squares,
  fira: squares,
  galore: squares,
  grams: squares,
  lamb: squares,
  laprop: squares,
  "lazy-adam": squares,
  madgrad: squares,
  nadam: squares,
  nadamw: squares,
  nero: squares,
  "optimistic-adam": squares,
  padam: squares,
  prodigy: squares,
  racs: squares,
  rmsprop: squares,
  "rmsprop-eps-inside": squares,
  "rmsprop-momentum": squares,
  "schedule-free-adamw": squares,
  "schedule-free-radam": squares,
  "simplified-ademamix": squares,
  sm3: squares,
  "sophia-g": squares,
  "stable-adamw": squares,
  dog: norms,
  dowg: norms,
  ldog: norms,
  sgd: far,
  extragradient: far,
};

/** The same after gradients near 1e-30. */
export const stuckAfterTiny: Readonly<Record<string, string>> = {
  "sgd-sai": "the rate of each tensor is the signal of its first gradient, whose square is 0 in float32",
};
