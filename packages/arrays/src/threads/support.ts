/** As many threads have frames in the memories of `allocate`. */
export const MOST_THREADS = 64;

/** Why threads cannot share memory here; `undefined` where they can. */
export function notShared(): string | undefined {
  if (typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false) return undefined;
  return "this page is not cross-origin isolated, so threads cannot share memory. Serve it with the headers `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`";
}
