export { momentum } from "./momentum.ts";
export { nesterov } from "./nesterov.ts";
export { sgd } from "./sgd.ts";
