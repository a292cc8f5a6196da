import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createGzip, gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import fc from "../../../tests/properties.ts";
import { batch, fingerprint, first, pixels } from "../src/data/digits.ts";
import { readImages, readLabels } from "../src/data/idx.ts";
import { loadMnist } from "../src/data/mnist.ts";
import { UserError } from "../src/errors.ts";
import { idx, names, smallFiles, writeFiles } from "./data.ts";
import { scratch } from "./world.ts";

const files = smallFiles(20, 10);

/** Loading fails with one line that names the file. */
async function refuses(where: string, ...parts: readonly (string | RegExp)[]): Promise<void> {
  const error = await loadMnist(where).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toContain("\n");
  for (const part of parts) expect(message).toMatch(part);
}

describe("files", () => {
  test("the package ships all of MNIST", async () => {
    const { train, test: tested } = await loadMnist();
    expect([train.count, tested.count]).toEqual([60000, 10000]);
    // The first training image is the famous 5, and there are 5,923 zeros.
    expect(train.labels[0]).toBe(5);
    expect(train.labels.filter((label) => label === 0)).toHaveLength(5923);
    const mean = train.images.reduce((a, b) => a + b, 0) / train.images.length / 255;
    expect(mean).toBeCloseTo(0.1307, 4); // the number the scaling is made with
  });

  test("a folder may hold plain or zipped files, and spell their names with a dot", async () => {
    const plain = await loadMnist(writeFiles(scratch(), files));
    const renamed = Object.entries(files).map(
      ([name, bytes]) => [`${name.replace("-idx", ".idx")}.gz`, gzipSync(bytes)] as const,
    );
    const zipped = await loadMnist(writeFiles(scratch(), Object.fromEntries(renamed)));
    expect(fingerprint(zipped.train)).toBe(fingerprint(plain.train));
    expect(fingerprint(zipped.test)).toBe(fingerprint(plain.test));
    expect(fingerprint(plain.train)).not.toBe(fingerprint(plain.test));
  });

  test.each(names)("%s cut short anywhere is refused by name", async (name) => {
    const whole = files[name];
    const folder = writeFiles(scratch(), files);
    for (const length of new Set([0, 1, 3, 4, 7, 8, 15, 16, 17, whole.length - 1])) {
      if (length >= whole.length) continue;
      writeFileSync(path.join(folder, name), whole.subarray(0, length));
      await refuses(folder, name, /is truncated/);
    }
  });

  test("a zipped file cut short anywhere, or with any byte changed, never gives digits that differ", async () => {
    const folder = writeFiles(scratch(), files);
    const name = "train-labels-idx1-ubyte";
    unlinkSync(path.join(folder, name));
    const zipped = gzipSync(files[name]);
    const right = [...readLabels(files[name], name)];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(zipped.length - 1),
        fc.boolean(),
        fc.integer({ min: 1, max: 255 }),
        async (at, cut, flip) => {
          const bytes = cut ? zipped.subarray(0, at) : zipped.map((byte, i) => (i === at ? byte ^ flip : byte));
          writeFileSync(path.join(folder, `${name}.gz`), bytes);
          const read = await loadMnist(folder).catch((error: unknown) => error);
          if (read instanceof Error) expect(read).toBeInstanceOf(UserError);
          else expect([...(read as Awaited<ReturnType<typeof loadMnist>>).train.labels]).toEqual(right); // a header field
        },
      ),
      { numRuns: 150 },
    );
  });

  test("bytes at random are refused with a UserError, whatever they say of themselves", () => {
    const header = fc.constantFrom(
      Buffer.alloc(0),
      Buffer.from([0, 0, 8, 3]),
      Buffer.from([0, 0, 8, 1]),
      idx([1, 28, 28], new Uint8Array()),
    );
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 64 }), (start, rest) => {
        const bytes = Buffer.concat([start, rest]);
        expect(() => readImages(bytes, "x")).toThrow(UserError);
      }),
    );
  });

  test("a file of another kind, size or content is refused", async () => {
    const folder = scratch();
    const train = names[0];
    const cases: [Uint8Array, string | RegExp][] = [
      [Buffer.from("<!doctype html><p>Not found</p>"), /is not an MNIST file: it starts with 3c21646f/],
      [files["train-labels-idx1-ubyte"], /is not an MNIST file/],
      [idx([20, 14, 14], new Uint8Array(20 * 196)), /14 × 14/],
      [Buffer.concat([files[train], Buffer.from([0])]), /too long/],
      [idx([0, 28, 28], new Uint8Array()), /0 images and .* 20 labels/],
      [idx([19, 28, 28], new Uint8Array(19 * pixels)), /19 images and .* 20 labels/],
    ];
    for (const [bytes, why] of cases) await refuses(writeFiles(folder, { ...files, [train]: bytes }), train, why);
    const labels = files["train-labels-idx1-ubyte"].map((byte, i) => (i === 11 ? 200 : byte));
    const damaged = writeFiles(folder, { ...files, "train-labels-idx1-ubyte": labels });
    await refuses(damaged, "", /go up to 200, and only 11 of them occur/);
  });

  test("sizes whose product is beyond any file are refused without asking for memory", () => {
    expect(() => readImages(idx([0xffffffff, 28, 28], new Uint8Array(8)), "x")).toThrow(/truncated: 24 bytes/);
  });

  test("a file that is missing, a folder or not to be read is named", async () => {
    const folder = writeFiles(scratch(), files);
    const name = names[3];
    unlinkSync(path.join(folder, name));
    await refuses(folder, name, /missing/);
    mkdirSync(path.join(folder, name));
    await refuses(folder, name, /is a folder, not a file/);
    if (process.platform === "win32") return;
    rmSync(path.join(folder, name), { recursive: true });
    execFileSync("sh", ["-c", 'mkfifo "$0"', path.join(folder, name)]);
    await refuses(folder, name, /is a device, pipe or socket, not a file/); // without waiting for what it brings
    rmSync(path.join(folder, name));
    symlinkSync("/dev/zero", path.join(folder, name));
    await refuses(folder, name, /is a device, pipe or socket, not a file/);
    await refuses("/dev/zero", "/dev/zero", /is not a folder/);
    await refuses(path.join(folder, "nowhere"), /no such file or folder/);
    await refuses(path.join(folder, names[0]), /is not a folder/);
  });
});

describe("an address", () => {
  /** A server of `answers` by name, and how often it was asked; downloads are kept in a folder of this test. */
  async function serve(
    answers: Readonly<Record<string, Uint8Array>>,
  ): Promise<{ base: string; asked: string[]; cache: string }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      const name = (request.url ?? "").replace("/mnist/", "");
      asked.push(name);
      const bytes = answers[name];
      response.statusCode = bytes === undefined ? 404 : 200;
      response.end(bytes);
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    onTestFinished(() => void server.close());
    const cache = scratch();
    vi.stubEnv("XDG_CACHE_HOME", cache);
    onTestFinished(() => void vi.unstubAllEnvs());
    return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mnist`, asked, cache };
  }
  const kept = (cache: string): string[] =>
    existsSync(cache)
      ? readdirSync(cache, { recursive: true })
          .map(String)
          .filter((name) => name.includes("ubyte"))
      : [];

  test("is downloaded once, zipped or not, and then kept", async () => {
    const zipped = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));
    delete zipped[`${names[1]}.gz`];
    const { base, asked } = await serve({ ...zipped, [names[1]]: files[names[1]] });
    const once = await loadMnist(base);
    expect(fingerprint(once.train)).toBe(fingerprint((await loadMnist(writeFiles(scratch(), files))).train));
    const before = asked.length;
    const again = await loadMnist(`${base}/`);
    expect(fingerprint(again.test)).toBe(fingerprint(once.test));
    expect(asked).toHaveLength(before);
  });

  test("that answers with something else is refused, and nothing is kept of it", async () => {
    const page = Buffer.from("<html>Sign in to the guest network</html>");
    const { base, cache } = await serve({ [`${names[0]}.gz`]: page });
    await refuses(base, names[0], /is not an MNIST file/);
    expect(kept(cache)).toEqual([]);
  });

  test.each([
    ["plain", undefined],
    ["compressed on the way", "gzip"],
  ])("that never ends is given up, %s", async (_, encoding) => {
    let sent = 0;
    const server = createServer((_, response) => {
      response.writeHead(200, encoding === undefined ? {} : { "content-encoding": encoding });
      const zip = createGzip({ level: 1 }); // the fastest
      const out = encoding === undefined ? response : zip;
      if (out === zip) zip.pipe(response);
      const block = Buffer.alloc(1 << 20);
      const go = (): void => {
        while (!response.destroyed && out.write(block)) sent++;
        if (!response.destroyed) out.once("drain", go);
      };
      go();
    }).listen(0, "127.0.0.1");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((ready) => server.once("listening", ready));
    vi.stubEnv("XDG_CACHE_HOME", scratch());
    onTestFinished(() => void vi.unstubAllEnvs());
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await refuses(base, names[0], /is larger than 64 MiB/);
    expect(sent).toBeLessThan(1000); // MiB: it stopped asking soon after
  });

  test("without the files, or with no server, says so", async () => {
    const { base } = await serve({});
    await refuses(base, names[0], /404/);
    await refuses("http://127.0.0.1:9/mnist", /Cannot download/);
    await refuses("http://", /no web address|not a web address/);
  });
});

test("a batch is scaled to mean 0 and deviation 1 over all of MNIST", async () => {
  const { train } = await loadMnist();
  const places = Uint32Array.from({ length: 5000 }, (_, i) => i);
  const { images, labels } = batch(train, places);
  const mean = images.reduce((a, b) => a + b, 0) / images.length;
  const square = images.reduce((a, b) => a + b * b, 0) / images.length;
  // The first 5,000 are a sample: their own mean and deviation are within 0.02 of the whole set's.
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(Math.sqrt(square - mean * mean) - 1)).toBeLessThan(0.02);
  expect([...labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  const one = batch(train, Uint32Array.of(3));
  expect(one.images).toEqual(images.subarray(3 * pixels, 4 * pixels));
});

test("a limit keeps the first digits, and one beyond them all", async () => {
  const { train } = await loadMnist(writeFiles(scratch(), files));
  const some = first(train, 7);
  expect(some.count).toBe(7);
  expect(some.images).toHaveLength(7 * pixels);
  expect([...some.labels]).toEqual([...train.labels.subarray(0, 7)]);
  expect(first(train, 1000).count).toBe(20);
});
