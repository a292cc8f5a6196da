const variance = "the mean square and the squared mean both overflow float32, and their difference is NaN";

/** Descent's rules that cannot stay finite with gradients near 1e30 in float32, by id, with the reason. */
export const overflows: Readonly<Record<string, string>> = {
  adagc: "the square of the gradient is infinite, and the square of its scale is 0",
  adai: "the squares are infinite, and infinity over infinity is NaN",
  adalomo: "the means of squares by row are infinite, and their share of the mean is NaN",
  amos: "the mean square is infinite, and is multiplied by the inverse of its running mean, 0",
  ano: "v is infinite after one step, and g^2 - v is NaN at the next",
  bcos: "the square of m and its product with g are infinite with unequal signs",
  came: "the means of squares by row are infinite, and their share of the mean is NaN",
  "dadapt-adagrad": "the squares are infinite, and infinity over infinity is NaN",
  "dadapt-adam": "the squares are infinite, and the products summed for the estimate are NaN",
  "dadapt-adan": "the squares are infinite, and infinity over infinity is NaN",
  exadam: "v is infinite, and v over v is NaN",
  ftrl: "the sum of squares is infinite, and the difference of its roots is NaN at the next step",
  kate: "the square of g is infinite, and infinity over infinity is NaN",
  qhadam: "with ν₂ = 1 the square of g, which is infinite, is multiplied by 0",
  "rmsprop-centered": variance,
  "rmsprop-centered-momentum": variance,
  adafactor: "the means of squares by row are infinite, and their share of the mean is NaN",
  shampoo: "the products of gradients are infinite, and have no roots",
  soap: "the products of gradients are infinite, and have no basis",
  yogi: "v is infinite after one step, and v - g^2 is NaN at the next",
};
