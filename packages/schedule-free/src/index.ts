export { scheduleFree } from "./schedule-free.ts";
export { scheduleFreeAdamw } from "./schedule-free-adamw.ts";
export { scheduleFreeRadam } from "./schedule-free-radam.ts";
export { scheduleFreeSgd } from "./schedule-free-sgd.ts";
