export { prodigy } from "./prodigy.ts";
