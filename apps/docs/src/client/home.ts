/* Plays the race of the first page: its paths are in the picture already, and grow point by point. */
const box = document.querySelector<HTMLElement>("[data-race]");
const svg = box?.querySelector("svg");
const play = box?.querySelector<HTMLButtonElement>("[data-play]");
const scrub = box?.querySelector<HTMLInputElement>("[data-scrub]");
if (box && svg && play && scrub) start(svg, play, scrub, (JSON.parse(box.dataset.race!) as { runs: Run[] }).runs);

/** The places of a racer in pixels of the picture, by step. */
type Run = readonly (readonly [number, number])[];

function start(picture: SVGElement, button: HTMLButtonElement, slider: HTMLInputElement, runs: readonly Run[]): void {
  const steps = Math.max(...runs.map((run) => run.length)) - 1;
  slider.max = String(steps);
  const groups = [...picture.querySelectorAll(".viz-paths > g")];
  const ends = groups.map((group) => group.querySelector<SVGPathElement>(".viz-mark")!); // each has one
  const lines = groups.map((group) => [...group.querySelectorAll<SVGPathElement>(".viz-casing, .viz-path")]);
  let timer = 0;
  const show = (step: number): void => {
    slider.value = String(step);
    slider.setAttribute("aria-valuetext", `step ${step} of ${steps}`);
    for (const [i, run] of runs.entries()) {
      const part = run.slice(0, step + 1);
      const d = part.map(([x, y], k) => `${k === 0 ? "M" : "L"}${x} ${y}`).join("");
      for (const line of lines[i]!) line.setAttribute("d", d); // as many as runs
      const [here, last] = [part.at(-1)!, run.at(-1)!];
      ends[i]!.setAttribute("transform", `translate(${here[0] - last[0]} ${here[1] - last[1]})`);
    }
  };
  const stop = (): void => {
    cancelAnimationFrame(timer);
    timer = 0;
    button.textContent = "Play";
  };
  const go = (): void => {
    let step = slider.valueAsNumber >= steps ? 0 : slider.valueAsNumber;
    let before: number | undefined; // a frame's time stamp may lie before `performance.now()`, so the first frame begins
    button.textContent = "Pause";
    const frame = (now: number): void => {
      step = Math.min(steps, step + ((now - (before ?? now)) / 1000) * (steps / 7));
      before = now;
      show(Math.floor(step));
      if (step >= steps) stop();
      else timer = requestAnimationFrame(frame);
    };
    timer = requestAnimationFrame(frame);
  };
  button.addEventListener("click", () => (timer ? stop() : go()));
  slider.addEventListener("input", () => {
    stop();
    show(slider.valueAsNumber);
  });
  show(steps);
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    show(0);
    go();
  }
}
