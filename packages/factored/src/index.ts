export { adafactor } from "./adafactor.ts";
export { adalomo } from "./adalomo.ts";
export { came } from "./came.ts";
export { sm3 } from "./sm3.ts";
