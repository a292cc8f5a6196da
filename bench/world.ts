import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { mpirun } from "../tests/optional.ts";
import { halving } from "./cost.ts";
import { machine } from "./machine.ts";
import { load } from "./measure.ts";
import { digits, scientific, table } from "./report.ts";

const hostsScript = path.join(import.meta.dirname, "hosts.sh");
/** Tests, and another run, may have hosts of their own. */
const net = 1 + (process.pid % 250);
/** Sums over slow networks: every one takes about half a second. */
const ROUNDS = 10;
const SIZES = [1, 1e4, 1e5, 1e6, 1e7] as const;
/** Bytes per second of a host, and the seconds of a message, between network namespaces. */
const SLOW = { name: "100 Mbit/s", bandwidth: 12.5e6, latency: 1e-4 };

/** Starts a program; resolves to its standard output. Throws with its errors where it fails. */
function output(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(file, args, { env: { ...process.env, ...env } });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(out) : reject(new Error(`${file} ended with ${code}: ${err}`))));
  });
}

/** The best milliseconds of copying that many floats. */
function memcpy(size: number): number {
  const [from, to] = [new Float32Array(size).fill(1), new Float32Array(size)];
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    const begun = performance.now();
    for (let i = 0; i < 1e6 / size; i++) to.set(from);
    least = Math.min(least, (performance.now() - begun) / Math.max(1, Math.ceil(1e6 / size)));
  }
  return least;
}

/** Sums over ranks and steps of them, beside copying, torch's gloo and DistributedDataParallel; with `hosts`, over slow networks too. */
export async function world(hosts: boolean, say: (text: string) => void): Promise<string> {
  if (mpirun === undefined) throw new Error("There is no MPI here: npm run setup:mpi");
  const before = load();
  const rank = path.join(import.meta.dirname, "world-rank.ts");
  const tsx = import.meta.resolve("tsx");
  const env = {
    TSX_TSCONFIG_PATH: path.join(import.meta.dirname, "../tsconfig.test.json"),
    PATH: `${path.dirname(mpirun)}${path.delimiter}${process.env.PATH}`,
  };
  const ranks = async (
    size: number,
    args: readonly string[],
    more: readonly string[] = [],
    extra = {},
    within: readonly string[] = [],
  ): Promise<unknown> => {
    const [file, ...before] = [...within, mpirun!, ...more];
    const out = await output(file!, [...before, "-n", String(size), process.execPath, "--import", tsx, rank, ...args], {
      ...env,
      ...extra,
    });
    return JSON.parse(/^@(.*)$/m.exec(out)![1]!); // rank 0 prints one
  };
  say("all-reduce of two ranks");
  const ours = (await ranks(2, ["allreduce", SIZES.join()])) as number[];
  say("torch");
  const torch = await gloo(2);
  const alone = torch && (await gloo(1));
  say("a step");
  const [one, two] = [(await ranks(1, ["step"])) as number, (await ranks(2, ["step"])) as number];
  const rows = SIZES.map((size, i) => [
    scientific(size),
    digits(memcpy(size)),
    digits(ours[i]!),
    torch ? digits(torch.times[i]!) : "–",
  ]);
  const steps = [
    ["1", digits(one), alone?.step ? digits(alone.step) : "–"],
    ["2", digits(two), torch?.step ? digits(torch.step) : "–"],
    [
      "efficiency, 2 × the examples",
      digits(one / two),
      torch?.step && alone?.step ? digits(alone.step / torch.step) : "–",
    ],
  ];
  return [
    "## Many processes",
    `- ${machine()}; ${new Date().toISOString().slice(0, 10)}; load average ${before.toFixed(1)} before, ${load().toFixed(1)} after; the best of 8 to 300 runs, by the slowest rank${torch ? `; torch ${torch.version}` : "; torch is not installed"}.`,
    "All-reduce of two ranks on this machine, in ms:",
    table(["floats", "memcpy", "@descent/mpi", "torch gloo"], rows),
    "A step of an MLP 784-256-10, 128 examples per rank, one thread per rank, in ms:",
    table(["ranks", "Trainer, AdamW", "PyTorch DDP, AdamW"], steps),
    ...(hosts ? [await overNetworks(ranks, say)] : []),
  ].join("\n\n");
}

interface Gloo {
  readonly times: readonly number[];
  readonly step: number | null;
  readonly version: string;
}

async function gloo(ranks: number): Promise<Gloo | undefined> {
  const script = path.join(import.meta.dirname, "torch_world.py");
  const port = String(20_000 + (process.pid % 20_000) + ranks);
  const args = [
    script,
    String(ranks),
    JSON.stringify(ranks > 1 ? SIZES : []),
    JSON.stringify([128, 784, 256, 10]),
    port,
  ];
  try {
    return JSON.parse(await output(process.env.DESCENT_PYTHON ?? "python3", args)) as Gloo;
  } catch {
    return undefined; // torch is not installed
  }
}

/** 4 MB between 2, 4 and 8 hosts at 100 Mbit/s, beside the model, with the bytes that crossed. */
async function overNetworks(
  ranks: (
    size: number,
    args: readonly string[],
    more?: readonly string[],
    env?: object,
    within?: readonly string[],
  ) => Promise<unknown>,
  say: (text: string) => void,
): Promise<string> {
  if (process.getuid?.() !== 0) return "Hosts made of network namespaces need root: left out.";
  const env = { DESCENT_HOSTS: String(net) };
  const script = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(hostsScript, args, {
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
    if (status !== 0) throw new Error(`hosts.sh ${args.join(" ")} ended with ${status}: ${stderr}`);
    return stdout.trim();
  };
  const rows: string[][] = [];
  for (const count of [2, 4, 8]) {
    say(`${count} hosts`);
    try {
      script("up", String(count), "100mbit");
      const names = Array.from({ length: count }, (_, i) => `10.77.${net}.${i + 1}:1`).join(",");
      const placed = ["-launcher", "ssh", "-launcher-exec", hostsScript, "-hosts", names, "-iface", `ds${net}b`];
      const from = Number(script("received", "1"));
      const settings = { ...env, UCX_TLS: "tcp,self" };
      const within = [hostsScript, "on"];
      const [took] = (await ranks(count, ["allreduce", "1000000", String(ROUNDS)], placed, settings, within)) as [
        number,
      ];
      const crossed = (Number(script("received", "1")) - from) / ROUNDS;
      rows.push([
        String(count),
        digits(1000 * halving(count, 4e6, SLOW)),
        digits(took),
        digits(crossed / 1e6),
        digits((2 * (count - 1) * 4) / count),
      ]);
    } finally {
      script("down", String(count));
    }
  }
  return [
    `All-reduce of 1e6 floats between hosts at 100 Mbit/s (network namespaces on one machine), the best of ${ROUNDS} in ms:`,
    table(["hosts", "the model", "@descent/mpi", "MB received by a host, per sum", "by the model"], rows),
  ].join("\n\n");
}
