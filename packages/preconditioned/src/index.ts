export { shampoo } from "./shampoo.ts";
export { shampooOneSided } from "./shampoo-one-sided.ts";
export { soap } from "./soap.ts";
export { soapOneSided } from "./soap-one-sided.ts";
export { splus } from "./splus.ts";
