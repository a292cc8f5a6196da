// Written by `npm run docs` from the rules themselves.
import type { MethodEntry } from "./entry.ts";

/** Every method that evaluates as often as the data decide, by name. */
export const methods: readonly MethodEntry[] = [
  {
    "id": "barzilai-borwein",
    "name": "barzilaiBorwein",
    "family": "quasi-newton",
    "title": "Barzilai–Borwein",
    "paper": "https://doi.org/10.1137/S1052623494266365",
    "sentence": "Barzilai and Borwein's steps along the gradient: as long as the last step's curvature says, and allowed to rise for a while, which makes them far faster than steepest descent for the same price.",
    "comment": "Barzilai and Borwein's steps along the gradient: as long as the last step's curvature says, and allowed to rise for a while, which makes them far faster than steepest descent for the same price (1988; kept from diverging as in Raydan, 1997)."
  },
  {
    "id": "bfgs",
    "name": "bfgs",
    "family": "quasi-newton",
    "title": "BFGS",
    "paper": "https://doi.org/10.1093/imamat/6.1.76",
    "sentence": "BFGS: learns the inverse Hessian from how the gradient changes along steps.",
    "comment": "BFGS: learns the inverse Hessian from how the gradient changes along steps (Broyden, Fletcher, Goldfarb and Shanno, 1970). It keeps a matrix of n² numbers: the method of choice up to a few hundred unknowns; beyond, use `lbfgs`."
  },
  {
    "id": "dogleg",
    "name": "dogleg",
    "family": "quasi-newton",
    "title": "Trust region, dogleg",
    "paper": "https://doi.org/10.1016/B978-0-12-597050-1.50006-3",
    "sentence": "Powell's dogleg: within a radius in which the parabola is trusted, along the path from steepest descent to Newton's step.",
    "comment": "Powell's dogleg: within a radius in which the parabola is trusted, along the path from steepest descent to Newton's step (1970). For small problems with a `hessian`; where that is not positive definite, a multiple of the identity is added."
  },
  {
    "id": "gauss-newton",
    "name": "gaussNewton",
    "family": "quasi-newton",
    "title": "Gauss–Newton",
    "paper": "https://doi.org/10.1137/1.9781611971484",
    "sentence": "Gauss and Newton's method for least squares: Newton's with J'J in place of the Hessian, which is as good where the residuals are small or nearly linear, shortened by a line search.",
    "comment": "Gauss and Newton's method for least squares: Newton's with J'J in place of the Hessian, which is as good where the residuals are small or nearly linear, shortened by a line search (Gauss, 1809). Where they are not, it learns what J'J lacks (Dennis, Gay and Welsch, 1981). `levenbergMarquardt` is safer far from the minimum. For objectives { residuals }; their value is half the sum of squares."
  },
  {
    "id": "gradient-descent",
    "name": "gradientDescent",
    "family": "quasi-newton",
    "title": "Gradient descent",
    "paper": "https://doi.org/10.2140/pjm.1966.16.1",
    "sentence": "Steepest descent: every step goes straight down the gradient, as far as a line search allows.",
    "comment": "Steepest descent: every step goes straight down the gradient, as far as a line search allows (Cauchy, 1847). The first try of a step expects the decrease of the one before. Slow where the problem is ill-conditioned; try `lbfgs` first."
  },
  {
    "id": "lbfgs",
    "name": "lbfgs",
    "family": "quasi-newton",
    "title": "L-BFGS",
    "paper": "https://doi.org/10.1007/BF01589116",
    "sentence": "L-BFGS: the inverse Hessian of BFGS from the last few steps alone, without a matrix.",
    "comment": "L-BFGS: the inverse Hessian of BFGS from the last few steps alone, without a matrix (Liu and Nocedal, 1989). The first method to try: it needs only gradients, and memory for 2 · `memory` + 5 vectors."
  },
  {
    "id": "lbfgsb",
    "name": "lbfgsb",
    "family": "quasi-newton",
    "title": "L-BFGS-B",
    "paper": "https://doi.org/10.1137/0916069",
    "sentence": "L-BFGS-B: L-BFGS within bounds, `min` ≤ x ≤ `max`.",
    "comment": "L-BFGS-B: L-BFGS within bounds, `min` ≤ x ≤ `max` (Byrd, Lu, Nocedal and Zhu, 1995; as improved by Morales and Nocedal, 2011). The objective is never evaluated outside them; a start outside moves to the nearest point within. The gradient that a run reports is the projected one, how far −g leads before it meets a bound: 0 where the bounds hold x down."
  },
  {
    "id": "levenberg-marquardt",
    "name": "levenbergMarquardt",
    "family": "quasi-newton",
    "title": "Levenberg–Marquardt",
    "paper": "https://doi.org/10.1137/0111030",
    "sentence": "Levenberg and Marquardt's method for least squares: Gauss and Newton's step, shortened towards the gradient by as much damping as the last steps called for.",
    "comment": "Levenberg and Marquardt's method for least squares: Gauss and Newton's step, shortened towards the gradient by as much damping as the last steps called for (Marquardt, 1963; damping as in Nielsen, 1999). Where residuals stay large it learns what J'J lacks (Dennis, Gay and Welsch, 1981). Within bounds, each step is the minimum of its damped model there; the objective is never evaluated outside, and the gradient that a run reports is the projected one. For objectives { residuals }; their value is half the sum of squares."
  },
  {
    "id": "newton",
    "name": "newton",
    "family": "quasi-newton",
    "title": "Newton's method",
    "paper": "https://doi.org/10.1007/978-0-387-40065-5",
    "sentence": "Newton's method, damped: steps to the minimum of the parabola that value, gradient and Hessian describe, shortened by a line search; where the Hessian is not positive definite, a multiple of the identity makes it so.",
    "comment": "Newton's method, damped: steps to the minimum of the parabola that value, gradient and Hessian describe, shortened by a line search; where the Hessian is not positive definite, a multiple of the identity makes it so. Give the objective a `hessian`; without one, it takes a gradient per unknown. Solves a dense system per step."
  },
  {
    "id": "newton-cg",
    "name": "newtonCg",
    "family": "quasi-newton",
    "title": "Newton-CG",
    "paper": "https://doi.org/10.1007/BF02592055",
    "sentence": "Newton's method without a matrix: its equations are solved by conjugate gradients, as far as is worth it, from products of the Hessian with a direction.",
    "comment": "Newton's method without a matrix: its equations are solved by conjugate gradients, as far as is worth it, from products of the Hessian with a direction (Dembo and Steihaug, 1983). Give the objective a `product`; without one, each costs a gradient."
  },
  {
    "id": "nonlinear-cg",
    "name": "nonlinearCg",
    "family": "quasi-newton",
    "title": "Nonlinear conjugate gradients",
    "paper": "https://doi.org/10.1137/030601880",
    "sentence": "Nonlinear conjugate gradients: each direction keeps a part of the last, so that steps do not undo one another, for the memory of four vectors.",
    "comment": "Nonlinear conjugate gradients: each direction keeps a part of the last, so that steps do not undo one another, for the memory of four vectors. `beta` is Hager and Zhang's (2005), Polak and Ribière's, kept at 0 or above (1969), or Fletcher and Reeves's (1964)."
  },
  {
    "id": "owlqn",
    "name": "owlqn",
    "family": "quasi-newton",
    "title": "OWL-QN",
    "paper": "https://doi.org/10.1145/1273496.1273501",
    "sentence": "OWL-QN: L-BFGS for f(x) + l1 · Σ|x|, whose minima have many elements that are 0 exactly.",
    "comment": "OWL-QN: L-BFGS for f(x) + l1 · Σ|x|, whose minima have many elements that are 0 exactly (Andrew and Gao, 2007). A step stays in one orthant: elements that would cross 0 stop there. Only elements at 0 are held to the way down, where the paper holds all of them, which is slow where they are correlated. Values and gradients that a run reports have the absolute values in them."
  },
  {
    "id": "steihaug",
    "name": "steihaug",
    "family": "quasi-newton",
    "title": "Trust region, Steihaug",
    "paper": "https://doi.org/10.1137/0720042",
    "sentence": "Steihaug's conjugate gradients: within a radius in which the parabola is trusted, as near to Newton's step as products of the Hessian lead; negative curvature is followed to the edge.",
    "comment": "Steihaug's conjugate gradients: within a radius in which the parabola is trusted, as near to Newton's step as products of the Hessian lead; negative curvature is followed to the edge (1983). For large problems with a `product`."
  }
];
