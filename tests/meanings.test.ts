import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { packages, root } from "./workspace.ts";

/** The types in the table of words in CONTRIBUTING.md. */
const page = readFileSync(`${root}/CONTRIBUTING.md`, "utf8").split("### Words")[1]?.split("\n### ")[0] ?? "";
const words = [...new Set([...page.matchAll(/`([A-Z][A-Za-z]*)`/g)].map(([, word]) => word!))];

const sources = packages.flatMap(({ path }) =>
  readdirSync(`${path}/src`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ file: `${path}/src/${file}`, text: readFileSync(`${path}/src/${file}`, "utf8") })),
);

test("the table of words is found", () => {
  expect(words.length).toBeGreaterThan(10);
});

test.each(words)("%s is one type, declared in one place", (word) => {
  const declares = new RegExp(`^(?:export )?(?:abstract )?(?:class|interface|type) ${word}\\b(?!.*\\bfrom ")`, "m");
  expect(sources.filter(({ text }) => declares.test(text)).map(({ file }) => file.slice(root.length + 1))).toHaveLength(
    1,
  );
});
