export { sophia } from "./sophia.ts";
export { sophiaG } from "./sophia-g.ts";
