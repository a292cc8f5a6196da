import { vi } from "vitest";
import { describeGradients } from "./gradient-cases.ts";

// Where SIMD cannot be compiled, tfjs loads its plain binary and the loops of ours are left out.
const validate = WebAssembly.validate;
vi.spyOn(WebAssembly, "validate").mockImplementation((bytes) => !isSimd(bytes) && validate(bytes));

/** Whether a module's bytes hold the prefix of SIMD instructions. */
function isSimd(bytes: BufferSource): boolean {
  return new Uint8Array(ArrayBuffer.isView(bytes) ? bytes.buffer : bytes).includes(0xfd);
}

describeGradients("on the wasm backend without SIMD, too", false);
