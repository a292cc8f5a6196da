import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { MpiError } from "../error.ts";
import { named, TRACES, tracesIn } from "../standing.ts";
import { Banner } from "./banner.ts";
import { argumentsOf, findMpirun, type Start } from "./mpirun.ts";
import { verdictOf } from "./verdict.ts";

const usage = `descent-mpirun -n RANKS [--hosts a,b] [--elastic] [--] COMMAND …
Starts COMMAND on that many ranks by the mpirun of DESCENT_MPIRUN or PATH. However a rank is lost, all end, with one message: which rank, at
which step, the last checkpoint, how to go on. Exit code 75 then: start again. Ctrl-C reaches every rank once; a second one ends them.`;

/** Milliseconds between looks at what ranks have left, and those that mpirun has to end after one has failed. */
const LOOK_MS = 1000;
const GRACE_MS = 15_000;
/** One Ctrl-C may come twice. */
const ONCE_MS = 500;

/** The start that a command line asks for, and the command to start. */
export function asked(args: readonly string[]): Start & { readonly command: readonly string[] } {
  const options = {
    n: { type: "string", short: "n" },
    hosts: { type: "string" },
    elastic: { type: "boolean" },
  } as const;
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const first = tokens.find(({ kind }) => kind === "positional" || kind === "option-terminator");
  const own = first === undefined ? args : args.slice(0, first.index);
  const command = first === undefined ? [] : args.slice(first.index + (first.kind === "positional" ? 0 : 1));
  const { values } = parseArgs({ args: [...own], options });
  const hosts = values.hosts?.split(",").filter((host) => host !== "") ?? [];
  const ranks = values.n === undefined ? hosts.length : Number(values.n);
  if (command.length === 0) throw new MpiError(`descent-mpirun needs a command to run.\n\n${usage}`);
  if (!Number.isSafeInteger(ranks) || ranks < 1)
    throw new MpiError(`-n must be a whole number of ranks, at least 1; got ${values.n ?? "none"}.\n\n${usage}`);
  return { ranks, hosts, elastic: values.elastic ?? false, command };
}

/** Starts ranks and waits for them; resolves to the exit code. Throws where they cannot be started. */
export async function launch(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const { command, ...start } = asked(args);
  const mpirun = findMpirun(env);
  const folder = mkdtempSync(path.join(tmpdir(), "descent-ranks-"));
  try {
    // Ranks take the library that lies beside the mpirun in PATH.
    const beside = path.isAbsolute(mpirun.file) ? `${path.dirname(mpirun.file)}${path.delimiter}` : "";
    const own = { ...env, PATH: `${beside}${env["PATH"] ?? ""}`, [TRACES]: named(folder) };
    const child = spawn(mpirun.file, [...argumentsOf(mpirun, start, own), ...command], {
      env: own,
      // A terminal's Ctrl-C would reach mpirun by itself, and Open MPI's ends all ranks a second later.
      detached: true,
      stdio: [process.stdin.isTTY ? "ignore" : "inherit", "pipe", "pipe"],
    });
    const banners = [
      new Banner(mpirun.family, (text) => process.stdout.write(text)),
      new Banner(mpirun.family, (text) => process.stderr.write(text)),
    ] as const;
    child.stdout.setEncoding("utf8").on("data", (text: string) => banners[0].take(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => banners[1].take(text));

    let [stopped, heard] = [undefined as number | undefined, 0];
    const stop = (name: NodeJS.Signals): void => {
      if (stopped === undefined) child.kill(mpirun.family === "MPICH" ? "SIGINT" : "SIGUSR2");
      else if (performance.now() - heard > ONCE_MS) child.kill("SIGKILL");
      else return;
      stopped ??= 128 + constants.signals[name];
      heard = performance.now();
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, stop);
    let failing: number | undefined;
    const looking = setInterval(() => {
      if (!banners[1].spoken && !tracesIn(folder).some(({ code = 0 }) => code !== 0)) return;
      failing ??= performance.now();
      if (performance.now() - failing > GRACE_MS) child.kill("SIGKILL");
    }, LOOK_MS);
    try {
      const code = await new Promise<number>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal!])); // one of them is given
      });
      for (const banner of banners) banner.end();
      const seen =
        banners.map((banner) => banner.seen).find(({ signal, status }) => (signal ?? status) !== undefined) ??
        banners[0].seen;
      const traces = tracesIn(folder);
      if (stopped !== undefined && code !== 0)
        return traces.map((trace) => trace.code ?? 0).find((code) => code !== 0) ?? stopped;
      const verdict = verdictOf(code, traces, { ...seen, spoken: banners[1].spoken, elastic: start.elastic });
      if (verdict.message !== undefined) process.stderr.write(`${verdict.message}\n`);
      return verdict.code;
    } finally {
      clearInterval(looking);
      for (const signal of signals) process.off(signal, stop);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
