import { layers, parameters, SIDE } from "../digits/net.ts";
import { h, markup } from "./dom.ts";

/** Pixels for each of a picture's, between one map of a layer and the next, and between layers. */
const [PIXEL, APART, GAP] = [2.8, 3, 30];
/** The sizes of the drawing, and where its middle line is. */
const [WIDE, HIGH, MIDDLE] = [640, 200, 88];

interface Stage {
  readonly name: string;
  readonly side: number;
  readonly channels: number;
  /** Numbers to train. */
  readonly count: number;
}

/** The stages of the net, from the picture to the logits, from the layers as data. */
function stagesOf(): Stage[] {
  const size = (name: string): number =>
    parameters.reduce(
      (sum, one) => sum + (one.name.startsWith(`${name}/`) ? one.shape.reduce((a, b) => a * b, 1) : 0),
      0,
    );
  let [side, channels] = [SIDE as number, 1];
  const stages: Stage[] = [{ name: "digit", side, channels, count: 0 }];
  for (const layer of layers) {
    if (layer.kind === "conv") [side, channels] = [side - layer.size + 1, layer.filters];
    else if (layer.kind === "pool") side = Math.floor(side / layer.size);
    else if (layer.kind === "dense") [side, channels] = [1, layer.units];
    else continue;
    const name = layer.kind === "pool" ? "pool" : layer.name;
    stages.push({ name, side, channels, count: layer.kind === "pool" ? 0 : size(name) });
  }
  return stages;
}

/** The net as a drawing: what it makes of a digit, layer by layer, and how many numbers each trains. */
export function netPlan(): HTMLElement {
  const stages = stagesOf();
  const shape = ({ side, channels }: Stage): string => (side === 1 ? String(channels) : `${channels > 1 ? `${channels} × ` : ""}${side} × ${side}`); // biome-ignore format: one line
  const wide = ({ side, channels }: Stage): number => (side === 1 ? 46 : PIXEL * side + APART * (channels - 1));
  const whole = stages.reduce((sum, stage) => sum + wide(stage) + GAP, -GAP);
  let left = (WIDE - whole) / 2;
  const parts = stages.map((stage, i) => {
    const { side, channels, name, count } = stage;
    const [from, middle] = [left, left + wide(stage) / 2];
    left += wide(stage) + GAP;
    const box = (x: number, y: number, w: number, t: number): string =>
      `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${w.toFixed(1)}" height="${t.toFixed(1)}"/>`;
    const pitch = Math.min(12, 120 / channels);
    const maps = Array.from({ length: channels }, (_, k) =>
      side === 1
        ? box(from + 17, MIDDLE + (k - channels / 2) * pitch, 12, Math.max(1.5, pitch - 2))
        : box(
            from + APART * k,
            MIDDLE - (PIXEL * side) / 2 - (APART * (channels - 1)) / 2 + APART * k,
            PIXEL * side,
            PIXEL * side,
          ),
    );
    const arrow =
      i === 0
        ? ""
        : `<path class="viz-grid" d="M${(from - GAP + 7).toFixed(1)} ${MIDDLE}h${GAP - 14}m-5 -4l5 4l-5 4"/>`;
    const text = (y: number, of: string, kind = ""): string => `<text x="${middle.toFixed(1)}" y="${y}" text-anchor="middle"${kind}>${of}</text>`; // biome-ignore format: one line
    const trains = count > 0 ? text(194, count.toLocaleString("en")) : "";
    return `<g class="${name === "pool" ? "pool" : "layer"}">${arrow}<g class="maps">${maps.join("")}</g>${text(162, name, ' class="viz-label"')}${text(178, shape(stage))}${trains}</g>`;
  });
  const total = stages.reduce((sum, { count }) => sum + count, 0).toLocaleString("en");
  const words = `A digit of ${SIDE} × ${SIDE} pixels goes through ${stages.slice(1).map((stage) => `${stage.name} (${shape(stage)})`).join(", ")}; ${total} numbers are trained.`; // biome-ignore format: one text
  return h(
    "figure",
    { class: "net-plan" },
    markup(`<svg class="viz" viewBox="0 0 ${WIDE} ${HIGH}" role="img" aria-label="${words}">${parts.join("")}</svg>`),
    h("figcaption", { class: "hint" }, words),
  );
}
