import { constants } from "node:os";
import { RESTART } from "../failing.ts";
import { advice, type Trace } from "../standing.ts";
import type { Seen } from "./banner.ts";

/** The end of a job: its exit code, and what is left to be said of it. */
export interface Verdict {
  readonly code: number;
  readonly message: string | undefined;
}

const nameOf = (signal: number): string =>
  Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? `signal ${signal}`;

/** The causes of a signal that nobody sent by hand. */
const causes: Readonly<Record<number, string>> = {
  [constants.signals.SIGKILL]: "by hand, or by the system because memory ran out",
  [constants.signals.SIGSEGV]: "by a fault in native code",
  [constants.signals.SIGABRT]: "by itself, as where its heap is full",
  [constants.signals.SIGALRM]: "because the others had not come in time",
};

/** The exit code of MPICH's mpirun where its helpers on the hosts have failed. */
const HELPERS_LOST = 255;

/** The end of a job whose mpirun has ended with `code`, from the words of mpirun and the traces of ranks. */
export function verdictOf(
  code: number,
  traces: readonly Trace[],
  { elastic, ...seen }: Seen & { readonly spoken: boolean; readonly elastic: boolean },
): Verdict {
  if (code === 0) return { code, message: undefined };
  const spoken = traces.find((trace) => trace.code !== undefined && trace.code !== 0);
  if (spoken) return { code: spoken.code ?? RESTART, message: undefined };
  // Ranks that went on without a lost one have ended well.
  if (elastic && traces.some((trace) => trace.code === 0)) return { code: 0, message: undefined };
  if (seen.spoken) return { code: RESTART, message: undefined };
  // Started by Slurm, MPICH's mpirun loses its own helpers with a rank and ends before it has said by which signal.
  const signalled = seen.signal ?? (code === HELPERS_LOST ? seen.status : undefined);
  if (signalled === undefined) return { code, message: undefined }; // the program ended by itself, and had its say
  const lost = traces.find(({ rank, pid }) => (seen.rank === undefined ? pid === seen.pid : rank === seen.rank));
  const who = lost ? `Rank ${lost.rank} of ${lost.size}` : seen.rank === undefined ? "A rank" : `Rank ${seen.rank}`;
  const step = lost?.step ?? Math.max(...traces.map(({ step }) => step)); // ranks of one world are a step apart at most
  const at = Number.isFinite(step) ? ` at step ${step}` : "";
  const cause = causes[signalled];
  const signal = `${nameOf(signalled)}${cause === undefined ? "" : `, ${cause}`}`;
  return {
    code: RESTART,
    message: `${who} was ended${at}${seen.host === undefined ? "" : ` on ${seen.host}`} (${signal}), and the others with it.\n${advice(traces.map(({ saved }) => saved))}`,
  };
}
