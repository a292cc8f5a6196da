import { h, labelled } from "./dom.ts";

/** Whether this page is embedded in another: it shows the picture, its controls and its legend alone. */
export const embedded = (): boolean => new URLSearchParams(location.search).has("embed");

/** The code by which another page embeds this one as it stands, offered as text and copied where the browser lets us. `link` gives the page's address. */
export function embedCode(link: () => Promise<string>): HTMLElement {
  const code = h("textarea", { class: "code", readonly: true, rows: 4, spellcheck: "false" });
  const said = h("span", { class: "quiet", role: "status" });
  const fill = async (): Promise<void> => {
    const url = new URL(await link());
    url.search = "?embed";
    const escaped = url.href.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
    code.value = `<iframe src="${escaped}" title="A race of optimizers" loading="lazy" style="width:100%;height:860px;border:0"></iframe>`; // biome-ignore format: one line
  };
  const copy = async (): Promise<void> => {
    await fill();
    code.select();
    try {
      await navigator.clipboard.writeText(code.value);
      said.textContent = "Copied";
    } catch {
      said.textContent = "Selected: copy it by Ctrl C or ⌘ C";
    }
  };
  return h(
    "details",
    { ontoggle: () => void fill() },
    h("summary", {}, "Embed this race"),
    h(
      "div",
      { class: "stack" },
      labelled("HTML for your page", code),
      h(
        "div",
        { class: "exports" },
        h("button", { type: "button", onclick: () => void copy() }, "Copy the code"),
        said,
      ),
    ),
  );
}
