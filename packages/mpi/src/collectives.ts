import { hashOf, ranksText } from "@descent/core/adapter";
import { checkHow, checkInto, checkRank, kindOf, startsOf } from "./check.ts";
import { MpiError } from "./error.ts";
import { type Farewell, Farewells } from "./farewells.ts";
import type { Library } from "./library.ts";
import { room, settled } from "./memory.ts";
import type { Standing } from "./standing.ts";
import type { Numbers, World } from "./world.ts";

/** The operations of a world, without its description. */
type Operations<Done> = Pick<World<Done>, "sum" | "reduceScatter" | "allToAll" | "gather" | "broadcast" | "barrier">;

/** Where the ranks of a world run. */
export interface Placement {
  /** Whether some run on other hosts than others. */
  readonly apart: boolean;
  /** Whether a machine has more ranks than cores. */
  readonly crowded: boolean;
}

/** MPI in this process. */
export interface Collectives {
  readonly rank: number;
  readonly size: number;
  /** Fits the operations to where ranks run: all must be given the same. */
  place(placement: Placement): void;
  readonly blocking: Operations<void>;
  readonly polled: Operations<Promise<void>>;
  /**
   * Forms the world anew without the ranks that are gone, where these are the cause of an error; returns their numbers of before.
   * Undefined where the error has another cause.
   */
  survive(error: unknown): readonly number[] | undefined;
  /** Whether an operation has failed or timed out, after which ranks no longer agree. */
  failed(): boolean;
  ended(): boolean;
  /** Shuts MPI down, together with the other ranks. Throws if they do not come in time. */
  end(): void;
  /** Leaves MPI without shutting it down: this process was never part of that world. */
  abandon(): void;
  /** Ends all ranks with this code. */
  abort(code: number): void;
  /** Lets the system end this process after so many seconds, whatever MPI is waiting for; 0 takes that back. */
  alarm(seconds: number): void;
}

/** Errors of ULFM where ranks are gone, or another has noticed that. */
const LOST = /PROC_FAILED|REVOKED/;

/** One operation under way: lets MPI make progress, and says whether it is done. */
interface Request {
  readonly what: string;
  readonly done: () => boolean;
}

/** The fewest seconds that processes have to find each other: on a busy machine MPI takes several. */
const STARTING = 60;
/** The sizes of messages: in one machine larger ones would leave the cache between their steps. */
const TOGETHER = { bytes: 4 << 20, atOnce: 1 };
/** Between hosts the next pieces cross while one waits for a rank, and none fills a link's queue before the answers to others. */
const APART = { bytes: 512 << 10, atOnce: 4 };
/** Polls in a row before a blocked process sleeps for a moment: fewer where another rank waits for its core. */
const EAGER = 20_000;
const CROWDED = 20;
const NAP_MS = 0.05;
/** How long ranks that have waited in vain listen for each other. */
const CALLING_MS = 5000;
/** The tags of their calls and farewells, and the most ranks that say them. */
const CALL = 7;
const FAREWELL = 8;
const MOST_ASKED = 512;

/** Joins the processes of this launcher. Throws if MPI cannot be started. */
export function collectives(
  library: Library,
  {
    timeout,
    check,
    standing,
    elastic,
  }: { readonly timeout: number; readonly check: boolean; readonly standing: Standing; readonly elastic: boolean },
): Collectives {
  const { abi } = library;
  const POINTER = "void *";
  const int = (name: string, ...types: readonly string[]): ((...values: readonly unknown[]) => number) => {
    const call = library.call(name, ...types, POINTER);
    return (...values) => {
      const out = room(4);
      call(...values, out);
      return out.readInt32LE();
    };
  };
  library.alarm(Math.max(timeout, STARTING)); // where another process never comes, this one would wait for ever
  int("MPI_Init_thread", POINTER, POINTER, "int")(null, null, abi.funneled);
  library.alarm(0);
  let world = abi.world;
  const handle = library.call("MPI_Comm_set_errhandler", "H", "H");
  handle(world, abi.errorsReturn); // errors are exceptions
  const [rankIn, sizeOf] = [int("MPI_Comm_rank", "H"), int("MPI_Comm_size", "H")];
  let [rank, size] = [rankIn(world), sizeOf(world)];
  const revoke = elastic ? library.call("MPIX_Comm_revoke", "H") : undefined;
  const shrink = elastic ? library.call("MPIX_Comm_shrink", "H", POINTER) : undefined;
  const allreduce = library.call("MPI_Iallreduce", POINTER, POINTER, "int", "H", "H", "H", POINTER);
  const reduceScatter = library.call("MPI_Ireduce_scatter", POINTER, POINTER, POINTER, "H", "H", "H", POINTER);
  const allgatherv = library.call("MPI_Iallgatherv", POINTER, "int", "H", POINTER, POINTER, POINTER, "H", "H", POINTER);
  const alltoallv = library.call(
    "MPI_Ialltoallv",
    ...[POINTER, POINTER, POINTER, "H", POINTER, POINTER, POINTER, "H", "H", POINTER],
  );
  const broadcast = library.call("MPI_Ibcast", POINTER, "int", "H", "int", "H", POINTER);
  const barrier = library.call("MPI_Ibarrier", "H", POINTER);
  const send = library.call("MPI_Isend", POINTER, "int", "H", "int", "int", "H", POINTER);
  const receive = library.call("MPI_Irecv", POINTER, "int", "H", "int", "int", "H", POINTER);
  const test = library.call("MPI_Test", POINTER, POINTER, POINTER);
  const finalize = library.call("MPI_Finalize");
  const abortAll = library.call("MPI_Abort", "H", "int");
  const finalized = int("MPI_Finalized");

  let broken: MpiError | undefined;
  let busy = false;
  let left = false;
  let whole = true;
  let pieces = TOGETHER;
  let patience = EAGER;
  /** The exchanges that this rank has taken part in: the same on all ranks, since all make the same calls. */
  let exchanges = 0;
  /** Operations that have begun, whose memory MPI may still write to. */
  const pending = new Set<Request>();

  const fail = (error: unknown): never => {
    broken = error instanceof MpiError ? error : new MpiError(String(error));
    throw broken;
  };
  /** Begins an operation; its memory lives until the request is done. */
  const begin = (what: string, start: (request: Buffer) => void, ...alive: readonly unknown[]): Request => {
    const handle = room(8);
    const [flag, status] = [room(4), room(64)]; // "ignore the status" is another address in every library
    try {
      start(handle);
    } catch (error) {
      fail(error);
    }
    const request: Request = {
      what,
      done: () => {
        void alive;
        try {
          test(handle, flag, status);
        } catch (error) {
          pending.delete(request);
          fail(error);
        }
        const done = flag.readInt32LE() !== 0;
        if (done) pending.delete(request);
        return done;
      },
    };
    pending.add(request);
    return request;
  };
  /** Waits until MPI writes to no memory of ours any more, once the world has been revoked. */
  const drain = (): void => {
    for (const request of [...pending])
      try {
        while (!request.done()) Atomics.wait(REST, 0, 0, NAP_MS);
      } catch {
        // it has ended, by an error
      }
  };
  const late = ({ what }: Request): never => {
    const silent = size > MOST_ASKED ? [] : rollCall();
    const who =
      silent.length === 0
        ? "One is gone, stalled, or cut off"
        : `${silent.length === 1 ? `Rank ${silent[0]} does` : `Ranks ${silent.join(", ")} do`} not answer: gone, stalled, or cut off`;
    return fail(
      new MpiError(
        `Rank ${rank} of ${size} at step ${standing.step}: ${what} has waited ${timeout} s for the other ranks. ${who}. ${standing.advice}`,
      ),
    );
  };
  /** The ranks that do not say that they are waiting too. All that wait give up at about the same time, and call their names. */
  const rollCall = (): number[] => {
    const others = Array.from({ length: size }, (_, r) => r).filter((r) => r !== rank);
    const word = settled(Int32Array.of(rank));
    const type = abi.types["Int32Array"];
    try {
      const calls = others.map((to) => begin("a call", (r) => send(word, 1, type, to, CALL, world, r), word));
      const heard = others.map((from) => {
        const into = settled(new Int32Array(1));
        return { from, call: begin("a call", (r) => receive(into, 1, type, from, CALL, world, r), into) };
      });
      const until = performance.now() + CALLING_MS;
      let open = heard;
      while (open.length > 0 && performance.now() < until) {
        for (const call of calls) call.done();
        open = open.filter(({ call }) => !call.done());
        Atomics.wait(REST, 0, 0, NAP_MS);
      }
      return open.map(({ from }) => from);
    } catch {
      return []; // the library itself has noticed that a rank is gone
    }
  };

  // Ranks of an elastic world are lost and numbered anew; there MPI itself says that one is gone.
  const farewells =
    elastic || size === 1 || size > MOST_ASKED
      ? undefined
      : new Farewells(size, (into) =>
          begin(
            "a farewell",
            (r) => receive(into, into.length, abi.types["Float64Array"], abi.anyRank, FAREWELL, world, r),
            into,
          ),
        );
  /** Throws if a rank has left that this operation needs. */
  const expectAll = ({ what }: Request): void => {
    const gone = farewells?.without(exchanges) ?? [];
    if (gone.length > 0) fail(deserted(gone, what));
  };
  const deserted = (gone: readonly Farewell[], what: string): MpiError =>
    new MpiError(
      `${ranksText(gone.map((one) => one.rank))} of ${size} left at step ${gone[0]!.step} while rank ${rank} goes on: its ${what} waits for all ranks. Every rank must take the same updates; look for a loop that ends early, or process.exit(), on some ranks only.`, // somebody is gone
    );

  /** Throws if no operation can begin now. */
  const idle = (): void => {
    if (left) throw new MpiError("This world has ended. Start the processes again.");
    if (broken) throw new MpiError(`This world has failed before, and its ranks no longer agree: ${broken.message}`);
    if (busy) throw new MpiError("An operation of this world is under way. Await it before the next one.");
  };
  const blockingRun = (requests: Iterable<Request>): void => {
    idle();
    busy = true;
    try {
      for (const request of requests) {
        exchanges++;
        const until = performance.now() + timeout * 1000;
        for (let asked = 1; !request.done(); asked++) {
          if (asked % patience !== 0) continue;
          expectAll(request);
          if (performance.now() > until) late(request);
          Atomics.wait(REST, 0, 0, NAP_MS);
        }
      }
    } finally {
      busy = false;
    }
  };
  const polledRun = async (requests: Iterable<Request>): Promise<void> => {
    idle();
    busy = true;
    try {
      for (const request of requests) {
        exchanges++;
        const until = performance.now() + timeout * 1000;
        while (!request.done()) {
          expectAll(request);
          if (performance.now() > until) late(request);
          await new Promise(setImmediate);
        }
      }
    } finally {
      busy = false;
    }
  };

  /** With `check`, makes sure that all ranks are about to call the same operation. */
  function* agreed(what: string): Generator<Request> {
    if (!check) return;
    const hash = hashOf(what);
    const seen = settled(Float64Array.of(hash, -hash));
    const request = begin(
      "a check",
      (r) => allreduce(abi.inPlace, seen, 2, abi.types["Float64Array"], abi.operations.max, world, r),
      seen,
    );
    yield request;
    if (seen[0] !== -seen[1]!)
      fail(
        new MpiError(
          `Rank ${rank} calls ${what}, and another rank something else. All ranks must make the same calls in the same order, on the same kinds and lengths.`,
        ),
      );
  }

  const steps = {
    *sum(numbers: Numbers, how: string = "sum"): Generator<Request> {
      const kind = kindOf(numbers, "sum");
      checkHow(how);
      const what = `sum of ${numbers.length} ${kind} (${how})`;
      yield* agreed(what);
      const piece = pieces.bytes / numbers.BYTES_PER_ELEMENT;
      const open: Request[] = [];
      for (let from = 0; from < numbers.length; from += piece) {
        const part = settled(numbers.subarray(from, from + piece));
        if (open.length === pieces.atOnce) yield open.shift()!; // there is one
        open.push(
          begin(
            what,
            (r) => allreduce(abi.inPlace, part, part.length, abi.types[kind], abi.operations[how], world, r),
            part,
          ),
        );
      }
      yield* open;
    },
    *reduceScatter(numbers: Numbers, into: Numbers, counts: readonly number[]): Generator<Request> {
      const kind = kindOf(numbers, "reduceScatter");
      startsOf("reduceScatter", counts, size, numbers.length);
      checkInto("reduceScatter", numbers, into, counts[rank]!); // one per rank
      const what = `reduceScatter of ${numbers.length} ${kind} as ${counts}`;
      yield* agreed(what);
      const shares = settled(Int32Array.from(counts));
      const [all, kept] = [settled(numbers), settled(into)];
      yield begin(
        what,
        (r) => reduceScatter(all, kept, shares, abi.types[kind], abi.operations.sum, world, r),
        all,
        kept,
        shares,
      );
    },
    *gather(numbers: Numbers, counts: readonly number[]): Generator<Request> {
      const kind = kindOf(numbers, "gather");
      const starts = settled(Int32Array.from(startsOf("gather", counts, size, numbers.length)));
      const what = `gather of ${numbers.length} ${kind} as ${counts}`;
      yield* agreed(what);
      const shares = settled(Int32Array.from(counts));
      const all = settled(numbers);
      const type = abi.types[kind];
      yield begin(
        what,
        (r) => allgatherv(abi.inPlace, 0, type, all, shares, starts, type, world, r),
        all,
        shares,
        starts,
      );
    },
    *allToAll(numbers: Numbers, into: Numbers, counts: readonly number[]): Generator<Request> {
      const kind = kindOf(numbers, "allToAll");
      const starts = settled(Int32Array.from(startsOf("allToAll", counts, size, numbers.length)));
      const mine = counts[rank]!; // one per rank
      checkInto("allToAll", numbers, into, mine * size);
      const what = `allToAll of ${numbers.length} ${kind} as ${counts}`;
      yield* agreed(what);
      const shares = settled(Int32Array.from(counts));
      const equal = settled(new Int32Array(size).fill(mine));
      const places = settled(Int32Array.from({ length: size }, (_, r) => r * mine));
      const [all, got] = [settled(numbers), settled(into)];
      const type = abi.types[kind];
      yield begin(
        what,
        (r) => alltoallv(all, shares, starts, type, got, equal, places, type, world, r),
        all,
        shares,
        starts,
        got,
        equal,
        places,
      );
    },
    *broadcast(numbers: Numbers, from: number): Generator<Request> {
      const kind = kindOf(numbers, "broadcast");
      checkRank("broadcast", from, size);
      const what = `broadcast of ${numbers.length} ${kind} from ${from}`;
      yield* agreed(what);
      const piece = TOGETHER.bytes / numbers.BYTES_PER_ELEMENT;
      for (let at = 0; at < numbers.length; at += piece) {
        const part = settled(numbers.subarray(at, at + piece));
        yield begin(what, (r) => broadcast(part, part.length, abi.types[kind], from, world, r), part);
      }
    },
    *barrier(): Generator<Request> {
      yield* agreed("barrier");
      yield begin("barrier", (r) => barrier(world, r));
    },
  };

  /** Waits until all ranks leave: where one goes on, it learns that this one does not, and says so. */
  const leaveTogether = (): void => {
    const type = abi.types["Float64Array"];
    const all = farewells?.say({ rank, exchanges, step: standing.step }, (word, to) =>
      begin("a farewell", (r) => send(word, word.length, type, to, FAREWELL, world, r), word),
    );
    const until = performance.now() + timeout * 1000;
    while (all && !all()) {
      if (performance.now() > until) late({ what: "its end", done: all });
      Atomics.wait(REST, 0, 0, NAP_MS);
    }
  };

  return {
    get rank() {
      return rank;
    },
    get size() {
      return size;
    },
    place: ({ apart, crowded }) => {
      pieces = apart ? APART : TOGETHER;
      patience = crowded ? CROWDED : EAGER;
    },
    survive: (error) => {
      if (!revoke || !shrink || !(error instanceof MpiError) || !LOST.test(error.message)) return undefined;
      const [before, all] = [rank, size];
      const next = room(8);
      revoke(world); // ranks that still wait are told
      drain();
      shrink(world, next);
      world = next.readBigInt64LE();
      handle(world, abi.errorsReturn);
      [rank, size] = [rankIn(world), sizeOf(world)];
      broken = undefined;
      whole = false;
      const left = settled(new Int32Array(size));
      left[rank] = before;
      blockingRun(steps.gather(left, Array<number>(size).fill(1)));
      return Array.from({ length: all }, (_, r) => r).filter((r) => !left.includes(r));
    },
    blocking: {
      sum: (numbers, how) => blockingRun(steps.sum(numbers, how)),
      reduceScatter: (numbers, into, counts) => blockingRun(steps.reduceScatter(numbers, into, counts)),
      allToAll: (numbers, into, counts) => blockingRun(steps.allToAll(numbers, into, counts)),
      gather: (numbers, counts) => blockingRun(steps.gather(numbers, counts)),
      broadcast: (numbers, from) => blockingRun(steps.broadcast(numbers, from)),
      barrier: () => blockingRun(steps.barrier()),
    },
    polled: {
      sum: (numbers, how) => polledRun(steps.sum(numbers, how)),
      reduceScatter: (numbers, into, counts) => polledRun(steps.reduceScatter(numbers, into, counts)),
      allToAll: (numbers, into, counts) => polledRun(steps.allToAll(numbers, into, counts)),
      gather: (numbers, counts) => polledRun(steps.gather(numbers, counts)),
      broadcast: (numbers, from) => polledRun(steps.broadcast(numbers, from)),
      barrier: () => polledRun(steps.barrier()),
    },
    failed: () => broken !== undefined,
    ended: () => left || finalized() !== 0,
    end: () => {
      if (left) return;
      idle();
      leaveTogether();
      left = true;
      if (whole) finalize(); // else it would wait for those that are gone
    },
    abandon: () => {
      left = true;
      finalize();
    },
    abort: (code) => {
      left = true;
      abortAll(world, code);
    },
    alarm: library.alarm,
  };
}

/** A sleeping process waits on this; nothing wakes it before its time is up. */
const REST = new Int32Array(new SharedArrayBuffer(4));
