import { hashOf, knownOptions, shown } from "@descent/core/adapter";
import { checkHow, checkInto, checkRank, kindOf, startsOf } from "./check.ts";
import { MpiError } from "./error.ts";
import type { How, Numbers, World } from "./world.ts";

/** Memory that the threads of one process share to be ranks of one world; it can be posted to a worker. */
export interface SharedWorld {
  /** How many ranks there are. */
  readonly size: number;
  /** How many have arrived and how often all have left, then one word per rank for its operation. */
  readonly gate: Int32Array<SharedArrayBuffer>;
  /** One buffer per rank for the operation under way. */
  readonly rooms: SharedArrayBuffer;
}

/** Bytes that one rank shows the others at a time. */
const ROOM = 1 << 20;
const [ARRIVED, ROUND, FIRST] = [0, 1, 2] as const;

/** Makes the memory for a world of `size` threads. Throws unless it is 1 to 1,024. */
export function shareWorld(size: number): SharedWorld {
  if (!Number.isSafeInteger(size) || size < 1 || size > 1024)
    throw new MpiError(`A world of threads must have 1 to 1024 ranks; got ${shown(size)}.`);
  return {
    size,
    gate: new Int32Array(new SharedArrayBuffer(4 * (FIRST + size))),
    rooms: new SharedArrayBuffer(size * ROOM),
  };
}

/** Options of `joinWorld`. */
export interface JoinOptions {
  /** Seconds to wait for the other ranks before an error; default 60. */
  readonly timeout?: number | undefined;
}

/**
 * A rank of a world of worker threads: data-parallel training on one machine without MPI, and a world for tests. Operations
 * block the thread, so every rank needs its own. Ranks add up in their order, so all get the same bits. Throws if a rank does
 * not arrive in time, or if ranks call different operations, kinds or lengths.
 */
export function joinWorld(shared: SharedWorld, rank: number, options: JoinOptions = {}): World<void> {
  const { size, gate, rooms } = checkShared(shared);
  const { timeout = 60 } = knownOptions("joinWorld", options, ["timeout"]);
  checkRank("joinWorld", rank, size);
  if (typeof timeout !== "number" || !(timeout > 0))
    throw new MpiError(`\`timeout\` must be a number of seconds above 0; got ${shown(timeout)}.`);

  /** Waits for all ranks. */
  const meet = (what: string): void => {
    const round = Atomics.load(gate, ROUND);
    if (Atomics.add(gate, ARRIVED, 1) === size - 1) {
      Atomics.store(gate, ARRIVED, 0);
      Atomics.add(gate, ROUND, 1);
      Atomics.notify(gate, ROUND);
      return;
    }
    const until = Date.now() + timeout * 1000;
    while (Atomics.load(gate, ROUND) === round)
      if (Atomics.wait(gate, ROUND, round, Math.max(0, until - Date.now())) === "timed-out")
        throw new MpiError(
          `Rank ${rank}: ${what} has waited ${timeout} s for ${size - Atomics.load(gate, ARRIVED)} of ${size} ranks. Has a thread ended, or left out a call?`,
        );
  };

  /** Throws on every rank unless all are about to call the same operation. */
  const agree = (what: string): void => {
    Atomics.store(gate, FIRST + rank, hashOf(what));
    meet(what);
    const other = Array.from({ length: size }, (_, r) => r).find(
      (r) => Atomics.load(gate, FIRST + r) !== Atomics.load(gate, FIRST + rank),
    );
    meet(what);
    if (other !== undefined)
      throw new MpiError(
        `Rank ${rank} calls ${what}, and rank ${other} something else. All ranks must make the same calls in the same order.`,
      );
  };

  /** Shows every rank's bytes to all, piece by piece; `take` reads them by rank. */
  const exchange = (what: string, bytes: Uint8Array, width: number, take: Take): void => {
    const step = ROOM - (ROOM % width);
    const room = new Uint8Array(rooms, rank * ROOM, ROOM);
    for (let from = 0; from < bytes.length; from += step) {
      const piece = bytes.subarray(from, from + step);
      room.set(piece);
      meet(what);
      take(from / width, piece.length / width, (r) => rooms.slice(r * ROOM, r * ROOM + piece.length));
      meet(what);
    }
  };

  const reduced = (what: string, numbers: Numbers, how: How): Numbers => {
    const total = numbers.slice();
    const width = numbers.BYTES_PER_ELEMENT;
    exchange(what, bytesOf(numbers), width, (start, count, of) => {
      const into = total.subarray(start, start + count);
      for (let r = 0; r < size; r++) {
        const piece = viewLike(numbers, of(r));
        if (r === 0)
          into.set(piece as never); // of one kind
        else combine(into, piece, how);
      }
    });
    return total;
  };

  return {
    rank,
    size,
    localRank: rank,
    sum: (numbers, how = "sum") => {
      const kind = kindOf(numbers, "sum");
      checkHow(how);
      const what = `sum of ${numbers.length} ${kind} (${how})`;
      agree(what);
      numbers.set(reduced(what, numbers, how) as never); // of one kind
    },
    reduceScatter: (numbers, into, counts) => {
      const kind = kindOf(numbers, "reduceScatter");
      const starts = startsOf("reduceScatter", counts, size, numbers.length);
      checkInto("reduceScatter", numbers, into, counts[rank]!);
      const what = `reduceScatter of ${numbers.length} ${kind} as ${counts}`;
      agree(what);
      const total = reduced(what, numbers, "sum");
      into.set(total.subarray(starts[rank]!, starts[rank]! + counts[rank]!) as never); // of one kind
    },
    gather: (numbers, counts) => {
      const kind = kindOf(numbers, "gather");
      const starts = startsOf("gather", counts, size, numbers.length);
      const what = `gather of ${numbers.length} ${kind} as ${counts}`;
      agree(what);
      exchange(what, bytesOf(numbers), numbers.BYTES_PER_ELEMENT, (start, count, of) => {
        for (let r = 0; r < size; r++) {
          const from = Math.max(start, starts[r]!);
          const to = Math.min(start + count, starts[r]! + counts[r]!);
          if (to > from) numbers.set(viewLike(numbers, of(r)).subarray(from - start, to - start) as never, from); // of one kind
        }
      });
    },
    allToAll: (numbers, into, counts) => {
      const kind = kindOf(numbers, "allToAll");
      const starts = startsOf("allToAll", counts, size, numbers.length);
      const mine = counts[rank]!; // one per rank
      checkInto("allToAll", numbers, into, mine * size);
      const what = `allToAll of ${numbers.length} ${kind} as ${counts}`;
      agree(what);
      const first = starts[rank]!;
      exchange(what, bytesOf(numbers), numbers.BYTES_PER_ELEMENT, (start, count, of) => {
        const from = Math.max(start, first);
        const to = Math.min(start + count, first + mine);
        for (let r = 0; r < size && to > from; r++)
          into.set(viewLike(numbers, of(r)).subarray(from - start, to - start) as never, r * mine + from - first); // of one kind
      });
    },
    broadcast: (numbers, from) => {
      const kind = kindOf(numbers, "broadcast");
      checkRank("broadcast", from, size);
      const what = `broadcast of ${numbers.length} ${kind} from ${from}`;
      agree(what);
      exchange(what, bytesOf(numbers), numbers.BYTES_PER_ELEMENT, (start, _, of) => {
        numbers.set(viewLike(numbers, of(from)) as never, start); // of one kind
      });
    },
    barrier: () => agree("barrier"),
  };
}

/** Reads a piece of `count` numbers from `start` on; `of(r)` is a copy of rank r's. */
type Take = (start: number, count: number, of: (rank: number) => ArrayBuffer | SharedArrayBuffer) => void;

const bytesOf = (numbers: Numbers): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** An array of the same kind over other memory. */
const viewLike = (numbers: Numbers, memory: ArrayBuffer | SharedArrayBuffer): Numbers =>
  new (numbers.constructor as new (memory: ArrayBuffer | SharedArrayBuffer) => Numbers)(memory); // every kind has this constructor

/** NaN wins, as in MPI's sum; MPI leaves open what its maximum and minimum do with it. */
function combine(into: Numbers, piece: Numbers, how: How): void {
  for (let i = 0; i < into.length; i++) {
    const [a, b] = [into[i]!, piece[i]!];
    if (typeof a === "bigint" || typeof b === "bigint")
      into[i] = (how === "sum" ? BigInt(a) + BigInt(b) : (how === "max") === a > b ? a : b) as never; // both are
    else into[i] = (how === "sum" ? a + b : Math[how](a, b)) as never; // a number fits where numbers were
  }
}

function checkShared(shared: unknown): SharedWorld {
  if (isShared(shared)) return shared;
  throw new MpiError("joinWorld takes the memory that shareWorld(size) made, posted to this thread.");
}

const isShared = (shared: unknown): shared is SharedWorld =>
  typeof shared === "object" &&
  shared !== null &&
  "size" in shared &&
  "gate" in shared &&
  shared.gate instanceof Int32Array &&
  shared.gate.length - FIRST === shared.size &&
  "rooms" in shared &&
  shared.rooms instanceof SharedArrayBuffer;
