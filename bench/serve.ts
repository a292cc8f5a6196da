// A process of contenders written in JavaScript: reads one request per line and answers it. See contender-process.ts.
import { createInterface } from "node:readline";
import type { Contender } from "./contender.ts";
import { type Answer, MARK, type MatrixTask, type Request, type Task, type Turn } from "./protocol.ts";

const contenders = new Map<string, Contender>();

async function make(task: Task | MatrixTask): Promise<Contender> {
  if (task.kind === "matrices") throw new Error("matrices.ts has its own contenders");
  if (task.kind === "memory") return (await import("./memory-onnxruntime.ts")).memory(task);
  if (task.kind === "step") return repeated(await (await import("./updates.ts")).update(task), task.repeat ?? 1);
  if (task.who.startsWith("tfjs")) return (await import("./training-tfjs.ts")).training(task);
  return (await import("./training-onnxruntime.ts")).training(task);
}

/** A contender that does every step that many times. */
function repeated(contender: Contender, times: number): Contender {
  if (times === 1) return contender;
  return {
    ...contender,
    step: () => {
      let done = contender.step();
      for (let i = 1; i < times; i++)
        done = done instanceof Promise ? done.then(() => contender.step()) : contender.step();
      return done;
    },
  };
}

/** Takes steps for about `ms` milliseconds, and at least `least` of them. The first few do not count; short steps are timed in groups. */
async function turn({ step }: Contender, ms: number, least: number): Promise<Turn> {
  const run = async (count: number): Promise<number> => {
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const done = step();
      if (done) await done;
    }
    return (performance.now() - start) / count;
  };
  await run(1); // other contenders filled the caches
  const group = Math.max(1, Math.ceil(GROUP / (await run(1))));
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  while (times.length < least || performance.now() - start < ms) times.push(await run(group));
  const { user, system } = process.cpuUsage(cpu);
  const { maxRSS } = process.resourceUsage();
  return { times, busy: (user + system) / 1000 / (performance.now() - start), peak: 1024 * maxRSS };
}
const GROUP = 0.3; // milliseconds, next to which reading the clock costs nothing

async function answer(request: Request): Promise<Answer> {
  if ("go" in request) return turn(contenders.get(request.go)!, request.ms, request.least); // the parent loaded it
  if ("drop" in request) {
    await contenders.get(request.drop)?.dispose?.();
    contenders.delete(request.drop);
    return { dropped: true };
  }
  try {
    const made = await make(request.load);
    contenders.set(request.id, made);
    return { loaded: true, versions: made.versions ?? {}, ...(made.proof ? { proof: made.proof } : {}) };
  } catch (error) {
    return { absent: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
  }
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${MARK}${JSON.stringify(await answer(JSON.parse(line) as Request))}\n`); // from our own parent
process.exit(0); // even if a library still holds threads
