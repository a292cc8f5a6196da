import type { Graph } from "@descent/onnx";

/** Session options under which these outputs stay on the device, and all others come to the host. */
export function locations(stay: readonly string[], graph: Graph): Readonly<Record<string, unknown>> {
  const where = [...graph.outputs.keys()].map((name) => [name, stay.includes(name) ? "gpu-buffer" : "cpu"] as const);
  return { preferredOutputLocation: Object.fromEntries(where) };
}
