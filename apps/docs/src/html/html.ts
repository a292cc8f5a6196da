/** Markup that is safe as it stands. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
type Part = Html | string | number | false | undefined | readonly Part[];

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const textOf = (part: Part): string =>
  part instanceof Html
    ? part.text
    : part === undefined || part === false
      ? ""
      : typeof part === "object"
        ? part.map(textOf).join("")
        : escaped(String(part));

/** Markup with parts filled in: what is not markup already is escaped, `false` and `undefined` are nothing, lists are joined. */
export const html = (pieces: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(pieces.map((piece, i) => piece + (i < parts.length ? textOf(parts[i]) : "")).join(""));

/** Text in which code stands between backticks. */
export const prose = (text: string): Html =>
  new Html(
    text
      .split("`")
      .map((part, i) => (i % 2 === 1 ? `<code>${escaped(part)}</code>` : linked(escaped(part))))
      .join(""),
  );

/** Addresses in text as links; a full stop or bracket behind one is not part of it. */
const linked = (text: string): string =>
  text.replace(/https?:\/\/[^\s<>"]*[^\s<>".,;)]/g, (url) => `<a href="${url}">${url.replace(/^https?:\/\//, "")}</a>`);
