import type { Html } from "./html.ts";

/** One page of the site. */
export interface Page {
  /** The folder that it is served from, below the site's root, with a slash at its end; empty for the first page. */
  readonly path: string;
  readonly title: string;
  /** A sentence for search engines, `llms.txt` and the results of a search. */
  readonly description: string;
  /** The part of the site that it belongs to, as the bar above names it. */
  readonly part: Part;
  /** Scripts besides the one of every page. */
  readonly scripts?: readonly Script[];
  /** Its content. `to` makes the relative address of another page from its path. */
  readonly body: (to: To) => Html;
  /** Words to find it by, besides its title and description. */
  readonly words?: string;
  /** Whether it may be wider than a column of text. */
  readonly wide?: boolean;
}
export type Part = "home" | "lessons" | "rules" | "guides" | "reference";
/** A part of a page under a heading of its own, for the search. */
export interface Section {
  /** The number of its page in the list of pages. */
  readonly page: number;
  /** The id of the heading; empty for what stands before the first. */
  readonly anchor: string;
  readonly title: string;
  readonly text: string;
}
export type Script = "home" | "rule" | "compare" | "lesson";
/** From a page's path, such as `rules/adamw/`, to its address as seen from here. */
export type To = (path: string) => string;

/** Relative addresses as seen from the page at `path`, so that the site works in any folder of any server. */
export const addresses =
  (path: string): To =>
  (target) => {
    const up = "../".repeat(path.split("/").length - 1);
    return up + target || "./";
  };
