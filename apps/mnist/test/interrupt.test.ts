import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { type Interrupt, leave, listen, streamCode } from "../src/terminal/interrupt.ts";

let interrupt: Interrupt;
const said: string[] = [];
let exit: MockInstance<typeof process.exit>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  said.length = 0;
  exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never); // the run under test goes on
  interrupt = listen((line) => said.push(line));
});
afterEach(() => {
  interrupt.release();
  vi.useRealTimers();
  exit.mockRestore();
});

test("Ctrl-C asks the run to stop, and says what another one does", () => {
  expect([interrupt.asked(), interrupt.code()]).toEqual([false, 0]);
  process.emit("SIGINT", "SIGINT");
  expect([interrupt.asked(), interrupt.code(), exit.mock.calls.length]).toEqual([true, 130, 0]);
  expect(said).toEqual(["Stopping after this update; press Ctrl-C again to quit at once."]);
});

test("the same Ctrl-C passed on by a parent does not count as another one", () => {
  process.emit("SIGINT", "SIGINT");
  vi.advanceTimersByTime(100);
  process.emit("SIGINT", "SIGINT");
  expect(exit).not.toHaveBeenCalled();
});

test("another Ctrl-C leaves at once", () => {
  process.emit("SIGINT", "SIGINT");
  vi.advanceTimersByTime(1000);
  process.emit("SIGINT", "SIGINT");
  expect(exit).toHaveBeenCalledExactlyOnceWith(130);
});

test("a closed terminal asks the run to stop, however often it says so", () => {
  for (let i = 0; i < 3; i++) {
    process.emit("SIGHUP", "SIGHUP");
    vi.advanceTimersByTime(1000);
  }
  expect([interrupt.asked(), interrupt.code(), exit.mock.calls.length]).toEqual([true, 129, 0]);
});

test("a reader that went away asks the run to stop, and ends a program without one at once", () => {
  const gone = streamCode(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  expect(streamCode(new Error("write EIO"))).toBe(1);
  leave(gone);
  expect([interrupt.asked(), interrupt.code(), exit.mock.calls.length]).toEqual([true, 141, 0]);
  interrupt.release();
  leave(gone);
  expect(exit).toHaveBeenCalledExactlyOnceWith(141);
});
