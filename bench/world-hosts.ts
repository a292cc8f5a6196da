import { availableParallelism } from "node:os";
import { halving, oneNumber, ring, slowest } from "./cost.ts";
import { load } from "./measure.ts";
import { gloo, type Job, makeHosts, ours, type Took } from "./ranks.ts";
import { digits, table } from "./report.ts";
import { Matches, verdict } from "./world.ts";

const HOSTS = [2, 4, 8] as const;
/** Sums over slow networks: every one takes about half a second. */
const ROUNDS = 6;
const BYTES = 4e6;
/** Of each frame of 1514 bytes 1448 are TCP's payload; the rate of a link counts all. */
const PAYLOAD = 1448 / 1514;
const RATE = 100e6 / 8;
/** Both sides fill the link; differences as small as this are those of its queue. */
const NOISE = 1.02;

/** Waits for the slowest rank: milliseconds of work, and how far they vary. */
const WAIT = { what: "wait", rounds: 60, mean: 40, spread: 10 } as const;

/** The median of the seconds for which a thread that asks for 50 µs sleeps, as @descent/mpi does where ranks outnumber cores. */
function nap(): number {
  const still = new Int32Array(new SharedArrayBuffer(4));
  const times = Array.from({ length: 201 }, () => {
    const begun = performance.now();
    Atomics.wait(still, 0, 0, 0.05);
    return performance.now() - begun;
  });
  return times.sort((a, b) => a - b)[100]! / 1000; // the middle one
}

/**
 * Sums of 4 MB and of one number between 2, 4 and 8 hosts at 100 Mbit/s, beside torch's gloo and the model of cost.ts, with the
 * bytes that crossed; and how long ranks wait for the slowest. Needs root.
 */
export async function worldHosts(say: (text: string) => void): Promise<string> {
  if (process.getuid?.() !== 0)
    return "## Many hosts\n\nLeft out: hosts made of network namespaces need root. Run it as root.";
  const before = load();
  const matches = new Matches();
  const job: Job = { what: "sum", sizes: [BYTES / 4, 1], rounds: [ROUNDS, 100] };
  const rows: string[][] = [];
  const predictions: string[][] = [];
  const [overRing, slower]: [string[], string[]] = [[], []];
  let latency = Number.NaN;
  for (const count of HOSTS) {
    const hosts = makeHosts(count, "100mbit");
    try {
      let crossed = 0;
      const mine = async (): Promise<Took> => {
        const from = hosts.received();
        const took = await ours(count, job, hosts.place);
        crossed = hosts.received() - from;
        return took;
      };
      say(`${count} hosts: sums`);
      const sums = await matches.play(job, 1, mine, () => gloo(count, job, hosts.place));
      const [large, tiny] = sums.mine as [number, number]; // two sizes
      // Two hosts tell what a message takes; the others are predicted from it.
      if (count === 2) latency = tiny / 2000;
      const net = { name: "100 Mbit/s", bandwidth: RATE * PAYLOAD, latency };
      const byRing = 1000 * ring(count, BYTES, { ...net, bandwidth: RATE });
      const torch = sums.torch?.[0] ?? Number.NaN;
      if (large > 1.1 * byRing) overRing.push(`${count} hosts`);
      if (large > NOISE * torch) slower.push(`${count} hosts`);
      rows.push([
        String(count),
        digits(byRing),
        digits(large),
        digits(large / byRing),
        digits(torch),
        digits(crossed / ROUNDS / 1e6),
        digits((2 * (count - 1) * BYTES) / count / 1e6),
      ]);
      say(`${count} hosts: the slowest`);
      const waited = (await ours(count, WAIT)).times[0]!;
      const predicted = (text: string, guess: number, measured: number): string[] => [
        text,
        String(count),
        digits(guess),
        digits(measured),
        digits(measured / guess),
      ];
      predictions.push(
        predicted("4 MB", 1000 * halving(count, BYTES, net), large),
        predicted("one number", 1000 * oneNumber(count, net, count > availableParallelism() ? nap() : 0), tiny),
        predicted("the slowest of 40 ± 10 ms", WAIT.mean + WAIT.spread * slowest(count), waited),
      );
    } finally {
      hosts.down();
    }
  }
  return [
    "## Many hosts",
    matches.conditions(before, `the best of ${ROUNDS} runs, by the slowest rank`),
    "The sum of 4 MB between hosts at 100 Mbit/s (network namespaces on one machine), in ms; the ring's model has 12.5 MB/s without headers:",
    table(
      ["hosts", "the ring's model", "@descent/mpi", "ratio", "torch gloo", "MB received by a host", "by the model"],
      rows,
    ),
    "Predictions of `npm run bench -- cost` for these hosts, in ms. Bandwidth is the link's without headers, a message's time is half of the sum of one number between two hosts; where hosts outnumber the cores they share, a rank sleeps before each:",
    table(["", "hosts", "predicted", "measured", "ratio"], predictions),
    table(
      ["aim", ""],
      [
        ["≤ 1.1 times the ring's model", verdict(overRing)],
        ["never slower than gloo, by more than 2 %", matches.why === undefined ? verdict(slower) : "not measured"],
      ],
    ),
  ].join("\n\n");
}
