/** What a lesson's file is made of. */

export { fed } from "./feed.ts";
export { iris } from "./iris.ts";
export { choice, lesson, range } from "./lesson.ts";
export { irisGradient, irisLoss, irisWalk } from "./logistic.ts";
export { activations, lengthOf, Network } from "./network.ts";
export { first, graphOf, mean, normals, say, uniforms, walk } from "./tools.ts";
export { samplesOf, trainDigits } from "./training.ts";
