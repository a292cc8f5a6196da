import type { Job } from "@descent/core/adapter";
import { type Expr, isBoolean, isMatrixOp, isReduction, type Program } from "@descent/core/graph";
import { glsl, reach, shader } from "@descent/core/kernels";
import { type DataType, engine, env, type KernelBackend, type Tensor, type TensorInfo } from "@tensorflow/tfjs-core";
import { compose, type Elements } from "../composed.ts";
import { halfPrecision } from "../half.ts";
import { allFloats, type Detect, type Fused } from "./fused.ts";
import { halfUpdates } from "./half.ts";

/** The part of tfjs-backend-webgl 4 that is used here. */
interface WebGLBackend extends KernelBackend {
  readonly texData: { get(dataId: object): { readonly texture?: object | null; readonly isPacked?: boolean } };
  packTensor(input: TensorInfo): TensorInfo;
  runWebGLProgram(
    program: object,
    inputs: readonly TensorInfo[],
    dtype: DataType,
    uniforms: readonly (readonly number[])[],
    keepPacked: boolean,
  ): TensorInfo;
}

/** An expression down to the values that must be computed before it, as one program for the graphics card. */
interface Region {
  readonly tensors: readonly Expr[];
  readonly numbers: readonly Expr[];
  readonly code: string;
}

const regions = new WeakMap<Program, Map<Expr, Region>>();

function regionOf(program: Program, e: Expr): Region {
  let known = regions.get(program);
  if (!known) regions.set(program, (known = new Map()));
  let region = known.get(e);
  if (!region) known.set(e, (region = makeRegion(program, e)));
  return region;
}

function makeRegion(program: Program, root: Expr): Region {
  // Adam's p is computed from the m and v that this step has just stored.
  const stored = new Set(Object.values(program.outputs).filter((e) => e.place === "tensor"));
  const isLeaf = (e: Expr): boolean =>
    e.op === "var" || isReduction(e) || isMatrixOp(e) || (stored.has(e) && e !== root);
  const reached = reach([root], (e) => e.place === "host" || isLeaf(e));
  const numbers = reached.filter((e) => e.place === "host" && e.op !== "const");
  const tensors = reached.filter((e) => e.place !== "host" && isLeaf(e));
  return { tensors, numbers, code: write(root, reached, numbers, tensors) };
}

/**
 * Packed textures hold blocks of two rows and two columns in one texel, block after block, row of blocks after row of
 * blocks, whatever the texture's own width. What is past the last row or column must be zero: tfjs's matrix product
 * reads it.
 */
function write(root: Expr, reached: readonly Expr[], numbers: readonly Expr[], tensors: readonly Expr[]): string {
  const isInput = new Set([...numbers, ...tensors]);
  const order = reached.filter((e) => e.op !== "const" && !isInput.has(e));
  const leaf = (e: Expr): string => (e.place === "host" ? `numbers[${numbers.indexOf(e)}]` : `x${tensors.indexOf(e)}`);
  const { functions, statements, value } = shader(glsl, order, leaf);
  const read = (e: Expr, i: number): string => {
    if (e.place === root.place) return `block(t${i}, index)`;
    if (e.place === "row") return `block(t${i}, down).rrbb`;
    if (e.place === "column") return `block(t${i}, across).rgrg`;
    return `block(t${i}, 0).rrrr`;
  };
  const element = (channel: string): string => `element(${tensors.map((_, i) => `b${i}.${channel}`).join(", ")})`;
  return `
vec4 block(sampler2D t, int index) {
  int width = textureSize(t, 0).x;
  return texelFetch(t, ivec2(index % width, index / width), 0);
}
${functions}
float element(${tensors.map((_, i) => `float x${i}`).join(", ")}) {
${statements}
return ${value(root)};
}
void main() {
  int index = int(gl_FragCoord.y) * ((outTexShape.y + 1) / 2) + int(gl_FragCoord.x);
  int blocks = (outShape.w + 1) / 2;
  int across = index % blocks;
  int down = index / blocks % ((outShape.z + 1) / 2);
  bool right = 2 * across + 1 < outShape.w;
  bool below = 2 * down + 1 < outShape.z;
${tensors.map((e, i) => `  vec4 b${i} = ${read(e, i)};`).join("\n")}
  setOutput(vec4(
    ${element("r")},
    right ? ${element("g")} : 0.0,
    below ? ${element("b")} : 0.0,
    right && below ? ${element("a")} : 0.0));
}`;
}

/** tfjs compiles a new program for every rank, and beyond four dimensions for every shape: here all have four. */
function four(shape: readonly number[]): number[] {
  const rows = shape.at(-2) ?? 1;
  const columns = shape.at(-1) ?? 1;
  const batch = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return [1, batch, rows, columns];
}

class DescentUpdate {
  readonly packedInputs = true;
  readonly packedOutput = true;
  readonly enableShapeUniforms = true;
  readonly variableNames: readonly string[];
  readonly customUniforms: readonly { readonly name: string; readonly type: string; readonly arrayIndex: number }[];
  readonly outputShape: readonly number[];
  readonly userCode: string;
  constructor({ tensors, numbers, code }: Region, shape: readonly number[]) {
    this.variableNames = tensors.map((_, i) => `t${i}`);
    this.customUniforms = numbers.length > 0 ? [{ name: "numbers", type: "float", arrayIndex: numbers.length }] : [];
    this.outputShape = four(shape);
    this.userCode = code;
  }
}

/** Elements by programs of this backend. Sums and matrix products are tfjs's own. */
class WebGLElements {
  readonly #backend: WebGLBackend;
  /** By tensor, while both are there. */
  readonly #packs = new WeakMap<Tensor, Tensor>();
  constructor(backend: WebGLBackend) {
    this.#backend = backend;
  }

  readonly compute: Elements = (e, { program, shape, tensor, number }) => {
    const region = regionOf(program, e);
    const { tensors, numbers } = region;
    if (tensors.length > env().getNumber("WEBGL_MAX_TEXTURES_IN_SHADER")) return undefined;
    const values = tensors.map((input) => this.#packed(tensor(input)));
    const outShape = [...shape];
    const inputs = values.map(({ dataId, shape, dtype }) => ({ dataId, shape: four(shape), dtype }));
    const uniforms = numbers.length > 0 ? [numbers.map(number)] : [];
    const dtype = isBoolean(e) ? "bool" : "float32";
    const info = this.#backend.runWebGLProgram(new DescentUpdate(region, outShape), inputs, dtype, uniforms, true);
    return this.#tensor({ ...info, shape: outShape });
  };

  /** tfjs packs a tensor for each program that wants it packed; this packs it once. */
  #packed(tensor: Tensor): Tensor {
    const { texture, isPacked } = this.#backend.texData.get(tensor.dataId);
    if (!texture || isPacked) return tensor;
    let packed = this.#packs.get(tensor);
    if (!packed || packed.isDisposed) {
      packed = this.#tensor(this.#backend.packTensor(tensor));
      this.#packs.set(tensor, packed);
    }
    return packed;
  }

  #tensor({ dataId, shape, dtype }: TensorInfo): Tensor {
    return engine().makeTensorFromDataId(dataId, shape, dtype, this.#backend);
  }
}

/**
 * One program for each tensor that a step stores, where the composed step launches one for each operation. Programs
 * write to textures of their own, so clones and reads under way keep the numbers they had.
 */
class WebGLUpdates implements Fused {
  readonly #elements: Elements;
  readonly #half = halfUpdates();
  constructor(backend: WebGLBackend) {
    this.#elements = new WebGLElements(backend).compute;
  }

  takes(job: Job<Tensor>): boolean {
    if (halfPrecision("webgl")) return this.#half.takes(job);
    const flags = env();
    return flags.getNumber("WEBGL_VERSION") === 2 && flags.getBool("WEBGL_PACK") && allFloats(job);
  }

  run(jobs: readonly Job<Tensor>[]): void {
    if (halfPrecision("webgl")) this.#half.run(jobs);
    else compose(jobs, this.#elements)();
  }
}

/** Updates on the webgl backend, where textures hold float32 numbers by fours and shaders are those of WebGL 2. */
export const webgl: Detect = (backend) => {
  const { texData, packTensor, runWebGLProgram } = backend as Partial<WebGLBackend>; // asked for what it has
  if (typeof texData?.get !== "function" || typeof packTensor !== "function") return undefined;
  return typeof runWebGLProgram === "function" ? new WebGLUpdates(backend as WebGLBackend) : undefined;
};
