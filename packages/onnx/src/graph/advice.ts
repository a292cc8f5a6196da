import type { Node } from "./node.ts";

const advices: readonly (readonly [RegExp, string])[] = [
  [
    /^(QLinear|QGemm|QAttention|QEmbed|QOrdered|DynamicQuantizeLSTM|MatMulInteger16|MulInteger|ReduceSumInteger|Nhwc|(De)?[Qq]uantize)/,
    "It computes with whole numbers: train the model that was quantized, or quantize it in the format QDQ (QuantFormat.QDQ).",
  ],
  [/(Search|Sampling)$/, "It searches with a decoder inside it: export that decoder by itself, and train it."],
  [
    /Packed|Paged|Sparse|Masked|Padding|Longformer/,
    "It is laid out for fast inference: use the model as it was before that optimization.",
  ],
];

/** Advice on an operator of ONNX Runtime's own that is not written in standard ones here; "" for another. */
export function adviceOn({ op, domain }: Node): string {
  if (/^com\.(microsoft\.nchwc|ms\.internal)/.test(domain))
    return "ONNX Runtime saved the model for one machine: save it at ORT_ENABLE_EXTENDED or below.";
  if (domain !== "com.microsoft") return "";
  const found = advices.find(([pattern]) => pattern.test(op));
  return (
    found?.[1] ?? "ONNX Runtime's optimizer wrote it: use the model as it was before, or save it at ORT_ENABLE_BASIC."
  );
}
