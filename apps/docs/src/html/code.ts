import { createCssVariablesTheme, createHighlighter, type DecorationItem } from "shiki";
import { escaped, Html } from "./html.ts";

const theme = createCssVariablesTheme({ name: "descent", variablePrefix: "--code-", fontStyle: true });
const langs = ["ts", "js", "python", "sh", "json", "wgsl", "c", "diff"] as const;
const shiki = await createHighlighter({ themes: [theme], langs: [...langs] });
const names: Readonly<Record<string, string>> = {
  bash: "sh",
  shell: "sh",
  py: "python",
  typescript: "ts",
  javascript: "js",
  tsx: "ts",
};

/** A name's type and comment, as an editor shows them. */
interface Hover {
  readonly start: number;
  readonly length: number;
  readonly type: string;
  readonly comment: string;
}
/** A block as the compiler sees it: the types of its names, and its mistakes. */
interface Known {
  readonly hovers: readonly Hover[];
  readonly mistakes: readonly { readonly start: number; readonly length: number; readonly message: string }[];
}

/**
 * Code with its colours, which the style sheet gives. A language that is not known gets none. A program in TypeScript stands in the page as
 * its text alone until `typedCode` has read it together with all others; `wrong` says that it has a mistake to be seen.
 */
export function code(text: string, language: string, kind: "program" | "wrong" | "excerpt" = "program"): Html {
  const lang = names[language] ?? language;
  const source = text.replace(/\n$/, "");
  if (!langs.some((one) => one === lang))
    return new Html(`<pre class="code" tabindex="0"><code>${escaped(source)}</code></pre>`);
  if (lang === "ts" && kind !== "excerpt") return new Html(`<pre data-${kind}>${escaped(source)}</pre>`);
  const shown = coloured(source, lang, []);
  return new Html(lang === "sh" ? shown.replace('class="code"', 'class="code wraps"') : shown);
}

const coloured = (source: string, lang: string, decorations: DecorationItem[]): string =>
  shiki
    .codeToHtml(source, { lang, theme: "descent", decorations })
    .replace(/<pre [^>]*>/, '<pre class="code" tabindex="0">');

/** A declaration with its colours, in which the names of `links` lead somewhere; within comments too. */
export function linkedCode(text: string, links: ReadonlyMap<string, string>): Html {
  const decorations = [...text.matchAll(/(?<![\w.$"'`])[A-Za-z_$][\w$]*/g)].flatMap(
    ({ 0: name, index }): DecorationItem[] => {
      const href = links.get(name);
      return href === undefined ? [] : [{ start: index, end: index + name.length, tagName: "a", properties: { href } }];
    },
  );
  return new Html(coloured(text, "ts", decorations));
}

const waiting = /<pre data-(program|wrong)>([\s\S]*?)<\/pre>/g;
const plain = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

/** The programs that stand in a document as their text. */
export const programsIn = (document: string): string[] =>
  [...document.matchAll(waiting)].map(([, , text = ""]) => plain(text));

/** A document, and what its names say when a reader points at them. */
interface Typed {
  readonly document: string;
  /** Types with comments, by the numbers that its names have. */
  readonly types: readonly string[];
}

/** The document with its programs coloured, and each name with the number of its type if they are known. Throws where a program has a mistake and does not say so, or the other way round. */
export function typedCode(document: string, knownOf: ((program: string) => Known) | undefined): Typed {
  const types: string[] = [];
  const shown = document.replaceAll(waiting, (_, kind: string, text: string) => {
    const source = plain(text);
    const { hovers, mistakes } = knownOf?.(source) ?? nothing;
    if (knownOf && mistakes.length > 0 !== (kind === "wrong"))
      throw new Error(
        `A block of TypeScript ${kind === "wrong" ? "should not compile and does" : `does not compile: ${mistakes[0]?.message}`}\n${source}`,
      );
    const decorations = hovers.map(({ start, length, type, comment }): DecorationItem => {
      const said = comment === "" ? type : `${type}\n\n${comment}`;
      if (!types.includes(said)) types.push(said);
      return { start, end: start + length, properties: { class: "q", "data-q": String(types.indexOf(said)) } };
    });
    const under = mistakes.map(
      ({ start, length }): DecorationItem => ({ start, end: start + length, properties: { class: "mistake" } }),
    );
    const marked = coloured(source, "ts", [...under, ...decorations]);
    return withMessages(
      hovers.length > 0 ? marked.replace("<pre ", `<pre role="group" aria-label="${label}" `) : marked,
      mistakes.map(({ start, message }) => [source.slice(0, start).split("\n").length - 1, message]),
    );
  });
  const marked = types.length > 0 ? shown.replace("<body ", `<body data-types="${TYPES}" `) : shown;
  return { document: marked, types };
}
/** The file beside a page that has its types; it is read when somebody points at a name. */
export const TYPES = "types.json";

const nothing: Known = { hovers: [], mistakes: [] };
const label = "TypeScript; the arrow keys go from name to name and say their types";

/** Code with messages below the lines that they are about. */
function withMessages(marked: string, messages: readonly (readonly [line: number, text: string])[]): string {
  if (messages.length === 0) return marked;
  const lines = marked.split("\n");
  for (const [line, text] of messages.toReversed())
    lines[line] += `\n<span class="message"><strong>error</strong> ${escaped(text)}</span>`;
  return lines.join("\n");
}
