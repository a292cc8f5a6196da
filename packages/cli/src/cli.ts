#!/usr/bin/env node
import { writeFileSync } from "node:fs";
import { main } from "./main.ts";

main(process.argv.slice(2)).then(
  ({ text, file }) => {
    if (file === undefined) process.stdout.write(text);
    else writeFileSync(file, text, { flag: "wx" }); // an existing file stays as it is
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
