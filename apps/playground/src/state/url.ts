import { engines } from "../digits/learner.ts";
import { losses, methods, sources } from "../own-model/messages.ts";
import { initial, pages, type State } from "./state.ts";

/** The form of links. A new form gets a new number, and links of old forms are still read. */
const VERSION = "1";
/** Longer than any link of ours: what would be unpacked from it could be anything. */
const LONGEST = 60_000;

type Check = (value: unknown) => boolean;
const isNumber: Check = (v) => typeof v === "number" && Number.isFinite(v);
const between =
  (least: number, most: number): Check =>
  (v) =>
    typeof v === "number" && v >= least && v <= most;
const isText =
  (longest: number): Check =>
  (v) =>
    typeof v === "string" && v.length <= longest;
const listOf =
  (check: Check, least: number, most: number): Check =>
  (v) =>
    Array.isArray(v) && v.length >= least && v.length <= most && v.every(check);
const has =
  (checks: Readonly<Record<string, Check>>): Check =>
  (v) =>
    typeof v === "object" && v !== null && Object.entries(checks).every(([key, check]) => check(Reflect.get(v, key)));
const among =
  (names: readonly string[]): Check =>
  (v) =>
    names.some((name) => name === v);
const whole =
  (least: number, most: number): Check =>
  (v) =>
    Number.isInteger(v) && between(least, most)(v);

/** A check for each part of a state. A link is a stranger's text. */
const checks: Readonly<Record<keyof State, Check>> = {
  page: (v) => pages.some((page) => page === v),
  surface: isText(40),
  formula: isText(2000),
  box: (v) =>
    listOf(isNumber, 4, 4)(v) && (v as number[])[0]! < (v as number[])[1]! && (v as number[])[2]! < (v as number[])[3]!,
  start: listOf(isNumber, 2, 2),
  steps: whole(1, 5000),
  batch: whole(0, 1000),
  noise: between(0, 1e6),
  seed: whole(0, 2 ** 32),
  clip: between(0, 1e6),
  schedule: isText(1000),
  contenders: listOf(has({ rule: isText(60), lr: (v) => v === undefined || between(0, 1e6)(v) }), 0, 24),
  fairness: (v) => ["best", "same", "defaults", "own"].some((f) => f === v),
  rate: between(0, 1e6),
  basins: isText(60),
  arrows: isText(60),
  view: (v) => v === "map" || v === "relief",
  turn: between(-180, 180),
  tilt: between(10, 90),
  mine: has({ parent: isText(60), title: isText(60), text: isText(20_000) }),
  digits: has({
    rule: isText(60),
    lr: (v) => v === undefined || between(0, 1e6)(v),
    batch: whole(1, 1000),
    steps: whole(1, 5000),
    seed: whole(0, 2 ** 32),
    engine: among(engines),
  }),
  model: has({
    rule: isText(60),
    lr: (v) => v === undefined || between(0, 1e6)(v),
    method: among(methods),
    rank: whole(1, 256),
    loss: among(losses),
    data: among(sources),
    batch: whole(1, 1024),
    steps: whole(1, 5000),
  }),
  sweep: has({ from: between(1e-12, 1e6), to: between(1e-12, 1e6), count: whole(3, 60), seeds: whole(1, 20) }),
};

/** Whether something may be the part of a state by this name. */
export const fits = (key: keyof State, value: unknown): boolean => checks[key](value);

async function piped(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(through);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The part of a link after `#`: the version, and what differs from how the playground opens, compressed. Empty if nothing does. */
export async function encode(state: State): Promise<string> {
  const changed = Object.fromEntries(
    Object.entries(state).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(initial[key as keyof State]),
    ),
  );
  if (Object.keys(changed).length === 0) return "";
  const packed = await piped(new TextEncoder().encode(JSON.stringify(changed)), new CompressionStream("deflate-raw"));
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""));
  return `${VERSION}.${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** The state of a link. What is damaged, or of a version that is not known, says so; parts that do not fit are left out and named. */
export async function decode(hash: string): Promise<{ readonly state: State; readonly complaint?: string }> {
  const text = hash.replace(/^#/, "");
  if (text === "") return { state: initial };
  const page = pages.find((name) => name === text);
  if (page) return { state: { ...initial, page } };
  const [version, packed = ""] = text.split(".", 2);
  if (version !== VERSION)
    return {
      state: initial,
      complaint: `This link is of version ${(version ?? "").slice(0, 20)}, which this playground does not know.`,
    };
  if (packed.length > LONGEST) return { state: initial, complaint: "This link is too long to be read." };
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const given: unknown = JSON.parse(
      new TextDecoder().decode(await piped(bytes, new DecompressionStream("deflate-raw"))),
    );
    const entries = Object.entries(given as object).filter(([key]) => Object.hasOwn(checks, key)) as [
      keyof State,
      unknown,
    ][];
    const bad = entries.filter(([key, value]) => !fits(key, value)).map(([key]) => key);
    const good = Object.fromEntries(entries.filter(([key, value]) => fits(key, value)));
    const state = { ...initial, ...good };
    return bad.length > 0
      ? { state, complaint: `Parts of this link do not fit and were left out: ${bad.join(", ")}.` }
      : { state };
  } catch {
    return { state: initial, complaint: "This link is damaged, so the playground opens as usual." };
  }
}
