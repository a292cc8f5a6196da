import { check, checkOptions, isRecord, type Wanted, model as wantedModel } from "../check.ts";
import { OnnxError } from "../errors.ts";
import { Decoder, type Limits } from "./decode.ts";
import { Encoder } from "./encode.ts";
import { type Message, messageOf } from "./schema.ts";
import { type Fields, wire } from "./wire.ts";

/** A number, or a bigint where a number would lose precision. */
export type Int64 = number | bigint;

/** Anything read from a file carries its unknown fields and their order here; spreading an object keeps them. */
interface Wired {
  readonly [wire]?: Fields[typeof wire];
}

/** The message `ModelProto` of onnx.proto. */
export interface ModelProto extends Wired {
  readonly irVersion?: Int64;
  readonly opsetImport?: readonly OperatorSetIdProto[];
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly modelVersion?: Int64;
  readonly docString?: string;
  readonly graph?: GraphProto;
  readonly metadataProps?: readonly StringStringEntryProto[];
  readonly trainingInfo?: readonly TrainingInfoProto[];
  readonly functions?: readonly FunctionProto[];
  readonly configuration?: readonly object[];
}
/** The message `TrainingInfoProto` of onnx.proto. */
export interface TrainingInfoProto extends Wired {
  readonly initialization?: GraphProto;
  readonly algorithm?: GraphProto;
  readonly initializationBinding?: readonly StringStringEntryProto[];
  readonly updateBinding?: readonly StringStringEntryProto[];
}
/** The message `OperatorSetIdProto` of onnx.proto. */
export interface OperatorSetIdProto extends Wired {
  readonly domain?: string;
  readonly version?: Int64;
}
/** The message `StringStringEntryProto` of onnx.proto. */
export interface StringStringEntryProto extends Wired {
  readonly key?: string;
  readonly value?: string;
}
/** The message `GraphProto` of onnx.proto. */
export interface GraphProto extends Wired {
  readonly node?: readonly NodeProto[];
  readonly name?: string;
  readonly initializer?: readonly TensorProto[];
  readonly sparseInitializer?: readonly SparseTensorProto[];
  readonly docString?: string;
  readonly input?: readonly ValueInfoProto[];
  readonly output?: readonly ValueInfoProto[];
  readonly valueInfo?: readonly ValueInfoProto[];
  readonly quantizationAnnotation?: readonly object[];
  readonly metadataProps?: readonly StringStringEntryProto[];
}
/** The message `SparseTensorProto` of onnx.proto. */
export interface SparseTensorProto extends Wired {
  readonly values?: TensorProto;
  readonly indices?: TensorProto;
  readonly dims?: readonly Int64[];
}
/** The message `NodeProto` of onnx.proto. */
export interface NodeProto extends Wired {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly attribute?: readonly AttributeProto[];
  readonly docString?: string;
  readonly metadataProps?: readonly StringStringEntryProto[];
  readonly deviceConfigurations?: readonly object[];
}
/** The message `AttributeProto` of onnx.proto. */
export interface AttributeProto extends Wired {
  readonly name?: string;
  readonly refAttrName?: string;
  readonly docString?: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: Int64;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly sparseTensor?: SparseTensorProto;
  readonly tp?: TypeProto;
  readonly floats?: readonly number[];
  readonly ints?: readonly Int64[];
  readonly strings?: readonly Uint8Array[];
  readonly tensors?: readonly TensorProto[];
  readonly graphs?: readonly GraphProto[];
  readonly sparseTensors?: readonly SparseTensorProto[];
  readonly typeProtos?: readonly TypeProto[];
}
/** The message `TensorProto` of onnx.proto. */
export interface TensorProto extends Wired {
  readonly dims?: readonly Int64[];
  readonly dataType?: number;
  readonly segment?: object;
  readonly floatData?: Float32Array;
  readonly int32Data?: Int32Array;
  readonly stringData?: readonly Uint8Array[];
  readonly int64Data?: BigInt64Array;
  readonly name?: string;
  readonly docString?: string;
  /** A view of the file's bytes, rarely aligned. */
  readonly rawData?: Uint8Array;
  readonly externalData?: readonly StringStringEntryProto[];
  readonly dataLocation?: number;
  readonly doubleData?: Float64Array;
  readonly uint64Data?: BigUint64Array;
  readonly metadataProps?: readonly StringStringEntryProto[];
}
/** The message `ValueInfoProto` of onnx.proto. */
export interface ValueInfoProto extends Wired {
  readonly name?: string;
  readonly type?: TypeProto;
  readonly docString?: string;
  readonly metadataProps?: readonly StringStringEntryProto[];
}
/** The message `TypeProto` of onnx.proto. */
export interface TypeProto extends Wired {
  readonly tensorType?: TensorTypeProto;
  readonly sequenceType?: { readonly elemType?: TypeProto };
  readonly mapType?: { readonly keyType?: number; readonly valueType?: TypeProto };
  readonly optionalType?: { readonly elemType?: TypeProto };
  readonly sparseTensorType?: TensorTypeProto;
  readonly opaqueType?: object;
  readonly denotation?: string;
}
/** The message `TensorTypeProto` of onnx.proto. */
export interface TensorTypeProto extends Wired {
  readonly elemType?: number;
  readonly shape?: TensorShapeProto;
}
/** The message `TensorShapeProto` of onnx.proto. */
export interface TensorShapeProto extends Wired {
  readonly dim?: readonly DimensionProto[];
}
/** The message `DimensionProto` of onnx.proto. */
export interface DimensionProto extends Wired {
  readonly dimValue?: Int64;
  readonly dimParam?: string;
  readonly denotation?: string;
}
/** The message `FunctionProto` of onnx.proto. */
export interface FunctionProto extends Wired {
  readonly name?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly string[];
  readonly attributeProto?: readonly AttributeProto[];
  readonly node?: readonly NodeProto[];
  readonly docString?: string;
  readonly opsetImport?: readonly OperatorSetIdProto[];
  readonly domain?: string;
  readonly overload?: string;
  readonly valueInfo?: readonly ValueInfoProto[];
  readonly metadataProps?: readonly StringStringEntryProto[];
}

/**
 * A model from its file's bytes. Tensors are views of them, so keep the bytes unchanged as long as the model is used. Damaged
 * bytes give an OnnxError with the offset; the time and memory it takes are bounded by the length of the file.
 */
export function decodeModel(bytes: Uint8Array, limits?: Limits): ModelProto {
  checkBytes("a model", bytes, limits);
  const model: ModelProto = decode(messageOf("ModelProto"), bytes, limits);
  if (model.graph === undefined && model.functions === undefined) {
    throw new OnnxError(
      `These ${bytes.length} bytes contain no graph. Is this an ONNX model${bytes[0] === 0x7b ? ", and not JSON" : ""}?`,
    );
  }
  return model;
}

/** The bytes of a model. One that was read and not changed is written as it was: unknown fields, order and all. */
export function encodeModel(model: ModelProto): Uint8Array {
  check("What encodeModel() writes", model, {
    want: "what decodeModel() or modelOf() returns",
    fits: (x) => wantedModel.fits(x) && !(x instanceof Uint8Array),
  });
  if (model.graph === undefined && model.functions === undefined)
    throw new OnnxError("The model that encodeModel() writes has no `graph`.");
  return encode(messageOf("ModelProto"), model);
}

/** A single tensor from its bytes, as test data and checkpoints store it. */
export function decodeTensor(bytes: Uint8Array, limits?: Limits): TensorProto {
  checkBytes("a tensor", bytes, limits);
  return decode(messageOf("TensorProto"), bytes, limits);
}
/** The bytes of one tensor, as a TensorProto. */
export function encodeTensor(tensor: TensorProto): Uint8Array {
  check("What encodeTensor() writes", tensor, { want: "what decodeTensor() or tensorOf() returns", fits: isRecord });
  return encode(messageOf("TensorProto"), tensor);
}

const limit: Wanted = {
  want: "a whole number above 0",
  fits: (x) => typeof x === "number" && Number.isSafeInteger(x) && x > 0,
};

function checkBytes(what: string, bytes: unknown, limits: Limits | undefined): void {
  check(`The bytes of ${what}`, bytes, {
    want: "a Uint8Array (an ArrayBuffer as new Uint8Array(buffer), a file read by readFile)",
    fits: (x) => x instanceof Uint8Array,
  });
  if (limits !== undefined) checkOptions("decoding", limits, { depth: limit, items: limit });
}

// A test checks that the schema and the interfaces above agree.
function decode<T>(message: Message, bytes: Uint8Array, limits: Limits | undefined): T {
  return new Decoder(bytes, limits).decode(message) as T;
}
function encode(message: Message, value: object): Uint8Array {
  return new Encoder().encode(message, value as Fields);
}
