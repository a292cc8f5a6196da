import { rules } from "@descent/catalogue";
import { anchorOf, type Door, type Export } from "../facts/api.ts";
import { linkedCode } from "../html/code.ts";
import { type Html, html, prose } from "../html/html.ts";
import type { To } from "../html/page.ts";

/** The id of the heading of a door. */
export const doorAnchor = (door: string): string => `door-${door.split("/").slice(1).join("-")}`;

const addressesOf = (links: Export["links"], to: To): ReadonlyMap<string, string> =>
  new Map([...links].map(([name, { folder, anchor }]) => [name, `${to(`reference/${folder}/`)}#${anchor}`]));

/** The public names of a package, door by door. A rule has a page of its own. */
export const apiSection = (doors: readonly Door[], to: To): Html =>
  html`${doors.map(({ name: door, exports }) =>
    exports.length === 0
      ? ""
      : html`<section class="api"><h2 class="section-title" id="${doorAnchor(door)}">${door}</h2>${exports.map(
          ({ name, text, comment, links }) => {
            const rule = rules.find((one) => one.name === name && door === `@descent/${one.family}`);
            return html`<section class="entry"><h3 id="${anchorOf(door, name)}">${name}</h3>${
              rule
                ? html`<p><a href="${to(`rules/${rule.id}/`)}">The rule’s page</a></p>`
                : linkedCode(text, addressesOf(links, to))
            }${comment !== "" && html`<p>${prose(comment)}</p>`}</section>`;
          },
        )}</section>`,
  )}`;
