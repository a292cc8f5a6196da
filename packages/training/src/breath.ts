/** Milliseconds that training may hold the thread. */
const LONGEST = 10;

/**
 * Lets timers, signals and frames have their turn every few milliseconds: a model that computes on this thread resolves promises only,
 * which they wait for, so that Ctrl-C and an `AbortSignal` with a time limit would not be heard before the end.
 */
export function breathing(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < LONGEST) return undefined;
    return turn().then(() => {
      last = performance.now();
    });
  };
}

/** The next turn of the event loop. A message is not delayed as a timer is. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
