import type { Family } from "./mpirun.ts";

/** A process that mpirun has seen end by a signal, as far as it says. */
export interface Seen {
  readonly pid: number | undefined;
  readonly rank: number | undefined;
  readonly host: string | undefined;
  readonly signal: number | undefined;
  /** The status that MPICH gives in its banner, which is a signal where nothing else says how the process ended. */
  readonly status: number | undefined;
}

/** The lines of MPICH around the end of a job. */
const MPICH_LINES =
  /^(=+$|= {3}(BAD TERMINATION|PID \d|EXIT CODE|CLEANING UP|YOU CAN IGNORE)|YOUR APPLICATION TERMINATED|This typically refers|Please see the FAQ|\[mpiexec@|\[proxy:|Abort\(\d+\)|application called MPI_Abort)/;
/** Blocks of Open MPI between lines of dashes that say no more than that the job has ended. */
const OPEN_MPI_BLOCK =
  /noticed that process rank|Primary job|MPI_ABORT was invoked|MPI_Abort|has been aborted|exited with non-zero|errors?_are_fatal|prterun has exited|termination of/i;
/** Open MPI's remark on an operation that a lost rank has ended; MPI's error says as much. */
const NBC_LINES = /^NBC_Progress: an error \d+ was found/;
const DASHES = /^-{40,}$/;

/** Lets a stream's lines through but for those in which mpirun reports the end of the job, and keeps what these say. */
export class Banner {
  readonly #family: Family;
  readonly #write: (text: string) => void;
  #rest = "";
  #block: string[] | undefined;
  #said = "";
  /** Whether a rank has said why it ends all of them. */
  spoken = false;

  constructor(family: Family, write: (text: string) => void) {
    this.#family = family;
    this.#write = write;
  }

  take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
    // A line that has no end yet, such as a question or a bar, does not wait for it.
    if (this.#rest !== "" && !this.#block && !/^[=\-[AYPR]/.test(this.#rest)) {
      this.#write(this.#rest);
      this.#rest = "";
    }
  }

  end(): void {
    if (this.#rest !== "") this.#line(this.#rest);
    this.#rest = "";
    if (this.#block) this.#write(`${this.#block.join("\n")}\n`);
    this.#block = undefined;
  }

  /** The process that ended first, if mpirun said. */
  get seen(): Seen {
    const mpich = /PID (\d+) RUNNING AT (\S+)/.exec(this.#said);
    const open = /process rank (\d+) with PID \d+ on node (\S+) exited on\s+signal (\d+)/.exec(this.#said);
    const signal = open?.[3] ?? /\(signal (\d+)\)/.exec(this.#said)?.[1];
    const status = /EXIT CODE: (\d+)/.exec(this.#said)?.[1];
    return {
      status: status === undefined ? undefined : Number(status),
      pid: mpich ? Number(mpich[1]) : undefined,
      rank: open ? Number(open[1]) : undefined,
      host: mpich?.[2] ?? open?.[2],
      signal: signal === undefined ? undefined : Number(signal),
    };
  }

  #line(line: string): void {
    this.spoken ||= /^\W?Rank \d+ of \d+ stopped at step \d/.test(line);
    if (this.#family === "MPICH") {
      if (MPICH_LINES.test(line)) this.#said += `${line}\n`;
      else this.#write(`${line}\n`);
      return;
    }
    if (NBC_LINES.test(line)) return;
    if (!DASHES.test(line)) {
      if (this.#block) this.#block.push(line);
      else this.#write(`${line}\n`);
      return;
    }
    if (!this.#block) {
      this.#block = [line];
      return;
    }
    const block = [...this.#block, line].join("\n");
    this.#block = undefined;
    if (OPEN_MPI_BLOCK.test(block)) this.#said += `${block}\n`;
    else this.#write(`${block}\n`);
  }
}
