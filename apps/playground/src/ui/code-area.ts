import type { Complaint } from "../engine/messages.ts";
import { h } from "./dom.ts";

/** A field for code, in which the token of a complaint is underlined where it stands. `least` is how many lines it shows at least. */
export class CodeArea {
  readonly element: HTMLElement;
  readonly input: HTMLTextAreaElement;
  readonly #behind = h("pre", { class: "behind", "aria-hidden": "true" });
  #complaint: Complaint | undefined;
  readonly #least: number;

  constructor(label: string, describedBy: string, changed: (text: string) => void, least = 8) {
    this.#least = least;
    this.input = h("textarea", {
      class: "code",
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
      "aria-label": label,
      "aria-describedby": describedBy,
    });
    this.input.addEventListener("input", () => {
      this.#complaint = undefined;
      this.#paint();
      changed(this.input.value);
    });
    this.input.addEventListener("scroll", () => {
      this.#behind.scrollLeft = this.input.scrollLeft;
      this.#behind.scrollTop = this.input.scrollTop;
    });
    this.element = h("div", { class: "code-area" }, this.#behind, this.input);
  }

  get value(): string {
    return this.input.value;
  }

  set value(text: string) {
    if (this.input.value !== text) this.input.value = text;
    this.#paint();
  }

  /** Underlines the place of a complaint; none takes the line away. */
  complain(complaint: Complaint | undefined): void {
    this.#complaint = complaint;
    if (complaint) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
    this.#paint();
  }

  #paint(): void {
    const lines = this.input.value.split("\n");
    this.input.rows = Math.min(34, Math.max(this.#least, lines.length));
    const { line, column } = this.#complaint ?? { line: -1 };
    const nodes = lines.flatMap((text, i): Node[] => {
      if (i !== line) return [document.createTextNode(`${text}\n`)];
      const from = column ?? text.length - text.trimStart().length;
      const token = column === undefined ? text.trim() : (/^[\w.]+|^./.exec(text.slice(from))?.[0] ?? " ");
      return [
        document.createTextNode(text.slice(0, from)),
        h("mark", {}, token === "" ? " " : token),
        document.createTextNode(`${text.slice(from + token.length)}\n`),
      ];
    });
    this.#behind.replaceChildren(...nodes);
  }
}

/** A complaint in words, with the line it is about and a caret under the place. */
export function complaintText({ message, line, column }: Complaint, text: string): string {
  const source = text.split("\n")[line];
  if (source === undefined || column === undefined) return message;
  const trimmed = source.trimStart();
  return `Line ${line + 1}: ${message}\n  ${trimmed}\n  ${" ".repeat(Math.max(0, column - (source.length - trimmed.length)))}^`;
}
