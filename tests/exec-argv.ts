/** Node's options for processes that run tests. */
export const execArgv: string[] = [
  // Most tests make many small things and keep none: in 32 MB the collector runs less often than in 16.
  "--max-semi-space-size=32",
  // A function is optimized after four times as much work as V8 asks for. Most tests end before that pays, and a seventh of their time went to it.
  "--interrupt-budget=540000",
];
