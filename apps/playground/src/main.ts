import { styleSheet } from "@descent/viz";
import { Engine } from "./engine/client.ts";
import { LazyPage } from "./pages/lazy.ts";
import type { PageView } from "./pages/page.ts";
import { RacePage } from "./pages/race.ts";
import { RulePage } from "./pages/rule.ts";
import { SchedulesPage } from "./pages/schedules.ts";
import { SweepPage } from "./pages/sweep.ts";
import { initial, type Page, pages, Store } from "./state/state.ts";
import { decode, encode } from "./state/url.ts";
import { h } from "./ui/dom.ts";
import { embedded } from "./ui/embed.ts";
import { Mine } from "./ui/mine.ts";
import { isRule } from "./ui/rules.ts";

document.head.append(h("style", {}, styleSheet()));

const { state: opened, complaint } = await decode(location.hash);
// A link may name rules that this build does not have.
const unknown = [...opened.contenders, opened.digits, opened.model]
  .filter(({ rule }) => !isRule(rule))
  .map(({ rule }) => rule);
const parent = isRule(opened.mine.parent) ? opened.mine.parent : initial.mine.parent;
const store = new Store({
  ...opened,
  contenders: opened.contenders.filter(({ rule }) => isRule(rule)),
  mine: { ...opened.mine, parent },
  digits: isRule(opened.digits.rule) ? opened.digits : initial.digits,
  model: isRule(opened.model.rule) ? opened.model : initial.model,
});
const complaints = [
  ...(complaint ? [complaint] : []),
  ...(unknown.length > 0 ? [`There is no rule ${unknown.join(", ")}.`] : []),
];

const [racer, reader, sweeper] = [new Engine(), new Engine(), new Engine()];
const mine = new Mine(store, reader, initial.mine.text);

const titles: Readonly<Record<Page, string>> = {
  race: "Race",
  rule: "Write a rule",
  sweep: "Sweep",
  schedules: "Schedules",
  digits: "Train a net",
  model: "Your model",
};
const make: Readonly<Record<Page, () => PageView>> = {
  race: () => new RacePage(store, racer, sweeper, mine, link),
  rule: () => new RulePage(store, racer, reader, mine),
  sweep: () => new SweepPage(store, sweeper, mine),
  schedules: () => new SchedulesPage(store, reader),
  digits: () => new LazyPage(async () => new (await import("./pages/digits.ts")).DigitsPage(store, mine)),
  model: () => new LazyPage(async () => new (await import("./pages/model.ts")).ModelPage(store, mine)),
};
const views = new Map<Page, PageView>();

const tabs = pages.map((page) =>
  h(
    "a",
    {
      href: `#${page}`,
      "data-page": page,
      onclick: (event: Event) => {
        event.preventDefault();
        store.set({ page });
      },
    },
    titles[page],
  ),
);
const share = h("button", { type: "button", onclick: () => void copyLink() }, "Copy link");
const theme = h("button", { type: "button", onclick: () => turn() });
const notice = h("p", { class: "notice", role: "status" }, complaints.join(" "));
notice.hidden = complaints.length === 0;
document.documentElement.toggleAttribute("data-embedded", embedded());
const outside = h("a", { class: "outside", target: "_blank", rel: "noopener" }, "Open in the playground");
outside.hidden = !embedded();
const main = h("main", { id: "main", tabindex: "-1" });

document.body.append(
  h(
    "a",
    {
      class: "skip",
      href: "#main",
      onclick: (event: Event) => {
        event.preventDefault();
        main.focus();
      },
    },
    "Skip to the picture",
  ),
  h(
    "header",
    { class: "top" },
    h("span", { class: "brand" }, "Descent", h("span", { class: "quiet" }, " playground")),
    h("nav", { "aria-label": "Pages" }, tabs),
    h("div", { class: "actions" }, share, theme),
  ),
  notice,
  main,
  h(
    "footer",
    {},
    outside,
    h(
      "p",
      {},
      "Everything here is computed in this page, by the same equations and to the same bits as in Node. Nothing is sent anywhere.",
    ),
  ),
);

function show(page: Page): PageView {
  let view = views.get(page);
  if (!view) {
    view = make[page]();
    views.set(page, view);
    main.append(view.element);
  }
  for (const [name, other] of views) other.element.hidden = name !== page;
  for (const tab of tabs) {
    if (tab.dataset.page === page) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  document.title = `${titles[page]} · Descent playground`;
  return view;
}

let later: ReturnType<typeof setTimeout> | undefined;
store.listen((state, changed) => {
  const fresh = changed.has("page");
  show(state.page).update(state, fresh ? undefined : changed);
  if (fresh) scrollTo({ top: 0 });
  clearTimeout(later);
  later = setTimeout(() => void link(), 250);
});

async function link(): Promise<string> {
  const hash = await encode(store.state);
  history.replaceState(null, "", hash === "" ? location.pathname + location.search : `#${hash}`);
  outside.href = location.pathname + location.hash;
  return location.href;
}

async function copyLink(): Promise<void> {
  const url = await link();
  try {
    await navigator.clipboard.writeText(url);
    share.textContent = "Copied";
  } catch {
    share.textContent = "It is in the address bar";
  }
  setTimeout(() => (share.textContent = "Copy link"), 2000);
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = (): boolean => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
function turn(): void {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  named();
}
function named(): void {
  theme.textContent = isDark() ? "Light" : "Dark";
  theme.setAttribute("aria-label", `${isDark() ? "Light" : "Dark"} colours`);
}
dark.addEventListener("change", named);
named();

window.addEventListener("hashchange", () => location.reload());

// The reader's rule is read first where it races, so that the first picture has it.
if (store.state.contenders.some(({ rule }) => rule === "mine") || store.state.page === "rule")
  await mine.read(store.state.mine.text);
show(store.state.page).update(store.state, undefined);
outside.href = location.pathname + location.hash;

if (import.meta.env.PROD && "serviceWorker" in navigator)
  void navigator.serviceWorker.register("./sw.js").catch(() => undefined); // it works without, but not offline
