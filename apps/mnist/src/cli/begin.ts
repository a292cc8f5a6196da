import type { BlockingWorld } from "@descent/core/adapter";
import type { Mnist } from "../data/digits.ts";
import { areDigits } from "../data/names.ts";
import { type Choice, choose, deviceLine, fitting, type Place, places } from "../devices/device.ts";
import { findDevices } from "../devices/find.ts";
import type { Engine } from "../engines/engine.ts";
import { startEngine } from "../engines/start.ts";
import { thousands } from "../terminal/progress.ts";
import type { Recipe } from "../training/recipe.ts";
import type { Common } from "./options.ts";
import type { Voice } from "./voice.ts";

/** Where to run. A resumed run stays on the device and engine it began on if they are still usable. */
async function choice(options: Common, begun?: Place): Promise<Choice> {
  const [own] = await findDevices(begun === undefined ? [] : fitting(options, [begun]));
  if (own?.usable === true) {
    const others = { place: "every other", why: "the run began here" };
    return { ...choose(own, [own]), passedOver: [others] };
  }
  return choose(options, await findDevices(fitting(options, places)), options.allowSoftwareGpu);
}

/** Chooses and starts an engine and device, and prints which. */
export async function begin(
  options: Common,
  { say }: Voice,
  begun?: Place,
  world?: BlockingWorld,
): Promise<{ readonly engine: Engine; readonly choice: Choice }> {
  const chosen = await choice(options, begun);
  const engine = await startEngine(chosen, world);
  say(deviceLine(chosen, `${engine.name} ${engine.version}`));
  return { engine, choice: chosen };
}

/** The images of a run, in words. */
export function describe(
  { train, test, source, names }: Mnist,
  { limit, earlyStop }: Pick<Recipe, "limit" | "earlyStop">,
): string {
  const all = Math.min(train.count, limit ?? train.count);
  const held = earlyStop === undefined ? 0 : Math.floor(all / 10);
  const aside = held === 0 ? "" : `${thousands(held)} held out to stop early by, `;
  const few = names.length <= 12 && names.some((name, label) => name !== String(label));
  const of = areDigits(names) ? "" : ` of ${few ? names.join(", ") : `${names.length} classes`}`;
  return `${of === "" ? "MNIST" : "Images"} from ${source}${of}: ${thousands(all - held)} images to train on, ${aside}${thousands(test.count)} to test.`;
}
