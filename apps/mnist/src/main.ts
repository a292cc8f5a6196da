import { main } from "./cli/cli.ts";

// A reader that went away, such as `| head`, ends the program quietly.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
}

const code = await main(process.argv.slice(2));
// Dawn keeps the process alive as long as its GPU is referred to, so the end is said aloud, once all is printed.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
