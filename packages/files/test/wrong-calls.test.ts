import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe } from "vitest";
import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as browser from "../src/browser.ts";
import * as files from "../src/index.ts";

const folder = mkdtempSync(path.join(tmpdir(), "descent-wrong-calls-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A path in the test's own folder, because a wrong call may be a good path. */
const inFolder = (name: string): string => (typeof name === "string" && name !== "" ? path.join(folder, name) : name);

/** The package has no errors of its own: a TypeError in words, or the system's, which names the call and the path. */
const isOurs = (error: Error): boolean =>
  (error instanceof TypeError && /^\w+ takes .+; got .+\.$/.test(error.message)) ||
  ("syscall" in error && "path" in error && "code" in error);

wrongCalls(
  files,
  {
    writeFile: {
      call: (file: string, content: files.Content) => files.writeFile(inFolder(file), content),
      args: () => ["file", "text"],
    },
    writeLink: {
      call: (file: string, target: string) => files.writeLink(inFolder(file), target),
      args: () => ["link", "file"],
    },
    cleanTemporaries: { call: (name: string) => files.cleanTemporaries(inFolder(name)), args: () => ["."] },
    lock: {
      call: (name: string) => files.lock(inFolder(name)),
      args: () => ["."],
      use: (lock: files.Lock) => lock.release(),
    },
    LockedError: "an error takes any message",
  },
  isOurs,
);

describe("in a browser", () => {
  const everything = ["writeFile", "writeLink", "cleanTemporaries", "lock", "LockedError"];
  wrongCalls(
    browser,
    Object.fromEntries(everything.map((name) => [name, "throws whatever it is given, and says why"])),
  );
});
