import type { Cells } from "./cells.ts";
import { type Ratio, ratio } from "./measure.ts";
import { base, type Peer, peers } from "./peers.ts";
import { digits, scientific, table } from "./report.ts";

const peer = (who: string, threads = 1): Peer => {
  const found = peers.find((p) => p.who === who && p.threads === threads);
  if (found === undefined) throw new Error(`No peer "${who}" runs on ${threads} threads.`);
  return found;
};

/** A target for the update: the time of one peer over that of another. */
interface Aim {
  readonly text: string;
  /** The peer whose time is divided … */
  readonly of: Peer;
  /** … by the time of this one. */
  readonly over: Peer;
  readonly most?: number;
  readonly least?: number;
  readonly count: number;
  /** The sizes it applies to; all by default. */
  readonly from?: number;
  readonly to?: number;
}

const tfjs = { of: peer("tfjs"), over: peer("tfjs descent") };
const aims: readonly Aim[] = [
  { text: "≤ 1.1× C of 128 bits", of: base, over: peer("c baseline"), most: 1.1, count: 1 },
  { text: "≤ 1.25× C of this machine's vectors from 1e7 on", of: base, over: peer("c native"), most: 1.25, count: 1, from: 1e7 }, // biome-ignore format: one aim a line
  { text: "two threads ≤ 1.1× two threads of C, 128 bits, from 1e7 on", of: peer("arrays", 2), over: peer("c baseline", 2), most: 1.1, count: 1, from: 1e7 }, // biome-ignore format: one aim a line
  { text: "two threads ≤ 1.1× two threads of C, this machine's vectors, from 1e7 on", of: peer("arrays", 2), over: peer("c native", 2), most: 1.1, count: 1, from: 1e7 }, // biome-ignore format: one aim a line
  {
    text: "machine code ≤ 1.05× C of this machine's vectors",
    of: peer("native"),
    over: peer("c native"),
    most: 1.05,
    count: 1,
  },
  {
    text: "machine code ≤ 1.05× C of this machine's vectors, two threads",
    of: peer("native", 2),
    over: peer("c native", 2),
    most: 1.05,
    count: 1,
  },
  {
    text: "machine code on ordinary arrays ≤ 1.3× that on those of `allocate`",
    of: peer("native ordinary"),
    over: peer("native"),
    most: 1.3,
    count: 1,
  },
  {
    text: "PyTorch's fused is not faster than machine code, one tensor",
    of: peer("torch fused"),
    over: peer("native"),
    least: 1,
    count: 1,
  },
  {
    text: "PyTorch's fused is not faster than machine code, 200",
    of: peer("torch fused"),
    over: peer("native"),
    least: 1,
    count: 200,
  },
  {
    text: "PyTorch's fused is not faster than machine code, two threads",
    of: peer("torch fused", 2),
    over: peer("native", 2),
    least: 1,
    count: 1,
  },
  { text: "tf.train.adam on tfjs-wasm takes ≥ 7×, one tensor", ...tfjs, least: 7, count: 1 },
  { text: "tf.train.adam on tfjs-wasm takes ≥ 50×, 200 small ones", ...tfjs, least: 50, count: 200, to: 1e5 },
  { text: "jax-js's optax takes ≥ 20×, one tensor", of: peer("jax"), over: base, least: 20, count: 1 },
  { text: "jax-js's optax takes ≥ 20×, 200", of: peer("jax"), over: base, least: 20, count: 200 },
  { text: "not slower than PyTorch's foreach, one tensor", of: peer("torch foreach"), over: base, least: 1, count: 1 },
  { text: "not slower than PyTorch's foreach, 200", of: peer("torch foreach"), over: base, least: 1, count: 200 },
  { text: "not slower than PyTorch's fused, one tensor", of: peer("torch fused"), over: base, least: 1, count: 1 },
  { text: "not slower than PyTorch's fused, 200", of: peer("torch fused"), over: base, least: 1, count: 200 },
];

interface Found extends Ratio {
  readonly total: number;
}

/** AdamW's aims beside the measurements, as a table. */
export function aimsTable(cells: Cells, totals: readonly number[]): string {
  const rows = aims.map((aim) => {
    const found = totals
      .filter((total) => total >= (aim.from ?? 0) && total <= (aim.to ?? Number.POSITIVE_INFINITY))
      .flatMap((total): Found[] => {
        const cell = { count: aim.count, total };
        const [of, over] = [cells.of(aim.of, cell), cells.of(aim.over, cell)];
        return of && over ? [{ total, ...ratio(of, over) }] : [];
      });
    const told = found.map((one) => `${scientific(one.total)}: ${digits(one.median)} (${digits(one.best)})`).join(", ");
    return [aim.text, told === "" ? "–" : told, verdict(aim, found)];
  });
  return table(["aim", "measured", ""], rows);
}

function verdict({ most = Number.POSITIVE_INFINITY, least = 0 }: Aim, found: readonly Found[]): string {
  if (found.length === 0) return "not measured";
  const missed = found.filter(({ median }) => !(median <= most && median >= least));
  if (missed.length === 0) return "met";
  return missed.length === found.length
    ? "missed"
    : `missed at ${missed.map(({ total }) => scientific(total)).join(", ")}`;
}
