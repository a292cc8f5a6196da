import { pathToFileURL } from "node:url";
import { isSoftware } from "./device.ts";
import { answer, type Look, notInstalled, probe, resolve, short, text } from "./probe.ts";

/** Dawn for Node. */
export const dawnFile = (): string | undefined => resolve("webgpu");

const adapterProbe = `
const { create, globals } = await import(process.argv[1]);
Object.assign(globalThis, globals);
const adapter = await create([]).requestAdapter({ powerPreference: "high-performance" });
const info = adapter?.info ?? {};
const words = [info.vendor, info.architecture, info.device, info.description].filter((word) => word);
console.log(JSON.stringify(adapter === null ? null : { label: [...new Set(words)].join(" "), fallback: info.isFallbackAdapter === true }));
process.exit(0);
`;

export const driver =
  "Install the GPU's driver and, on Linux, the Vulkan loader (Debian and Ubuntu: apt install libvulkan1).";

/** The adapter Dawn finds: tfjs uses it, and onnxruntime's own Dawn finds the same one. */
export async function findAdapter(): Promise<Look> {
  const dawn = dawnFile();
  if (dawn === undefined) return notInstalled("the npm package webgpu", { device: "webgpu", engine: "tfjs" });
  const ran = await probe(adapterProbe, pathToFileURL(dawn).href);
  const adapter = answer(ran);
  const label = text(adapter, "label");
  if (label !== undefined) {
    const what = label || "unnamed adapter";
    const fallback = typeof adapter === "object" && adapter !== null && Reflect.get(adapter, "fallback") === true;
    return { usable: true, what, software: isSoftware(what) || fallback };
  }
  if (adapter === null) {
    const loader = /libvulkan\S*(?=: cannot open)/.exec(ran.err)?.[0];
    return {
      usable: false,
      what: loader === undefined ? "no GPU adapter found" : `no GPU adapter found, ${loader} is missing`,
      remedy: driver,
    };
  }
  return { usable: false, what: `Dawn does not start (${short(ran.err)})`, remedy: driver };
}
