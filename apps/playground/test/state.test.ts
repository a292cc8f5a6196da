import { schedule } from "@descent/core";
import { cosine, linear } from "@descent/schedules";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { DeadlineError, Engine, SupersededError } from "../src/engine/client.ts";
import type { Answer, Question } from "../src/engine/messages.ts";
import { initial, type State, surfaceOf } from "../src/state/state.ts";
import { decode, encode } from "../src/state/url.ts";
import { presets } from "../src/ui/rules.ts";
import { schedules } from "../src/ui/schedule-list.ts";

describe("a link", () => {
  test("brings back the state, and is empty for how the playground opens", async () => {
    expect(await encode(initial)).toBe("");
    const state: State = {
      ...initial,
      page: "rule",
      start: [1.25, -3],
      steps: 77,
      contenders: [{ rule: "lion", lr: 0.1 }, { rule: "mine" }],
      mine: { ...initial.mine, title: "Ünïcode ✓" },
    };
    const hash = await encode(state);
    expect(hash).toMatch(/^1\.[\w-]+$/);
    expect(await decode(`#${hash}`)).toEqual({ state });
    expect(await decode("#sweep")).toEqual({ state: { ...initial, page: "sweep" } });
  });

  test("is short for an ordinary race", async () => {
    expect((await encode({ ...initial, surface: "rosenbrock", start: [-1.4, 2.2], steps: 500 })).length).toBeLessThan(
      120,
    );
  });

  test.each([
    ["2.abc", /of version 2/],
    ["1.!!!", /damaged/],
    ["1.AAAA", /damaged/],
    [`1.${"A".repeat(70_000)}`, /too long/],
  ])("that is %.10s… says what is wrong and opens as usual", async (hash, complaint) => {
    const read = await decode(`#${hash}`);
    expect(read.state).toEqual(initial);
    expect(read.complaint).toMatch(complaint);
  });

  test("leaves out parts that do not fit, and names them", async () => {
    const hash = await encode({
      ...initial,
      steps: 1e9,
      start: [1, 2],
      contenders: Array(99).fill({ rule: "sgd" }),
      noise: -1,
    });
    const { state, complaint } = await decode(hash);
    expect(state).toEqual({ ...initial, start: [1, 2] });
    expect(complaint).toBe("Parts of this link do not fit and were left out: steps, noise, contenders.");
  });
});

describe("schedules of the list", () => {
  test("are the library's, with `steps` for the length", () => {
    const text = (id: string): string => schedules.find((one) => one.id === id)!.text;
    for (const [id, made] of [
      ["cosine", cosine({ from: 1, over: 300 })],
      ["linear", linear({ from: 1, to: 0, over: 300 })],
    ] as const) {
      const listed = schedule(text(id), { steps: 300 });
      for (const step of [0, 1, 77, 299]) expect(listed(step)).toBe(made(step));
    }
  });
  test("have values that can be factors of a rate", () => {
    for (const { text } of schedules) {
      expect(text).not.toContain("7919");
      const at = schedule(text, /\bsteps\b/.test(text) ? { steps: 300 } : {});
      for (const step of [0, 10, 150, 299]) expect(at(step) >= 0 && at(step) <= 1.0001).toBe(true);
    }
  });
});

test("every preset has its rules", () => {
  expect(presets.map(({ title, rules }) => [title, rules.length > 2])).toEqual(
    presets.map(({ title }) => [title, true]),
  );
});

describe("a worker", () => {
  afterEach(() => void vi.unstubAllGlobals());

  /** Answers what `answer` says, and says nothing to what it leaves out; never begins what is `idle`. */
  function workers(answer: (asked: Question) => unknown, idle = "") {
    const made: { terminated: boolean; asked: string[] }[] = [];
    class FakeWorker extends EventTarget {
      readonly self = { terminated: false, asked: [] as string[] };
      constructor() {
        super();
        made.push(this.self);
      }
      postMessage(asked: Question): void {
        this.self.asked.push(asked.name);
        const tell = (data: Answer): unknown => this.dispatchEvent(new MessageEvent("message", { data }));
        if (asked.name !== idle) queueMicrotask(() => tell({ id: asked.id, begun: true }));
        const gives = answer(asked);
        if (gives !== undefined) queueMicrotask(() => tell({ id: asked.id, gives }));
      }
      terminate(): void {
        this.self.terminated = true;
      }
    }
    vi.stubGlobal("Worker", FakeWorker);
    return made;
  }

  test("that takes too long is ended, and the next question gets a new one", async () => {
    const made = workers(({ name }) => (name === "check" ? undefined : "an answer"));
    const engine = new Engine();
    const hung = engine.ask("check", { text: "anything" }, { deadline: 20 });
    const after = engine.ask("text", { rule: "sgd" });
    await expect(hung).rejects.toThrow(DeadlineError);
    expect(await after).toBe("an answer");
    expect(made.map(({ terminated, asked }) => [terminated, asked])).toEqual([
      [true, ["check"]],
      [false, ["text"]],
    ]);
  });

  test("that is slow to start has its time from when it takes up the question", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const made = workers(() => undefined, "check");
    void new Engine().ask("check", { text: "anything" }, { deadline: 20 }).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(made.map(({ terminated }) => terminated)).toEqual([false]);
  });

  test("is asked only the newest of the questions of one kind that wait", async () => {
    const made = workers(({ asks }) => asks);
    const engine = new Engine();
    const asked = ["1", "2", "3"].map((text) => engine.ask("check", { text }));
    await expect(asked[1]).rejects.toThrow(SupersededError);
    expect(await Promise.all([asked[0], asked[2]])).toEqual([{ text: "1" }, { text: "3" }]);
    expect(made).toHaveLength(1);
  });
});

test("a surface of one's own starts at round numbers", () => {
  expect(surfaceOf({ ...initial, surface: "own" }).start).toEqual([-2.4, 1.8]); // -3 + 0.8 · 6 is 1.7999999999999998
});
