// The table of what backends refuse, from their own refusals: a small rule for each word is offered to each of them.
import { type Configured, rule, transform } from "@descent/core";
import { type Backend, configured, Loop } from "@descent/core/adapter";
import type { Program } from "@descent/core/graph";
import { graphBackend } from "../packages/onnxruntime/src/plans/graph.ts";
import { rowsRefusedBy } from "../packages/onnxruntime/src/plans/rows.ts";
import { refusedOn } from "../packages/tfjs/src/update/refusals.ts";
import { deviceProgram } from "../packages/webgpu/src/shaders/program.ts";

const plain = { title: "Rule", paper: "", hyper: { lr: 0.1 }, state: {} };
let made = 0;
const one = (update: string): Configured =>
  configured({ ...plain, id: `word/rule-${"abcdefghijklmnop"[made++]}`, update: { p: `p - lr * ${update}` } }, {});
const around = (parts: Partial<Parameters<typeof transform>[0]>): Configured =>
  transform({ id: `word-${"abcdefghijklmnop"[made++]}`, hyper: { rho: 0.5 }, ...parts } as never)(
    rule({ ...plain, id: `word/rule-${"abcdefghijklmnop"[made++]}`, update: { p: "p - lr * g" } })(),
  );

/** A rule for each word; `rows` is a gradient of some rows. */
const words: readonly (readonly [word: string, rule: Configured | "rows"])[] = [
  ["`+ - * / ^ % sqrt exp …`, `sum mean norm`, `total totalNorm`", one("g / (norm(g) + total(g^2))")],
  ["`rowSum columnMean …`", one("g * rowMean(g) * columnSum(g)")],
  ["`largest`, `rowMax`, `columnMax`", one("g * largest(g) * rowMax(g)")],
  ["`@`, `'`", one("(g @ g' @ g)")],
  ["`triu qr eigh svd inverseRoot solve`", one("qr(g)")],
  [
    "state of its own size, model state",
    configured(
      {
        ...plain,
        id: "word/state",
        state: { d: { place: "model", init: 1 }, L: { place: ["rows", "rows"], init: "eye" } },
        update: { d: "d + total(g)", L: "L + g @ g'", p: "p - lr * d * (L @ g)" },
      },
      {},
    ),
  ],
  [
    "`inputs`",
    configured(
      { ...plain, id: "word/inputs", inputs: { h: "tensor", loss: "model" }, update: { p: "p - lr * g * h * loss" } },
      {},
    ),
  ],
  [
    "`normal() uniform() rademacher()`",
    configured({ ...plain, id: "word/draws", hyper: { lr: 0.1, seed: 0 }, update: { p: "p - lr * g * normal()" } }, {}),
  ],
  [
    "`when`",
    around({
      state: { slow: { init: "p" } },
      after: { when: "t % 3 == 0", slow: "slow + rho * (p - slow)", p: "slow" },
    }),
  ],
  ["`phases`", around({ phases: { climb: { p: "p + rho * g" } } })],
  [
    "`readout`",
    around({
      state: { average: { init: "p" } },
      after: { average: "rho * average + (1 - rho) * p" },
      readout: { p: "average" },
    }),
  ],
  ["gradients of some rows, `{ rows, data }`", "rows"],
];

/** A backend by what it refuses; the messages are those that people get. */
interface Place {
  readonly name: string;
  rows(): string | undefined;
  rule(configured: Configured): void;
}

const parameter = { name: "w", shape: [3, 3] };
/** Offers a rule to a loop over a backend with this check. */
function offer(given: Configured, backend: Pick<Backend<object>, "name" | "check" | "draw">): void {
  new Loop({ slot: () => ({}), run: () => {}, free: () => {}, ...backend } as Backend<object>, given).add([parameter]);
}
const draw = (): object => ({});
const tfjs = (backend: string): Place => ({
  name: `tfjs ${backend}`,
  rows: () => undefined,
  rule: (given) =>
    offer(given, {
      name: "tfjs",
      draw,
      check: (program: Program) => {
        const why = refusedOn(backend, program);
        if (why !== undefined) throw new Error(why);
      },
    }),
});
const places: readonly Place[] = [
  {
    name: "arrays; Trainer, plan `host`",
    rows: () => undefined,
    rule: (given) => offer(given, { name: "arrays", draw }),
  },
  { ...tfjs("wasm"), name: "tfjs cpu, wasm" },
  tfjs("webgl"),
  tfjs("webgpu"),
  {
    name: "WebGPU",
    rows: () => undefined,
    rule: (given) =>
      offer(given, { name: "webgpu", draw, check: (program) => void deviceProgram(program, { rows: 3, cols: 3 }) }),
  },
  {
    name: "Trainer, plan `graph`",
    rows: () => rowsRefusedBy("graph", "w"),
    rule: (given) => {
      const made = (): never => {
        throw new Error("no tensor is made here");
      };
      const { name, check = () => {} } = graphBackend(made, made);
      offer(given, { name, check, draw });
    },
  },
];

function why(place: Place, given: Configured | "rows"): string | undefined {
  if (given === "rows") return place.rows();
  try {
    place.rule(given);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/** The table, with the refusals in the words of their errors below it. */
export function refusalsMarkdown(): string {
  const notes: string[] = [];
  const rows = words.map(([word, given]) => {
    const cells = places.map((place) => {
      const refused = why(place, given);
      if (refused === undefined) return "yes";
      if (!notes.includes(refused)) notes.push(refused);
      return `[${notes.indexOf(refused) + 1}]`;
    });
    return `| ${word} | ${cells.join(" | ")} |`;
  });
  const head = ["word", ...places.map(({ name }) => name)];
  return [
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...rows,
    "",
    ...notes.map((note, i) => `${i + 1}. ${note}`),
  ].join("\n");
}
