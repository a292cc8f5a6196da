import { h } from "@descent/playground/dom";

/* Shows the type of a name in code: under the pointer, after a tap, or as the arrow keys go from name to name. */

const types = JSON.parse(document.querySelector("#types")!.textContent!) as readonly string[]; // the build wrote it
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

function show(name: HTMLElement): void {
  if (name === shown) return;
  hide();
  const [type = "", ...comment] = types[Number(name.dataset.q)]!.split("\n\n"); // each has a number of the list
  shown = name;
  name.classList.add("shown");
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
  const name = nameAt(target);
  if (name) show(name);
  else if (!(target instanceof Node && tip.contains(target))) hide();
});
document.addEventListener("click", ({ target }) => {
  const name = nameAt(target);
  if (name) show(name);
  else if (!(target instanceof Node && tip.contains(target))) hide();
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
  show(next);
});
