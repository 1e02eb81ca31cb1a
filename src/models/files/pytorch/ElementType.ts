import type { SourceType } from "../../SourceTensor.js"

/** The element type that a global of PyTorch names: `torch.float32`, `torch.FloatStorage`. */
export const typeNamed = (global: string): SourceType | undefined =>
  types[/^torch\.(?:cuda\.)?(\w+?)(?:Storage)?$/.exec(global)?.[1] ?? ""]

const types: Partial<Record<string, SourceType>> = {
  Double: "F64",
  Float: "F32",
  Half: "F16",
  BFloat16: "BF16",
  Long: "I64",
  Int: "I32",
  Short: "I16",
  Char: "I8",
  Byte: "U8",
  Bool: "BOOL",
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL"
}
