import { main } from "./cli/main.ts";
import { leave, streamCode } from "./terminal/interrupt.ts";

// A closed output pipe, as with `| head`, ends the program like a signal: a run saves a checkpoint first.
for (const stream of [process.stdout, process.stderr]) stream.on("error", (error) => leave(streamCode(error)));

const code = await main(process.argv.slice(2));
// Exit explicitly once all output is flushed, because Dawn keeps the process alive while its GPU is referenced.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
