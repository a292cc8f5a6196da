import type { RuntimeTensor } from "../runtime/runtime.ts";

/**
 * Frees large buffers that nobody reads any more: V8 counts an array for the few bytes of its head, and collects it late. They are
 * posted to a port that closes, which works in every Node; what the runtime owns cannot be posted, and stays.
 */
export function free(buffers: Iterable<ArrayBufferLike>): void {
  const own = [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
  if (own.length === 0) return;
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(null, own);
  } catch {
    // One is the runtime's: V8 collects them all, as it would have.
  }
  port1.close();
  port2.close();
}

/**
 * Frees what a run returned beside the tensors that it filled: onnxruntime-node 1.30 copies those too, the gradients of all weights,
 * and the copies would still be there while the next run makes others.
 */
export function freeCopies(
  results: Readonly<Record<string, RuntimeTensor>>,
  filled: Readonly<Record<string, RuntimeTensor>>,
): void {
  const copies = Object.entries(filled).flatMap(([name, { data: own }]) => {
    const data = results[name]?.data;
    if (!ArrayBuffer.isView(data) || !ArrayBuffer.isView(own)) return [];
    return data.buffer === own.buffer ? [] : [data.buffer];
  });
  free(copies);
}
