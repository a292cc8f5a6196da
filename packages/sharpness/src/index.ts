/** Sharpness-aware minimization around any rule. */
export { asam } from "./asam.ts";
export { bsam } from "./bsam.ts";
export { extraAdam } from "./extra-adam.ts";
export { extragradient } from "./extragradient.ts";
export { friendlySam } from "./friendly-sam.ts";
export { gsam } from "./gsam.ts";
export { lookSam } from "./look-sam.ts";
export { msam } from "./msam.ts";
export { sam } from "./sam.ts";
export { wsam } from "./wsam.ts";
