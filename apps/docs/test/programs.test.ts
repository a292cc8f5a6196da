import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rules } from "@descent/catalogue";
import { exportModel, Graph } from "@descent/onnx";
import type { Trainer } from "@descent/onnxruntime";
import type * as tfjs from "@tensorflow/tfjs-core";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { root } from "../src/facts/root.ts";
import { programOf } from "../src/facts/rules.ts";
import { programsIn } from "../src/html/code.ts";
import { addresses, type Page } from "../src/html/page.ts";
import { homePage } from "../src/pages/home.ts";
import { guidePages, referencePages } from "../src/pages/markdown-pages.ts";

/* The programs that the site shows: each is one that a reader can paste. READMEs and guides also run, in tests/readme.test.ts. */

const of = (pages: readonly Page[]): string[] =>
  pages.flatMap((page) => programsIn(page.body(addresses(page.path)).text));
const home = of([homePage()]);
const isWrong = (program: string): boolean => program.includes("beta3"); // the page shows what the compiler says to it

const folder = path.join(root, "apps", "mnist", ".programs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every program of the site passes the compiler, in plain JavaScript's freedom from annotations; the wrong one does not", () => {
  const all = [...new Set([...home, ...of(guidePages), ...of(referencePages(new Map())), ...rules.map(programOf)])];
  expect(all.length).toBeGreaterThan(rules.length + 50);
  mkdirSync(folder, { recursive: true });
  for (const [i, program] of all.entries()) writeFileSync(path.join(folder, `${i}.ts`), program);
  const options = { noImplicitAny: false, noUncheckedIndexedAccess: false, lib: ["ES2023", "DOM", "DOM.Iterable"] };
  const config = { extends: "../../../tsconfig.test.json", compilerOptions: options, include: ["*.ts"] };
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config));
  const { stdout } = spawnSync(path.join(root, "node_modules/.bin/tsc"), ["-p", folder, "--pretty", "false"], {
    encoding: "utf8",
  });
  const wrong = new Map<number, string>();
  for (const [, file, message = ""] of stdout.matchAll(/(\d+)\.ts\(\d+,\d+\): error (.*)/g))
    wrong.set(Number(file), message);
  const failed = [...wrong].filter(([i]) => !isWrong(all[i]!)).map(([i, message]) => [message, all[i]]);
  expect(failed).toEqual([]);
  expect([...wrong.values()].some((message) => message.includes("beta3"))).toBe(true);
});

/** Runs a program without annotations; its imports come from `load`. */
async function run(program: string): Promise<void> {
  const body = program.replaceAll(/^import (.*) from (".*");$/gm, (_, what: string, from: string) =>
    what.startsWith("* as")
      ? `const ${what.slice(5)} = await load(${from});`
      : `const ${what.replaceAll(" as ", ": ")} = await load(${from});`,
  );
  const compiled = new Function("load", `return (async () => {${body.replaceAll(/^export /gm, "")}\n})();`) as (
    load: (name: string) => Promise<unknown>,
  ) => Promise<void>;
  await compiled((name) => import(/* @vite-ignore */ name));
}

test.each(rules.map((rule) => [rule.name, programOf(rule)] as const))(
  "the program on the page of %s runs",
  (_, program) => expect(run(program)).resolves.toBeUndefined(),
);

const python = process.env.DESCENT_PYTHON ?? "python3";
const env = { ...process.env, KERAS_BACKEND: "torch", JAX_PLATFORMS: "cpu" };
const there = spawnSync(python, ["-c", "import optax, keras, torch"], { stdio: "ignore", env }).status === 0;

test.skipIf(!there).each([
  ["from-optax", "optax", 3],
  ["from-keras", "keras", 2],
] as const)("the Python of %s runs with the library itself", (guide, library, count) => {
  const [script, page] = [new URL("guides.py", import.meta.url), new URL(`../guides/${guide}.md`, import.meta.url)];
  const { stdout, stderr } = spawnSync(python, [fileURLToPath(script), fileURLToPath(page), library], {
    encoding: "utf8",
    env,
  });
  expect([stdout.trim().split("\n").at(-1), stderr]).toEqual([String(count), expect.any(String)]);
});

test("the first page's program for arrays and its rule run; the one with a mistake says where", async () => {
  const own = home.filter((program) => /@descent\/(arrays|core)"/.test(program));
  expect(own.length).toBe(3);
  for (const program of own) {
    if (isWrong(program)) await expect(run(program)).rejects.toThrow(/beta3/);
    else await run(program);
  }
});

/** The parts of a TensorFlow.js model that the programs use; that package is a dependency of the app, not of this one. */
interface Model {
  readonly optimizer: { readonly iterations: number };
  fit(x: tfjs.Tensor, y: tfjs.Tensor, options: object): Promise<{ readonly history: { readonly loss: number[] } }>;
}

let count = 0;
/** Runs a program beside the app, whose node_modules hold every framework, and hands over what it declares under a name. */
async function declared(name: string, program: string): Promise<unknown> {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `runs-${count++}.ts`); // a module is read once
  writeFileSync(file, `${program}\nexport { ${name} };\n`);
  const module: unknown = await import(/* @vite-ignore */ file);
  return Reflect.get(module as object, name);
}
const homeProgram = (word: string): string => home.find((program) => program.includes(word))!; // the page has it

test("the first page's program for TensorFlow.js trains its model", async () => {
  const model = (await declared("model", homeProgram("@descent/tfjs"))) as Model;
  const tf = (await declared("tf", 'import * as tf from "@tensorflow/tfjs";')) as typeof tfjs;
  const [x, y] = [tf.eye(4).slice([0, 0], [3, 4]), tf.eye(3)];
  const { history } = await model.fit(x, y, { epochs: 30, verbose: 0 });
  expect(history.loss.at(-1)!).toBeLessThan(history.loss[0]!);
});

test("the first page's program for ONNX models trains the file that it names", async () => {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 2] });
  g.initializer("w", { elem: "float32", dims: [2, 3], data: new Float32Array(6) });
  g.op("MatMul", ["x", "w"], {}, ["logits"]);
  g.output("logits");
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  mkdirSync(folder, { recursive: true });
  process.chdir(folder);
  writeFileSync("model.onnx", exportModel(g));
  const trainer = (await declared("trainer", homeProgram("@descent/onnxruntime"))) as Trainer;
  const losses: number[] = [];
  for (let i = 0; i < 30; i++)
    losses.push((await trainer.trainStep({ x: [1, 0, 0, 1, 1, 1], labels: [0, 1, 2] })).loss);
  await trainer.dispose();
  expect(losses[0]).toBeCloseTo(Math.log(3), 5); // logits of 0
  expect(losses.at(-1)!).toBeLessThan(losses[0]!);
});

test("what stands beside our lines for TensorFlow.js is TensorFlow.js, and runs", async () => {
  const page = readFileSync(new URL("../guides/from-tensorflow-js.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  expect(blocks.length).toBe(2);
  const model = (await declared("model", blocks[0]!)) as Model;
  expect(model.optimizer.iterations).toBe(3); // an epoch of 32 samples is one batch
  const w = (await declared("w", blocks[1]!)) as tfjs.Variable;
  expect([...(await w.data())].map(Math.abs)).toEqual([expect.closeTo(2.968, 2), expect.closeTo(1.968, 2)]);
});
