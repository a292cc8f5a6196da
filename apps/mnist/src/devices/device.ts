import { UserError } from "../errors.ts";

export type DeviceName = "cuda" | "webgpu" | "wasm" | "cpu";
export const deviceNames: readonly DeviceName[] = ["cuda", "webgpu", "wasm", "cpu"];
export type EngineName = "onnxruntime" | "tfjs";
export const engineNames: readonly EngineName[] = ["onnxruntime", "tfjs"];

/** Where a network can train: an engine on a device. */
export interface Place {
  readonly device: DeviceName;
  readonly engine: EngineName;
}

/**
 * All places, best first. Those on the CPU are in order of speed, measured by an epoch of the default run on two idle
 * cores: 5.0 s for native kernels, 7.8 s for TensorFlow.js in WebAssembly, 10.9 s for ONNX Runtime in WebAssembly.
 */
export const places: readonly Place[] = [
  { device: "cuda", engine: "tfjs" },
  { device: "cuda", engine: "onnxruntime" },
  { device: "webgpu", engine: "tfjs" },
  { device: "webgpu", engine: "onnxruntime" },
  { device: "cpu", engine: "onnxruntime" },
  { device: "wasm", engine: "tfjs" },
  { device: "wasm", engine: "onnxruntime" },
  { device: "cpu", engine: "tfjs" },
];

/** The result of probing a place. */
export interface Found extends Place {
  readonly usable: boolean;
  /** A description if usable, otherwise the reason it is not. */
  readonly what: string;
  /** A GPU emulated on the CPU. */
  readonly software?: boolean | undefined;
  /** How to make it usable. */
  readonly remedy?: string | undefined;
}

export interface Choice extends Place {
  readonly what: string;
  /** Each better candidate, with the reason. */
  readonly passedOver: readonly Reason[];
}

interface Reason {
  /** The device, with its engine unless the reason is the same for all engines. */
  readonly place: string;
  readonly why: string;
}

/** The device and engine asked for on the command line. */
export interface Asked {
  readonly device: DeviceName | "auto";
  readonly engine: EngineName | "auto";
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|software|\bwarp\b|basic render/i;

export const isSoftware = (adapter: string): boolean => softwareNames.test(adapter);

/** The places that match what was asked for, best first. */
export const fitting = <P extends Place>({ device, engine }: Asked, all: readonly P[]): P[] =>
  places.flatMap((place) =>
    (device === "auto" || place.device === device) && (engine === "auto" || place.engine === engine)
      ? all.filter((one) => one.device === place.device && one.engine === place.engine)
      : [],
  );

/**
 * Chooses where to run. `auto` takes the best place without a software GPU; a device or engine asked for by name is used, or
 * refused with what to install and never replaced by another.
 */
export function choose(asked: Asked, found: readonly Found[], allowSoftware = asked.device !== "auto"): Choice {
  const candidates = fitting(asked, found);
  const passedOver: Found[] = [];
  for (const one of candidates) {
    const { device, engine, what } = one;
    if (!one.usable) passedOver.push(one);
    else if (one.software === true && !allowSoftware)
      passedOver.push({ ...one, what: `only a software GPU (${what}), slower than the CPU` });
    else return { device, engine, what: named(one), passedOver: reasons(passedOver, candidates) };
  }
  const remedies = [...new Set(passedOver.flatMap(({ remedy }) => (remedy === undefined ? [] : [` ${remedy}`])))];
  throw new UserError(
    `${flags(asked) ? `${flags(asked)} cannot be used` : "No device can be used"}: ${reasons(passedOver, candidates)
      .map(({ place, why }) => (place === asked.device ? why : `${place} (${why})`))
      .join(", ")}.${remedies.join("")}`,
  );
}

/** The flags that were given. */
const flags = ({ device, engine }: Asked): string =>
  [device === "auto" ? "" : `--device ${device}`, engine === "auto" ? "" : `--engine ${engine}`].join(" ").trim();

const named = ({ what, software }: Found): string => (software === true ? `${what} (a software GPU)` : what);

/** Why each was passed over; a reason shared by all engines of a device is given once. */
function reasons(passedOver: readonly Found[], candidates: readonly Found[]): Reason[] {
  const out = new Map<string, Reason>();
  for (const { device, engine, what } of passedOver) {
    const engines = candidates.filter((one) => one.device === device);
    const shared = engines.every((one) =>
      passedOver.some((p) => p.device === device && p.engine === one.engine && p.what === what),
    );
    const place = shared ? device : `${device} by ${engine}`;
    out.set(place, { place, why: what });
  }
  return [...out.values()];
}

/** The line that says where the run happens, and why not elsewhere. */
export function deviceLine({ device, what, passedOver }: Choice, engine: string): string {
  const others = passedOver.map(({ place, why }) => `${place} (${why})`).join(", ");
  return `Running on ${device}: ${what}, by ${engine}.${others === "" ? "" : ` Passed over: ${others}.`}`;
}
