import type { Section } from "./page.ts";

const LONGEST = 1500;

const plain = (markup: string): string =>
  markup
    .replaceAll(/<(pre|svg|math|script|style|table|nav|select)\b[\s\S]*?<\/\1>/g, " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ")
    .trim();

/** The words of a document heading by heading, without its code, formulas and tables; each part is cut where it is very long. */
export function sectionsOf(page: number, title: string, document: string): Section[] {
  const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(document)?.[1] ?? "";
  return main
    .split(/(?=<h[23][^>]* id=")/)
    .map((part) => {
      const heading = /^<h[23][^>]* id="([^"]*)"[^>]*>([\s\S]*?)<\/h[23]>/.exec(part);
      const rest = plain(heading ? part.slice(heading[0].length) : part);
      return {
        page,
        anchor: heading?.[1] ?? "",
        title: heading ? plain(heading[2]!) : title,
        text: rest.slice(0, LONGEST),
      };
    })
    .filter(({ text }) => text.length > 20);
}
