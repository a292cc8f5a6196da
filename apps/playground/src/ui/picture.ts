import { styleSheet } from "@descent/viz";
import { save } from "./dom.ts";

/** The layers of a picture: drawings and canvases of one size, one over the other. */
export type Layers = readonly (SVGSVGElement | HTMLCanvasElement)[];

/** A drawing that stands alone: the colours of this page's theme are written into it. */
function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement; // a clone is of its kind
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const page = getComputedStyle(document.documentElement);
  const rules = styleSheet()
    .split("\n")
    .filter((line) => line.startsWith(".viz"));
  const arrows = ".arrow,.arrow-casing{fill:none;stroke:var(--viz-text);stroke-width:2;stroke-linecap:round}.arrow-casing{stroke:var(--viz-paper);stroke-width:5;stroke-opacity:.8}.viz .arrow-name{fill:var(--viz-text);font-weight:600;paint-order:stroke;stroke:var(--viz-paper);stroke-width:4px}"; // biome-ignore format: one line
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = `${rules.join("\n")}\n${arrows}\n.viz text{font-family:system-ui,sans-serif}`;
  copy.prepend(style);
  const text = new XMLSerializer().serializeToString(copy);
  return text.replace(/var\((--[\w-]+)\)/g, (_, name: string) => page.getPropertyValue(name).trim());
}

/** Draws layers on a canvas, on the theme's paper, `scale` pixels for each of theirs. */
export async function painted(layers: Layers, scale: number): Promise<HTMLCanvasElement> {
  const drawing = layers.find((layer): layer is SVGSVGElement => layer instanceof SVGSVGElement);
  if (!drawing) throw new Error("A picture needs a drawing, which tells its size.");
  const { width, height } = drawing.viewBox.baseVal;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(scale * width), Math.round(scale * height)];
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no canvas to draw a picture on.");
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--viz-paper");
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of layers) {
    let image: CanvasImageSource = layer as HTMLCanvasElement;
    if (layer instanceof SVGSVGElement) {
      image = new Image();
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(layer))}`;
      await image.decode();
    }
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

/** Saves a drawing as SVG. */
export const saveSvg = (svg: SVGSVGElement, name: string): void =>
  save(`${name}.svg`, new Blob([standalone(svg)], { type: "image/svg+xml" }));

/** Saves layers as PNG with two pixels for each of the page's. */
export async function savePng(layers: Layers, name: string): Promise<void> {
  const canvas = await painted(layers, 2);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("This browser could not write the PNG.");
  save(`${name}.png`, blob);
}
