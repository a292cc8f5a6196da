#!/usr/bin/env node
import { readCommand, usage } from "./command.ts";
import { inspectModel } from "./report.ts";

const asked = readCommand(process.argv.slice(2));
if (typeof asked === "string") {
  console.error(`${asked}\n\n${usage}`);
  process.exitCode = 2;
} else if (asked.help) console.log(usage);
else
  inspectModel(asked.path, asked.options).then(
    (report) => console.log(asked.json ? JSON.stringify(report, undefined, 2) : String(report)),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    },
  );
