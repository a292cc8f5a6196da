import { machine } from "./machine.ts";
import { load } from "./measure.ts";
import { type Divided, gloo, type Job, ours, reasonOf, type Took } from "./ranks.ts";
import { digits, scientific, table } from "./report.ts";

const SIZES = [1, 1e4, 1e5, 1e6, 1e7] as const;
const ROUNDS = [300, 300, 300, 40, 8] as const;
const MODELS = { mlp: "MLP 784-256-10, batch 128", cnn: "CNN, batch 64" } as const;
/** Each side's turns: a machine that is busy for a while is busy for both. */
const TURNS = 3;

/** The best of every part over all turns. */
const bestOf = (turns: readonly Took[]): number[] =>
  turns[0]?.times.map((_, i) => Math.min(...turns.map(({ times }) => times[i]!))) ?? []; // one job: as many times

/** The best milliseconds of copying that many floats. */
function memcpy(size: number): number {
  const [from, to] = [new Float32Array(size).fill(1), new Float32Array(size)];
  const each = Math.max(1, Math.ceil(1e6 / size));
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    const begun = performance.now();
    for (let i = 0; i < each; i++) to.set(from);
    least = Math.min(least, (performance.now() - begun) / each);
  }
  return least;
}

/** Lets both sides do jobs in turns; a peer that fails once is left out, with its reason. */
export class Matches {
  why: string | undefined;
  readonly versions = new Set<string>();

  async play(
    job: Job,
    turns: number,
    mine: (job: Job) => Promise<Took>,
    theirs: (job: Job) => Promise<Took>,
  ): Promise<{ readonly mine: readonly number[]; readonly torch: readonly number[] | undefined }> {
    const [own, others]: [Took[], Took[]] = [[], []];
    for (let turn = 0; turn < turns; turn++) {
      own.push(await mine(job));
      if (this.why === undefined)
        try {
          others.push(await theirs(job));
        } catch (error) {
          this.why = reasonOf(error);
        }
    }
    for (const { version } of own) if (version !== "") this.versions.add(version);
    for (const { version } of others) this.versions.add(`torch ${version}`);
    return { mine: bestOf(own), torch: this.why === undefined ? bestOf(others) : undefined };
  }

  /** The lines of conditions. */
  conditions(before: number, how: string): string {
    return [
      `- ${machine()}; ${[...this.versions].join(", ")}.`,
      `- ${new Date().toISOString().slice(0, 10)}; load average ${before.toFixed(1)} before, ${load().toFixed(1)} after; ${how}.`,
      ...(this.why === undefined ? [] : [`- torch is left out: ${this.why}`]),
    ].join("\n");
  }
}

/** "met", or where it is missed. */
export const verdict = (missed: readonly string[]): string =>
  missed.length === 0 ? "met" : `missed at ${missed.join(", ")}`;

/** The ways to divide a training, as they are given. */
const DIVIDED: Readonly<Record<Divided, string>> = {
  nothing: "",
  state: '`shard: "state"`',
  gradients: '`shard: "gradients"`, a record',
  "one by one": '`shard: "gradients"`, one by one',
};

/** The memory of a rank, by how many there are and what they divide. */
async function memory(): Promise<string> {
  const rows: string[][] = [];
  for (const size of [1, 2, 4])
    for (const divided of Object.keys(DIVIDED) as Divided[]) {
      if (size === 1 && divided !== "nothing") continue;
      const { times } = await ours(size, { what: "memory", divided });
      rows.push([String(size), DIVIDED[divided], ...times.map((mb) => mb.toFixed(0))]);
    }
  return table(["ranks", "", "state", "gradients and exchange", "process, at most"], rows);
}

/** Sums over two ranks of this machine and steps of them, beside copying, torch's gloo and DistributedDataParallel. */
export async function world(say: (text: string) => void): Promise<string> {
  const before = load();
  const matches = new Matches();
  const on = (ranks: number, job: Job): ReturnType<Matches["play"]> =>
    matches.play(
      job,
      TURNS,
      (job) => ours(ranks, job),
      (job) => gloo(ranks, job),
    );
  say("sums of two ranks");
  const sums = await on(2, { what: "sum", sizes: SIZES, rounds: ROUNDS });
  const rows = SIZES.map((size, i) => {
    const [mine, torch] = [sums.mine[i]!, sums.torch?.[i] ?? Number.NaN]; // one per size
    return [scientific(size), digits(memcpy(size)), digits(mine), digits(torch), digits(torch / mine)];
  });
  const slower = SIZES.filter((_, i) => sums.torch !== undefined && sums.mine[i]! > sums.torch[i]!).map(scientific);
  say("memory");
  const held = await memory();
  say("steps");
  const names = Object.keys(MODELS) as (keyof typeof MODELS)[]; // its keys
  const job: Job = { what: "step", models: names };
  const [one, two] = [await on(1, job), await on(2, job)];
  // The same step twice at once, without any exchange: what the machine's memory and cores leave of it.
  const both = await Promise.all([ours(1, job), ours(1, job)]);
  const inefficient: string[] = [];
  const steps = names.flatMap((name, i) => {
    const apart = Math.max(...both.map(({ times }) => times[i]!)); // one per model, here and below
    const [alone, together] = [one.mine[i]!, two.mine[i]!];
    const [theirs, theirTwo] = [one.torch?.[i] ?? Number.NaN, two.torch?.[i] ?? Number.NaN];
    if (alone / together < 0.9) inefficient.push(`${name} (${digits(apart / together)} of two that do not exchange)`);
    return [
      [MODELS[name], "1", digits(alone), digits(theirs)],
      ["", "2", digits(together), digits(theirTwo)],
      ["", "two processes that do not exchange", digits(apart), ""],
      ["", "efficiency: 1 over 2", digits(alone / together), digits(theirs / theirTwo)],
    ];
  });
  return [
    "## Many processes",
    matches.conditions(
      before,
      `the best of ${TURNS} turns of 8 to 300 runs, each by its slowest rank; the sides take turns`,
    ),
    "The sum of two ranks on this machine, in ms; the last column is torch's gloo over @descent/mpi:",
    table(["floats", "memcpy", "@descent/mpi", "torch gloo", "ratio"], rows),
    "The memory of a rank in MB, AdamW on 16 tensors of a million float32 (67 MB of parameters):",
    held,
    "A step with AdamW, every rank on a whole batch with one thread, in ms:",
    table(["model", "ranks", "Trainer", "PyTorch DDP"], steps),
    table(
      ["aim", ""],
      [
        ["never slower than gloo", sums.torch ? verdict(slower) : "not measured"],
        ["efficiency of 2 ranks ≥ 0.9", verdict(inefficient)],
      ],
    ),
  ].join("\n\n");
}
