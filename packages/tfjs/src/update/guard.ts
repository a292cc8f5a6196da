import type { Parameter } from "@descent/core";
import { configured, type Job } from "@descent/core/adapter";
import { apply, constant, type Expr, type Program, passes, trace, variable } from "@descent/core/graph";
import { clone, fill, keep, variable as makeVariable, type Tensor, tidy } from "@tensorflow/tfjs-core";

/**
 * Devices that cannot be read while a step waits decide themselves. Every new value of a step becomes a choice between it
 * and the old one, by the count of non-finite numbers among all gradients; one more job counts the refused steps, and that
 * number is read when it arrives.
 */
const LARGEST = 2 ** 128 - 2 ** 104; // of float32
const wrong = `total(!(abs(g) <= ${LARGEST}))`;
const named = { title: "Steps refused", paper: "" };
const count = configured(
  { ...named, id: "tfjs/steps-refused", hyper: {}, state: {}, update: { wrong, p: "wrong > 0 ? p + 1 : p" } },
  {},
);
/** The same in rounds, which counts a round once and notes for its later phases that it was refused. */
const countRounds = configured(
  {
    ...named,
    id: "tfjs/rounds-refused",
    hyper: { later: 0 },
    state: { refused: { place: "scalar", init: 0 } },
    update: { wrong, already: "later * refused > 0", p: "wrong > 0 && !already ? p + 1 : p" },
    // After it the old value is gone, so it comes last.
    after: [{ refused: "wrong > 0 || already ? 1 : 0" }],
  },
  {},
);
const [counting, countingRounds] = [trace(count.rule), trace(countRounds.rule)];
/** How many numbers among the gradients are not finite. */
const WRONG = counting.passes.flat()[0]!; // its one reduction, and the other's

/** The slot of programs that says whether an earlier phase of the round was refused. */
const REFUSED = "guard.refused";
const ROUND = "round.p";

const guarded = new WeakMap<Program, Program>();
const later = new WeakMap<Program, Program>();

/** A program that leaves everything as it is if a gradient, or a sum over the model, is not finite. */
function guard(program: Program, isLater: boolean): Program {
  const made = isLater ? later : guarded;
  let known = made.get(program);
  if (!known) made.set(program, (known = makeGuarded(program, isLater)));
  return known;
}

/**
 * Where a round has phases, a refusal of one is a refusal of all: the first notes where the round began, whatever its gradients,
 * and those after it (`isLater`) go back to there.
 */
function makeGuarded(program: Program, isLater: boolean): Program {
  const totals = program.passes.flat().filter((e) => e.value === "model");
  const small = (e: Expr): Expr => apply("le", apply("abs", e), constant(LARGEST));
  const known = isLater
    ? apply("and", apply("eq", WRONG, constant(0)), apply("eq", variable(REFUSED, "scalar"), constant(0)))
    : apply("eq", WRONG, constant(0));
  const fine = totals.reduce((all, e) => apply("and", all, small(e)), known);
  const outputs = Object.fromEntries(
    Object.entries(program.outputs).map(([name, e]) => {
      if (name === ROUND) return [name, e];
      const place = name === "p" ? "tensor" : program.slots[name]!.place; // outputs are p and slots
      const back = name === "p" && isLater && Object.hasOwn(program.slots, ROUND) ? ROUND : name;
      return [name, apply("select", fine, e, variable(back, place))];
    }),
  );
  const inputs = [...new Set(["g", ...program.inputs])];
  const slots = isLater ? { ...program.slots, [REFUSED]: { place: "scalar" as const, init: 0 } } : program.slots;
  const kept = isLater ? [...program.kept, REFUSED] : program.kept;
  return Object.freeze({ ...program, inputs, slots, kept, outputs, passes: passes(Object.values(outputs)) });
}

const PARAMETER: Parameter = { name: "", shape: [] };

/** The guard of one optimizer on one backend, with its count of refused steps. */
export class Guard {
  readonly #count: Tensor = tidy(() => makeVariable(fill([], 0, "float32"), false));
  /** Whether an earlier phase of the round under way was refused. */
  readonly #refused: Tensor = tidy(() => makeVariable(fill([], 0, "float32"), false));
  #known = 0;
  #told = 0;
  /** The count that is being read: later steps give the variable other memory and drop this. */
  #reading: Tensor | undefined;

  /** These jobs so that they do nothing if a gradient is not finite, and the job that counts. */
  over(jobs: readonly Job<Tensor>[]): readonly Job<Tensor>[] {
    const rounds = jobs.some(({ program }) => Object.hasOwn(program.slots, ROUND));
    const isLater = rounds && !jobs.some(({ program }) => Object.hasOwn(program.outputs, ROUND));
    return [
      ...jobs.map((job) => ({
        ...job,
        program: guard(job.program, isLater),
        tensors: isLater ? { ...job.tensors, [REFUSED]: this.#refused } : job.tensors,
      })),
      {
        program: rounds ? countingRounds : counting,
        parameter: PARAMETER,
        tensors: rounds ? { p: this.#count, refused: this.#refused } : { p: this.#count },
        inputs: { g: this.#count },
        scalars: rounds ? [+isLater] : [],
        t: 1,
      },
    ];
  }

  /** Asks for the count; the answer comes some steps later. Only one read is under way at a time. */
  ask(): void {
    if (this.#reading) return;
    const reading = keep(clone(this.#count));
    this.#reading = reading;
    const done = (): void => {
      if (this.#reading !== reading) return; // it was disposed of
      this.#reading = undefined;
      reading.dispose();
    };
    reading.data().then(
      ([steps]) => {
        this.#known = steps!; // a scalar
        done();
      },
      done, // its backend is gone
    );
  }

  /** How many steps were refused since this was called last, as far as is known. */
  take(): number {
    const steps = this.#known - this.#told;
    this.#told = this.#known;
    return steps;
  }

  dispose(): void {
    this.#count.dispose();
    this.#refused.dispose();
    this.#reading?.dispose();
    this.#reading = undefined;
  }
}
