import { stream } from "@descent/initializers";
import { CLASSES, SIDE } from "./net.ts";

/** Bytes of a picture. */
export const PIXELS = SIDE * SIDE;

/** Digits: a byte for each pixel, 0 for paper and 255 for ink, and what they show. */
export interface Digits {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** Digits to train on, and others to test with. */
export interface Mnist {
  readonly train: Digits;
  readonly test: Digits;
}

/** How many there are of each in the file of the page. */
export const [TRAIN, TEST] = [5000, 1000] as const;

/** Reads the file of the page: pictures and labels to train on, then those to test with. Throws if it has another length. */
export function mnistOf(bytes: Uint8Array): Mnist {
  const wanted = (TRAIN + TEST) * (PIXELS + 1);
  if (bytes.length !== wanted) throw new Error(`The file of digits has ${bytes.length} bytes and not ${wanted}.`);
  let at = 0;
  const take = (count: number): Uint8Array => bytes.subarray(at, (at += count));
  const digits = (count: number): Digits => ({ images: take(count * PIXELS), labels: take(count) });
  const mnist = { train: digits(TRAIN), test: digits(TEST) };
  if (mnist.train.labels.some((label) => label >= CLASSES)) throw new Error("The file of digits has labels above 9.");
  return mnist;
}

let fetched: Promise<Mnist> | undefined;
/** The digits at an address, fetched and unpacked once. */
export function digits(file: string): Promise<Mnist> {
  fetched ??= unpacked(file).catch((error: unknown) => {
    fetched = undefined; // asked again, it is tried again
    throw error;
  });
  return fetched;
}

async function unpacked(file: string): Promise<Mnist> {
  const response = await fetch(file);
  if (!response.ok || !response.body) throw new Error(`The digits could not be loaded: ${response.status}.`);
  const stream = response.body.pipeThrough(new DecompressionStream("deflate-raw"));
  return mnistOf(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** A byte with mean 0 and deviation 1 over MNIST (0.1307 and 0.3081 of full ink). */
const scaled = Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - 0.1307) / 0.3081);

/** Pictures as the net takes them. */
export const inputsOf = (images: Uint8Array): Float32Array => Float32Array.from(images, (byte) => scaled[byte]!); // a byte

/** The digits at some places. */
export function at({ images, labels }: Digits, places: ArrayLike<number>): Digits {
  const out = { images: new Uint8Array(places.length * PIXELS), labels: new Uint8Array(places.length) };
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!; // within
    out.images.set(images.subarray(place * PIXELS, (place + 1) * PIXELS), i * PIXELS);
    out.labels[i] = labels[place]!; // as many
  }
  return out;
}

/** The places of a step's batch: every digit once before any comes again, in an order of the seed's for each round. */
export function batches(count: number, size: number, seed: number): () => Uint32Array {
  let [round, at] = [0, count];
  let order = new Uint32Array(0);
  return () => {
    if (at + size > count) {
      const draw = stream(seed, `order of round ${round++}`);
      order = Uint32Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = Math.floor(draw.uniform(i) * (i + 1));
        [order[i], order[j]] = [order[j]!, order[i]!]; // within
      }
      at = 0;
    }
    return order.slice(at, (at += size));
  };
}
