export { adafactor } from "./adafactor.ts";
export { sm3 } from "./sm3.ts";
