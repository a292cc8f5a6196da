import type { Standing } from "../training/train.ts";

export const percent = (part: number, digits = 2): string => `${(part * 100).toFixed(digits)} %`;

/** 7.4 s, 1 min 52 s, 2 h 05 min. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "…";
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.round(seconds) % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

export const thousands = (n: number): string => Math.round(n).toLocaleString("en");

/** Progress in at most `columns` characters; the bar fills the space the numbers leave. */
export function bar(at: Standing, columns: number): string {
  const part = at.of === 0 ? 0 : Math.min(1, at.done / at.of);
  const head = `epoch ${at.epoch}/${at.epochs} `;
  const facts = [
    `${String(Math.floor(part * 100)).padStart(3)} %`,
    `loss ${at.loss.toFixed(4)}`,
    `accuracy ${percent(at.accuracy, 1)}`,
    `rate ${at.lr.toExponential(1)}`,
    `${thousands(at.imagesPerSecond)} images/s`,
    `${duration(Math.ceil(at.secondsLeft)).replace(".0 s", " s")} left`,
  ].join("  ");
  const room = Math.min(40, columns - head.length - facts.length - 2);
  const full = Math.round(Math.max(0, room) * part);
  const drawn = room >= 5 ? `${"━".repeat(full)}${"╌".repeat(room - full)} ` : "";
  return `${head}${drawn}${facts}`.slice(0, Math.max(1, columns - 1)); // the last column would wrap in some terminals
}

/** Where progress is shown. */
interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): boolean;
}

/** Shows a run's progress: a bar redrawn in place in a terminal, an occasional plain line elsewhere. */
export class Progress {
  readonly #out: Terminal;
  readonly #live: boolean;
  #shown = 0;
  #drawn = false;

  constructor(out: Terminal) {
    this.#out = out;
    this.#live = out.isTTY === true && process.env.TERM !== "dumb";
  }

  /** Call after every step. Redraws at most ten times per second in a terminal, once per ten seconds elsewhere. */
  show(at: Standing): void {
    const now = performance.now();
    if (now - this.#shown < (this.#live ? 100 : 10_000) && this.#shown > 0) return;
    this.#shown = now;
    if (this.#live) {
      this.#out.write(`\r\x1b[2K${bar(at, this.#out.columns || 80)}`);
      this.#drawn = true;
    } else this.#out.write(`${bar(at, 0x7fff).replace(/[━╌]+ /, "")}\n`);
  }

  /** Erases the bar before another line is printed. */
  clear(): void {
    if (this.#drawn) this.#out.write("\r\x1b[2K");
    this.#drawn = false;
  }

  /** Prints a permanent line above the bar. */
  say(line: string): void {
    this.clear();
    this.#out.write(`${line}\n`);
  }
}
