import { getKernel, type KernelFunc, registerKernel, type TensorInfo, unregisterKernel } from "@tensorflow/tfjs-core";
import { conv3DBackpropFilter, conv3DBackpropInput } from "./convolution/conv3d.ts";
import { depthwiseBackpropFilter, depthwiseBackpropInput } from "./convolution/depthwise.ts";
import { conv2DBackpropFilter } from "./convolution/filter-gradient.ts";
import { conv2DBackpropInput } from "./convolution/input-gradient.ts";
import { Heap, type Kernel } from "./heap.ts";
import { maxPool3D, maxPool3DGrad, maxPoolGrad } from "./pooling.ts";

/** Sums the rows of x by segment, the gradient of a gather and so of an embedding. The wasm backend lacks it. */
const unsortedSegmentSum: Kernel = ({ inputs, attrs, backend }) => {
  const heap = new Heap(backend);
  const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo }; // the kernel's declared inputs
  const { numSegments } = attrs as { numSegments: number }; // as tfjs-core calls it
  const out = heap.like(x, [numSegments, ...x.shape.slice(1)]);
  const from = heap.view(x);
  const to = heap.view(out).fill(0);
  const ids = heap.view(segmentIds);
  const inner = ids.length === 0 ? 0 : from.length / ids.length;
  const along = segmentIds.shape[0] ? ids.length / segmentIds.shape[0] : 0;
  for (let k = 0; k < ids.length; k++) {
    const segment = ids[k]!;
    if (segment < 0 || segment >= numSegments) continue; // left out, as everywhere in tfjs
    let i = k * inner;
    let o = (segment * along + (k % along)) * inner;
    for (const end = i + inner; i < end; ) to[o++]! += from[i++]!;
  }
  return out;
};

/** Below this many multiplications the built-in loop finishes before the transposes would. */
const SMALL_PRODUCT = 2 ** 13;

/**
 * The gradients of a dense layer are products with a transposed factor, for which the backend has only a plain loop.
 * Transposing first lets XNNPACK do the product, several times as fast.
 */
function matMulTransposing(original: Kernel): Kernel {
  return (call) => {
    const { inputs, attrs, backend } = call;
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo }; // the kernel's declared inputs
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean }; // as tfjs-core calls it
    const single = (t: TensorInfo): boolean => t.shape.slice(0, -2).every((d) => d === 1);
    const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)]!;
    if (!(transposeA || transposeB) || !single(a) || !single(b) || size(a) * columns < SMALL_PRODUCT)
      return original(call);
    const heap = new Heap(backend);
    const flip = (t: TensorInfo): TensorInfo => {
      const r = t.shape.length;
      const perm = t.shape.map((_, i) => (i < r - 2 ? i : i === r - 2 ? r - 1 : r - 2));
      return heap.run("Transpose", { x: t }, { perm });
    };
    const left = transposeA ? flip(a) : a;
    const right = transposeB ? flip(b) : b;
    const out = original({ inputs: { a: left, b: right }, backend, attrs: { transposeA: false, transposeB: false } });
    if (transposeA) heap.free(left);
    if (transposeB) heap.free(right);
    return out;
  };
}

const size = (t: TensorInfo): number => t.shape.reduce((n, d) => n * d, 1);

/** A sum over all but the last dimension, the gradient of a bias, in one pass and in double precision. */
function summingColumns(original: Kernel): Kernel {
  return (call) => {
    const { x } = call.inputs as { x: TensorInfo }; // the kernel's declared input
    const { axis, keepDims } = call.attrs as { axis?: number | readonly number[] | null; keepDims: boolean }; // as tfjs-core calls it
    const rank = x.shape.length;
    const axes = new Set((axis == null ? [] : [axis].flat()).map((a) => (a < 0 ? a + rank : a))); // without axes: all
    const columns = x.shape[rank - 1] ?? 0;
    const heap = new Heap(call.backend);
    const { routines } = heap;
    const leading = axes.size > 0 && axes.size === rank - 1 && !axes.has(rank - 1);
    if (!routines || !leading || x.dtype !== "float32" || columns % 4 !== 0 || size(x) === 0) return original(call);
    const out = heap.alloc(keepDims ? x.shape.map((d, i) => (i < rank - 1 ? 1 : d)) : [columns]);
    const sums = heap.alloc([8]); // four float64
    const loop = routines.get("columnSums", columns);
    const [from, to] = [heap.pointer(x), heap.pointer(sums)];
    const floats = heap.floats(out);
    const doubles = new Float64Array(floats.buffer, to, 4);
    for (let c = 0; c < columns; c += 4) {
      loop(from + 4 * c, from + 4 * (size(x) + c), to);
      floats.set(doubles, c);
    }
    heap.free(sums);
    return out;
  };
}

/** Adds a bias to every row. The built-in kernel computes each element's source by division. */
function addingRows(original: Kernel): Kernel {
  return (call) => {
    const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo }; // the kernel's declared inputs
    const columns = a.shape.at(-1) ?? 0;
    const heap = new Heap(call.backend);
    const { routines } = heap;
    const row = b.shape.length <= a.shape.length && b.shape.at(-1) === columns && size(b) === columns;
    const floats = a.dtype === "float32" && b.dtype === "float32";
    if (!routines || !row || !floats || columns % 4 !== 0 || size(a) <= columns) return original(call);
    const out = heap.alloc(a.shape);
    const from = heap.pointer(a);
    routines.get("addRow", columns)(from, from + 4 * size(a), heap.pointer(b), heap.pointer(out));
    return out;
  };
}

/** A clone shares its numbers, as on the other backends. The built-in kernel copies them, some forty times per step. */
function sharing(original: Kernel): Kernel {
  return (call) => {
    const { x } = call.inputs as { x: TensorInfo }; // the kernel's declared input
    return x.dtype === "string" ? original(call) : new Heap(call.backend).share(x);
  };
}

/** The kernels to register, each made from the kernel that was there. */
const kernels: Readonly<Record<string, (original: Kernel) => Kernel>> = {
  Conv2DBackpropFilter: () => conv2DBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter: () => depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: () => depthwiseBackpropInput,
  UnsortedSegmentSum: () => unsortedSegmentSum,
  MaxPoolGrad: () => maxPoolGrad,
  MaxPool3D: () => maxPool3D,
  MaxPool3DGrad: () => maxPool3DGrad,
  Conv3DBackpropFilterV2: () => conv3DBackpropFilter,
  Conv3DBackpropInputV2: () => conv3DBackpropInput,
  Conv2DBackpropInput: () => conv2DBackpropInput,
  BatchMatMul: matMulTransposing,
  Sum: summingColumns,
  Add: addingRows,
  Identity: sharing,
};

const missing: Kernel = () => {
  throw new Error("There is no such kernel."); // replaced before anything calls it
};
const ours = Symbol.for("@descent/tfjs kernel");

/**
 * Supplies the gradient kernels that tfjs-backend-wasm lacks (convolutions by their filters, depthwise convolutions,
 * embeddings), corrects those it has wrong (max pooling over negative numbers, 3-D convolution and pooling), and replaces
 * those that slow training down. Does nothing if the backend is missing or already has them. Creating an optimizer of
 * this package calls it; call it yourself to train with another optimizer. Returns the names of the kernels registered.
 */
export function registerWasmGradients(): readonly string[] {
  if (!getKernel("Conv2D", "wasm")) return [];
  return Object.entries(kernels).flatMap(([kernelName, make]) => {
    const original = getKernel(kernelName, "wasm");
    if (original && ours in original.kernelFunc) return [];
    if (original) unregisterKernel(kernelName, "wasm"); // registering over it would warn
    const kernel = make((original?.kernelFunc as Kernel | undefined) ?? missing); // those wrapped give one tensor
    // The backend's set-up of the kernel is kept: the wrapped ones call it, and a backend made later runs it again.
    const kernelFunc = Object.assign(kernel, { [ours]: true }) as unknown as KernelFunc; // Call is its argument's shape
    registerKernel({ ...original, kernelName, backendName: "wasm", kernelFunc });
    return [kernelName];
  });
}
