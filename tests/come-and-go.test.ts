import { readFileSync } from "node:fs";
import { adam } from "@descent/adam";
import * as arrays from "@descent/arrays";
import { transformation } from "@descent/jax";
import { Trainer } from "@descent/onnxruntime";
import { DescentOptimizer } from "@descent/tfjs";
import * as webgpu from "@descent/webgpu";
import { expect, test } from "vitest";
import { buffer, device } from "../packages/webgpu/test/idle.ts";

/* The table "Parameters that come, go and change" of core's README, against the optimizers themselves. */

const page = readFileSync(new URL("../packages/core/README.md", import.meta.url), "utf8");
const rows = [...page.split("## Parameters that come, go and change")[1]!.matchAll(/^\| (.*) \|$/gm)]
  .map(([, row]) => row!.split("|").map((cell) => cell.trim()))
  .filter(([first]) => first !== "---");
const [head, ...lines] = rows;

const places = { a: buffer(), b: buffer() };
const vectors = { a: new Float32Array(3), b: new Float32Array(3) };
const optimizers: Readonly<Record<string, object>> = {
  arrays: arrays.optimizer(vectors, adam()),
  webgpu: webgpu.optimizer(device(), places, adam()),
  tfjs: DescentOptimizer.prototype,
  onnxruntime: Trainer.prototype,
  jax: transformation(adam()),
};
const calls = ["add", "remove", "rename", "rebind", "load"];

test.each(Object.entries(optimizers))("%s has the calls that the table names, and of those no others", (name, one) => {
  const column = head!.indexOf(name);
  const named = lines.flatMap((line) => /^`\.(\w+)`$/.exec(line[column]!)?.[1] ?? []);
  expect(calls.filter((call) => call in one).sort()).toEqual([...new Set(named)].sort());
});

test("every adapter says how each change is made, and those that say `tied` take it", () => {
  expect(lines).toHaveLength(6);
  for (const line of lines) expect(line.filter((cell) => cell.length > 3)).toHaveLength(6);
  const tied = head!.filter((_, column) => lines.at(-1)![column] === "`tied`");
  expect(tied).toEqual(["arrays", "webgpu"]);
  const same = new Float32Array(3);
  const place = buffer();
  const names = [["a", "b"]];
  arrays.optimizer({ a: same, b: same }, adam(), { tied: names });
  webgpu.optimizer(device(), { a: place, b: place }, adam(), { tied: names });
});
