import { parseArgs } from "node:util";
import type { Effort } from "./measure.ts";
import { type MemoryCase, type ModelName, memoryCases, memoryModels, modelNames } from "./models.ts";
import { type Section, write } from "./report.ts";
import { type Stepped, step, stepRules } from "./step.ts";

/** The name, among the rules of `step`, of those that multiply and factor matrices. */
const MATRICES = "matrices";

const HELP = `The cost of a step, beside other libraries that do the same work on the same machine at the same time.

  npm run bench                             all parts but the profile, with few repetitions: minutes
  npm run bench:full                        all parts at length, up to 5e7 parameters, into bench/RESULTS.md

  npm run bench -- training [${modelNames.join("|")} …]
                                            forward, backward and update per step
  npm run bench -- step [${[...stepRules, MATRICES].join("|")} …]
                                            the update alone, by number of parameters and tensors; ${MATRICES} is the part below
  npm run bench -- growth                   the cost per step, per tensor and per parameter
  npm run bench -- products                 the cost of matrix products, by rows and columns (--sizes 256,512)
  npm run bench -- matrices                 Muon, Shampoo and SOAP, QR and eigenvectors, beside PyTorch and beside their products
                                            alone; and state in fewer bytes beside float32
  npm run bench -- emitted                  AdamW and Muon printed for PyTorch beside PyTorch's own, eager and under torch.compile
  npm run bench -- profile [${modelNames.join("|")} …]
                                            where a training step's time goes, by operator
  npm run bench -- memory [gpt14|gpt14-lora|gpt124|bert110|resnet50 …]  time and peak memory of training larger models and LoRA adapters of them, beside PyTorch and PEFT
  npm run bench -- gradients [mlp|…|resnet50 …]
                                            the first loss, every gradient and ten steps beside PyTorch in float64 and float32
  npm run bench -- browser                  LoRA on a model of 334 M weights in Chromium: losses and peak of memory
  npm run bench -- minimize                 the evaluations that classical methods need, beside SciPy's
  npm run bench -- diagnosing               the price of leaving \`diagnose\` on in \`fit\`
  npm run bench -- opening                  the cost of opening a model: of 10,000 nodes, and of 124 M weights
  npm run bench -- world [ranks] [hosts]    sums over processes and a step of two of them, beside memcpy, torch's gloo and
                                            DistributedDataParallel ("ranks"), and over slow networks ("hosts", needs root)
  npm run bench -- cost                     a model of what exchanging costs on 2 to 10,000 nodes
  npm run bench -- site                     the weight of the documentation's pages, and how soon they answer in a browser
  npm run bench -- types                    the compiler's cost of checking 100 rules of 12 equations
  npm run bench -- guard                    the update beside an earlier commit's, built next to this one: fails where
                                            it takes more than 1.5 times as long, three times over (--against REF)

    --write          put each section into bench/RESULTS.md as soon as it is measured
    --full           up to 5e7 parameters, at length
    --rounds n       turns of each contender
    --turn ms        length of a turn
    --sizes 1e4,1e6  parameters in all, of "step" and "growth"
    --counts 1,200   tensors they are in
    --rules n        rules that "types" checks; 100 if not given
    --against REF    the commit that "guard" compares with; the last release, or the commit before, if not given

  DESCENT_PYTHON     a Python that has torch; python3 if not set
  CC                 a C compiler; cc, gcc or clang if not set

A contender that is not installed is left out, and a line says why. An interrupted run has already written what it
measured; name the remaining parts to measure them: npm run bench:full -- step lamb clip`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean", short: "h" },
    write: { type: "boolean" },
    full: { type: "boolean" },
    rounds: { type: "string" },
    turn: { type: "string" },
    sizes: { type: "string" },
    counts: { type: "string" },
    rules: { type: "string" },
    against: { type: "string" },
  },
});
const [part, ...rest] = positionals;

/** The parts, each with the libraries that it measures: what is not asked for is not loaded. */
const parts = {
  training: async () => (await import("./training.ts")).training,
  growth: async () => (await import("./growth.ts")).growth,
  products: async () => (await import("./products.ts")).products,
  matrices: async () => (await import("./matrices.ts")).matrices,
  emitted: async () => (await import("./emitted.ts")).emitted,
  diagnosing: async () => (await import("./diagnosing.ts")).diagnosing,
  minimize: async () => (await import("./minimize.ts")).minimize,
  browser: async () => (await import("./browser.ts")).browser,
  gradients: async () => (await import("./gradients.ts")).gradients,
  memory: async () => (await import("./memory.ts")).memory,
  opening: async () => (await import("./opening.ts")).opening,
  site: async () => (await import("./site.ts")).site,
  types: async () => (await import("./types.ts")).types,
  guard: async () => (await import("./guard/guard.ts")).guard,
  world: async () => (await import("./world.ts")).world,
  worldHosts: async () => (await import("./world-hosts.ts")).worldHosts,
  cost: async () => (await import("./cost.ts")).cost,
};

function fail(why: string): never {
  console.error(`${why} --help says more.`);
  process.exit(1);
}
function whole(name: "rounds" | "turn" | "rules", otherwise: number): number {
  const n = Number(values[name] ?? otherwise);
  return Number.isInteger(n) && n > 0
    ? n
    : fail(`--${name} must be a whole number, at least 1; got "${values[name]}".`);
}
function list(name: "sizes" | "counts", otherwise: readonly number[]): readonly number[] {
  const given = values[name]?.split(",").map(Number) ?? otherwise;
  if (given.every((n) => Number.isSafeInteger(n) && n > 0)) return given;
  return fail(`--${name} must be a list of whole numbers, such as 1e4,1e6; got "${values[name]}".`);
}
/** Every total must divide into equal tensors. */
function fit(totals: readonly number[], counts: readonly number[]): void {
  if (totals.some((n) => counts.some((count) => n % count !== 0)))
    fail(`${totals.join(", ")} parameters must all divide into ${counts.join(", ")} equal tensors.`);
}
/** The names given after a part, or all names. */
function named<Name extends string>(kind: string, names: readonly Name[]): readonly Name[] {
  const known = (name: string): name is Name => (names as readonly string[]).includes(name);
  const unknown = rest.find((name) => !known(name));
  if (unknown !== undefined) fail(`Unknown ${kind} "${unknown}". Choose from ${names.join(", ")}.`);
  return rest.length > 0 ? rest.filter(known) : names;
}
function effort(rounds: number, otherwise: number, warm?: number): Effort {
  const turn = whole("turn", otherwise);
  return { rounds: whole("rounds", rounds), turn, least: 3, warm: warm && Math.min(warm, turn) };
}

/** Shows progress on one line, which the next message replaces. */
function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
async function report(section: Section, measure: Promise<string>): Promise<void> {
  const text = await measure;
  say("");
  console.log(`${text}\n`);
  if (values.write) write(section, text);
}

/** Prints a profile of each model; the section has all that were named, without their nodes. */
async function profiles(names: readonly (ModelName | MemoryCase)[]): Promise<void> {
  const { profile, profilesSection } = await import("./profile.ts");
  const sections: string[] = [];
  for (const name of names) {
    const { whole, section } = await profile(name);
    console.log(`${whole}\n`);
    sections.push(section);
  }
  if (values.write) write("profile", profilesSection(sections));
}

const decades = [1e4, 1e5, 1e6, 1e7];
const long = {
  training: async (models: readonly ModelName[]) => {
    const training = await parts.training();
    await report("training", training(models, effort(11, 400), say));
  },
  step: async (rules: readonly Stepped[]) => {
    const counts = list("counts", [1, 200]);
    const totals = list("sizes", values.full ? [...decades, 5e7] : decades);
    fit(totals, counts);
    for (const rule of rules) await report(`step ${rule}`, step(rule, { totals, counts }, effort(9, 100, 100), say));
  },
  matrices: async () => report("matrices", (await parts.matrices())({ ...effort(5, 100), least: 1 }, say)),
  growth: async () => {
    const growth = await parts.growth();
    const [sizes, counts] = [list("sizes", [1, 100, 1000, 1e4, 1e5]), list("counts", [1, 10, 100, 1000])];
    const total = Math.max(...sizes);
    fit([total], counts);
    await report("growth", growth({ sizes, counts, total }, effort(9, 50, 50), say));
  },
};
/** Few repetitions, at the most telling sizes. */
async function short(): Promise<void> {
  const [training, growth] = [await parts.training(), await parts.growth()];
  await report("training", training(modelNames, effort(3, 150), say));
  const [totals, counts] = [list("sizes", [1e4, 1e6, 1e7]), list("counts", [1, 200])];
  fit(totals, counts);
  await report("step adamw", step("adamw", { totals, counts }, effort(3, 50, 50), say));
  for (const rule of stepRules)
    if (rule !== "adamw")
      await report(`step ${rule}`, step(rule, { totals: totals.slice(0, 2), counts }, effort(3, 50, 50), say));
  await report("growth", growth({ sizes: [1, 1e3, 1e5], counts: [1, 100, 1000], total: 1e5 }, effort(3, 50, 50), say));
}

if (values.help) console.log(HELP);
else
  switch (part) {
    case undefined:
      if (!values.full) await short();
      else {
        await long.step(stepRules);
        await long.matrices();
        await long.growth();
        await long.training(modelNames);
      }
      break;
    case "training":
      await long.training(named("model", modelNames));
      break;
    case "step": {
      const rules = named("rule", [...stepRules, MATRICES]);
      await long.step(rules.filter((rule) => rule !== MATRICES));
      if (rules.includes(MATRICES)) await long.matrices();
      break;
    }
    case "growth":
      if (rest.length > 0) fail(`"growth" takes no "${rest[0]}".`);
      await long.growth();
      break;
    case "products":
      if (rest.length > 0) fail(`"products" takes no "${rest[0]}".`);
      console.log(
        `${await (await parts.products())(list("sizes", [256, 512, 1024]), { ...effort(5, 50), least: 1 }, say)}\n`,
      );
      break;
    case "world": {
      const asked = named("part of world", ["ranks", "hosts"]);
      if (asked.includes("ranks")) await report("world", (await parts.world())(say));
      if (asked.includes("hosts")) await report("world hosts", (await parts.worldHosts())(say));
      break;
    }
    case "cost":
      if (rest.length > 0) fail(`"cost" takes no "${rest[0]}".`);
      (await parts.cost())();
      break;
    case "emitted":
      if (rest.length > 0) fail(`"emitted" takes no "${rest[0]}".`);
      await report("emitted", Promise.resolve((await parts.emitted())(effort(5, 200), say)));
      break;
    case "matrices":
      if (rest.length > 0) fail(`"matrices" takes no "${rest[0]}".`);
      await long.matrices();
      break;
    case "profile":
      await profiles(rest.length > 0 ? named("model", [...modelNames, ...memoryCases]) : modelNames);
      break;
    case "memory":
      for (const name of named("case", memoryCases))
        await report(`memory ${name}`, (await parts.memory())(name, { ...effort(2, 1), least: 2 }, say));
      break;
    case "browser":
      if (rest.length > 0) fail(`"browser" takes no "${rest[0]}".`);
      await report("browser", (await parts.browser())(whole("rounds", 3), say));
      break;
    case "gradients":
      for (const name of named("model", [...modelNames, ...memoryModels, "resnet50-smooth" as const]))
        await report(`gradients ${name}`, (await parts.gradients())(name, say));
      break;
    case "minimize":
      if (rest.length > 0) fail(`"minimize" takes no "${rest[0]}".`);
      console.log(`${(await parts.minimize())()}\n`);
      break;
    case "diagnosing":
      if (rest.length > 0) fail(`"diagnosing" takes no "${rest[0]}".`);
      await report("diagnosing", (await parts.diagnosing())(whole("rounds", 5), say));
      break;
    case "opening":
      if (rest.length > 0) fail(`"opening" takes no "${rest[0]}".`);
      console.log(`${await (await parts.opening())(whole("rounds", 3), say)}\n`);
      break;
    case "site":
      if (rest.length > 0) fail(`"site" takes no "${rest[0]}".`);
      console.log(`${await (await parts.site())(whole("rounds", 24), say)}\n`);
      break;
    case "types":
      if (rest.length > 0) fail(`"types" takes no "${rest[0]}".`);
      console.log(`${await (await parts.types())(whole("rules", 100), 12, whole("rounds", 3), say)}\n`);
      break;
    case "guard": {
      if (rest.length > 0) fail(`"guard" takes no "${rest[0]}".`);
      const { text, ok } = await (await parts.guard())(values.against, say);
      say("");
      console.log(`${text}\n`);
      process.exitCode = ok ? 0 : 1;
      break;
    }
    default:
      fail(
        `Unknown part "${part}". Choose from training, step, growth, products, matrices, emitted, profile, memory, browser, gradients, minimize, diagnosing, opening, types and guard.`,
      );
  }
