/** Averages of weights around any rule. */
export { ema } from "./ema.ts";
export { emaDebiased } from "./ema-debiased.ts";
export { emaWarmed } from "./ema-warmed.ts";
export { lookahead } from "./lookahead.ts";
export { polyakAverage } from "./polyak-average.ts";
export { swa } from "./swa.ts";
