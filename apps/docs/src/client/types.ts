import { h } from "@descent/playground/dom";

/* Shows the type of a name in code: under the pointer, after a tap, or as the arrow keys go from name to name. */

let read: Promise<readonly string[]> | undefined;
/** The types of the page's names, read when they are first wanted. */
function types(): Promise<readonly string[]> {
  read ??= load();
  return read;
}
async function load(): Promise<readonly string[]> {
  try {
    return (await (await fetch(document.body.dataset.types!)).json()) as readonly string[]; // the build wrote it
  } catch {
    read = undefined; // without a network; the next name asks again
    return [];
  }
}
const tip = h("div", { class: "types", role: "status" });
document.body.append(tip);
let shown: HTMLElement | undefined;

const nameAt = (target: EventTarget | null): HTMLElement | undefined =>
  (target instanceof Element ? target.closest<HTMLElement>(".q") : undefined) ?? undefined;

function hide(): void {
  shown?.classList.remove("shown");
  shown = undefined;
  tip.classList.remove("open");
  tip.replaceChildren();
}

async function show(name: HTMLElement): Promise<void> {
  if (name === shown) return;
  hide();
  shown = name;
  name.classList.add("shown");
  const list = await types();
  if (name !== shown) return; // somebody went on meanwhile
  const [type = "", ...comment] = (list[Number(name.dataset.q)] ?? "The types of this page could not be read.").split(
    "\n\n",
  );
  tip.replaceChildren(h("code", {}, type), ...comment.map((text) => h("p", {}, text)));
  tip.classList.add("open");
  const [at, own] = [name.getBoundingClientRect(), tip.getBoundingClientRect()];
  const under = at.bottom + 6 + own.height <= innerHeight || at.top < own.height + 6;
  const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - own.width - 8));
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${(under ? at.bottom + 6 : at.top - own.height - 6) + scrollY}px`;
}

document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType !== "mouse") return;
  if (target instanceof Element && target.closest("pre")?.querySelector(".q")) void types();
  const name = nameAt(target);
  if (name) void show(name);
  else if (!(target instanceof Node && tip.contains(target))) hide();
});
document.addEventListener("click", ({ target }) => {
  const name = nameAt(target);
  if (name) void show(name);
  else if (!(target instanceof Node && tip.contains(target))) hide();
});
// On the way to a name: its type is there when it is reached.
document.addEventListener("focusin", ({ target }) => {
  if (target instanceof HTMLPreElement && target.querySelector(".q")) void types();
});
document.addEventListener("focusout", hide);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return hide();
  const block = document.activeElement;
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0 || !(block instanceof HTMLPreElement) || event.ctrlKey || event.metaKey || event.altKey) return;
  const names = [...block.querySelectorAll<HTMLElement>(".q")];
  if (names.length === 0) return;
  event.preventDefault();
  const at = shown ? names.indexOf(shown) : -1;
  const next = names[at < 0 ? (step > 0 ? 0 : names.length - 1) : (at + step + names.length) % names.length]!; // within
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
  void show(next);
});
