import { type Html, html } from "./html.ts";
import { addresses, type Page, type Part, type Script } from "./page.ts";

/** The files that the client's build made, by entry. */
export interface Assets {
  readonly style: string;
  readonly theme: string;
  readonly page: string;
  readonly scripts: Readonly<Record<Script, string>>;
}

const parts: readonly { readonly part: Part; readonly title: string; readonly path: string }[] = [
  { part: "lessons", title: "Lessons", path: "lessons/" },
  { part: "rules", title: "Rules", path: "rules/" },
  { part: "guides", title: "Guides", path: "guides/" },
  { part: "reference", title: "Reference", path: "reference/" },
];

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'";
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M4 6C9 28 13 27 17 20s7-7 11 6' fill='none' stroke='%230072b2' stroke-width='4' stroke-linecap='round'/%3E%3C/svg%3E";

/** A page as a whole document. */
export function documentOf(page: Page, assets: Assets): string {
  const to = addresses(page.path);
  const title = page.path === "" ? "Descent: optimizers for TypeScript" : `${page.title} · Descent`;
  const search = html`<dialog class="search" id="search" aria-label="Search" data-index="${to("search.json")}" data-sections="${to("sections.json")}" data-root="${to("")}">
<form method="dialog"><label class="hidden" for="search-for">Search rules, lessons and guides</label><input id="search-for" type="search" placeholder="Search rules, lessons, guides…" autocomplete="off" /><button type="submit">Close</button></form>
<p class="hint" id="search-count" role="status"></p><ol id="search-found"></ol></dialog>`;
  return `<!doctype html>
${
  html`<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="${policy}" />
<meta name="root" content="${to("")}" />
<meta name="color-scheme" content="light dark" />
<meta name="description" content="${page.description}" />
<title>${title}</title>
<link rel="icon" href="${icon}" />
<link rel="stylesheet" href="${to(assets.style)}" />
<script src="${to(assets.theme)}"></script>
<script type="module" src="${to(assets.page)}"></script>
${(page.scripts ?? []).map((name) => html`<script type="module" src="${to(assets.scripts[name])}"></script>\n`)}</head>
<body class="part-${page.part}">
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="${to("")}">Descent</a>
<nav aria-label="Parts">${parts.map(
    ({ part, title, path }) =>
      html`<a href="${to(path)}"${part === page.part && html` aria-current="true"`}>${title}</a>`,
  )}<a href="${to("playground/")}">Playground</a></nav>
<div class="actions"><button type="button" id="find" aria-keyshortcuts="/">Search <kbd>/</kbd></button><button type="button" id="theme">Dark</button></div>
</header>
<main id="main" tabindex="-1"${page.wide !== true && html` class="text"`}>
${page.body(to)}
</main>
<footer><p>Everything here is computed by the library itself, most of it in this page. <a href="${to("llms.txt")}">llms.txt</a> · <a href="${to("changelog/")}">Changelog</a> · <a href="${to("benchmarks/")}">Benchmarks</a></p><p><button type="button" id="keep" hidden>Keep all pages for reading offline</button> <span id="kept" role="status"></span></p></footer>
${search}
</body>
</html>`.text
}
`;
}

/** A trail of pages above a heading. */
export const trail = (...steps: readonly (readonly [title: string, address: string])[]): Html =>
  html`<nav class="trail" aria-label="Where this is">${steps.map(([title, address], i) => html`${i > 0 && html`<span aria-hidden="true"> / </span>`}<a href="${address}">${title}</a>`)}</nav>`;
