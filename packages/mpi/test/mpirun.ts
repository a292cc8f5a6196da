import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { compiled } from "../../../tests/bundle.ts";
import { root } from "../../../tests/workspace.ts";

/** The end of a job. */
export interface Ended {
  readonly code: number | null;
  /** The results of those ranks that came so far, in their order. */
  readonly values: readonly unknown[];
  /** All that was printed. */
  readonly text: string;
}

/** Settings that let root start Open MPI, and more ranks than cores. */
export const openMpi = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  PRTE_ALLOW_RUN_AS_ROOT: "1",
  PRTE_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_mpi_yield_when_idle: "1",
};

interface How {
  readonly mpirun: string;
  /** The program, in TypeScript; program.ts of this folder if not given. */
  readonly program?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** A command that starts the launcher. */
  readonly within?: readonly string[];
  /** Options of the launcher besides the number of ranks. */
  readonly options?: readonly string[];
  /** Whether mpirun starts the ranks, and not descent-mpirun. */
  readonly alone?: boolean;
  /** Sent to the launcher when a rank prints "ready". */
  readonly signal?: NodeJS.Signals;
  /** Called with what has been printed so far. */
  readonly hearing?: ((text: string) => void) | undefined;
}

/** Starts a program on that many ranks. */
export async function ranks(size: number, args: readonly string[], how: How): Promise<Ended> {
  const {
    mpirun,
    program: file = path.join(import.meta.dirname, "program.ts"),
    env = {},
    within = [],
    options = [],
    alone = false,
    signal,
    hearing,
  } = how;
  const out = mkdtempSync(path.join(tmpdir(), "descent-out-"));
  // Open MPI sends other hosts little of the environment.
  const there = within.length > 0 ? ["env", `OUT=${out}`] : [];
  const program = [...there, process.execPath, await compiled(file), ...args];
  const cli = await compiled(path.join(import.meta.dirname, "../src/cli.ts"));
  const [command, ...launcher] = [...within, ...(alone ? [mpirun] : [process.execPath, cli])];
  const child = spawn(command!, [...launcher, "-n", `${size}`, ...options, ...(alone ? [] : ["--"]), ...program], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PATH: `${path.dirname(mpirun)}${path.delimiter}${process.env.PATH}`,
      DESCENT_MPIRUN: mpirun,
      OUT: out,
      ...openMpi,
      ...env,
    },
  });
  let text = "";
  let sent = false;
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      hearing?.(text);
      if (signal === undefined || sent || !/^ready$/m.test(text)) return;
      sent = true;
      child.kill(signal);
    });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const values = readdirSync(out)
    .sort()
    .map((rank): unknown => JSON.parse(readFileSync(path.join(out, rank), "utf8")));
  rmSync(out, { recursive: true });
  return { code, values, text };
}
