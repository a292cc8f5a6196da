export { adabelief } from "./adabelief.ts";
export { adam } from "./adam.ts";
export { adamax } from "./adamax.ts";
export { adamw } from "./adamw.ts";
export { amsgrad } from "./amsgrad.ts";
export { nadam } from "./nadam.ts";
export { radam } from "./radam.ts";
export { yogi } from "./yogi.ts";
