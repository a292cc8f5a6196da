/** Links into the playground, for pages that open it in a state of theirs. */
export { initial, type State } from "./state.ts";
export { encode } from "./url.ts";
