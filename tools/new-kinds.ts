import { namesIn, titled, write } from "./new-files.ts";

/* Transforms, combinations of rules, and methods that ask for evaluations. */

interface Options {
  readonly title?: string | undefined;
  readonly paper?: string | undefined;
  readonly parts?: string | undefined;
}

/** Writes a transform around any rule; with `--parts` a rule that contains rules. */
export function newTransform(root: string, name: string, { title = titled(name), paper, parts }: Options): string {
  const taken = ["p", "g", "t", "share"];
  const names = namesIn("parts", parts, "names of the rules it is made of, each once, such as direction,length", taken);
  const cited = JSON.stringify(paper ?? "https://arxiv.org/abs/…");
  const [first, second = first] = names;
  const combined = (id: string): string => `import { combination } from "@descent/core/adapter";

/**
 * One sentence: what these rules do better together.
 * @property share how much of the step is \`${first}\`'s (default 0.5)
 */
export const ${name} = combination({
  id: ${JSON.stringify(id)},
  title: ${JSON.stringify(title)},
  paper: ${cited},
  hyper: { share: 0.5 },
  ranges: { share: [0, 1] },
  parts: [${names.map((one) => JSON.stringify(one)).join(", ")}],
  update: {
    p: "share * ${first} + (1 - share) * ${second}",
  },
});
`;
  const around = (id: string): string => `import { transform } from "@descent/core";

/**
 * One sentence: what it does to any rule. Then where its defaults come from.
 * @property decay how much of the mean is kept at each step (default 0.9)
 */
export const ${name} = transform({
  id: ${JSON.stringify(id)},
  title: ${JSON.stringify(title)},
  paper: ${cited},
  hyper: { decay: 0.9 },
  ranges: { decay: [0, 1] },
  state: { mean: 0 },
  before: { mean: "decay * mean + (1 - decay) * g", g: "mean" },
});
`;
  const { source, index, changeset } = write(root, {
    package: "transforms",
    name,
    room: "steps",
    text: names.length > 0 ? combined : around,
    change: `${title}: \`${name}\`.`,
  });
  return `${source}       write its equations here, and move it to the room it belongs in
${index}      exports it
${changeset}      one line for the changelog

What is left, because it must not come from the ${names.length > 0 ? "combination" : "transform"} itself: steps computed by somebody else's code.
  1. goldens/transforms.py           a line in goldens() that runs the published implementation
  2. packages/transforms/test/transforms.test.ts   follows them
  3. packages/transforms/test/wrong-calls.test.ts  a line

Then
  npm run docs                       the catalogue, the README's table
  node scripts/pm.mjs exec vitest run packages/transforms
  npm run lint`;
}

/** Writes a method that evaluates as often as it needs, as a generator. */
export function newMethod(root: string, name: string, { title = titled(name), paper }: Options): string {
  const options = `${titled(name)}Options`;
  const { source, index, changeset } = write(root, {
    package: "quasi-newton",
    name,
    exported: `type ${options}, ${name}`,
    change: `${title}: \`${name}\`.`,
    text: (id) => `import { knownOptions } from "@descent/core/adapter";
import { ask, compute } from "./ask.ts";
import type { Method } from "./method.ts";
import { wolfe } from "./search/wolfe.ts";
import { checkSearch, type LineSearch } from "./search/search.ts";

/** Options of \`${name}\`. */
export interface ${options} {
  /** How the step is found (default \`wolfe()\`). */
  readonly search?: LineSearch | undefined;
}

/** One sentence: what this method sees that others do not. Then when to use it. */
export function ${name}(options: ${options} = {}): Method<{ readonly step: number }> {
  const { search = wolfe() } = knownOptions("${name}", options, ["search"]);
  checkSearch("${name}", search);
  return {
    id: ${JSON.stringify(id)},
    title: ${JSON.stringify(title)},
    paper: ${JSON.stringify(paper ?? "https://doi.org/…")},
    *start({ x, value }) {
      // A small step against the gradient says how far the first search should try.
      const { gradient } = yield* ask(x);
      const { slope } = yield* compute({ slope: "total(g * g)" }, { g: gradient });
      return { step: slope > 0 ? Math.min(1, Math.abs(value) / slope || 1) : 1 };
    },
    *iterate(at, { step }) {
      const { d } = yield* compute({ d: "-g" }, { g: at.gradient });
      const { slope } = yield* compute({ slope: "total(g * d)" }, { g: at.gradient, d });
      const trial = yield* search(at, d, slope, step);
      if (!trial) return { stalled: "The line search found no lower value." };
      return { at: trial.at, step: trial.step, memory: { step: trial.step } };
    },
  };
}
`,
  });
  return `${source}       write the paper's box here: ask, compute, product, hessian, residuals, solve
${index}      exports it
${changeset}      one line for the changelog

What is left
  1. packages/quasi-newton/test/methods.ts         a line, so that it solves every problem
  2. packages/quasi-newton/test/golden             the points of somebody else's code, which a test follows
  3. packages/quasi-newton/test/wrong-calls.test.ts  a line

Then
  npm run docs                       the catalogue, the README's table
  node scripts/pm.mjs exec vitest run packages/quasi-newton
  npm run lint`;
}
