import { engine } from "@tensorflow/tfjs-core";

/*
 * On the cpu backend a tensor hands out its own array, and keeps the array it was made of. So steps write into arrays alone that they
 * made themselves, and that nobody has been handed since.
 */

const own = new WeakSet<Float32Array>();
const watched = new WeakSet<object>();

/** Whether a step made this array, and nobody else can hold it. */
export const isOwn = (numbers: Float32Array): boolean => own.has(numbers);

/** Says that a step made this array. */
export function makeOwn(numbers: Float32Array): void {
  watch();
  own.add(numbers);
}

/** From now on, notes which arrays tfjs hands out: `data`, `dataSync` and `buffer` of every tensor ask its engine for them. */
function watch(): void {
  const tfjs = engine();
  if (watched.has(tfjs)) return;
  watched.add(tfjs);
  const [read, readSync] = [tfjs.read, tfjs.readSync];
  tfjs.readSync = (id) => handedOut(readSync.call(tfjs, id));
  tfjs.read = async (id) => handedOut(await read.call(tfjs, id));
}

function handedOut<T>(numbers: T): T {
  if (numbers instanceof Float32Array) own.delete(numbers);
  return numbers;
}
