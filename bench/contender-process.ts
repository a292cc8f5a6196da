import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Answer, MARK, type Request } from "./protocol.ts";

/** A process that contenders live in. It waits between turns, so that all contenders run under the same conditions. */
export class ContenderProcess {
  readonly #child: ChildProcess;
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  #said = "";
  #ended: string | undefined;

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
    const { stdin, stdout, stderr } = this.#child;
    stdin?.on("error", () => {}); // the process has ended, which is handled below
    stderr?.on("data", (data) => {
      this.#said = (this.#said + data).slice(-4000);
    });
    createInterface({ input: stdout! }).on("line", (line) => {
      if (!line.startsWith(MARK)) return;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(JSON.parse(line.slice(MARK.length)) as Answer); // our own processes answer so
    });
    const end = (why: string): void => {
      this.#ended ??= why;
      this.#waiting?.reject(new Error(this.#why()));
      this.#waiting = undefined;
    };
    this.#child.on("error", (error) => end(error.message));
    this.#child.on("close", (code, signal) => end(`it ended with ${signal ?? code}`));
  }

  /** Whether it ended by itself or was ended for its silence. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Sends one request and returns the answer. Throws if the process ends or stays silent too long. */
  ask(request: Request, seconds = 300): Promise<Answer> {
    if (this.#ended !== undefined) return Promise.reject(new Error(this.#why()));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = undefined;
        this.#ended = `no answer in ${seconds} s`;
        this.#child.kill("SIGKILL");
        reject(new Error(this.#why()));
      }, seconds * 1000);
      this.#waiting = {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    });
  }

  close(): void {
    this.#child.stdin?.end();
    this.#child.kill();
  }

  /** The reason there was no answer, with the last line the process printed, stripped of paths of this machine. */
  #why(): string {
    const last = this.#said.trim().split("\n").at(-1) ?? "";
    return `${this.#ended}${last === "" ? "" : `: ${last.replace(/(?:\/[\w.@+-]+){2,}/g, "…").slice(0, 200)}`}`;
  }
}
