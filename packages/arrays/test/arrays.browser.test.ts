import { radam } from "@descent/adam";
import { clipByGlobalNorm } from "@descent/core";
import { expect, test } from "vitest";
import { allocate, optimizer } from "../src/index.ts";
import { uniform } from "./run.ts";

test("a browser's kernels and the interpreter give the same bits", () => {
  const [one, other] = (["wasm", "interpreter"] as const).map((engine) => {
    const { parameters, gradients } = allocate({ w: [70, 300], b: [70] });
    const next = uniform(1);
    for (const x of [...Object.values(parameters), ...Object.values(gradients)])
      for (const i of x.keys()) x[i] = next();
    const opt = optimizer(parameters, clipByGlobalNorm(radam(), 1), { engine });
    for (let k = 0; k < 10; k++) opt.update(gradients);
    return { w: parameters.w.slice(), b: parameters.b.slice(), state: opt.state() };
  });
  expect(one).toEqual(other);
});

/** Runs a module in a document whose content security policy is `script-src ${sources}`, and returns what it posts. */
async function under(sources: string, script: string): Promise<unknown> {
  const frame = document.createElement("iframe");
  frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'unsafe-inline' ${sources}">
    <script type="module">${script}</script>`;
  const answer = new Promise((resolve) => {
    addEventListener("message", ({ data }: MessageEvent<{ readonly arrays?: unknown }>) => {
      if (data.arrays !== undefined) resolve(data.arrays);
    });
  });
  document.body.append(frame);
  try {
    return await answer;
  } finally {
    frame.remove();
  }
}

test.each([
  ["", "interpreter"],
  ["'wasm-unsafe-eval'", "wasm"],
])("under script-src %j the engine is %s", async (sources, engine) => {
  const [arrays, sgd] = ["../src/index.ts", "../../sgd/src/index.ts"].map(
    (path) => new URL(path, import.meta.url).href,
  );
  const script = `
    import { optimizer } from "${arrays}";
    import { sgd } from "${sgd}";
    const w = new Float32Array([1]);
    const opt = optimizer({ w }, sgd({ lr: 0.5 }));
    opt.update({ w: new Float32Array([1]) });
    parent.postMessage({ arrays: [opt.engine, w[0]] }, "*");`;
  expect(await under(sources, script)).toEqual([engine, 0.5]);
});
