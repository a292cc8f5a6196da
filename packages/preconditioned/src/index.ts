export { klShampoo } from "./kl-shampoo.ts";
export { klSoap } from "./kl-soap.ts";
export { psgdQuad } from "./psgd-quad.ts";
export { shampoo } from "./shampoo.ts";
export { shampooOneSided } from "./shampoo-one-sided.ts";
export { soap } from "./soap.ts";
export { soapOneSided } from "./soap-one-sided.ts";
export { splus } from "./splus.ts";
