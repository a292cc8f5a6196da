// npm run bench -- cost: what data-parallel training costs from 2 to 10,000 nodes, on paper. The predictions for 2 to 8
// hosts are beside measurements in `npm run bench -- world hosts` ( Thakur et al., 2005, for the two algorithms; Young, 1974, for checkpoints).

/** A network between nodes. */
export interface Net {
  readonly name: string;
  /** Seconds of a message. */
  readonly latency: number;
  /** Bytes per second in each direction. */
  readonly bandwidth: number;
}

/** A step of training. */
export interface Work {
  readonly name: string;
  /** Bytes of gradients. */
  readonly bytes: number;
  /** Seconds of computing on one node. */
  readonly seconds: number;
  /** The standard deviation of that from node to node, as a part of it. */
  readonly spread: number;
}

/** Seconds of an all-reduce by a ring: the least bytes, and as many messages as nodes, twice. */
export const ring = (nodes: number, bytes: number, { latency, bandwidth }: Net): number =>
  2 * (nodes - 1) * latency + (2 * (nodes - 1) * bytes) / (nodes * bandwidth);

/** Seconds by halving and doubling: the same bytes in fewer messages. */
export const halving = (nodes: number, bytes: number, { latency, bandwidth }: Net): number =>
  2 * Math.ceil(Math.log2(nodes)) * latency + (2 * (nodes - 1) * bytes) / (nodes * bandwidth);

/**
 * Seconds of a sum of one number: log₂ N exchanges, a message each way. Where ranks share cores, one that waits sleeps until it looks
 * again, `nap` seconds per message.
 */
export const oneNumber = (nodes: number, { latency }: Net, nap = 0): number =>
  2 * Math.ceil(Math.log2(nodes)) * (latency + nap);

/** How much longer than the mean the slowest of `nodes` takes, in standard deviations: the expected maximum of normal numbers. */
export const slowest = (nodes: number): number => {
  // Blom's approximation, within 0.02 of the exact values from 2 to 10,000.
  const p = (nodes - 0.375) / (nodes + 0.25);
  return nodes === 1 ? 0 : quantile(p);
};

/** The part of the time that is lost to checkpoints and to work done again, at Young's best interval √(2 δ M). */
export function lostToFailures(
  nodes: number,
  { checkpoint, yearsToFailure }: { readonly checkpoint: number; readonly yearsToFailure: number },
): { readonly interval: number; readonly part: number } {
  const between = (yearsToFailure * 365.25 * 86_400) / nodes;
  const interval = Math.sqrt(2 * checkpoint * between);
  return { interval, part: Math.min(1, checkpoint / interval + interval / (2 * between)) };
}

/** The part of the time that nodes compute, if they exchange once in `every` steps. */
export function efficiency(nodes: number, { bytes, seconds, spread }: Work, net: Net, every = 1): number {
  const best = Math.min(ring(nodes, bytes, net), halving(nodes, bytes, net));
  // Over several steps between exchanges the nodes' luck evens out.
  const waiting = (seconds * spread * slowest(nodes)) / Math.sqrt(every);
  return seconds / (seconds + waiting + best / every);
}

/** The quantile of the standard normal distribution (Acklam's rational approximation, to 1e-9 relative). */
function quantile(p: number): number {
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
  ];
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
  const at = (numbers: readonly number[], x: number): number => numbers.reduce((sum, k) => sum * x + k, 0);
  if (p > 0.97575) {
    const q = Math.sqrt(-2 * Math.log(1 - p));
    return -at(c, q) / at([...d, 1], q);
  }
  const q = p - 0.5;
  return (at(a, q * q) * q) / at([...b, 1], q * q);
}

const nets: readonly Net[] = [
  { name: "1 Gbit/s, 100 µs", latency: 1e-4, bandwidth: 1.18e8 },
  { name: "25 Gbit/s, 20 µs", latency: 2e-5, bandwidth: 2.9e9 },
  { name: "200 Gbit/s RDMA, 3 µs", latency: 3e-6, bandwidth: 2.3e10 },
];
const works: readonly Work[] = [
  { name: "25 M weights, 0.5 s per step", bytes: 1e8, seconds: 0.5, spread: 0.02 },
  { name: "1 G weights, 5 s per step", bytes: 4e9, seconds: 5, spread: 0.02 },
];

/** Prints the tables. */
export function cost(): void {
  const sizes = [2, 8, 64, 512, 10_000];
  const percent = (x: number): string => `${Math.round(100 * x)} %`.padStart(6);
  for (const work of works) {
    console.log(`\n${work.name}: efficiency with an exchange in every step | once in 50 steps`);
    console.log(`${"nodes".padEnd(24)}${sizes.map((n) => String(n).padStart(16)).join("")}`);
    for (const net of nets)
      console.log(
        `${net.name.padEnd(24)}${sizes
          .map((n) => `${percent(efficiency(n, work, net))} |${percent(efficiency(n, work, net, 50))}`.padStart(16))
          .join("")}`,
      );
  }
  console.log("\nCheckpoints of 30 s, nodes that fail once in 5 years: best interval, and the part of the time lost");
  for (const nodes of sizes) {
    const { interval, part } = lostToFailures(nodes, { checkpoint: 30, yearsToFailure: 5 });
    console.log(
      `${String(nodes).padStart(6)} nodes: every ${(interval / 60).toFixed(0)} min, ${(100 * part).toFixed(2)} %`,
    );
  }
}
