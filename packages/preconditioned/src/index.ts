export { shampoo } from "./shampoo.ts";
export { soap } from "./soap.ts";
