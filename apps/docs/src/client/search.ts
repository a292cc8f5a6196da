import { h } from "@descent/playground/dom";
import MiniSearch from "minisearch";

/** An entry of the index: `search.json` has one for each page. */
export interface Entry {
  readonly id: number;
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly words: string;
  readonly part: string;
}

/** Fetches the index and answers as the reader types. */
export async function start(dialog: HTMLDialogElement): Promise<void> {
  const { index = "", root = "" } = dialog.dataset;
  const [input, said, found] = [
    dialog.querySelector<HTMLInputElement>("#search-for")!,
    dialog.querySelector("#search-count")!,
    dialog.querySelector("#search-found")!,
  ]; // the dialog has them
  const response = await fetch(index);
  if (!response.ok) {
    said.textContent = "The index could not be read.";
    return;
  }
  const entries = (await response.json()) as Entry[]; // the build wrote it
  const search = new MiniSearch<Entry>({
    fields: ["title", "words", "description"],
    searchOptions: { boost: { title: 4, words: 2 }, prefix: true, fuzzy: 0.15 },
  });
  search.addAll(entries);
  const show = (): void => {
    const results = input.value.trim() === "" ? [] : search.search(input.value).slice(0, 12);
    said.textContent =
      input.value.trim() === ""
        ? `${entries.length} pages`
        : results.length === 0
          ? "Nothing found."
          : `${results.length} found`;
    found.replaceChildren(
      ...results.map(({ id }) => {
        const { path, title, description, part } = entries[id]!; // ids are places in the list
        return h(
          "li",
          {},
          h("a", { href: root + path || "./" }, h("strong", {}, title), h("span", { class: "quiet" }, ` ${part}`)),
          h("p", { class: "hint" }, description),
        );
      }),
    );
  };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    const first = found.querySelector("a");
    if (event.key !== "Enter" || !first) return;
    event.preventDefault();
    first.click();
  });
  show();
}
