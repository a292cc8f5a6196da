/** A colour as the page's theme has it: `var(--viz-blue)` becomes what the variable holds, anything else stays. */
export function inkOf(colour: string): string {
  const name = /^var\((.+)\)$/.exec(colour)?.[1];
  return name ? getComputedStyle(document.documentElement).getPropertyValue(name).trim() : colour;
}

/** Red, green and blue of an ink, 0 to 255. */
export function bytesOf(colour: string): readonly [number, number, number] {
  const number = Number.parseInt(inkOf(colour).slice(1), 16); // a theme's inks are #rrggbb
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** Calls whenever the theme changes, by the reader's choice or by the system's. */
export function onTheme(use: () => void): void {
  new MutationObserver(use).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", use);
}
