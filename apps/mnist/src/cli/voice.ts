import { type Interrupt, listen } from "../terminal/interrupt.ts";
import { Progress } from "../terminal/progress.ts";

/** All messages go to one stream, so that with --json standard output holds only the result. */
export interface Voice {
  readonly progress: Progress;
  readonly say: (line: string) => void;
  readonly result: (text: string, value: unknown) => void;
  /** With --json, the line of a run that was stopped before its result; the text was said already. */
  readonly interrupted: (value: object) => void;
}

export function voice({ json }: { readonly json?: boolean }): Voice {
  const progress = new Progress(json === true ? process.stderr : process.stdout);
  const say = (line: string): void => progress.say(line);
  return {
    progress,
    say,
    interrupted: (value) => {
      if (json === true) process.stdout.write(`${JSON.stringify({ interrupted: true, ...value })}\n`);
    },
    result: (line, value) => (json === true ? void process.stdout.write(`${JSON.stringify(value)}\n`) : say(line)),
  };
}

/** For ranks other than the first: one process speaks. */
export const silent: Voice = {
  progress: new Progress({ write: () => true }),
  say: () => {},
  result: () => {},
  interrupted: () => {},
};

/** Runs `work` while listening for requests to stop. */
export async function whileListening<T>({ say }: Voice, work: (interrupt: Interrupt) => Promise<T>): Promise<T> {
  const interrupt = listen(say);
  try {
    return await work(interrupt);
  } finally {
    interrupt.release();
  }
}
