import MarkdownIt from "markdown-it";
import { code } from "./code.ts";
import { Html } from "./html.ts";

/** The id of a heading, as GitHub makes it. */
export const anchorOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");

/** A Markdown page of the repository as markup. `address` says where a link that is not a whole URL leads; nothing where it leads nowhere. */
export function markdown(text: string, address: (href: string) => string | undefined): Html {
  const md = new MarkdownIt({ html: false, linkify: false, typographer: false });
  md.renderer.rules.fence = (tokens, i) => {
    const { info, content } = tokens[i]!; // the one that is rendered
    const language = (at: number): string =>
      tokens[at]?.type === "fence" ? (tokens[at]?.info.trim().split(/\s/)[0] ?? "") : "";
    const [lang = "", ...words] = info.trim().split(/\s/);
    // Excerpts of files of tests need what stands around them; tests/installs.test.ts runs them whole.
    const kind = words.includes("wrong") ? "wrong" : /@descent\/conformance/.test(content) ? "excerpt" : "program";
    const shown = code(content, lang, kind).text;
    // Another library's lines stand beside ours.
    const pair = (at: number): boolean => ["python", "js"].includes(language(at)) && language(at + 1) === "ts";
    if (pair(i))
      return `<div class="pairs"><div><p class="label">${language(i) === "js" ? "Before" : "In Python"}</p>${shown}</div>`;
    if (pair(i - 1)) return `<div><p class="label">Here</p>${shown}</div></div>`;
    return shown;
  };
  let tables = 0;
  md.renderer.rules.table_open = () =>
    `<div class="scroll" tabindex="0" role="region" aria-label="Table ${++tables}"><table>`;
  md.renderer.rules.table_close = () => "</table></div>";
  const tokens = md.parse(text.replaceAll(/<!--.*?-->/gs, ""), {});
  let above = 1; // a page's own title
  for (const [i, token] of tokens.entries()) {
    if (token.type !== "heading_open") continue;
    above = Math.min(Number(token.tag.slice(1)), above + 1);
    token.tag = `h${above}`;
    tokens[i + 2]!.tag = token.tag; // the heading's end
  }
  const used = new Map<string, number>();
  for (const [i, token] of tokens.entries()) {
    if (token.type === "heading_open") {
      const base = anchorOf(tokens[i + 1]?.content ?? "");
      const again = used.get(base) ?? 0;
      used.set(base, again + 1);
      token.attrSet("id", again === 0 ? base : `${base}-${again}`);
    }
    for (const child of token.children ?? []) {
      if (child.type !== "link_open") continue;
      const href = String(child.attrGet("href") ?? "");
      if (/^(https?:|#|mailto:)/.test(href)) continue;
      const found = address(href);
      if (found === undefined) {
        child.tag = "span";
        child.attrs = null;
        const close = token.children!.slice(token.children!.indexOf(child)).find((one) => one.type === "link_close");
        if (close) close.tag = "span";
      } else child.attrSet("href", found);
    }
  }
  const rendered = md.renderer.render(tokens, md.options, {});
  // A cell without a name heads nothing.
  return new Html(
    rendered
      .replaceAll(/<th([^>]*)><\/th>/g, "<td$1></td>")
      .replaceAll(/<thead>\s*<tr>\s*(?:<td[^>]*><\/td>\s*)+<\/tr>\s*<\/thead>\s*/g, ""),
  );
}
