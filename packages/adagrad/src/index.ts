export { adadelta } from "./adadelta.ts";
export { adagrad } from "./adagrad.ts";
export { rmsprop } from "./rmsprop.ts";
export { rmspropCentered } from "./rmsprop-centered.ts";
export { rmspropCenteredMomentum } from "./rmsprop-centered-momentum.ts";
export { rmspropMomentum } from "./rmsprop-momentum.ts";
