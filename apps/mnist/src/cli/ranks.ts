import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BlockingWorld } from "@descent/core/adapter";
import { UserError } from "../errors.ts";
import { resumeCommand } from "../run/command.ts";
import { fileOf, latestCheckpoint, names } from "../run/folder.ts";
import type { Shared } from "../run/summary.ts";
import { isBundle, program } from "../version.ts";
import { besideOf, type TrainOptions } from "./options.ts";

/** The processes that train one network together. Rank 0 speaks and writes; the others work in folders that are thrown away. */
export interface Ranks {
  readonly world: BlockingWorld;
  readonly rank: number;
  readonly size: number;
  /** The options of this rank's run: where it resumes from, and where it writes. */
  own(options: TrainOptions): TrainOptions;
  /** Whether any rank was asked to stop, agreed by all. */
  anyAsked(asked: boolean): boolean;
  /** Throws, on every rank, unless all have the same data and versions. */
  alike(facts: Readonly<Record<string, string>>): void;
  /** Says that the run in a folder can be gone on from after that many updates. */
  saved(step: number, folder: string): void;
  /** Ends all ranks with one message. */
  fail(error: unknown): never;
  /** The part of these updates that exchanges took, and how much faster that leaves the ranks than one of them. */
  shared(stepMilliseconds: number | null): Shared;
}

/** The ranks of this run; undefined where it is one process. */
export async function ranksOf(options: TrainOptions): Promise<Ranks | undefined> {
  const { ranks, hosts } = options;
  if (ranks === undefined && hosts === undefined) return undefined;
  if (isBundle)
    throw new UserError(
      "An offline bundle has no MPI, which --ranks and --hosts need. Use the repository: npm start -- --ranks 4.",
    );
  const { alike, mpi } = await import("@descent/mpi");
  const found = await mpi();
  const asked = ranks ?? hosts!.split(",").length; // one of them is given
  if (found.size !== asked)
    found.fail(
      new UserError(
        `--ranks ${asked} was asked for, and mpirun started ${found.size}. Run it as ${program} --ranks ${asked}.`,
      ),
      1,
    );
  let exchanging = 0;
  // Before the first update ends, ranks wait for each other's start; after the last, for what rank 0 writes.
  const after: number[] = [];
  const timed = <A extends readonly unknown[]>(call: (...args: A) => void): ((...args: A) => void) => {
    return (...args) => {
      const begun = performance.now();
      call(...args);
      exchanging += performance.now() - begun;
    };
  };
  const { rank, size, localRank } = found;
  const world: BlockingWorld = {
    rank,
    size,
    localRank,
    sum: timed(found.sum),
    reduceScatter: timed(found.reduceScatter),
    gather: timed(found.gather),
    broadcast: timed(found.broadcast),
    compared: found.compared,
    at: (step) => {
      found.at(step);
      after.push(exchanging);
    },
  };
  return {
    world,
    rank,
    size,
    own(options) {
      const { resume } = options;
      const file = resume === undefined ? undefined : fileFromFirst(world, resume);
      if (rank === 0) return options;
      const folder = mkdtempSync(path.join(tmpdir(), "descent-rank-"));
      process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
      const { tensorboard: _, ...rest } = options;
      if (file === undefined) return { ...rest, out: path.join(folder, "run"), checkpointEvery: Number.MAX_VALUE };
      const own = path.join(folder, names.checkpoint);
      writeFileSync(own, file);
      return { ...rest, resume: own, checkpointEvery: Number.MAX_VALUE };
    },
    anyAsked(asked) {
      const any = Float64Array.of(Number(asked));
      world.sum(any, "max");
      return any[0] === 1;
    },
    alike: (facts) => alike(world, facts),
    saved: (step, folder) =>
      found.saved(step, folder, `Go on, with any number of ranks: ${resumeCommand(folder, besideOf(options))}`),
    // Where nothing was trained, a wrong option is one as without ranks: no checkpoint helps.
    fail: (error) => found.fail(error, error instanceof UserError && after.length < 2 ? 1 : undefined),
    shared(stepMilliseconds) {
      const spent = (after.at(-1)! - after[0]!) / (after.length - 1); // a step was timed, which was not the first
      const part = stepMilliseconds === null ? Number.NaN : Math.min(1, spent / stepMilliseconds);
      return { ranks: size, exchanging: part, efficiency: 1 - part, speedUp: size * (1 - part) };
    },
  };
}

/** The bytes of rank 0's checkpoint, on every rank: other hosts need not have the file. */
function fileFromFirst(world: BlockingWorld, resume: string | true): Uint8Array {
  const file =
    world.rank === 0
      ? readFileSync(resume === true ? latestCheckpoint() : fileOf(resume, names.checkpoint))
      : undefined;
  const length = Float64Array.of(file?.length ?? 0);
  world.broadcast(length, 0);
  const bytes = new Uint8Array(length[0]!);
  if (file) bytes.set(file);
  world.broadcast(bytes, 0);
  return bytes;
}
