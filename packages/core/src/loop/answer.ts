import { OptimizerError } from "../errors.ts";

/** How a backend or a world answers: at once, or later. */
export type Answer = void | Promise<void>;

/** Work in several parts, each of which may be answered later, that ends with a result. */
export type Course<R> = Generator<Answer, R, void>;

/** Runs a course whose every part is answered at once. Throws where one is not: its result would come too late. */
export function now<R>(course: Course<R>, backend: string): R {
  for (;;) {
    const { done, value } = course.next();
    if (done) return value;
    if (value !== undefined) course.throw(tooLate(backend));
  }
}

/** Runs a course part after part, waiting for each. */
export async function later<R>(course: Course<R>): Promise<R> {
  let failure: { readonly error: unknown } | undefined;
  for (;;) {
    const { done, value } = failure ? course.throw(failure.error) : course.next();
    if (done) return value;
    failure = undefined;
    try {
      await value;
    } catch (error) {
      failure = { error };
    }
  }
}

/** The error for a backend that answers later where an answer is needed at once. */
export const tooLate = (backend: string): OptimizerError =>
  new OptimizerError(
    `The backend \`${backend}\` answers with a promise. Drive it with an AsyncLoop and await update().`,
  );
