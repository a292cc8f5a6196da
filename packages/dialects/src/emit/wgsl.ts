import { OptimizerError } from "@descent/core";
import type { RuleSpec } from "@descent/core/adapter";
import { type Expr, isMatrixOp, isReduction, notation, phasesOf, topological, trace } from "@descent/core/graph";
import { reach, shader, wgsl } from "@descent/core/kernels";

/**
 * A rule as a compute shader of WebGPU, one invocation per element. Numbers of the host are in a uniform buffer, each with its
 * formula: compute them in double precision before every step.
 */
export function wgslShader(rule: RuleSpec): string {
  const wrong = (what: string): never => {
    throw new OptimizerError(
      `${rule.title} ${what}, and a shader is printed for rules of one pass over elements. @descent/webgpu runs all others.`,
    );
  };
  if (rule.blocks) wrong("sees blocks of a parameter");
  if (phasesOf(rule).length > 1) wrong(`takes ${phasesOf(rule).length} gradients per round`);
  const program = trace(rule);
  const outputs = Object.entries(program.outputs);
  const all = topological(outputs.map(([, e]) => e));
  if (program.draws.length > 0) wrong("draws random numbers");
  if (all.some(isReduction)) wrong("adds up over elements");
  if (all.some(isMatrixOp) || all.some(({ place }) => place === "row" || place === "column"))
    wrong("handles rows and columns");
  if (Object.values(program.slots).some(({ place }) => place === "scalar" || place === "model"))
    wrong("keeps numbers of a whole tensor");
  const isLeaf = (e: Expr): boolean => e.op === "var" || program.scalars.includes(e);
  const order = reach(
    outputs.map(([, e]) => e),
    isLeaf,
  ).filter((e) => !isLeaf(e) && e.op !== "const");
  const tensors = [...new Set(["p", ...program.inputs, ...program.kept])];
  const leaf = (e: Expr): string =>
    program.scalars.includes(e) ? `host.s${program.scalars.indexOf(e)}` : `${e.value}_i`;
  const printed = shader(wgsl, order, leaf);
  const read = new Set(all.flatMap((e) => (e.op === "var" && tensors.includes(e.value) ? [e.value] : [])));
  const out = [
    `// ${rule.title}, printed by Descent from its equations: ${rule.paper}`,
    ...(program.scalars.length > 0
      ? [
          "struct Host {",
          ...program.scalars.map((e, i) => `  s${i}: f32, // ${notation(e)}`),
          "}",
          "@group(0) @binding(0) var<uniform> host: Host;",
        ]
      : []),
    ...tensors.map((name, i) => {
      const access = name in program.outputs ? "read_write" : "read";
      return `@group(0) @binding(${i + 1}) var<storage, ${access}> ${name}: array<f32>;`;
    }),
    ...(printed.functions === "" ? [] : ["", printed.functions.trim()]),
    "",
    "@compute @workgroup_size(256)",
    "fn main(@builtin(global_invocation_id) id: vec3u) {",
    "  let i = id.x;",
    "  if (i >= arrayLength(&p)) { return; }",
    ...tensors.filter((name) => read.has(name)).map((name) => `  let ${name}_i = ${name}[i];`),
    ...printed.statements.split("\n").map((line) => `  ${line.trim()}`),
    ...outputs.map(([name, e]) => `  ${name}[i] = ${printed.value(e)};`),
    "}",
  ];
  return `${out.filter((line) => line.trim() !== "" || line === "").join("\n")}\n`;
}
