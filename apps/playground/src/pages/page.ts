import type { State } from "../state/state.ts";

/** One of the pages: it is told of changes while it is shown, and once more when it is shown again. */
export interface PageView {
  readonly element: HTMLElement;
  /** Follows the state; `changed` is undefined when the page is shown anew. */
  update(state: State, changed: ReadonlySet<keyof State> | undefined): void;
}
