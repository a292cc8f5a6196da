import { type Scene, startByKey } from "./scene.ts";

interface Moves {
  /** The scene that the start lies in, once there is one. */
  scene(): Scene | undefined;
  /** Told where the pointer is; `moving` while the hand still moves it. */
  dragged(event: PointerEvent, moving: boolean): void;
  /** Told of a start that keys chose; `moving` while a key is held down. */
  chosen(start: readonly [number, number], moving: boolean): void;
}

/** Moves a start by its handle: by the pointer, and by keys. */
export function moveByHandle(handle: HTMLElement, { scene, dragged, chosen }: Moves): void {
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.focus();
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) dragged(event, true);
  });
  handle.addEventListener("lostpointercapture", (event) => dragged(event, false));
  handle.addEventListener("keydown", (event) => {
    const on = scene();
    const start = on && startByKey(event, on);
    if (!start) return;
    event.preventDefault();
    chosen(start, event.repeat);
  });
}
