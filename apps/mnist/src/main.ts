import { main } from "./cli/main.ts";
import { leave, streamCode } from "./terminal/interrupt.ts";

// A reader that went away, such as `| head`, ends the program like a signal: a run saves itself first.
for (const stream of [process.stdout, process.stderr]) stream.on("error", (error) => leave(streamCode(error)));

const code = await main(process.argv.slice(2));
// Dawn keeps the process alive as long as its GPU is referred to, so the end is said aloud, once all is printed.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
