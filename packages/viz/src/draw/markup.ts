/** Attributes of an element; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Text that is safe between tags and in quoted attributes. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** One element with its children, which are markup already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  return children.length === 0
    ? `<${name}${given.join("")}/>`
    : `<${name}${given.join("")}>${children.join("")}</${name}>`;
}

/** A coordinate in pixels, to a hundredth. */
export const pixels = (value: number): string => String(Math.round(value * 100) / 100 + 0);
