import type { How } from "./world.ts";

/** A handle of MPI: a number or an address, by library. */
export type Handle = number | bigint;

/** The constants of one family of MPI libraries. They are part of its binary interface and do not change. */
export interface Abi {
  readonly name: string;
  /** The C type of handles. */
  readonly handle: "int" | "intptr_t";
  readonly world: Handle;
  readonly errorsReturn: Handle;
  /** The rank that stands for any. */
  readonly anyRank: number;
  /** The address that means "in place". */
  readonly inPlace: bigint;
  /** Types of elements, by the class of a typed array. */
  readonly types: Readonly<Record<string, Handle>>;
  readonly operations: Readonly<Record<How, Handle>>;
  /** The thread level: only the thread that started MPI calls it. */
  readonly funneled: number;
}

/** By the widths of the names of C: "FLOAT", "INT32_T". */
const byClass = (of: (name: string) => Handle): Abi["types"] => ({
  Float32Array: of("float"),
  Float64Array: of("double"),
  Int8Array: of("int8_t"),
  Uint8Array: of("uint8_t"),
  Int16Array: of("int16_t"),
  Uint16Array: of("uint16_t"),
  Int32Array: of("int32_t"),
  Uint32Array: of("uint32_t"),
  BigInt64Array: of("int64_t"),
  BigUint64Array: of("uint64_t"),
});

const standardTypes: Readonly<Record<string, number>> = {
  float: 0x210,
  double: 0x214,
  int8_t: 0x240,
  uint8_t: 0x241,
  int16_t: 0x248,
  uint16_t: 0x249,
  int32_t: 0x250,
  uint32_t: 0x251,
  int64_t: 0x258,
  uint64_t: 0x259,
};

/** The interface that MPI 5 defines for all libraries (chapter 20): MPICH 5, and those to come. */
export const standard: Abi = {
  name: "MPI 5 ABI",
  handle: "intptr_t",
  world: 0x101,
  errorsReturn: 0x143,
  anyRank: -1,
  inPlace: 1n,
  types: byClass((name) => standardTypes[name]!),
  operations: { sum: 0x21, min: 0x22, max: 0x23 },
  funneled: 1024,
};

const mpichTypes: Readonly<Record<string, number>> = {
  float: 0x4c00040a,
  double: 0x4c00080b,
  int8_t: 0x4c000137,
  uint8_t: 0x4c00013b,
  int16_t: 0x4c000238,
  uint16_t: 0x4c00023c,
  int32_t: 0x4c000439,
  uint32_t: 0x4c00043d,
  int64_t: 0x4c00083a,
  uint64_t: 0x4c00083e,
};

/** MPICH before 5, and its descendants (Intel MPI, MVAPICH, Cray): numbers of 32 bits. */
export const mpich: Abi = {
  name: "MPICH",
  handle: "int",
  world: 0x44000000,
  errorsReturn: 0x54000001,
  anyRank: -2,
  inPlace: -1n,
  types: byClass((name) => mpichTypes[name]!),
  operations: { max: 0x58000001, min: 0x58000002, sum: 0x58000003 },
  funneled: 1,
};

/** Open MPI 4 and 5: handles are addresses of its globals, which `at` looks up. */
export const openMpi = (at: (symbol: string) => Handle): Abi => ({
  name: "Open MPI",
  handle: "intptr_t",
  world: at("ompi_mpi_comm_world"),
  errorsReturn: at("ompi_mpi_errors_return"),
  anyRank: -1,
  inPlace: 1n,
  types: byClass((name) => at(`ompi_mpi_${name}`)),
  operations: { sum: at("ompi_mpi_op_sum"), max: at("ompi_mpi_op_max"), min: at("ompi_mpi_op_min") },
  funneled: 1,
});
