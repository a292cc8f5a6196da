import type { Parameter } from "@descent/core";
import { configured, type Job } from "@descent/core/adapter";
import { apply, constant, type Expr, type Program, passes, trace, variable } from "@descent/core/graph";
import { fill, variable as makeVariable, type Tensor, tidy } from "@tensorflow/tfjs-core";

/**
 * Devices that cannot be read while a step waits decide themselves. Every new value of a step becomes a choice between it
 * and the old one, by the count of non-finite numbers among all gradients; one more job counts the refused steps, and that
 * number is read when it arrives.
 */
const LARGEST = 2 ** 128 - 2 ** 104; // of float32
const count = configured(
  {
    id: "tfjs/steps-refused",
    title: "Steps refused",
    paper: "",
    hyper: {},
    state: {},
    update: { wrong: `total(!(abs(g) <= ${LARGEST}))`, p: "wrong > 0 ? p + 1 : p" },
  },
  {},
);
const counting = trace(count.rule);
/** How many numbers among the gradients are not finite. */
const WRONG = counting.passes.flat()[0]!; // its one reduction

const guarded = new WeakMap<Program, Program>();

/** A program that leaves everything as it is if a gradient, or a sum over the model, is not finite. */
function guard(program: Program): Program {
  let known = guarded.get(program);
  if (!known) guarded.set(program, (known = makeGuarded(program)));
  return known;
}

function makeGuarded(program: Program): Program {
  const totals = program.passes.flat().filter((e) => e.value === "model");
  const small = (e: Expr): Expr => apply("le", apply("abs", e), constant(LARGEST));
  const fine = totals.reduce((all, e) => apply("and", all, small(e)), apply("eq", WRONG, constant(0)));
  const outputs = Object.fromEntries(
    Object.entries(program.outputs).map(([name, e]) => {
      const place = name === "p" ? "tensor" : program.slots[name]!.place; // outputs are p and slots
      return [name, apply("select", fine, e, variable(name, place))];
    }),
  );
  const inputs = [...new Set(["g", ...program.inputs])];
  return Object.freeze({ ...program, inputs, outputs, passes: passes(Object.values(outputs)) });
}

const PARAMETER: Parameter = { name: "", shape: [] };

/** The guard of one optimizer on one backend, with its count of refused steps. */
export class Guard {
  readonly #count: Tensor = tidy(() => makeVariable(fill([], 0, "float32"), false));
  #known = 0;
  #told = 0;
  #reading = false;

  /** These jobs so that they do nothing if a gradient is not finite, and the job that counts. */
  over(jobs: readonly Job<Tensor>[]): readonly Job<Tensor>[] {
    return [
      ...jobs.map((job) => ({ ...job, program: guard(job.program) })),
      {
        program: counting,
        parameter: PARAMETER,
        tensors: { p: this.#count },
        inputs: { g: this.#count },
        scalars: [],
        t: 1,
      },
    ];
  }

  /** Asks for the count; the answer comes some steps later. Only one read is under way at a time. */
  ask(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#count.data().then(
      ([steps]) => {
        this.#known = steps!; // a scalar
        this.#reading = false;
      },
      () => {
        this.#reading = false; // it was disposed of, or its backend is gone
      },
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
  }
}
