export { scheduleFreeAdamw } from "./schedule-free-adamw.ts";
