import { type ChildProcess, fork } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../../../tests/bundle.ts";
import { names, runs } from "../../src/run/folder.ts";
import { smallFiles, writeFiles } from "../data.ts";
import type { Fault, Way } from "./inject.ts";
import type { Result, Task } from "./worker.ts";

/** A process that runs tasks, one at a time; its program is worker.ts, compiled. */
class Worker {
  readonly #child: ChildProcess;
  readonly #ready: Promise<unknown>;
  #said = "";

  constructor(program: string) {
    this.#child = fork(program, {
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "json",
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => void (this.#said += text));
    this.#ready = this.#next();
  }

  /** Its next message; undefined if it was killed. */
  #next<T>(): Promise<T | undefined> {
    return new Promise((done, fail) => {
      const told = (message: T): void => {
        this.#child.off("exit", gone);
        done(message);
      };
      const gone = (code: number | null, signal: string | null): void => {
        this.#child.off("message", told);
        if (signal === "SIGKILL") done(undefined);
        else fail(new Error(`A worker ended with ${code ?? signal}: ${this.#said}`));
      };
      this.#child.once("message", told);
      this.#child.once("exit", gone);
    });
  }

  async run(task: Task): Promise<Result | undefined> {
    await this.#ready;
    const result = this.#next<Result>();
    this.#child.send(task);
    return result;
  }

  async end(): Promise<void> {
    await this.#ready;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((done) => this.#child.once("exit", done));
    this.#child.disconnect();
    await gone;
  }
}

/** Runs `work` on all items, with one process per core; a free one takes the next item. */
async function inParallel<T>(
  program: string,
  items: readonly T[],
  work: (item: T, own: { worker: Worker }) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const one = async (): Promise<void> => {
    const own = { worker: new Worker(program) };
    try {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item, own);
    } finally {
      await own.worker.end();
    }
  };
  await Promise.all(Array.from({ length: Math.min(items.length, availableParallelism(), 4) }, one));
}

const device = ["--engine", "onnxruntime", "--device", "cpu"];
/** Two epochs of two updates, with a checkpoint after each. */
const recipe = "--batch-size 32 --epochs 2 --checkpoint-every 0".split(" ");

/** A command of the app to inject faults into, and the command that finishes the run afterwards. */
interface Case {
  readonly name: string;
  /** The folder it starts from. */
  readonly from?: string | undefined;
  readonly args: readonly string[];
  readonly resume: readonly string[];
  /** The folder of the undisturbed run. */
  wanted: string;
}

interface Point {
  readonly of: Case;
  readonly fault: Fault;
  readonly folder: string;
  result?: Result | undefined;
}

/** The results of a sweep. */
export interface Counts {
  readonly calls: Readonly<Record<string, number>>;
  readonly injected: number;
  readonly killed: number;
  readonly failed: Readonly<Record<Exclude<Way, "kill">, number>>;
  /** Of these, in the middle of a write. */
  readonly half: number;
  readonly resumed: number;
  /** Faults before the first checkpoint: the command was run again. */
  readonly anew: number;
  /** Faults that the command survived by itself. */
  readonly unharmed: number;
  /** Runs that did not end with the bits of an undisturbed one. */
  readonly lost: readonly string[];
}

const runOf = (folder: string): string | undefined => {
  const all = existsSync(path.join(folder, runs)) ? readdirSync(path.join(folder, runs)) : [];
  const [run] = all.filter((name) => existsSync(path.join(folder, runs, name, names.checkpoint)) && name !== "latest");
  return run === undefined ? undefined : path.join(folder, runs, run);
};

const timeless = (file: string): string => readFileSync(file, "utf8").replaceAll(/,"seconds":[\d.e-]+/g, "");

/** The difference between two finished runs; undefined if they are the same. */
function difference(folder: string, wanted: string): string | undefined {
  const [found, right] = [runOf(folder), runOf(wanted)];
  if (found === undefined || right === undefined) return "the run is missing";
  // A lock that could not be removed is stale once its process has exited.
  const [files, rightFiles] = [found, right].map((run) => readdirSync(run).filter((name) => name !== ".lock"));
  if (String(files?.sort()) !== String(rightFiles?.sort())) return `it holds ${files?.join(", ")}`;
  for (const name of [names.model, "model.onnx"])
    if (!readFileSync(path.join(found, name)).equals(readFileSync(path.join(right, name)))) return `${name} differs`;
  if (timeless(path.join(found, names.metrics)) !== timeless(path.join(right, names.metrics))) return "metrics differ";
  const [a, b] = [found, right].map((run) => JSON.parse(readFileSync(path.join(run, names.summary), "utf8")));
  if (a.testLoss !== b.testLoss || a.trainLoss !== b.trainLoss) return "the summary differs";
  const left = readdirSync(path.join(folder, runs)).filter((name) => name.endsWith(".tmp"));
  return left.length === 0 ? undefined : `runs holds ${left.join(", ")}`;
}

/**
 * Injects faults into the app, each into a run of its own: kills it before a file-system call, makes the call fail, or
 * interrupts a write half-way. Then finishes the run with `--resume` and compares it with an undisturbed one. `every` takes
 * only every n-th fault of each kind.
 */
export async function sweep({
  every = 1,
  say = () => {},
}: {
  every?: number;
  say?: (line: string) => void;
}): Promise<Counts> {
  const home = mkdtempSync(path.join(tmpdir(), "descent-faults-"));
  const { file: program, remove } = await bundle(fileURLToPath(new URL("worker.ts", import.meta.url)));
  try {
    const data = writeFiles(path.join(home, "data"), smallFiles(64, 20));
    const common = ["--data", data, ...device];
    let made = 0;
    const folder = (from?: string): string => {
      const to = path.join(home, String(made++));
      mkdirSync(to);
      if (from !== undefined) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
      return to;
    };
    const start = ["train", ...recipe, ...common];
    const resume = ["--resume", "--checkpoint-every", "0", ...common];
    const cases: Case[] = [{ name: "train", args: start, resume, wanted: "" }];
    const calls: Record<string, number> = {};
    const points: Point[] = [];
    const plan = async (one: Case): Promise<void> => {
      one.wanted = folder(one.from);
      const quiet = new Worker(program);
      const result = await quiet.run({ folder: one.wanted, args: one.args });
      await quiet.end();
      if (result?.code !== 0) throw new Error(`The undisturbed run failed: ${result?.errors.join()}`);
      calls[one.name] = result.calls.length;
      for (const [i, writes] of result.calls.entries())
        for (const way of ["kill", "ENOSPC", "EIO", "EMFILE"] as const)
          for (const half of writes && way !== "EIO" && way !== "EMFILE" ? [false, true] : [false])
            points.push({ of: one, fault: { call: i + 1, way, half }, folder: "" });
    };
    await plan(cases[0]!);
    // Killed in its second epoch: resumed below, under faults.
    const stopped = folder();
    const killed = new Worker(program);
    await killed.run({ folder: stopped, args: start, fault: { call: Math.round(0.6 * calls.train!), way: "kill" } });
    await killed.end();
    const more = ["--epochs", "3"];
    cases.push(
      { name: "resume", from: stopped, args: resume, resume, wanted: "" },
      {
        name: "train on",
        from: cases[0]!.wanted,
        args: [...resume, ...more],
        resume: [...resume, ...more],
        wanted: "",
      },
    );
    await plan(cases[1]!);
    await plan(cases[2]!);
    const resumedWell = difference(cases[1]!.wanted, cases[0]!.wanted);
    if (resumedWell !== undefined) throw new Error(`An undisturbed --resume ended elsewhere: ${resumedWell}.`);

    const seen: Record<string, number> = {};
    const chosen = points
      .filter(({ fault: { way, half } }) => {
        const kind = `${way} ${half}`;
        const n = (seen[kind] ?? 0) + 1;
        seen[kind] = n;
        return n % every === 1 % every; // the first of each kind, then every n-th
      })
      .map((point) => ({ ...point, folder: folder(point.of.from) }));
    say(
      `${chosen.length} faults at ${Object.entries(calls)
        .map(([name, n]) => `${n} calls of ${name}`)
        .join(", ")}`,
    );
    const kills = chosen.filter(({ fault }) => fault.way === "kill");
    const failures = chosen.filter(({ fault }) => fault.way !== "kill");
    const lost: string[] = [];
    const lose = ({ of, fault }: Point, why: string): void => {
      lost.push(
        `${of.name}, call ${fault.call}, ${fault.way}${fault.half === true ? " after half of it" : ""}: ${why}`,
      );
    };
    await inParallel(program, kills, async (point, own) => {
      const result = await own.worker.run({ folder: point.folder, args: point.of.args, fault: point.fault });
      if (result !== undefined) lose(point, `it was not killed, and ended with ${result.code}`);
      own.worker = new Worker(program);
    });
    say(`${kills.length} killed`);
    await inParallel(program, failures, async (point, { worker }) => {
      point.result = await worker.run({ folder: point.folder, args: point.of.args, fault: point.fault });
      const { code, errors } = point.result!;
      if (code !== 0 && (code !== 1 || errors.length !== 1))
        lose(point, `exit code ${code}, and ${errors.join(" / ")}`);
    });
    say(`${failures.length} failed`);
    const counts = { resumed: 0, anew: 0, unharmed: 0 };
    // In new processes: the others have exited, and their locks are stale.
    await inParallel(program, chosen, async (point, { worker }) => {
      const { of, folder, result } = point;
      const anew = runOf(folder) === undefined;
      if (result?.code === 0) counts.unharmed++;
      else {
        const finished = await worker.run({ folder, args: anew ? of.args : of.resume });
        // A fault at the very end leaves a complete run, which cannot be resumed.
        const whole = finished?.code === 1 && /has completed its (\d epochs|epoch)\./.test(finished.errors.join());
        if (finished?.code !== 0 && !whole) return lose(point, `--resume: ${finished?.errors.join()}`);
        if (anew) counts.anew++;
        else if (whole) counts.unharmed++;
        else counts.resumed++;
      }
      const differs = difference(folder, of.wanted);
      if (differs !== undefined) lose(point, differs);
      rmSync(folder, { recursive: true });
    });
    const count = (way: Way): number => chosen.filter(({ fault }) => fault.way === way).length;
    return {
      calls,
      injected: chosen.length,
      killed: kills.length,
      failed: { ENOSPC: count("ENOSPC"), EIO: count("EIO"), EMFILE: count("EMFILE") },
      half: chosen.filter(({ fault }) => fault.half).length,
      ...counts,
      lost,
    };
  } finally {
    remove();
    rmSync(home, { recursive: true, force: true });
  }
}
