import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { build, repository as root } from "./processes.ts";

/* The cost of checking equations: that of a program of rules, less that of the same program without its rules. */

const require = createRequire(import.meta.url);
/** The compilers of this repository, by their names in its package.json. */
export const compilers: readonly string[] = ["typescript-oldest", "typescript-5.9", "typescript"];

/** As long as the equations of papers. No two are alike, because the compiler remembers those it has seen. */
const equation = (rule: number, i: number): string =>
  `"beta1 * x${i} + (1 - beta1) * g / (sqrt(v / (1 - beta2^t)) + eps) * ${rule}.${i}5e-3"`;

const ruleText = (i: number, equations: number): string => `export const r${i} = rule({
  id: "r${i}",
  title: "R${i}",
  paper: "",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  state: { x0: 0, v: 0 },
  update: {
${Array.from({ length: equations - 1 }, (_, k) => `    x${k + 1}: ${equation(i, k)},\n`).join("")}    p: "p - lr * x${equations - 1}",
  },
});
`;

interface Checked {
  readonly instantiations: number;
  /** Spent checking, as the compiler itself says. */
  readonly seconds: number;
}

async function check(compiler: string, folder: string, file: string): Promise<Checked> {
  const manifest = require.resolve(`${compiler}/package.json`);
  const { bin } = require(manifest) as { bin: { tsc: string } };
  const tsc = path.join(path.dirname(manifest), bin.tsc);
  // Declarations cost as much with the rules as without them: as little as possible.
  const declarations = { lib: ["es2022"], types: [], skipLibCheck: true };
  const compilerOptions = { strict: true, noEmit: true, module: "nodenext", target: "es2022", ...declarations };
  await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
  const command = [tsc, "-p", folder, "--extendedDiagnostics"];
  const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 2 ** 26 });
  const figure = (name: string): number => {
    const found = new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(stdout)?.[1];
    if (found === undefined) throw new Error(`${compiler} reports no “${name}”:\n${stdout}`);
    return Number(found);
  };
  return { instantiations: figure("Instantiations"), seconds: figure("Check time") };
}

/** Checks programs of rules with every compiler that is installed, in projects that see the built packages. */
export async function types(
  rules: number,
  equations: number,
  rounds: number,
  say: (text: string) => void,
): Promise<string> {
  build(root);
  const folder = await mkdtemp(path.join(root, "packages/adam/node_modules/types-")); // where @descent/core is found
  try {
    const head = 'import { rule } from "@descent/core";\nexport const used = rule;\n';
    await writeFile(path.join(folder, "none.mts"), head);
    await writeFile(
      path.join(folder, "rules.mts"),
      head + Array.from({ length: rules }, (_, i) => ruleText(i, equations)).join(""),
    );
    const rows: string[] = [];
    for (const compiler of compilers) {
      const { version } = require(`${compiler}/package.json`) as { version: string };
      say(`TypeScript ${version}`);
      const runs: Checked[] = [];
      for (let i = 0; i < rounds; i++) {
        const base = await check(compiler, folder, "none.mts");
        const whole = await check(compiler, folder, "rules.mts");
        runs.push({
          instantiations: whole.instantiations - base.instantiations,
          seconds: whole.seconds - base.seconds,
        });
      }
      const seconds = runs.map((run) => run.seconds).sort((a, b) => a - b)[rounds >> 1]!; // one round at least
      rows.push(`| TypeScript ${version} | ${runs[0]!.instantiations.toLocaleString("en")} | ${seconds.toFixed(2)} |`);
    }
    return [
      `## The compiler, checking ${rules} rules of ${equations} equations`,
      "",
      "| | instantiations | seconds |",
      "| --- | --- | --- |",
      ...rows,
    ].join("\n");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
