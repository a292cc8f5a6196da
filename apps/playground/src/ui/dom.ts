/** Attributes of an element, and listeners as `onclick`. */
type Given = Readonly<Record<string, unknown>>;
type Child = Node | string | undefined | false;

/** One element with its children. `class`, `for` and `aria-…` are attributes; `onclick` and the like are listeners. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  given: Given = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith("on") && typeof value === "function")
      element.addEventListener(key.slice(2), value as EventListener);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return element;
}

/** Text in which code stands between backticks. */
export const prose = (text: string): Node[] =>
  text.split("`").map((part, i) => (i % 2 === 1 ? h("code", {}, part) : document.createTextNode(part)));

/** Markup of our own making (SVG, MathML, tables), as elements. What strangers wrote in it was escaped where it was made. */
export function markup(text: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = text;
  return template.content;
}

let count = 0;
/** An id that no other element has. */
export const unique = (name: string): string => `${name}-${++count}`;

/** A label above a control. */
export function labelled(text: string, control: HTMLElement, hint?: string): HTMLElement {
  control.id ||= unique("field");
  const note = hint === undefined ? undefined : h("span", { class: "hint", id: `${control.id}-hint` }, hint);
  if (note) control.setAttribute("aria-describedby", note.id);
  return h("div", { class: "field" }, h("label", { for: control.id }, text), control, note);
}

/** A number input that reports only numbers that fit; what does not fit is marked and not reported. */
export function numberInput(
  value: number,
  {
    least = -Infinity,
    most = Infinity,
    step = "any",
    onchange,
  }: { least?: number; most?: number; step?: number | "any"; onchange(value: number): void },
): HTMLInputElement {
  const input = h("input", {
    type: "number",
    value,
    step,
    ...(least > -Infinity ? { min: least } : {}),
    ...(most < Infinity ? { max: most } : {}),
    inputmode: "decimal",
  });
  input.addEventListener("input", () => {
    const given = input.valueAsNumber;
    const ok = Number.isFinite(given) && given >= least && given <= most && (step !== 1 || Number.isInteger(given));
    input.toggleAttribute("aria-invalid", false);
    if (ok) onchange(given);
    else input.setAttribute("aria-invalid", "true");
  });
  return input;
}

/** Choices as a list that opens, in groups. */
export function selectOf(
  groups: readonly { readonly label: string; readonly options: readonly (readonly [value: string, text: string])[] }[],
  value: string,
  onchange: (value: string) => void,
): HTMLSelectElement {
  const option = ([v, text]: readonly [string, string]): HTMLOptionElement =>
    h("option", { value: v, selected: v === value }, text);
  const select = h(
    "select",
    {},
    groups.flatMap(({ label, options }) =>
      label === "" ? options.map(option) : [h("optgroup", { label }, options.map(option))],
    ),
  );
  select.addEventListener("change", () => onchange(select.value));
  return select;
}

/** Offers a file for saving. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
