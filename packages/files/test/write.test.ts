import fs, { existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cleanTemporaries, lock, writeFile, writeLink } from "../src/index.ts";
import { run, scratch } from "./world.ts";

const posix = process.platform !== "win32";
const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers);

describe("what is written", () => {
  test.each<[string, Parameters<typeof writeFile>[1], string]>([
    ["a text, as UTF-8", "né", "né"],
    ["an empty text", "", ""],
    ["bytes", Buffer.from("abc"), "abc"],
    ["chunks", [Buffer.from("ab"), bytes(), Buffer.from("c")], "abc"],
    [
      "chunks that come later",
      (async function* () {
        yield Buffer.from("a");
        yield Buffer.from("bc");
      })(),
      "abc",
    ],
    ["a view of a larger buffer", new Uint8Array(Buffer.from("xabcx")).subarray(1, 4), "abc"],
  ])("%s", async (_, content, wanted) => {
    const file = path.join(scratch(), "a");
    await writeFile(file, content);
    expect(readFileSync(file, "utf8")).toBe(wanted);
    await writeFile(pathToFileURL(file), "again");
    expect(readFileSync(file, "utf8")).toBe("again");
    expect(readdirSync(path.dirname(file))).toEqual(["a"]);
  });

  test("a file of the longest name a file system takes", async () => {
    const file = path.join(scratch(), "n".repeat(255));
    await writeFile(file, "x");
    expect(readFileSync(file, "utf8")).toBe("x");
  });

  test("a path without a folder is in the current one", async () => {
    const cwd = scratch();
    await run(cwd, `await writeFile("a", "x")`);
    expect(readdirSync(cwd)).toEqual(["a"]);
  });

  test.runIf(posix)("a replaced file passes on its permissions, a new one has those of the process", async () => {
    const file = path.join(scratch(), "a");
    await writeFile(file, "1");
    expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask());
    fs.chmodSync(file, 0o640);
    await writeFile(file, "2");
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  test("overlapping writes of one file never mix", async () => {
    const folder = scratch();
    const file = path.join(folder, "a");
    const chunks = (letter: string) => Array.from({ length: 20 }, () => Buffer.alloc(10_000, letter));
    await Promise.all([..."abcdef"].map((letter) => writeFile(file, chunks(letter))));
    const found = readFileSync(file, "utf8");
    expect(found).toBe(found.slice(0, 1).repeat(200_000));
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

describe("where it is written", () => {
  test.runIf(posix)("a link is replaced and what it leads to is untouched", async () => {
    const folder = scratch();
    const [victim, link, nowhere] = ["victim", "link", "nowhere"].map((name) => path.join(folder, name));
    writeFileSync(victim!, "precious");
    symlinkSync("victim", link!);
    symlinkSync("missing", nowhere!);
    for (const file of [link!, nowhere!]) {
      await writeFile(file, "new");
      expect(lstatSync(file).isFile()).toBe(true);
      expect(readFileSync(file, "utf8")).toBe("new");
    }
    expect(readFileSync(victim!, "utf8")).toBe("precious");
    expect(existsSync(path.join(folder, "missing"))).toBe(false);
  });

  test("a folder is refused", async () => {
    const folder = scratch();
    await expect(writeFile(folder, "x")).rejects.toThrow(
      `\`${folder}\` is a folder; writeFile replaces nothing but files.`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test.runIf(posix)("a device is refused, and so is a link to one", async () => {
    const link = path.join(scratch(), "out");
    symlinkSync("/dev/null", link);
    for (const file of ["/dev/null", link]) await expect(writeFile(file, "x")).rejects.toThrow("is a device");
    expect(lstatSync("/dev/null").isFile()).toBe(false);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  test("a folder that does not exist is the system's error", async () => {
    await expect(writeFile(path.join(scratch(), "no", "a"), "x")).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("a temporary file goes by a new name that nobody can guess", async () => {
    const folder = scratch();
    const seen = new Set<string>();
    for (let i = 0; i < 5; i++)
      await writeFile(
        path.join(folder, "a"),
        (function* () {
          for (const name of readdirSync(folder)) if (name !== "a") seen.add(name);
          yield bytes(1);
        })(),
      );
    expect(seen.size).toBe(5);
    for (const name of seen) expect(name).toMatch(/^\.descent-[\w-]+-[0-9a-f]{16}\.tmp$/);
  });
});

test.runIf(posix)("a link takes the place of a link or a file, and a failure leaves nothing", async () => {
  const folder = scratch();
  const latest = path.join(folder, "latest");
  for (const target of ["one", "two"]) {
    await writeLink(latest, target);
    expect(fs.readlinkSync(latest)).toBe(target);
  }
  fs.rmSync(latest);
  writeFileSync(latest, "a text");
  await writeLink(latest, "three");
  expect(fs.readlinkSync(latest)).toBe("three");
  fs.mkdirSync(path.join(folder, "taken"));
  await expect(writeLink(path.join(folder, "taken"), "x")).rejects.toMatchObject({ code: "EISDIR" });
  symlinkSync("x", path.join(folder, ".descent-deadbeef-1-0badc0de-0123456789abcdef.tmp"));
  expect(await cleanTemporaries(folder)).toEqual([]); // of another machine, and new
  expect(
    readdirSync(folder)
      .filter((name) => !name.endsWith(".tmp"))
      .sort(),
  ).toEqual(["latest", "taken"]);
});

describe("wrong arguments are refused before anything is touched:", () => {
  const file = "never-written";
  test.each<[string, unknown, unknown, string]>([
    ["no path", undefined, "x", "writeFile takes a path or a file: URL; got undefined."],
    ["an empty path", "", "x", "writeFile takes a path or a file: URL; got an empty text."],
    ["a number as content", file, 3, "writeFile takes a text, a Uint8Array or an iterable of them; got number."],
    ["null as content", file, null, "writeFile takes a text, a Uint8Array or an iterable of them; got null."],
    [
      "a promise",
      file,
      Promise.resolve("x"),
      "writeFile takes a text, a Uint8Array or an iterable of them; got Promise.",
    ],
    ["an ArrayBuffer", file, new ArrayBuffer(3), "got ArrayBuffer."],
  ])("%s", async (_, path, content, message) => {
    await expect(Reflect.apply(writeFile, undefined, [path, content])).rejects.toThrow(message);
    expect(existsSync(file)).toBe(false);
  });

  test("chunks that are not bytes", async () => {
    const folder = scratch();
    const chunks = [bytes(1), "text"] as unknown as Uint8Array[]; // what a program without types could hand over
    await expect(writeFile(path.join(folder, "a"), chunks)).rejects.toThrow(
      "writeFile takes chunks of type Uint8Array; got string.",
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("when a step fails", () => {
  const { open, rename } = fs.promises;
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  /** The calls of one write, each of which may fail: those of the folder's own handle among them. */
  const steps = ["open folder", "open", "chmod", "write", "sync", "close", "rename"] as const;
  const failure = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });

  function fail(step: (typeof steps)[number] | "sync folder", code: string): void {
    vi.spyOn(fs.promises, "open").mockImplementation(async (...args) => {
      const folder = args[1] === "r";
      if (step === (folder ? "open folder" : "open")) throw failure(code);
      const file = await open(...args);
      for (const name of ["chmod", "write", "sync", "close"] as const)
        if (step === (folder ? `${name} folder` : name)) {
          const real = file[name].bind(file) as (...rest: unknown[]) => Promise<unknown>;
          let first = true;
          Object.defineProperty(file, name, {
            value: async (...rest: unknown[]) => {
              if (first) {
                first = false;
                if (name === "close") await real();
                throw failure(code);
              }
              return real(...rest);
            },
          });
        }
      return file;
    });
    vi.spyOn(fs.promises, "rename").mockImplementation(async (...args) => {
      if (step === "rename") throw failure(code);
      return rename(...args);
    });
    syncBuiltinESMExports();
  }

  test.runIf(posix).each(steps.flatMap((step) => ["ENOSPC", "EIO", "EMFILE"].map((code) => [step, code] as const)))(
    "%s (%s): the old file is whole, and nothing else is left",
    async (step, code) => {
      const folder = scratch();
      const file = path.join(folder, "a");
      writeFileSync(file, "old");
      fail(step, code);
      await expect(writeFile(file, "new")).rejects.toMatchObject({ code });
      expect(readFileSync(file, "utf8")).toBe("old");
      expect(readdirSync(folder)).toEqual(["a"]);
    },
  );

  test.runIf(posix)("syncing the folder: the new file is whole, and the error is thrown", async () => {
    const file = path.join(scratch(), "a");
    fail("sync folder", "EIO");
    await expect(writeFile(file, "new")).rejects.toMatchObject({ code: "EIO" });
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(readdirSync(path.dirname(file))).toEqual(["a"]);
  });

  test.runIf(posix)("a file system that cannot sync folders is not an error", async () => {
    const file = path.join(scratch(), "a");
    fail("sync folder", "EINVAL");
    await writeFile(file, "new");
    expect(readFileSync(file, "utf8")).toBe("new");
  });

  test("a write that takes a byte at a time still writes all", async () => {
    vi.spyOn(fs.promises, "open").mockImplementation(async (...args) => {
      const file = await open(...args);
      const real = file.write.bind(file);
      Object.defineProperty(file, "write", {
        value: (data: Uint8Array, at: number, length: number) => real(data, at, Math.min(1, length)),
      });
      return file;
    });
    syncBuiltinESMExports();
    const file = path.join(scratch(), "a");
    await writeFile(
      file,
      ["abc", "de"].map((text) => Buffer.from(text)),
    );
    expect(readFileSync(file, "utf8")).toBe("abcde");
  });

  test("an error in the chunks comes through, and the old file stays", async () => {
    const folder = scratch();
    const file = path.join(folder, "a");
    writeFileSync(file, "old");
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes(1);
      throw new Error("no more");
    }
    await expect(writeFile(file, broken())).rejects.toThrow("no more");
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

test.each<[string, (given: string) => Promise<unknown>]>([
  ["lock", lock],
  ["cleanTemporaries", cleanTemporaries],
  ["writeLink", (given) => writeLink(given, "x")],
  ["writeLink", (given) => writeLink("x", given)],
])("%s takes a path and nothing else", async (call, f) => {
  for (const [given, shown] of [
    [null, "null"],
    [5, "number"],
    ["", "an empty text"],
    [new Map(), "Map"],
    ["a\0", String.raw`"a\u0000"`],
  ])
    await expect(f(given as string)).rejects.toThrow(`${call} takes a path; got ${shown}.`);
});
