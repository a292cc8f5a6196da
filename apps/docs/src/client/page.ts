import "../style/style.css";
import { h } from "@descent/playground/dom";
import { styleSheet } from "@descent/viz";

document.head.prepend(h("style", {}, styleSheet()));

const theme = document.querySelector<HTMLButtonElement>("#theme")!; // every page has it
const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = (): boolean => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
function named(): void {
  theme.textContent = isDark() ? "Light" : "Dark";
  theme.setAttribute("aria-label", `${isDark() ? "Light" : "Dark"} colours`);
}
theme.addEventListener("click", () => {
  const next = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("descent-theme", next);
  } catch {
    // It holds for this page.
  }
  named();
});
dark.addEventListener("change", named);
named();

const dialog = document.querySelector<HTMLDialogElement>("#search")!; // every page has it
let started = false;
async function find(): Promise<void> {
  dialog.showModal();
  if (started) return;
  started = true;
  const { start } = await import("./search.ts");
  await start(dialog);
}
document.querySelector("#find")!.addEventListener("click", () => void find());
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || dialog.open) return;
  event.preventDefault();
  void find();
});

if (document.body.dataset.types !== undefined) void import("./types.ts");
void import("./offline.ts");
