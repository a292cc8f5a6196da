/** The first number of V8's version: 11 in Node 20, 12 in Node 22. */
const v8 = Number.parseInt(process.versions.v8, 10);

/** Node's options for processes that run tests. */
export const execArgv: string[] = [
  // Most tests make many small things and keep none: in 32 MB the collector runs less often than in 16.
  "--max-semi-space-size=32",
  // A function is optimized after eight times as much work as V8 asks for. Most tests end before that pays, and a seventh of their time
  // went to it. Later versions have another compiler in between, which is quick, and not this option.
  ...(v8 < 12 ? ["--interrupt-budget=540000"] : []),
];
