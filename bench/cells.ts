import { freemem } from "node:os";
import { type Compiled, compile } from "./compiler.ts";
import { ContenderProcess } from "./contender-process.ts";
import { type Effort, type Entry, load, type Measured, median, play } from "./measure.ts";
import { ARRAYS_BYTES, base, type Home, idOf, limits, type Peer } from "./peers.ts";
import { javascript, noPyTorch, pytorch } from "./processes.ts";
import { RATE, type Rule, STILL } from "./protocol.ts";
import { conditions } from "./report.ts";

/** `count` equal tensors with `total` parameters altogether. */
export interface Cell {
  readonly count: number;
  readonly total: number;
}

/** The measurements of one rule. */
export interface Cells {
  readonly rule: Rule;
  readonly effort: Effort;
  of(peer: Peer, cell: Cell): Measured | undefined;
  /** The memory limit measured alongside, and the bytes it moves per parameter. */
  limit(threads: number, cell: Cell): { readonly measured: Measured; readonly bytes: number } | undefined;
  /** The conditions; then the peers that were left out, and those that did different work. */
  readonly conditions: string;
  readonly notes: readonly string[];
}

/** The relative difference of parameters allowed after the first steps: tf.train.adam has no weight decay. */
const APART = 1e-3;
function another({ proof }: Measured, { proof: wanted }: Measured): boolean {
  return wanted.some((x, i) => !(Math.abs((proof[i] ?? Number.NaN) / x - 1) <= APART));
}

/** Measures every peer that has the rule, in processes of their own: one match per cell. */
export async function measure(
  rule: Rule,
  peers: readonly Peer[],
  cells: readonly Cell[],
  effort: Effort,
  say: (text: string) => void,
): Promise<Cells> {
  const compiled: Compiled = compile();
  const noTorch = noPyTorch();
  const missing = new Map<Home, string>();
  if ("why" in compiled) missing.set("c", `C: left out, ${compiled.why}.`);
  for (const home of ["native", "native shared"] as const)
    if ("why" in compiled) missing.set(home, `Descent's machine code: left out, ${compiled.why}.`);
  for (const home of ["torch", "torch shared"] as const)
    if (noTorch !== undefined) missing.set(home, `PyTorch: left out, ${noTorch}.`);
  const limit: readonly Peer[] = "why" in compiled ? limits.javascript : limits.c;
  const players = [...peers.filter(({ rules }) => rules.includes(rule)), ...limit].filter(
    ({ home }) => !missing.has(home),
  );
  const start = (home: Home): ContenderProcess => {
    if (home === "torch" || home === "torch shared") return pytorch("torch_step.py", home === "torch" ? 1 : 2);
    return home === "c" && "program" in compiled ? new ContenderProcess(compiled.program, []) : javascript();
  };
  const homes = new Map<Home, ContenderProcess>();
  /** A process that ran out of memory is started again for the next cell. */
  const processOf = (home: Home): ContenderProcess => {
    let process = homes.get(home);
    if (process === undefined || process.ended) homes.set(home, (process = start(home)));
    return process;
  };
  const notes = new Set(missing.values());
  const found = new Map<string, Measured>();
  const versions: Record<string, string> = {};
  const before = load();
  try {
    for (const cell of cells) {
      const name = `${rule}, ${cell.count} × ${cell.total / cell.count}`;
      const able = players.filter(
        ({ least = 0, most = Number.POSITIVE_INFINITY }) => least <= cell.total && cell.total <= most,
      );
      for (const peer of players)
        if (cell.total > (peer.most ?? cell.total))
          notes.add(`${peer.label}: left out above ${peer.most} parameters, because a step takes seconds there.`);
      for (const together of batches(able, cell)) {
        const entries = together.map((peer): Entry => {
          const [id, label, process] = [idOf(peer), peer.label, processOf(peer.home)];
          const what = { rule: peer.rules[0] === "limit" ? "limit" : rule, count: cell.count, size: cell.total / cell.count } as const; // biome-ignore format: one line
          const task = {
            kind: "step",
            who: peer.who,
            threads: peer.threads,
            rate: RATE,
            still: STILL,
            ...what,
          } as const;
          return { id, label, threads: peer.threads, process, task };
        });
        const match = await play(entries, effort, (text) => say(`${name}, ${text}`));
        Object.assign(versions, match.versions);
        for (const { entry, why } of match.absent) notes.add(`${entry.label}: left out of ${name}, ${why}.`);
        const first = match.measured.find(({ entry }) => entry.id === idOf(base));
        for (const one of match.measured) {
          if (first && one.entry.task.kind === "step" && one.entry.task.rule === rule && another(one, first))
            notes.add(
              `${one.entry.label}: its parameters differ after the first steps of ${name}, so the times do not compare.`,
            );
          const at = key(one.entry.id, cell);
          if (!found.has(at)) found.set(at, one);
        }
      }
    }
  } finally {
    for (const one of homes.values()) one.close();
    if ("program" in compiled) compiled.remove();
  }
  const busy = [1, 2].flatMap((threads) => {
    const turns = [...found.values()].filter(({ entry }) => entry.threads === threads).flatMap(({ turns }) => turns);
    return turns.length > 0 ? [median(turns.map((t) => t.busy))] : [];
  });
  return {
    rule,
    effort,
    of: (peer, cell) => found.get(key(idOf(peer), cell)),
    limit(threads, cell) {
      const measured = found.get(key(idOf({ ...limit[0]!, threads: threads === 2 ? 2 : 1 }), cell)); // there always is one
      return measured && { measured, bytes: "why" in compiled ? 16 : 28 };
    },
    conditions: conditions({ before, after: load(), busy, effort, versions }),
    notes: [...notes],
  };
}

const key = (id: string, { count, total }: Cell): string => `${id} ${count} ${total}`;

/** Groups of peers that fit into memory together; the base is in each. */
function batches(peers: readonly Peer[], { total }: Cell): Peer[][] {
  const room = freemem() * 0.7;
  const need = (batch: readonly Peer[]): number =>
    batch.reduce((sum, { bytes = ARRAYS_BYTES }) => sum + bytes * total, 0);
  const out: Peer[][] = [];
  for (const peer of peers) {
    const last = out.at(-1);
    if (last && need([...last, peer]) <= room) last.push(peer);
    else out.push(peer === base || last === undefined ? [peer] : [base, peer]);
  }
  return out;
}
