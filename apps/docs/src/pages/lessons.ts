import { figureOf } from "../html/figure.ts";
import { Html, html, prose } from "../html/html.ts";
import { trail } from "../html/layout.ts";
import type { Page } from "../html/page.ts";
import type { Digits } from "../kit/digits.ts";
import { keyOf } from "../kit/key.ts";
import type { Lesson } from "../kit/lesson.ts";

/** The pages of lessons, in their order, with the list of them first. */
export function lessonPages(lessons: readonly Lesson[], digits: Digits): Page[] {
  return [listOf(lessons), ...lessons.map((one, i) => pageOf(one, lessons[i - 1], lessons[i + 1], digits))];
}

const listOf = (lessons: readonly Lesson[]): Page => ({
  path: "lessons/",
  title: "Lessons",
  description: `${lessons.length} lessons on optimization: each computes its pictures and says a claim that you can test.`,
  part: "lessons",
  body: (
    to,
  ) => html`<header class="masthead"><h1>Lessons</h1><p class="lede">The pictures of two lectures, as pages that compute. Each asks a question, lets you move what matters, and makes a claim that a test of the library checks. Captions are made from the numbers you see.</p></header>
<ol class="lesson-list">${lessons.map(
    ({ number, id, title, question }) =>
      html`<li><a href="${to(`lessons/${id}/`)}"><span class="at">${number}</span><span><strong>${title}</strong><span class="quiet">${question}</span></span></a></li>`,
  )}</ol>`,
});

function pageOf(one: Lesson, before: Lesson | undefined, after: Lesson | undefined, digits: Digits): Page {
  const path = `lessons/${one.id}/`;
  return {
    path,
    title: one.title,
    description: one.question,
    part: "lessons",
    scripts: ["lesson"],
    wide: true,
    words: one.claim,
    body: (to) => {
      const shown = one.show({}, digits);
      return html`<article class="lesson" data-lesson="${one.id}"${one.digits && html` data-digits="${to("digits.bin")}"`}>
<header class="masthead">${trail(["Lessons", to("lessons/")], [`${one.number}`, to(path)])}<h1>${one.title}</h1><p class="lede">${one.question}</p></header>
<div class="words">${one.words.map((text) => html`<p>${prose(text)}</p>`)}<p class="claim"><strong>The claim</strong>${prose(one.claim)}</p></div>
<div class="play"><div class="knobs" data-knobs>${Object.values(one.knobs).map(({ label }) => html`<p class="knob">${label}</p>`)}</div>
<ul class="key" data-key>${new Html(keyOf(shown.key))}</ul>
<div class="figures" data-figures>${shown.figures.map(figureOf)}</div>
<p class="caption" data-caption aria-live="polite">${prose(shown.caption)}</p></div>
<div class="turn">${before ? html`<a href="${to(`lessons/${before.id}/`)}" rel="prev">${before.number}. ${before.title}</a>` : html`<span></span>`}${after && html`<a href="${to(`lessons/${after.id}/`)}" rel="next">${after.number}. ${after.title}</a>`}</div>
</article>`;
    },
  };
}
