import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { optimizer } from "@descent/arrays";
import { displacementError } from "@descent/conformance";
import type { Configured, StateDict } from "@descent/core";
import { expect, test } from "vitest";
import { HANG } from "../../../tests/limits.ts";
import * as keras from "../src/keras/index.ts";
import * as optax from "../src/optax/index.ts";
import * as torch from "../src/torch/index.ts";

const python = process.env.DESCENT_PYTHON ?? "python3";
const env = { ...process.env, KERAS_BACKEND: "torch", JAX_PLATFORMS: "cpu" };
const there =
  spawnSync(python, ["-c", "import jax, keras, optax, safetensors, torch"], { stdio: "ignore", env }).status === 0;

type Tensors = Readonly<Record<string, readonly number[]>>;

function run<T>(job: string, folder: string): T {
  const [script, readme] = ["states.py", "../README.md"].map((file) => path.join(import.meta.dirname, file));
  const { stdout, stderr, status } = spawnSync(python, [script!, job, readme!, folder], { encoding: "utf8", env });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

const gradient = (k: number, size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.cos(i * (1 + k / 7)) + 0.3 * Math.sin(k));

interface Way {
  readonly rule: Configured;
  readonly from: (bytes: Uint8Array, like: StateDict) => StateDict;
  readonly to: (state: StateDict, like: Uint8Array) => Uint8Array;
}

const ways: Readonly<Record<string, Way>> = {
  torch: {
    rule: torch.AdamW({ lr: 0.05, weight_decay: 0.1 }),
    from: (bytes, like) => torch.fromStateDict(bytes, like),
    to: (state) => torch.toStateDict(state, { order: ["w", "b"] }),
  },
  keras: {
    rule: keras.Adam({ learning_rate: 0.05, beta_1: 0.875, beta_2: 63 / 64 }),
    from: (bytes, like) => keras.fromVariables(bytes, like),
    to: (state, like) => keras.toVariables(state, like),
  },
  optax: {
    rule: optax.adamw(0.05, { b1: 0.875, b2: 63 / 64, weight_decay: 0.1 }),
    from: (bytes, like) => optax.fromTree(bytes, like),
    to: (state, like) => optax.toTree(state, like),
  },
};

test.skipIf(!there)(
  "five steps in Python, five here and five in Python again are fifteen in Python",
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), "descent-states-"));
    try {
      const saved = run<Record<string, { start: Tensors; at: Tensors; after: Tensors }>>("save", folder);
      for (const [name, { rule, from, to }] of Object.entries(ways)) {
        const bytes = readFileSync(path.join(folder, `${name}.safetensors`));
        const { at } = saved[name]!;
        const [w, b] = [Float32Array.from(at.w!), Float32Array.from(at.b!)];
        const opt = optimizer({ w: { data: w, shape: [3, 4] }, b: { data: b, shape: [4] } }, rule);
        opt.load(from(bytes, opt.state()));
        for (let k = 5; k < 10; k++) opt.update({ w: gradient(k, 12), b: gradient(k, 4) });
        writeFileSync(path.join(folder, `${name}-back.safetensors`), to(opt.state(), bytes));
        writeFileSync(path.join(folder, `${name}.json`), JSON.stringify({ w: [...w], b: [...b] }));
      }
      const ended = run<Record<string, Tensors>>("load", folder);
      for (const [name, { start, after }] of Object.entries(saved))
        for (const tensor of ["w", "b"])
          expect(
            displacementError(ended[name]![tensor]!, after[tensor]!, start[tensor]!),
            `${name}: ${tensor}`,
          ).toBeLessThan(1e-6); // as in states.test.ts
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  HANG,
);
