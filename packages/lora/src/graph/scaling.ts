import type { Layer } from "../layers/layer.ts";
import type { Editor } from "./editor.ts";

/** Multiplies the outputs of a layer, bias included, or its inputs by a vector: [out, 1], [1, in], or with the dimensions of images. */
export function addScaling(editor: Editor, layer: Layer, vector: string, feedforward: boolean): void {
  const { module, kind } = layer;
  editor.begin(`${module}.ia3`);
  const factor = kind === "conv" ? vector : editor.op("Reshape", [vector, editor.literal([-1], "int64")]);
  for (const site of layer.sites) {
    if (feedforward) {
      const as = editor.intercept(site.output, site.input, `${module}.ia3`);
      editor.op("Mul", [site.input, editor.cast(factor, "float32", site.elem)], {}, as);
    } else {
      const base = editor.divert(site.biased, `${module}.ia3`);
      editor.op("Mul", [base, editor.cast(factor, "float32", site.elem)], {}, site.biased);
    }
  }
}
