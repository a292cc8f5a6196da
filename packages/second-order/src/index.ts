export { adahessian } from "./adahessian.ts";
export { ivon } from "./ivon.ts";
export { sophia } from "./sophia.ts";
export { sophiaG } from "./sophia-g.ts";
