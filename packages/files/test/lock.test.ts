import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { cleanTemporaries, LockedError, lock } from "../src/index.ts";
import { isAlive, me, ownerOf, token } from "../src/owner.ts";
import { ended, kill, printed, scratch, start } from "./world.ts";

const rest = "0123456789abcdef";
const linux = process.platform === "linux";
/** Process 1 runs, and did not start when this says. */
const reused = `${me.host}-1-0badc0de-${rest}`;
const foreign = `deadbeef-4242-0badc0de-${rest}`;

describe("a process", () => {
  test("knows itself to be alive", () => {
    expect(ownerOf(token(rest))).toEqual(me);
    expect(isAlive(me)).toBe(true);
  });

  test("that is gone is known to be", async () => {
    const child = start(scratch(), `console.log("up"); setInterval(() => {}, 1000);`);
    await printed(child, "up");
    const owner = { ...me, pid: child.pid!, start: "0" };
    expect(isAlive(owner)).toBe(true);
    await kill(child);
    expect(isAlive(owner)).toBe(false);
  });

  test.runIf(linux)("whose id went to another is known to be gone", () => {
    expect(isAlive({ ...me, pid: 1, start: "0badc0de" })).toBe(false);
    expect(isAlive({ ...me, start: "0badc0de" })).toBe(false);
  });

  test("of another machine cannot be asked", () => {
    expect(isAlive({ ...me, host: "deadbeef" })).toBeUndefined();
  });

  test.each(["", "x", "deadbeef-0-1-0123456789abcdef", "deadbeef-1-1-0123", `../${foreign}`])(
    "is not read out of %j",
    (text) => {
      expect(ownerOf(text)).toBeUndefined();
    },
  );
});

describe("a lock", () => {
  test("is one process's until it is released", async () => {
    const folder = scratch();
    const held = await lock(folder);
    await expect(lock(folder)).rejects.toThrow(LockedError);
    await expect(lock(folder)).rejects.toThrow(
      new RegExp(`is in use by process ${process.pid} on .*\\. Wait until that has ended\\.`),
    );
    await held.release();
    expect(readdirSync(folder)).toEqual([]);
    const again = await lock(folder);
    await held.release(); // a second call does not take away what another has by now
    expect(readdirSync(folder)).toEqual([".lock"]);
    await again.release();
  });

  test("keeps other processes out, and is taken over when its process is killed", async () => {
    const folder = scratch();
    const child = start(folder, `await lock("."); console.log("held"); setInterval(() => {}, 1000);`);
    await printed(child, "held");
    await expect(lock(folder)).rejects.toThrow(`process ${child.pid}`);
    await kill(child);
    const held = await lock(folder);
    expect(readdirSync(folder)).toEqual([".lock"]);
    await held.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  const put = (folder: string, file: string, text: string): void => symlinkSync(text, path.join(folder, file));

  test.runIf(linux)("is taken over from a process whose id went to another", async () => {
    const folder = scratch();
    put(folder, ".lock", `${reused} here`);
    await (await lock(folder)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.runIf(linux)("is taken over from one that died while it took over", async () => {
    const folder = scratch();
    const second = reused.replace(/.$/, "0");
    put(folder, ".lock", `${reused} here`);
    put(folder, `.lock.${reused}`, `${second} here`);
    const held = await lock(folder);
    expect(readdirSync(folder)).toEqual([".lock"]);
    await expect(lock(folder)).rejects.toThrow(`process ${process.pid}`);
    await held.release();
  });

  test.runIf(linux)("of one that is taking over is respected", async () => {
    const folder = scratch();
    put(folder, ".lock", `${reused} here`);
    put(folder, `.lock.${reused}`, `${token(rest)} here`);
    await expect(lock(folder)).rejects.toThrow(`process ${process.pid}`);
  });

  test("of another machine is respected, and the error says what to remove", async () => {
    const folder = scratch();
    put(folder, ".lock", `${foreign} elsewhere`);
    const error = await lock(folder).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(LockedError);
    expect(error).toMatchObject({ file: path.join(folder, ".lock") });
    expect(String(error)).toContain("process 4242 on elsewhere, which cannot be asked from here. If nothing uses it");
    expect(lstatSync(path.join(folder, ".lock")).isSymbolicLink()).toBe(true);
  });

  test("that is a file works as a link does, and one of unknown make is respected", async () => {
    const folder = scratch();
    writeFileSync(path.join(folder, ".lock"), `${token(rest)} here`); // where links are not allowed
    await expect(lock(folder)).rejects.toThrow(`process ${process.pid}`);
    writeFileSync(path.join(folder, ".lock"), "");
    await expect(lock(folder)).rejects.toThrow(/is locked by `.*\.lock`\. If nothing uses it any more, remove/);
  });

  test("of a folder that does not exist is the system's error", async () => {
    await expect(lock(path.join(scratch(), "no"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("goes to one of many processes that want it at once, again and again, also from the dead", async () => {
    const folder = scratch();
    if (linux) put(folder, ".lock", `${reused} here`);
    // Each adds one to a number whenever it has the lock, in two steps that others would come between.
    const code = `
      import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
      for (let done = 0; done < 20; ) {
        let held;
        try { held = await lock("."); } catch (error) { if (error.name !== "LockedError") throw error; continue; }
        const n = existsSync("n") ? Number(readFileSync("n", "utf8")) : 0;
        await new Promise(setImmediate);
        writeFileSync("n", String(n + 1));
        done++;
        await held.release();
      }`;
    await Promise.all([1, 2, 3, 4].map(() => ended(start(folder, code))));
    expect(readFileSync(path.join(folder, "n"), "utf8")).toBe("80");
    expect(readdirSync(folder)).toEqual(["n"]);
  });
});

describe("temporary files", () => {
  test("of a killed process are removed, and nothing else is", async () => {
    const folder = scratch();
    const child = start(
      folder,
      `await writeFile("a", (async function* () { yield Buffer.from("half"); console.log("half"); await new Promise((r) => setTimeout(r, 1e9)); })());`,
    );
    await printed(child, "half");
    const [left] = readdirSync(folder);
    expect(left).toMatch(/^\.descent-.*\.tmp$/);
    expect(await cleanTemporaries(folder)).toEqual([]); // it is still being written
    await kill(child);
    const kept = ["b.tmp", ".descent-mine.tmp", `.descent-${token(rest)}.tmp`];
    for (const name of kept) writeFileSync(path.join(folder, name), "");
    expect(await cleanTemporaries(folder)).toEqual([left]);
    expect(readdirSync(folder).sort()).toEqual(kept.sort());
  });

  test("of another machine stay for a day", async () => {
    const folder = scratch();
    const name = `.descent-${foreign}.tmp`;
    const file = path.join(folder, name);
    writeFileSync(file, "");
    expect(await cleanTemporaries(folder)).toEqual([]);
    const before = new Date(Date.now() - 25 * 60 * 60 * 1000);
    utimesSync(file, before, before);
    expect(await cleanTemporaries(folder)).toEqual([name]);
    expect(existsSync(file)).toBe(false);
  });
});

test("a browser is told that it has no files", async () => {
  const browser = await import("../src/browser.ts");
  for (const name of ["writeFile", "writeLink", "cleanTemporaries", "lock"] as const)
    await expect(Reflect.apply(browser[name], undefined, ["a", "b"])).rejects.toThrow(
      `${name} of @descent/files needs Node`,
    );
  expect(Object.keys(browser).sort()).toEqual(Object.keys(await import("../src/index.ts")).sort());
});
