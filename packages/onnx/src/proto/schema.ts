/**
 * How a field is kept on this side: s string, y bytes, i int64 (a number, or a bigint beyond 2^53), u uint64, n int32 or enum,
 * f float, d double, a message's name; F D N L U a packed list as Float32Array, Float64Array, Int32Array, BigInt64Array and
 * BigUint64Array.
 */
export type Kind = "s" | "y" | "i" | "u" | "n" | "f" | "d" | "F" | "D" | "N" | "L" | "U";

export interface Field {
  readonly no: number;
  readonly name: string;
  /** The kind of value, if the field is not a message. */
  readonly kind: Kind | undefined;
  readonly message: Message | undefined;
  readonly repeated: boolean;
}
export interface Message {
  readonly name: string;
  /** By field number, with holes. */
  readonly byNumber: readonly (Field | undefined)[];
  /** In order of field numbers, which is the order protobuf writes them in. */
  readonly fields: readonly Field[];
}

/** onnx.proto of ONNX 1.20: number, name and kind of every field, `*` where it repeats. */
const source: Readonly<Record<string, string>> = {
  ModelProto:
    "1 irVersion i|8 opsetImport OperatorSetIdProto*|2 producerName s|3 producerVersion s|4 domain s|5 modelVersion i|" +
    "6 docString s|7 graph GraphProto|14 metadataProps StringStringEntryProto*|20 trainingInfo TrainingInfoProto*|" +
    "25 functions FunctionProto*|26 configuration DeviceConfigurationProto*",
  DeviceConfigurationProto: "1 name s|2 numDevices n|3 device s*",
  TrainingInfoProto:
    "1 initialization GraphProto|2 algorithm GraphProto|3 initializationBinding StringStringEntryProto*|" +
    "4 updateBinding StringStringEntryProto*",
  OperatorSetIdProto: "1 domain s|2 version i",
  StringStringEntryProto: "1 key s|2 value s",
  GraphProto:
    "1 node NodeProto*|2 name s|5 initializer TensorProto*|15 sparseInitializer SparseTensorProto*|10 docString s|" +
    "11 input ValueInfoProto*|12 output ValueInfoProto*|13 valueInfo ValueInfoProto*|" +
    "14 quantizationAnnotation TensorAnnotation*|16 metadataProps StringStringEntryProto*",
  TensorAnnotation: "1 tensorName s|2 quantParameterTensorNames StringStringEntryProto*",
  SparseTensorProto: "1 values TensorProto|2 indices TensorProto|3 dims i*",
  NodeProto:
    "1 input s*|2 output s*|3 name s|4 opType s|7 domain s|8 overload s|5 attribute AttributeProto*|6 docString s|" +
    "9 metadataProps StringStringEntryProto*|10 deviceConfigurations NodeDeviceConfigurationProto*",
  NodeDeviceConfigurationProto: "1 configurationId s|2 shardingSpec ShardingSpecProto*|3 pipelineStage n",
  ShardingSpecProto:
    "1 tensorName s|2 device i*|3 indexToDeviceGroupMap IntIntListEntryProto*|4 shardedDim ShardedDimProto*",
  ShardedDimProto: "1 axis i|2 simpleSharding SimpleShardedDimProto*",
  SimpleShardedDimProto: "1 dimValue i|2 dimParam s|3 numShards i",
  IntIntListEntryProto: "1 key i|2 value i*",
  AttributeProto:
    "1 name s|21 refAttrName s|13 docString s|20 type n|2 f f|3 i i|4 s y|5 t TensorProto|6 g GraphProto|" +
    "22 sparseTensor SparseTensorProto|14 tp TypeProto|7 floats f*|8 ints i*|9 strings y*|10 tensors TensorProto*|" +
    "11 graphs GraphProto*|23 sparseTensors SparseTensorProto*|15 typeProtos TypeProto*",
  TensorProto:
    "1 dims i*|2 dataType n|3 segment Segment|4 floatData F|5 int32Data N|6 stringData y*|7 int64Data L|8 name s|" +
    "12 docString s|9 rawData y|13 externalData StringStringEntryProto*|14 dataLocation n|10 doubleData D|" +
    "11 uint64Data U|16 metadataProps StringStringEntryProto*",
  Segment: "1 begin i|2 end i",
  ValueInfoProto: "1 name s|2 type TypeProto|3 docString s|4 metadataProps StringStringEntryProto*",
  TypeProto:
    "1 tensorType TensorTypeProto|4 sequenceType ElementTypeProto|5 mapType MapTypeProto|9 optionalType ElementTypeProto|" +
    "8 sparseTensorType TensorTypeProto|6 denotation s|7 opaqueType OpaqueTypeProto",
  TensorTypeProto: "1 elemType n|2 shape TensorShapeProto",
  ElementTypeProto: "1 elemType TypeProto",
  MapTypeProto: "1 keyType n|2 valueType TypeProto",
  OpaqueTypeProto: "1 domain s|2 name s",
  TensorShapeProto: "1 dim DimensionProto*",
  DimensionProto: "1 dimValue i|2 dimParam s|3 denotation s",
  FunctionProto:
    "1 name s|4 input s*|5 output s*|6 attribute s*|11 attributeProto AttributeProto*|7 node NodeProto*|8 docString s|" +
    "9 opsetImport OperatorSetIdProto*|10 domain s|13 overload s|12 valueInfo ValueInfoProto*|" +
    "14 metadataProps StringStringEntryProto*",
};

const messages = new Map<string, Message & { readonly byNumber: (Field | undefined)[]; readonly fields: Field[] }>(
  Object.keys(source).map((name) => [name, { name, byNumber: [], fields: [] }]),
);
for (const [name, text] of Object.entries(source)) {
  const message = messages.get(name);
  for (const part of text.split("|")) {
    const [no = "", field = "", type = ""] = part.split(" ");
    const bare = type.replace("*", "");
    const inner = messages.get(bare);
    message?.fields.push({
      no: Number(no),
      name: field,
      kind: inner === undefined ? (bare as Kind) : undefined, // The table holds kinds and names of messages only.
      message: inner,
      repeated: type.endsWith("*"),
    });
  }
  message?.fields.sort((a, b) => a.no - b.no);
  for (const field of message?.fields ?? []) if (message !== undefined) message.byNumber[field.no] = field;
}

export function messageOf(name: string): Message {
  const found = messages.get(name);
  if (found === undefined) throw new RangeError(name);
  return found;
}
