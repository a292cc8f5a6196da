import { refusal } from "@descent/arrays/engine";
import { engine, type Tensor } from "@tensorflow/tfjs-core";
import { ArrayUpdates, type Storage } from "./arrays.ts";

/**
 * Numbers outside the graphics card, where a tensor has float32 even if textures hold half floats. State never goes there;
 * gradients are read from it, and parameters go back to it when the model computes next.
 */
const storage: Storage<Float32Array> = {
  find: (tensor) => {
    const numbers = tensor.dataSync<"float32">();
    return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  },
  owns: () => false,
  copy: (tensor: Tensor) => engine().makeTensor(storage.find(tensor).slice(), tensor.shape, "float32"),
  view: (numbers) => numbers,
  bytes: ({ buffer, byteOffset }) => ({ buffer, address: byteOffset }),
};

/** Updates in float32 for webgl on devices that compute in half precision, where ε would be zero and g² would vanish. */
export const halfUpdates = (): ArrayUpdates<Float32Array> =>
  new ArrayUpdates(refusal() === undefined ? "wasm" : "interpreter", storage, undefined);
