import type { Drawn } from "../kit/lesson.ts";

/** Sets a knob to a number. */
type SetKnob = (name: string, value: number) => void;
/** A figure and its picture in the page. */
export interface Placed {
  readonly figure: Drawn;
  readonly svg: SVGSVGElement;
}

const NS = "http://www.w3.org/2000/svg";

/** Draws the points of a figure that may be dragged. They repeat what its knobs do, so readers of screens hear the knobs alone. */
export function drawHandles(figure: Drawn, svg: SVGSVGElement): void {
  for (const [i, { at }] of (figure.handles ?? []).entries()) {
    const [cx, cy] = [figure.x.at(at[0]), figure.y.at(at[1])];
    if (!Number.isFinite(cx) || !Number.isFinite(cy)) continue;
    const group = document.createElementNS(NS, "g");
    group.setAttribute("class", "handle");
    group.dataset.handle = String(i);
    for (const [kind, r] of [
      ["reach", 24],
      ["grip", 8],
    ] as const) {
      // biome-ignore format: one line
      const circle = document.createElementNS(NS, "circle");
      circle.setAttribute("class", kind);
      circle.setAttribute("cx", String(cx));
      circle.setAttribute("cy", String(cy));
      circle.setAttribute("r", String(r));
      group.append(circle);
    }
    svg.append(group);
  }
}

/** Lets a reader drag the points of figures within an element; `figures` says which are there now, in an order that stays. */
export function dragWithin(element: HTMLElement, figures: () => readonly Placed[], set: SetKnob): void {
  let held: { readonly figure: number; readonly handle: number } | undefined;
  element.addEventListener("pointerdown", (event) => {
    const group = event.target instanceof Element ? event.target.closest<SVGGElement>(".handle") : null;
    if (!group) return;
    held = {
      figure: figures().findIndex(({ svg }) => svg === group.ownerSVGElement),
      handle: Number(group.dataset.handle),
    };
    element.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  element.addEventListener("pointermove", (event) => {
    const now = held && figures()[held.figure];
    const handle = now?.figure.handles?.[held!.handle];
    if (!now || !handle) return;
    const at = placeIn(now.svg, event);
    if (handle.x !== undefined) set(handle.x, now.figure.x.invert(at.x));
    if (handle.y !== undefined) set(handle.y, now.figure.y.invert(at.y));
  });
  for (const end of ["pointerup", "pointercancel"] as const)
    element.addEventListener(end, () => {
      held = undefined;
    });
}

/** The place of a pointer in the coordinates of a picture. */
function placeIn(svg: SVGSVGElement, { clientX, clientY }: PointerEvent): DOMPoint {
  const matrix = svg.getScreenCTM();
  return new DOMPoint(clientX, clientY).matrixTransform((matrix ?? new DOMMatrix()).inverse());
}
