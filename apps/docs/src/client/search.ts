import { h } from "@descent/playground/dom";
import MiniSearch from "minisearch";
import type { Section } from "../html/page.ts";
import { indexed, placeOf, asked as wordsOf } from "./words.ts";

/** An entry of the index: `search.json` has one for each page. */
export interface Entry {
  readonly id: number;
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly words: string;
  readonly part: string;
}
/** Something that is found: a page, or a part of one. */
interface Found {
  readonly id: number;
  readonly title: string;
  readonly words: string;
  readonly description: string;
  readonly text: string;
}

const MOST = 12;
const AROUND = 70;

/** Fetches the names of pages, answers as the reader types, and then fetches their text too. */
export async function start(dialog: HTMLDialogElement): Promise<void> {
  const { index = "", sections: text = "", root = "" } = dialog.dataset;
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
  let sections: Section[] = [];
  const search = new MiniSearch<Found>({
    fields: ["title", "words", "description", "text"],
    tokenize: indexed,
    searchOptions: {
      tokenize: wordsOf,
      boost: { title: 4, words: 2 },
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.15 : false),
      combineWith: "AND",
      // A page before its parts.
      boostDocument: (id) => (Number(id) < entries.length ? 2 : 1),
    },
  });
  search.addAll(entries.map((entry) => ({ ...entry, text: "" })));
  const show = (): void => {
    const asked = input.value.trim();
    const results = asked === "" ? [] : search.search(asked).slice(0, MOST);
    said.textContent =
      asked === ""
        ? `${entries.length} pages`
        : results.length === 0
          ? "Nothing found."
          : `${results.length === MOST ? "The best " : ""}${results.length} found`;
    found.replaceChildren(
      ...results.map(({ id, terms }) => {
        const section = sections[id - entries.length];
        const page = entries[section?.page ?? id]!; // ids are places in the lists
        const { title, note, words } = section
          ? { title: section.title, note: page.title, words: around(section.text, terms) }
          : { title: page.title, note: page.part, words: marked(page.description, terms) };
        const address = (root + page.path || "./") + (section && section.anchor !== "" ? `#${section.anchor}` : "");
        return h(
          "li",
          {},
          h("a", { href: address }, h("strong", {}, title), h("span", { class: "quiet" }, note)),
          h("p", { class: "hint" }, ...words),
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
  // An address of the same page would leave the dialog over it.
  found.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a")) dialog.close();
  });
  show();
  const whole = await fetch(text);
  if (!whole.ok) return; // names are found without it
  sections = (await whole.json()) as Section[]; // the build wrote it
  // The reader may type between two chunks, and find a part that was just added.
  await search.addAllAsync(
    sections.map(({ title, text }, i) => ({ id: entries.length + i, title, words: "", description: "", text })),
    { chunkSize: 60 },
  );
  dialog.dataset.whole = "";
  if (input.value.trim() !== "") show();
}

/** The words around the first of some terms, which stand out. */
function around(text: string, terms: readonly string[]): (string | HTMLElement)[] {
  const at = Math.min(...terms.flatMap((term) => placeOf(term, text)?.at ?? []), text.length) % text.length;
  const [from, to] = [Math.max(0, at - AROUND), Math.min(text.length, at + 2 * AROUND)];
  return [from > 0 ? "… " : "", ...marked(text.slice(from, to), terms), to < text.length ? " …" : ""];
}

/** A text in which terms stand out. */
function marked(text: string, terms: readonly string[]): (string | HTMLElement)[] {
  const places = terms.flatMap((term) => placeOf(term, text) ?? []);
  const first = places.reduce<(typeof places)[number] | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
  if (!first) return [text];
  const end = first.at + first.length;
  return [text.slice(0, first.at), h("mark", {}, text.slice(first.at, end)), ...marked(text.slice(end), terms)];
}
