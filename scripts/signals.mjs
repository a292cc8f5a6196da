// Signals of a process that only waits for another.

/** npm passes on what a terminal has sent already, so a signal comes twice; the app must hear it once. */
const ONCE = 1000;

/**
 * Stays until the child is done, and passes on what only this process hears. A terminal sends Ctrl-C to the child too;
 * everything else may be sent to this process alone, SIGHUP by whatever supervises it.
 */
export function passSignals(child, { terminal }) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    let heard = 0;
    process.on(signal, () => {
      if ((terminal && signal === "SIGINT") || Date.now() - heard < ONCE) return;
      heard = Date.now();
      child.kill(signal);
    });
  }
}
