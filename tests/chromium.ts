import { existsSync } from "node:fs";

/** A Chromium of this machine, if it has one: a real browser is optional. */
export const chromium: string | undefined = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find((file) => file !== undefined && existsSync(file));
