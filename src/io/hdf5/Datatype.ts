import { t } from "../../language/Text.js"
import { refuse } from "../FormatError.js"
import type { FileBytes } from "./FileBytes.js"

/** The element type of a dataset, as safetensors names it. */
export type NumberType =
  "F16" | "F32" | "F64" | "I8" | "I16" | "I32" | "I64" | "U8" | "U16" | "U32" | "U64"

/** What the elements of a dataset or an attribute are; `size` is the bytes of one. */
export interface Datatype {
  readonly kind: "number" | "text" | "variable"
  readonly type?: NumberType
  readonly size: number
}

/** The element type in a datatype message. */
export const datatypeAt = (file: FileBytes, at: number, path: string): Datatype => {
  const head = file.u8(at)
  const bits = file.u8(at + 1)
  const size = file.u32(at + 4)
  const unsupported = (what: string) => refuse("Unsupported", path, t`holds ${what}`)
  switch (head & 15) {
    case 0: {
      if (bits & 1) return unsupported(t`big-endian numbers`)
      const type = `${bits & 8 ? "I" : "U"}${8 * size}`
      return isNumberType(type)
        ? { kind: "number", type, size }
        : unsupported(t`integers of ${size} bytes`)
    }
    case 1: {
      if (bits & 1) return unsupported(t`big-endian numbers`)
      const type = `F${8 * size}`
      // IEEE 754: where the exponent begins, and its length.
      const exponent = `${file.u8(at + 12)},${file.u8(at + 13)}`
      return isNumberType(type) && exponent === exponents[type]
        ? { kind: "number", type, size }
        : unsupported(t`floating-point numbers of another kind`)
    }
    case 3:
      return { kind: "text", size }
    case 9:
      return (bits & 15) === 1
        ? { kind: "variable", size }
        : unsupported(t`lists of changing length`)
    default:
      return unsupported(t`values that are neither numbers nor text`)
  }
}

const exponents: Partial<Record<NumberType, string>> = { F16: "10,5", F32: "23,8", F64: "52,11" }

const numberTypes = new Set([
  "F16",
  "F32",
  "F64",
  "I8",
  "I16",
  "I32",
  "I64",
  "U8",
  "U16",
  "U32",
  "U64"
])

const isNumberType = (name: string): name is NumberType => numberTypes.has(name)
