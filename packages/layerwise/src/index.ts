export { adamp } from "./adamp.ts";
export { fromage } from "./fromage.ts";
export { lamb } from "./lamb.ts";
export { larc } from "./larc.ts";
export { lars } from "./lars.ts";
export { nero } from "./nero.ts";
export { novograd } from "./novograd.ts";
