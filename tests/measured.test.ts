import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { packages, root } from "./workspace.ts";

/*
 * Measured numbers are in the files under bench/, which the benchmarks write. Pages written by hand say what follows from them and link
 * to the table: a number that is typed goes stale when the code gets faster.
 */
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "apps/mnist/README.md",
  "apps/playground/README.md",
  ...readdirSync(path.join(root, "apps/docs/guides")).map((file) => `apps/docs/guides/${file}`),
  ...packages.map(({ folder }) => `packages/${folder}/README.md`),
  "packages/core/ADAPTERS.md",
  "packages/dialects/FROM_PYTORCH.md",
];

/** Times, sizes, shares and ratios. `28 × 28` is a shape. */
const units =
  /\d\s?(?:(?:ms|[µμ]s|ns|s|(?:milli|micro|nano)?seconds?|minutes?|hours?|[kKMG]B|[KMG]iB|times)(?!\w)|%|×(?!\s?\d))/;
const words =
  /(?:two|three|four|five|six|seven|eight|nine|ten|twenty|fifty|hundred|thousand) times (?:as|the|longer|faster|slower)|\ban? (?:third|quarter|fifth|sixth|seventh|eighth|ninth|tenth) (?:less|more|longer|faster|slower)/;
const measured = new RegExp(`${units.source}|${words.source}`, "g");

/** Numbers that are not measured: where the code has them, or why they hold. */
const decided: readonly { page: string; text: string; why: string | readonly [file: string, code: string] }[] = [
  {
    page: "packages/mpi/README.md",
    text: "in pieces of 4 MB, or of half a megabyte between hosts",
    why: ["packages/mpi/src/collectives.ts", "const TOGETHER = { bytes: 4 << 20,"],
  },
  {
    page: "packages/mpi/README.md",
    text: "sends a third less",
    why: "two of ZeRO-2's exchanges in place of three",
  },
  { page: "packages/lora/README.md", text: "the 4 GiB of WebAssembly", why: "32-bit addresses" },
  { page: "packages/onnx/README.md", text: "Models of 2 GB and more", why: "the limit of protobuf" },
  {
    page: "packages/onnxruntime/README.md",
    text: "counts its second use a ninth more than its first",
    why: "1 / 0.9, with PyTorch's momentum of 0.1",
  },
  { page: "packages/tfjs/README.md", text: "√10 times as long", why: "the root of (1 − 0.9) / (1 − 0.99)" },
  {
    page: "packages/dialects/README.md",
    text: "PyTorch's Muon within 2 %",
    why: ["packages/dialects/test/states.test.ts", "const bound = alone ? 2e-2 : WITHIN;"],
  },
  {
    page: "packages/training/README.md",
    text: "every 10 ms",
    why: ["packages/training/src/breath.ts", "const LONGEST = 10;"],
  },
  {
    page: "apps/mnist/README.md",
    text: "every 30 seconds (`--checkpoint-every`)",
    why: ["apps/mnist/src/cli/options.ts", "checkpointSeconds = 30;"],
  },
  {
    page: "apps/mnist/README.md",
    text: "limited to 64 MiB per file",
    why: ["apps/mnist/src/data/source.ts", "export const largest = 64 * 1024 * 1024;"],
  },
  {
    page: "apps/mnist/README.md",
    text: "more than 99 % of the test images",
    why: "rounded down so far that it says only that the network learns",
  },
  {
    page: "apps/playground/README.md",
    text: "Files above 250 kB",
    why: ["apps/playground/vite.config.ts", "const LARGE = 250_000;"],
  },
];

/** Prose and tables written by hand: without code, links' targets, and parts that `npm run docs` writes. */
const prose = (text: string): string =>
  text
    .replaceAll(/<!-- generated: (.+?) -->.*?<!-- end of \1 -->/gs, "")
    .replaceAll(/^ *```.*?^ *```/gms, "")
    .replaceAll(/`[^`\n]+`/g, "code")
    .replaceAll(/\]\([^)]*\)/g, "]");

function found(page: string, text: string): string[] {
  const written = prose(text);
  return [...written.matchAll(measured)].map(
    ({ index, 0: { length } }) => `${page}: … ${written.slice(Math.max(0, index - 40), index + length)} …`,
  );
}

test.each(pages)("%s has no measured number that was typed by hand", (page) => {
  let text = readFileSync(path.join(root, page), "utf8");
  for (const one of decided) if (one.page === page) text = text.replaceAll(one.text, "");
  expect(found(page, text)).toEqual([]);
});

test.each(decided)("$page says `$text`, which is decided where the list says", ({ page, text, why }) => {
  expect(readFileSync(path.join(root, page), "utf8")).toContain(text);
  expect(found(page, text)).not.toEqual([]);
  if (typeof why !== "string") expect(readFileSync(path.join(root, why[0]), "utf8")).toContain(why[1]);
});

test.each([
  "takes 0.6 ns each",
  "peaks at 638 MB",
  "1.1 to 1.2 times as long",
  "costs 5–7 % more",
  "takes 3.2× the time",
  "13 s longer",
  "three times as fast",
  "a fifth less time",
])("`%s` is a measured number", (text) => {
  expect(found("", text)).toHaveLength(1);
});

test.each(["28 × 28 pixels", "256 rows of `64 ms`", "4 bytes per number", "[a table](RESULTS.md#10-ms)"])(
  "`%s` is not",
  (text) => {
    expect(found("", text)).toEqual([]);
  },
);

test.each(pages)("the files that %s links to are there, and so are the headings of the benchmarks", (page) => {
  const text = readFileSync(path.join(root, page), "utf8").replaceAll(/^ *```.*?^ *```/gms, "");
  for (const [, place = "", anchor = ""] of text.matchAll(/\]\((?!https?:)([^)#\s]+)#?([^)]*)\)/g)) {
    const file = path.join(root, path.dirname(page), place);
    expect(existsSync(file), place).toBe(true);
    if (!/\/bench\/\w+\.md$/.test(file) || anchor === "") continue;
    const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    );
    expect(headings).toContain(anchor);
  }
});
