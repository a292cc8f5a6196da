import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { mpirun } from "../tests/optional.ts";

/** The part of a training that ranks divide: nothing, the state, or the gradients too, which may come one by one. */
export type Divided = "nothing" | "state" | "gradients" | "one by one";

/** One measurement of a rank: sums of these sizes, steps of models, memory, or waiting for the slowest. */
export type Job =
  | { readonly what: "memory"; readonly divided: Divided }
  | { readonly what: "sum"; readonly sizes: readonly number[]; readonly rounds: readonly number[] }
  | { readonly what: "step"; readonly models: readonly ("mlp" | "cnn")[] }
  | { readonly what: "wait"; readonly rounds: number; readonly mean: number; readonly spread: number };

/**
 * The milliseconds of every part of a job: the best of its rounds, by the slowest rank; waiting is the mean of them. Of memory the
 * megabytes of state, of gradients with what exchanges them, and the most that the process had, on rank 0.
 */
export interface Took {
  readonly times: readonly number[];
  readonly version: string;
}

/** Where ranks run, if not all on this machine: one on each host. */
export interface Place {
  readonly hosts: readonly string[];
  readonly device: string;
  readonly env: Readonly<Record<string, string>>;
}

const hostsScript = path.join(import.meta.dirname, "hosts.sh");
/** Hosts may be overloaded or cut off; nothing measured here takes as long. */
const LIMIT_MS = 170_000;

/** Starts a program; resolves to its standard output. Throws with its errors where it fails. */
function output(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(file, args, { env: { ...process.env, ...env }, timeout: LIMIT_MS });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${path.basename(file)} ended with ${code}: ${err.trim() || "it said nothing"}`));
    });
  });
}

/** The line that rank 0 prints. */
function resultIn(out: string): Took {
  const line = /^@(.*)$/m.exec(out)?.[1];
  if (line === undefined) throw new Error(`Rank 0 printed no result: ${out.trim()}`);
  return JSON.parse(line) as Took; // world-rank.ts and torch_world.py print one
}

/** Runs a job on ranks of @descent/mpi, by MPICH. Throws where there is no MPI. */
export async function ours(size: number, job: Job, place?: Place): Promise<Took> {
  if (mpirun === undefined) throw new Error("There is no MPI here: npm run setup:mpi");
  const env = {
    TSX_TSCONFIG_PATH: path.join(import.meta.dirname, "../tsconfig.test.json"),
    PATH: `${path.dirname(mpirun)}${path.delimiter}${process.env.PATH}`,
  };
  const rank = [path.join(import.meta.dirname, "world-rank.ts"), JSON.stringify(job)];
  const program = ["-n", String(size), process.execPath, "--import", import.meta.resolve("tsx"), ...rank];
  if (!place) return resultIn(await output(mpirun, program, env));
  const names = place.hosts.map((host) => `${host}:1`).join();
  const placed = ["-launcher", "ssh", "-launcher-exec", hostsScript, "-hosts", names, "-iface", place.device];
  const all = { ...env, ...place.env, UCX_TLS: "tcp,self" };
  return resultIn(await output(hostsScript, ["on", mpirun, ...placed, ...program], all));
}

/** Runs a job on ranks of torch.distributed over gloo. Throws, with Python's last words, where it cannot. */
export async function gloo(size: number, job: Job, place?: Place): Promise<Took> {
  const python = process.env.DESCENT_PYTHON ?? "python3";
  const script = path.join(import.meta.dirname, "torch_world.py");
  const port = String(20_000 + Math.floor(Math.random() * 20_000));
  const asked = [script, String(size), JSON.stringify(job), port];
  if (!place) return resultIn(await output(python, [...asked, "127.0.0.1", "lo"]));
  const first = place.hosts[0]!; // there are hosts
  const all = place.hosts.map((host, rank) => {
    const line = [python, ...asked, first, "eth0", String(rank)].map((word) => `'${word}'`);
    return output(hostsScript, [host, ...line], place.env);
  });
  const [out] = await Promise.all(all);
  return resultIn(out!); // rank 0's
}

/** The reason of a failure: Python's last line, or all of it. */
export const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").at(-1) ?? text;
};

/** Hosts made of network namespaces, with links of this rate. */
export interface Hosts {
  readonly place: Place;
  /** Bytes that the first host has received. */
  received(): number;
  down(): void;
}

/** Makes hosts. Needs root and iproute2. */
export function makeHosts(count: number, rate: string): Hosts {
  // Tests, and another run, may have hosts of their own.
  const net = 1 + (process.pid % 250);
  const env = { DESCENT_HOSTS: String(net) };
  const script = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(hostsScript, args, {
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
    if (status !== 0) throw new Error(`hosts.sh ${args.join(" ")} ended with ${status}: ${stderr}`);
    return stdout.trim();
  };
  const down = (): void => void script("down", String(count));
  try {
    script("up", String(count), rate);
  } catch (error) {
    down();
    throw error;
  }
  const hosts = Array.from({ length: count }, (_, i) => `10.77.${net}.${i + 1}`);
  return { place: { hosts, device: `ds${net}b`, env }, received: () => Number(script("received", "1")), down };
}
