import { OnnxError } from "../../errors.ts";
import type { Call } from "../functions.ts";
import type { Graph } from "../graph.ts";

/** Nodes in an order in which each comes after what it reads; the file's own order if it is one, as it should be. */
export function sorted(graph: Graph, calls: readonly Call[]): Call[] {
  const maker = new Map<string, number>();
  for (const [i, { node }] of calls.entries())
    for (const output of node.output ?? []) {
      // PyTorch's exporter writes such files with optimize=False where a buffer is called `mean`.
      if (output !== "" && graph.initializers.has(output))
        throw new OnnxError(
          `\`${output}\` is a stored tensor and the result of ${node.opType} \`${node.name || output}\`, so that no runtime takes the file. Rename the parameter or buffer in Python, or export without optimize=False.`,
        );
      if (output !== "" && !maker.has(output)) maker.set(output, i);
    }
  const order: Call[] = [];
  const state = new Uint8Array(calls.length); // 1 while what it reads is put in order, 2 when it is in order itself
  for (const start of calls.keys()) {
    // Depth first, without recursion: a chain may be as long as the model.
    const path = [start];
    for (let i = path.at(-1); i !== undefined; i = path.at(-1)) {
      const call = calls[i];
      if (call === undefined || state[i] === 2) {
        path.pop();
        continue;
      }
      const before = call.reads.flatMap((name) => maker.get(name) ?? []).filter((k) => state[k] !== 2);
      if (before.length === 0) {
        state[i] = 2;
        order.push(call);
        path.pop();
        continue;
      }
      if (state[i] === 1) {
        const stuck = before
          .slice(0, 3)
          .map((k) => `${calls[k]?.node.opType} \`${calls[k]?.node.name || calls[k]?.node.output?.[0]}\``);
        throw new OnnxError(`The graph \`${graph.name}\` has a cycle: it goes through ${stuck.join(", ")}.`);
      }
      state[i] = 1;
      for (const k of before.reverse()) path.push(k);
    }
  }
  return order;
}
