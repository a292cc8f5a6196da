/** The parts of a lesson. */

export { bySteps, overSurface } from "./charts.ts";
export { DIGITS } from "./digits.ts";
export { fed } from "./feed.ts";
export { choice, formula, lesson, range } from "./lesson.ts";
export { irisGradient, irisLoss, irisWalk } from "./logistic.ts";
export { lengthOf, Network } from "./network.ts";
export { first, graphOf, mean, normals, once, say, uniforms, walk } from "./tools.ts";
export { samplesOf, trainDigits, UNITS } from "./training.ts";
