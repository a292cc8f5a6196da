import ts from "typescript-5.9";

/** A doc comment as text. TypeScript takes the name of a package within one, `@descent/arrays`, for a tag, and ends the comment there. */
export const commentText = (
  parts: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
): string =>
  [
    ts.displayPartsToString([...(parts ?? [])]),
    ...(tags ?? [])
      .filter(({ name }) => name === "descent")
      .map(({ text }) => `@descent${ts.displayPartsToString(text)}`),
  ].join(" ");
