import { choose } from "../devices/device.ts";
import { findDevices } from "../devices/find.ts";
import type { DevicesOptions } from "./options.ts";

export async function devicesCommand(options: DevicesOptions): Promise<number> {
  const found = await findDevices();
  if (options.json === true) process.stdout.write(`${JSON.stringify(found)}\n`);
  else {
    for (const { device, engine, usable, software, what, remedy } of found) {
      const state = usable ? (software === true ? "software" : "usable") : "no";
      process.stdout.write(
        `${device.padEnd(8)}${engine.padEnd(13)}${state.padEnd(10)}${what}${usable || remedy === undefined ? "" : `. ${remedy}`}\n`,
      );
    }
    const { device, engine } = choose({ device: "auto", engine: "auto" }, found);
    process.stdout.write(`auto takes ${device} by ${engine}.\n`);
  }
  return 0;
}
